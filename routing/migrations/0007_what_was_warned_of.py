from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0006_rules_that_ask_for_more")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="accepted",
            field=models.JSONField(
                default=list,
                help_text="What the portal warned of when this was published, as "
                "sentences.",
                verbose_name="accepted warnings",
            ),
        ),
        migrations.AddField(
            model_name="languageprofile",
            name="must_disclose",
            field=models.BooleanField(
                default=False,
                help_text="Required by law in some places. A greeting without the "
                "words that are given with each language can then not be published.",
                verbose_name="greeting must say that it is a machine",
            ),
        ),
        migrations.AddField(
            model_name="language",
            name="disclosure",
            field=models.TextField(
                blank=True,
                default="",
                help_text="Where the profile demands it: words of which the greeting "
                "must hold one, each on a line of its own, for example “automated "
                "assistant”.",
                verbose_name="words that tell callers it is a machine",
            ),
            preserve_default=False,
        ),
    ]
