from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0003_incident_of_a_retiring_model"),
    ]

    operations = [
        migrations.AlterField(
            model_name="callevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("connected", "Connected"),
                    ("greeted", "Greeted"),
                    ("caller_said", "Caller said"),
                    ("caller_keyed", "Caller keyed"),
                    ("agent_said", "Agent said"),
                    ("agent_cut", "Agent cut"),
                    ("product_said", "Product said"),
                    ("tool_asked", "Tool asked"),
                    ("tool_answered", "Tool answered"),
                    ("field_collected", "Field collected"),
                    ("message_taken", "Message taken"),
                    ("language_changed", "Language changed"),
                    ("model_failed", "Model failed"),
                    ("handoff_asked", "Handoff asked"),
                    ("limit_warned", "Limit warned"),
                    ("ending", "Ending"),
                    ("disconnected", "Disconnected"),
                    ("noted", "Noted"),
                    ("prompt_changed", "Prompt changed"),
                    ("cache_lost", "Cache lost"),
                    ("unknown_event", "Unknown event"),
                    ("offered", "Offered"),
                    ("session_ended", "Session ended"),
                    ("reconnected", "Reconnected"),
                    ("contact_ringing", "Contact ringing"),
                    ("contact_answered", "Contact answered"),
                    ("voicemail_offered", "Voicemail offered"),
                    ("voicemail_left", "Voicemail left"),
                    ("carrier_status", "Carrier status"),
                    ("closed", "Closed"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="kind",
            field=models.CharField(
                choices=[
                    ("socket_lost", "Socket lost"),
                    ("socket_refused", "Socket refused"),
                    ("session_failed", "Session failed"),
                    ("frame_refused", "Frame refused"),
                    ("model_slow", "Model slow"),
                    ("model_error", "Model error"),
                    ("tool_error", "Tool error"),
                    ("call_lost", "Call lost"),
                    ("unknown_call", "Unknown call"),
                    ("no_configuration", "No configuration"),
                    ("journal_delayed", "Journal delayed"),
                    ("mail_failed", "Mail failed"),
                    ("driver_failed", "Driver failed"),
                    ("callback_missing", "Callback missing"),
                    ("transfer_failed", "Transfer failed"),
                    ("dead_air", "Dead air"),
                    ("accept_failed", "Accept failed"),
                    ("webhook_failed", "Webhook failed"),
                    ("model_retiring", "Model retiring"),
                    ("budget_reached", "Budget reached"),
                    ("costs_disagree", "Costs disagree"),
                ],
                max_length=32,
            ),
        ),
    ]
