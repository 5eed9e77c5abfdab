"""What a call's money went on: the conversation itself, or what could be less.

Every amount is divided among causes without a remainder, so the causes of a call add
up to its cost. What decides, in this order:

1. The whole call was a test, spam, or a ghost: nobody spoke.
2. The leg went on after a person had taken the caller (transfer tail).
3. The model was asked again after a failure, or its answer was broken off.
4. Of a time that is charged for, the part in which the caller was silent; and of a
   voice model, the answer in which it asks whether anybody is there.
5. Of a model's input, what should have come from the cache (`cache_lost`, or
   `truncation` where the input had become shorter), and then what the conversation
   had grown by since the model's first answer in this call.

The rest is the conversation.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from billing.core.pricing import AMOUNT_PLACES, EXACT, Line
from billing.core.reading import NOTHING
from billing.core.units import CACHED_UNITS, INPUT_UNITS, Component

# A shorter prefix is never cached, so nothing was lost.
LEAST_CACHED = Decimal(1024)
# The cache keeps whole blocks of tokens, so a little of every prefix comes anew.
CACHE_BLOCK = Decimal(128)


class Cause(StrEnum):
    CONVERSATION = "conversation"
    CONTEXT_GROWTH = "context_growth"
    CACHE_LOST = "cache_lost"
    TRUNCATION = "truncation"
    SILENCE = "silence"
    MODEL_RETRY = "model_retry"
    TRANSFER_TAIL = "transfer_tail"
    GHOST = "ghost"
    SPAM = "spam"
    TEST = "test"


CAUSE_WORDS: Mapping[Cause, str] = {
    Cause.CONVERSATION: "The conversation itself",
    Cause.CONTEXT_GROWTH: "Reading the growing conversation again",
    Cause.CACHE_LOST: "Cache lost in the middle of a call",
    Cause.TRUNCATION: "Conversation cut short to fit",
    Cause.SILENCE: "Silence on the line",
    Cause.MODEL_RETRY: "Answers asked for again or broken off",
    Cause.TRANSFER_TAIL: "After a person took the caller",
    Cause.GHOST: "Calls in which nobody spoke",
    Cause.SPAM: "Spam calls",
    Cause.TEST: "Test calls",
}
CAUSE_HELP: Mapping[Cause, str] = {
    Cause.CONVERSATION: "What remains when everything below is taken off.",
    Cause.CONTEXT_GROWTH: "With every answer the model reads all that was said before. "
    "Shorter calls and shorter answers bring this down.",
    Cause.CACHE_LOST: "The model read at full price what it had read before. That "
    "happens when instructions or tools change during a call, and now and then because "
    "the provider has dropped what it kept.",
    Cause.TRUNCATION: "The conversation became too long and its beginning was dropped, "
    "so the rest had to be read at full price.",
    Cause.SILENCE: "Minutes were charged while the caller said nothing, and the voice "
    "model was paid to ask whether anybody is there.",
    Cause.MODEL_RETRY: "The model failed or was interrupted and asked again.",
    Cause.TRANSFER_TAIL: "The carrier's minutes while the caller talked to a person.",
    Cause.GHOST: "The call was answered, but nobody said a word or pressed a key.",
    Cause.SPAM: "The agent or a rule found that it was spam.",
    Cause.TEST: "The caller is one of your test callers.",
}

Split = dict[Cause, Decimal]
BY_TIME = frozenset(
    {
        Component.RELAY,
        Component.INBOUND_LEG,
        Component.SIP_LEG,
        Component.LIVE_SESSION,
    }
)
BY_MODEL = frozenset({Component.LANGUAGE_MODEL, Component.VOICE_MODEL})
# Where the model does not speak itself, a line of ours costs it nothing.
BY_VOICE = frozenset({Component.VOICE_MODEL})
ALL_OF_IT = (Cause.TEST, Cause.SPAM, Cause.GHOST)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a call beside its usage; times are aware.

    `whole`: the cause of everything, if there is one. `with_person_at`: since when
    a person has had the caller. `failures`: when the model failed. `asked_in_silence`:
    when it began to ask a silent caller whether anybody is there.
    """

    whole: Cause | None = None
    with_person_at: datetime | None = None
    silent_seconds: float = 0.0
    failures: Sequence[datetime] = ()
    asked_in_silence: Sequence[datetime] = ()


class Spent(NamedTuple):
    """One charge, as far as causes need it. `seconds` only of what costs by time."""

    component: Component
    item: str
    at: datetime
    lines: Sequence[Line]
    seconds: Decimal | None = None
    estimated: bool = False


NO_CIRCUMSTANCES = Circumstances()


def split_call(
    charges: Sequence[Spent], around: Circumstances = NO_CIRCUMSTANCES
) -> list[Split]:
    """The split of each charge of one call, in the order given."""
    if around.whole is not None:
        return [{around.whole: total(spent.lines)} for spent in charges]
    again = first_after(around.failures, charges, BY_MODEL)
    in_silence = first_after(around.asked_in_silence, charges, BY_VOICE)
    history: dict[str, Input] = {}
    splits: dict[int, Split] = {}
    for place in sorted(range(len(charges)), key=lambda n: (charges[n].at, n)):
        spent = charges[place]
        if spent.component in BY_TIME or spent.component is Component.OUTBOUND_LEG:
            splits[place] = split_time(spent, around)
        elif spent.component in BY_MODEL:
            parts = split_input(spent, history)
            if place in again or (spent.estimated and spent.lines):
                parts = {Cause.MODEL_RETRY: total(spent.lines)}
            elif place in in_silence:
                parts = {Cause.SILENCE: total(spent.lines)}
            splits[place] = parts
        else:
            splits[place] = divide(total(spent.lines), {})
    return [splits[place] for place in range(len(charges))]


def total(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines), NOTHING)


def divide(amount: Decimal, parts: Mapping[Cause, Decimal]) -> Split:
    """Parts that are something, and what remains as the conversation."""
    split = {cause: part for cause, part in parts.items() if part}
    rest = amount - sum(split.values(), NOTHING)
    if rest or not split:
        split[Cause.CONVERSATION] = rest
    return split


def first_after(
    moments: Iterable[datetime],
    charges: Sequence[Spent],
    components: Container[Component],
) -> set[int]:
    """The first answer of such a model after each moment."""
    found: set[int] = set()
    answers = sorted(
        (spent.at, place)
        for place, spent in enumerate(charges)
        if spent.component in components
    )
    for moment in moments:
        later = (place for at, place in answers if at >= moment)
        first = next(later, None)
        if first is not None:
            found.add(first)
    return found


def split_time(spent: Spent, around: Circumstances) -> Split:
    """Whole minutes are charged; they are divided as the seconds are."""
    amount = total(spent.lines)
    if spent.component is Component.OUTBOUND_LEG:
        return divide(amount, {Cause.TRANSFER_TAIL: amount})
    if not spent.seconds:
        return divide(amount, {})
    parts: dict[Cause, Decimal] = {}
    alone = spent.seconds
    if around.with_person_at is not None:
        before = Decimal(str((around.with_person_at - spent.at).total_seconds()))
        alone = min(max(before, NOTHING), spent.seconds)
        parts[Cause.TRANSFER_TAIL] = share(amount, spent.seconds - alone, spent.seconds)
    silent = min(Decimal(str(around.silent_seconds)), alone)
    parts[Cause.SILENCE] = share(amount, silent, spent.seconds)
    return divide(amount, parts)


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    exact = EXACT.divide(EXACT.multiply(amount, part), whole)
    return exact.quantize(AMOUNT_PLACES, context=EXACT)


@dataclass(slots=True)
class Input:
    """What a model has read in this call: the first time, and the last."""

    first: Decimal
    last: Decimal
    was_cached: bool = False


def split_input(spent: Spent, history: dict[str, Input]) -> Split:
    read = [line for line in spent.lines if line.unit in INPUT_UNITS]
    taken = sum((line.quantity for line in read), NOTHING)
    amount = total(spent.lines)
    if not taken:
        return divide(amount, {})
    fresh = [line for line in read if line.unit not in CACHED_UNITS]
    cached = taken - sum((line.quantity for line in fresh), NOTHING)
    before = history.get(spent.item)
    if before is None:
        history[spent.item] = Input(taken, taken, bool(cached))
        return divide(amount, {})
    parts: dict[Cause, Decimal] = {}
    missed = shortfall(before, taken, cached)
    if missed:
        cause = Cause.TRUNCATION if taken < before.last else Cause.CACHE_LOST
        parts[cause] = surcharge(fresh, missed)
    if taken > before.first:
        left = total(read) - sum(parts.values(), NOTHING)
        parts[Cause.CONTEXT_GROWTH] = share(left, taken - before.first, taken)
    before.last, before.was_cached = taken, before.was_cached or bool(cached)
    return divide(amount, parts)


def shortfall(before: Input, taken: Decimal, cached: Decimal) -> Decimal:
    """Tokens read at full price that had been read before.

    A model that never took anything from a cache in this call had none to lose.
    """
    known = min(before.last, taken)
    if known < LEAST_CACHED or not (before.was_cached or cached):
        return NOTHING
    missed = known - cached
    return missed if missed > CACHE_BLOCK else NOTHING


def surcharge(fresh: Sequence[Line], missed: Decimal) -> Decimal:
    """What the missed tokens cost, at the mean of the full prices.

    From the cache they would have cost a tenth of it or less, so what could have
    been saved is that much smaller.
    """
    tokens = sum((line.quantity for line in fresh), NOTHING)
    if not tokens:
        return NOTHING
    return share(total(fresh), min(missed, tokens), tokens)
