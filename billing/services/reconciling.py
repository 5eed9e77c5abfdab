"""Holding the ledger against the providers' bills, and which calls a remainder may be.

Days are days of UTC, as on both bills.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from billing.core.pricing import DOLLARS, SNAPSHOT
from billing.core.reading import NOTHING
from billing.core.reconciling import (
    Billed,
    Compared,
    Ours,
    carrier_item,
    compare,
    model_of,
    unexplained_share,
    without_sums,
)
from billing.core.units import CARRIER_ITEMS, Provider
from billing.models import CarrierPrice, Charge, Reconciliation
from billing.services.ledger import enter
from calls.core.words import CauseOwner, IncidentKind
from calls.models import Call, EngineSession, HandoffAttempt
from calls.providers.openai_costs import CostLine
from calls.providers.twilio.bills import LegPrice, UsageRecord
from calls.services import incidents, leg_usage

MOST_CALLS = 20
AGREES = "The bill agrees with our figures by now."
OF = {Provider.OPENAI: CauseOwner.MODEL, Provider.TWILIO: CauseOwner.CARRIER}
NAMES = {Provider.OPENAI: "OpenAI", Provider.TWILIO: "Twilio"}


def ours_of(provider: Provider, day: date) -> dict[str, Ours]:
    """One query; minutes and segments are added up, tokens are not."""
    amounts: defaultdict[str, Decimal] = defaultdict(lambda: NOTHING)
    quantities: defaultdict[str, Decimal] = defaultdict(lambda: NOTHING)
    rows = Charge.objects.filter(day=day, provider=provider, currency=DOLLARS)
    rows = rows.order_by()
    for item, amount, lines in rows.values_list("item", "amount", "lines").iterator():
        name = SNAPSHOT.sub("", item)
        amounts[name] += amount
        quantities[name] += sum((Decimal(q) for q, _ in lines.values()), NOTHING)
    counted = set(CARRIER_ITEMS) if provider is Provider.TWILIO else set()
    return {
        name: Ours(amount, quantities[name] if name in counted else None)
        for name, amount in amounts.items()
    }


def carrier_bill(records: Iterable[UsageRecord]) -> list[Billed]:
    named = [
        Billed(r.category, r.description, r.price, r.quantity, r.unit)
        for r in records
        if r.currency == DOLLARS
    ]
    return [
        Billed(carrier_item(b.name), b.label, b.amount, b.quantity, b.unit)
        for b in without_sums(named)
    ]


def model_bill(lines: Iterable[CostLine]) -> list[Billed]:
    return [
        Billed(SNAPSHOT.sub("", model_of(line.line_item)), line.line_item, line.amount)
        for line in lines
        if line.currency == DOLLARS
    ]


@transaction.atomic
def keep_comparison(
    provider: Provider, day: date, bill: Sequence[Billed], now: datetime
) -> list[Compared]:
    """Replaces an earlier comparison of that day."""
    compared = compare(ours_of(provider, day), bill)
    Reconciliation.objects.filter(day=day, provider=provider).delete()
    for row in compared:
        kept = Reconciliation.objects.create(
            day=day,
            provider=provider,
            item=row.item[:120],
            label=row.label[:200],
            currency=DOLLARS,
            ours=row.ours,
            theirs=row.theirs,
            our_quantity=row.our_quantity,
            their_quantity=row.their_quantity,
            unit=row.unit[:40],
            compared_at=now,
        )
        if row.remainder:
            kept.calls.set(suspects(provider, day, row.item))
    raise_alarm(provider, day, compared, now)
    return compared


def suspects(provider: Provider, day: date, item: str) -> list[Call]:
    """Calls the remainder might be, the dearest first.

    Those whose own figures are in doubt: estimated, without a price, or priced
    otherwise by the carrier itself.
    """
    doubtful = Q(charges__estimated=True) | ~Q(charges__gaps=[])
    of_item = Q(charges__day=day, charges__provider=provider)
    name = Q(charges__item__startswith=item) if item else Q()
    found = list(
        Call.objects.filter(of_item & name & doubtful)
        .annotate(cost=Sum("charges__amount"))
        .order_by("-cost", "pk")[:MOST_CALLS]
    )
    if provider is Provider.TWILIO and item in ("voice_inbound", "voice_outbound"):
        found += [call for call in priced_otherwise(day) if call not in found]
    return found[:MOST_CALLS]


def priced_otherwise(day: date) -> list[Call]:
    """Calls whose legs the carrier has priced otherwise than we did."""
    of_day = Charge.objects.filter(day=day, provider=Provider.TWILIO).order_by()
    prices = CarrierPrice.objects.filter(
        call__in=of_day.values("call"), currency=DOLLARS
    ).order_by()
    told = dict(prices.values_list("call").annotate(Sum("amount")))
    legs = Charge.objects.filter(
        call__in=told, item__in=("voice_inbound", "voice_outbound", "voice_sip")
    )
    own = dict(legs.order_by().values_list("call").annotate(Sum("amount")))
    off = [key for key, amount in told.items() if own.get(key, NOTHING) != amount]
    return list(Call.objects.filter(pk__in=off).order_by("pk")[:MOST_CALLS])


def keep_leg_lengths(legs: Iterable[LegPrice], now: datetime) -> int:
    """Of legs to voice models of which no callback told; how many were news.

    What was our own estimate becomes the carrier's figure.
    """
    told = {leg.sid: leg.seconds for leg in legs if leg.seconds is not None}
    sessions = EngineSession.objects.filter(leg_sid__in=told, over_at__isnull=False)
    news = [
        call_id
        for call_id, sid, over_at in sessions.values_list(
            "call_id", "leg_sid", "over_at"
        )
        if over_at and leg_usage.keep(call_id, sid, told[sid], over_at)
    ]
    enter(news, now)
    return len(news)


def keep_leg_prices(legs: Iterable[LegPrice], now: datetime) -> int:
    """Prices that the carrier has told by now, by call; how many they were."""
    known = [leg for leg in legs if leg.price is not None]
    sids = {leg.parent_sid or leg.sid for leg in known}
    calls = dict(
        Call.objects.filter(carrier_sid__in=sids).values_list("carrier_sid", "pk")
    )
    attempts = HandoffAttempt.objects.filter(leg_sid__in=[leg.sid for leg in known])
    by_leg = dict(attempts.values_list("leg_sid", "handoff__call_id"))
    sessions = EngineSession.objects.filter(leg_sid__in=[leg.sid for leg in known])
    by_leg |= dict(sessions.values_list("leg_sid", "call_id"))
    rows = [
        CarrierPrice(
            sid=leg.sid,
            call_id=calls.get(leg.parent_sid or leg.sid) or by_leg.get(leg.sid),
            amount=leg.price or NOTHING,
            currency=leg.currency,
            fetched_at=now,
        )
        for leg in known
    ]
    CarrierPrice.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["sid"],
        update_fields=["amount", "currency", "fetched_at", "call"],
        batch_size=1000,
    )
    return len(rows)


def raise_alarm(
    provider: Provider, day: date, compared: Sequence[Compared], now: datetime
) -> None:
    """An incident, once for each day and provider, above the share that is set.

    Prices come late, so a later look may find that all is well.
    """
    share = unexplained_share(compared)
    key = f"costs {provider} {day}"
    if share <= Decimal(str(settings.BILLS_MAY_DIFFER_BY)):
        incidents.settle(key, now, AGREES)
        return
    percent = round(share * 100, 1)
    incidents.report(
        IncidentKind.COSTS_DISAGREE,
        OF[provider],
        key=key,
        now=now,
        detail=f"The bill of {NAMES[provider]} for {day:%d %b %Y} differs from our "
        f"figures by {percent} %. What differs stands under “Providers' bills”.",
    )
