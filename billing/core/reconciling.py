"""A provider's bill held against our ledger, a day and an item at a time.

The names of a provider's bill are its own, so each is put to the component of ours that
it is for. What fits none is shown under the provider's name: we know nothing of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing.core.reading import NOTHING
from billing.core.units import CARRIER_ITEMS

# By the beginnings of Twilio's categories; the longest that fits counts.
CATEGORIES: Mapping[str, str] = {
    "calls-inbound": "voice_inbound",
    "calls-outbound": "voice_outbound",
    "calls-sip": "voice_sip",
    "trunking-origination": "voice_sip",
    "conversation-relay": "conversation_relay",
    "conversationrelay": "conversation_relay",
    "recordings": "recording",
    "sms": "sms",
    "phonenumbers": "number",
}
# Twilio lists sums beside what they add up to. Such a category is left out where one
# that begins so is there.
FINER: Mapping[str, tuple[str, ...]] = {
    "calls-inbound": ("calls-inbound-",),
    "calls-sip": ("calls-sip-",),
    "trunking-origination": ("trunking-origination-",),
    "phonenumbers": ("phonenumbers-",),
    "sms": ("sms-",),
    "sms-inbound": ("sms-inbound-",),
    "sms-outbound": ("sms-outbound-",),
    "calls": ("calls-",),
}
TOTAL_PRICE = "totalprice"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Billed:
    """A line of the provider's bill, in one currency. `quantity` may be unknown."""

    name: str
    label: str
    amount: Decimal
    quantity: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Ours:
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """`theirs` or `ours` is None where one side lists nothing of the kind."""

    item: str
    label: str
    ours: Decimal | None
    theirs: Decimal | None
    our_quantity: Decimal | None = None
    their_quantity: Decimal | None = None
    unit: str = ""

    @property
    def remainder(self) -> Decimal:
        """What the provider charges beyond our figures; below zero if less."""
        return (self.theirs or NOTHING) - (self.ours or NOTHING)


def without_sums(bill: Iterable[Billed]) -> list[Billed]:
    """Only the finest categories: Twilio lists what they add up to beside them."""
    lines = list(bill)
    names = {line.name for line in lines}
    return [line for line in lines if not is_sum(line.name, names)]


def is_sum(name: str, names: Iterable[str]) -> bool:
    if name == TOTAL_PRICE:
        return True
    return any(
        other != name and other.startswith(finer)
        for finer in FINER.get(name, ())
        for other in names
    )


def carrier_item(category: str) -> str:
    """Our item for a category of Twilio's; the category itself if there is none."""
    fitting = [name for name in CATEGORIES if category.startswith(name)]
    item = CATEGORIES[max(fitting, key=len)] if fitting else ""
    return item if item in CARRIER_ITEMS else category


def model_of(line_item: str) -> str:
    """OpenAI's line items name a model and what was counted of it."""
    return line_item.split(",")[0].strip().lower()


def compare(ours: Mapping[str, Ours], bill: Iterable[Billed]) -> list[Compared]:
    """By our items; lines of the bill for the same item are added up."""
    theirs: dict[str, Billed] = {}
    for line in bill:
        known = theirs.get(line.name)
        theirs[line.name] = line if known is None else added(known, line)
    compared = []
    for item in sorted({*ours, *theirs}):
        own, billed = ours.get(item), theirs.get(item)
        compared.append(
            Compared(
                item=item,
                label=billed.label if billed else item,
                ours=own.amount if own else None,
                theirs=billed.amount if billed else None,
                our_quantity=own.quantity if own else None,
                their_quantity=billed.quantity if billed else None,
                unit=billed.unit if billed else "",
            )
        )
    return compared


def added(one: Billed, other: Billed) -> Billed:
    quantity = None
    if one.quantity is not None and other.quantity is not None:
        quantity = one.quantity + other.quantity
    amount = one.amount + other.amount
    return Billed(one.name, one.label, amount, quantity, one.unit)


def unexplained_share(rows: Iterable[Compared]) -> Decimal:
    """Of the provider's bill, or of ours where it bills nothing; 0 if both are 0.

    Remainders of different items do not make up for each other. Less than a cent in
    all is no share of anything: providers round.
    """
    known = list(rows)
    off = sum((abs(row.remainder) for row in known), NOTHING)
    billed = sum((row.theirs or NOTHING for row in known), NOTHING)
    own = sum((row.ours or NOTHING for row in known), NOTHING)
    whole = billed or own
    return off / whole if whole and off >= CENT else NOTHING
