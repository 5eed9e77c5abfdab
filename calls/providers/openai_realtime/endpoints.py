"""Where the provider delivers its webhooks, as the project is set up there."""

from dataclasses import dataclass

import openai

from calls.errors import ProviderError
from calls.providers.openai_realtime.control import Account

SECONDS = 20.0
MOST = 100


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    events: frozenset[str]


def list_endpoints(account: Account) -> list[Endpoint]:
    """Raises ProviderError: many keys may not see this."""
    try:
        with openai.OpenAI(
            api_key=account.api_key,
            base_url=account.base_url,
            project=account.project or None,
            max_retries=0,
            timeout=SECONDS,
        ) as client:
            found = client.webhooks.list(limit=MOST).data
    except openai.OpenAIError as error:
        status = str(getattr(error, "status_code", ""))
        text = f"The webhooks could not be listed: {status or type(error).__name__}"
        raise ProviderError(text, retryable=False, code=status) from error
    return [Endpoint(one.url, frozenset(one.event_types)) for one in found]
