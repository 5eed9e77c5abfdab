from django.db import migrations, models

NAMED = ("Contact", "RoutingRule")
LONGEST = 120


def give_each_its_own_name(apps, schema_editor):
    """The second of a name becomes "Name (2)"."""
    for model in NAMED:
        rows = apps.get_model("routing", model).objects
        taken = set(rows.values_list("name", flat=True))
        seen = set()
        for row in rows.order_by("pk"):
            if row.name in seen:
                row.name = free(row.name, taken)
                row.save(update_fields=["name"])
                taken.add(row.name)
            seen.add(row.name)


def free(name, taken):
    count = 2
    while True:
        end = f" ({count})"
        wanted = f"{name[: LONGEST - len(end)]}{end}"
        if wanted not in taken:
            return wanted
        count += 1


class Migration(migrations.Migration):
    dependencies = [("routing", "0004_models_that_stop")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="document",
            field=models.JSONField(
                help_text="The same as a document, from which the draft can be put "
                "back. None in releases of versions that had none.",
                null=True,
            ),
        ),
        migrations.RunPython(give_each_its_own_name, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="contact",
            name="name",
            field=models.CharField(
                error_messages={"unique": "There is a contact of this name already."},
                help_text="A person or a desk, as colleagues know it. Each has its own "
                "name.",
                max_length=120,
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="routingrule",
            name="name",
            field=models.CharField(
                error_messages={"unique": "There is a rule of this name already."},
                help_text="What this rule is for, for example “Blocked callers”. Every "
                "call it decides is listed with this name.",
                max_length=120,
                unique=True,
            ),
        ),
    ]
