"""A language words the offer to be called back, as it does all its sentences."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0007_emergency_closures"),
    ]

    operations = [
        migrations.AddField(
            model_name="language",
            name="callback_offer",
            field=models.TextField(
                blank=True,
                default="",
                help_text="When callers may press 1 to be called back. Say which key, "
                "and what happens without it: they leave a message.",
                verbose_name="offer to call back",
            ),
        ),
        migrations.AddField(
            model_name="language",
            name="callback_promised",
            field=models.TextField(
                blank=True,
                default="",
                help_text="When the caller has pressed 1, before the goodbye.",
                verbose_name="call back is promised",
            ),
        ),
        migrations.AlterField(
            model_name="phonenumber",
            name="overflow",
            field=models.CharField(
                choices=[
                    ("divert", "Put through to a person"),
                    ("voicemail", "Send to voicemail"),
                    ("callback", "Offer to call back"),
                    ("message", "Say something and hang up"),
                    ("reject", "Reject the call"),
                ],
                default="voicemail",
                help_text="What happens to a caller whom an agent would answer, if as "
                "many calls are going on as are allowed here, with the agent, or in "
                "the account. People are rung as the escalation policy above says. On "
                "a bare SIP trunk nothing can be said or recorded: for a message or a "
                "voicemail the caller is rejected, for a callback rejected and noted.",
                max_length=16,
                verbose_name="when no line is free",
            ),
        ),
    ]
