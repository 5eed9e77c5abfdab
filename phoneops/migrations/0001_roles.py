"""The groups of the roles; `phoneops.roles` says what each may do."""

from django.db import migrations

NAMES = ("Viewer", "Supervisor", "Manager", "Publisher", "Administrator")


def make_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    for name in NAMES:
        groups.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
