"""What OpenAI will bill, by day of UTC and line item.

This needs an admin key of the organization, which opens nothing else that we use.
https://developers.openai.com/api/reference/resources/admin
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import openai

from calls.errors import ProviderError

SECONDS = 20.0
TOO_MANY, SERVER_ERRORS = 429, 500


@dataclass(frozen=True, slots=True)
class Account:
    """`project` narrows the costs to one project; empty is the whole organization."""

    admin_key: str
    base_url: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class CostLine:
    """`line_item` is the provider's own words, such as "gpt-6-luna, input"."""

    line_item: str
    amount: Decimal
    currency: str


def costs_of(account: Account, day: date) -> list[CostLine]:
    """Raises ProviderError."""
    client = openai.OpenAI(
        api_key="none",
        admin_api_key=account.admin_key,
        base_url=account.base_url,
        max_retries=1,
        timeout=SECONDS,
    )
    begin = datetime.combine(day, time(), UTC)
    end = begin + timedelta(days=1)
    lines: list[CostLine] = []
    page: str | None = None
    try:
        while True:
            found = client.admin.organization.usage.costs(
                start_time=int(begin.timestamp()),
                end_time=int(end.timestamp()),
                bucket_width="1d",
                group_by=["line_item"],
                project_ids=[account.project] if account.project else openai.omit,
                page=page or openai.omit,
            )
            for bucket in found.data:
                lines += [line for result in bucket.results for line in read(result)]
            page = found.next_page if found.has_more else None
            if page is None:
                return lines
    except openai.APIStatusError as error:
        status = error.status_code
        retryable = status == TOO_MANY or status >= SERVER_ERRORS
        text = f"OpenAI answered {status} about costs"
        raise ProviderError(text, retryable=retryable, code=str(status)) from error
    except openai.OpenAIError as error:
        text = f"OpenAI could not be asked about costs: {type(error).__name__}"
        raise ProviderError(text, retryable=True) from error
    finally:
        client.close()


def read(result: object) -> list[CostLine]:
    """A result without an amount is none."""
    amount = getattr(result, "amount", None)
    value = getattr(amount, "value", None)
    if value is None:
        return []
    return [
        CostLine(
            line_item=str(getattr(result, "line_item", None) or "everything"),
            amount=Decimal(str(value)),
            currency=str(getattr(amount, "currency", None) or "usd").upper(),
        )
    ]
