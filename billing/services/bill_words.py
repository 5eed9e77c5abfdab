"""A comparison with a provider's bill, in words for a manager."""

from decimal import Decimal

from billing.core import money_words
from billing.core.units import CARRIER_ITEMS, COMPONENT_WORDS
from billing.models import Reconciliation

CENT = Decimal("0.01")


def what_words(row: Reconciliation) -> str:
    item = CARRIER_ITEMS.get(row.item)
    if item is not None:
        return COMPONENT_WORDS[item.component]
    return row.label if row.provider == "twilio" else row.item


def remainder_words(row: Reconciliation, remainder: Decimal) -> str:
    if row.ours is None:
        return (
            "The provider bills something that we know nothing of. It may be a service "
            "that is used outside of this portal, or one that has no price here."
        )
    if row.theirs is None:
        return (
            "We have counted something that the provider has not billed. Its bill may "
            "still be late; the last days are compared again every night."
        )
    if abs(remainder) < CENT:
        same = "Both say the same."
        return "They differ by less than a cent." if remainder else same
    quantities = ""
    if row.our_quantity is not None and row.their_quantity is not None:
        counts = (money_words.count(q) for q in (row.our_quantity, row.their_quantity))
        quantities = "We counted {}, they counted {} {}. ".format(*counts, row.unit)
    if row.our_quantity is not None and row.our_quantity == row.their_quantity:
        return f"{quantities}The quantity is the same, so the price differs."
    if remainder < 0:
        return (
            f"{quantities}Less was billed than we counted. The bill may still be late, "
            "an estimate of ours was too high, or the price list is."
        )
    return (
        f"{quantities}Something was used that we were not told of, or was told to us "
        "otherwise than it was billed."
    )
