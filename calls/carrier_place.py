"""Where the carrier reaches us, and the voice model, in this installation."""

from django.conf import settings

from calls.providers.twilio.twiml import Place


def place() -> Place:
    return Place(
        settings.PUBLIC_BASE_URL,
        settings.RELAY_URL,
        f"sip:{settings.OPENAI_PROJECT_ID}@{settings.OPENAI_SIP_HOST}",
    )
