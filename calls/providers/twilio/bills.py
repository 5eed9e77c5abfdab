"""What Twilio will bill: its usage records by day, and the prices of single calls.

The daily usage record is the truth. A call's price comes some time after its end and
covers its connection only, not ConversationRelay, recordings or transfers.
https://www.twilio.com/docs/usage/api/usage-record
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from twilio.rest import Client  # type: ignore[import-untyped]  # no stubs

from calls.providers.twilio.rest import MOST_A_PAGE, Account, Redirected, our_errors


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One category on one day of GMT; `currency` in capitals."""

    category: str
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class LegPrice:
    """What one leg has cost, as a positive amount; None while Twilio has no price.

    `seconds` are None while it goes on.
    """

    sid: str
    parent_sid: str
    price: Decimal | None
    currency: str
    seconds: int | None = None


class Bills:
    """Every method raises ProviderError."""

    def __init__(self, account: Account) -> None:
        self._client = Client(
            account.sid, account.token, http_client=Redirected(account.base_url)
        )

    def usage(self, day: date) -> list[UsageRecord]:
        """Every category that is not nothing, known to us or not."""
        with our_errors("this account"):
            found = self._client.usage.records.daily.list(
                start_date=day, end_date=day, page_size=MOST_A_PAGE
            )
        records = (
            UsageRecord(
                category=str(row.category),
                description=str(row.description or row.category),
                quantity=number(row.usage),
                unit=str(row.usage_unit or ""),
                price=number(row.price),
                currency=str(row.price_unit or "usd").upper(),
            )
            for row in found
        )
        return [record for record in records if record.price or record.quantity]

    def legs(self, day: date) -> Iterator[LegPrice]:
        """Of calls and legs that began on that day of GMT."""
        begin = datetime.combine(day, time(), UTC)
        with our_errors("this account"):
            found = self._client.calls.stream(
                start_time_after=begin,
                start_time_before=begin + timedelta(days=1),
                page_size=MOST_A_PAGE,
            )
            for row in found:
                told = row.price is not None
                yield LegPrice(
                    sid=str(row.sid),
                    parent_sid=str(row.parent_call_sid or ""),
                    price=abs(number(row.price)) if told else None,
                    currency=str(row.price_unit or "USD").upper(),
                    seconds=None if row.duration is None else int(number(row.duration)),
                )


def number(value: object) -> Decimal:
    """Twilio tells numbers as text; what is none counts as nothing."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)
