"""What is known of calls beside their usage, as far as it explains what they cost."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.fields.json import KT

from billing.core.causes import Cause, Circumstances
from billing.models import TestCaller
from calls.core.words import AttemptResult, Disposition, EventKind, HandoffReason
from calls.models import Call, CallEvent, HandoffAttempt

SPOKE = [EventKind.CALLER_SAID.value, EventKind.CALLER_KEYED.value]
SILENT_CALLER = "silence"
# We asked whether anybody is there; or the voice model did by itself, which is noted.
ASKED = Q(
    kind__in=[EventKind.PRODUCT_SAID.value, EventKind.NOTED.value],
    data__why=SILENT_CALLER,
)
GAVE_UP = Q(kind=EventKind.HANDOFF_ASKED, data__reason=HandoffReason.SILENCE.value)


@dataclass(slots=True)
class Silence:
    """How long the caller said nothing, and when we asked whether anybody is there."""

    seconds: float = 0.0
    asked_at: tuple[datetime, ...] = ()


class TestCallers:
    """Numbers, and beginnings of numbers, that calls are tried from."""

    __test__ = False

    def __init__(self, entries: Iterable[str]) -> None:
        known = list(entries)
        self._whole = {entry for entry in known if not entry.endswith("*")}
        self._begin = tuple(e.removesuffix("*") for e in known if e.endswith("*"))

    def __contains__(self, caller: str) -> bool:
        return caller in self._whole or (
            bool(self._begin) and caller.startswith(self._begin)
        )


def test_callers() -> TestCallers:
    return TestCallers(TestCaller.objects.values_list("number", flat=True))


test_callers.__test__ = False  # type: ignore[attr-defined]


def circumstances_of(
    calls: Sequence[Call], testers: TestCallers
) -> dict[int, Circumstances]:
    """Four queries for any number of calls."""
    keys = [call.pk for call in calls]
    ghosts = ghosts_among(calls)
    taken, silent, failed = taken_at(keys), silences(keys), failures(keys)
    return {
        call.pk: Circumstances(
            whole=whole_cause(call, testers, ghosts),
            with_person_at=taken.get(call.pk),
            silent_seconds=silent[call.pk].seconds,
            failures=failed.get(call.pk, ()),
            asked_in_silence=silent[call.pk].asked_at,
        )
        for call in calls
    }


def whole_cause(call: Call, testers: TestCallers, ghosts: set[int]) -> Cause | None:
    if call.caller in testers:
        return Cause.TEST
    if call.disposition == Disposition.SPAM:
        return Cause.SPAM
    return Cause.GHOST if call.pk in ghosts else None


def ghosts_among(calls: Sequence[Call]) -> set[int]:
    """Calls that the agent took, that ended early, and in which nobody spoke."""
    early = {
        call.pk
        for call in calls
        if call.answered_at and call.disposition == Disposition.CALLER_HUNG_UP_EARLY
    }
    spoke = CallEvent.objects.filter(call__in=early, kind__in=SPOKE).order_by()
    return early - set(spoke.values_list("call_id", flat=True))


def taken_at(keys: list[int]) -> dict[int, datetime]:
    """When a person took the caller; by the length of the leg if that is told."""
    rows = HandoffAttempt.objects.filter(
        handoff__call__in=keys, result=AttemptResult.ACCEPTED
    ).order_by("started_at")
    taken: dict[int, datetime] = {}
    for call_id, began_at, finished_at, seconds in rows.values_list(
        "handoff__call_id", "started_at", "finished_at", "seconds"
    ):
        at = began_at
        if finished_at is not None and seconds is not None:
            at = max(began_at, finished_at - timedelta(seconds=seconds))
        taken.setdefault(call_id, at)
    return taken


def silences(keys: list[int]) -> defaultdict[int, Silence]:
    """From the last that was said to each question whether anybody is there, and to

    the handoff that was asked because nobody answered.
    """
    asked = CallEvent.objects.filter(ASKED | GAVE_UP, call__in=keys)
    rows = CallEvent.objects.filter(call__in=asked.order_by().values("call"))
    # By `data__why` in its list of values Django would keep an error, and with it all
    # that these calls were worked out from, until garbage is collected.
    rows = rows.annotate(why=KT("data__why"), reason=KT("data__reason"))
    rows = rows.order_by("call", "at", "stream", "seq")
    found: defaultdict[int, Silence] = defaultdict(Silence)
    said: tuple[int, datetime] | None = None
    for call_id, at, kind, why, reason in rows.values_list(
        "call_id", "at", "kind", "why", "reason"
    ):
        asks = why == SILENT_CALLER and kind != EventKind.ENDING
        gives_up = reason == SILENT_CALLER and kind == EventKind.HANDOFF_ASKED
        if (asks or gives_up) and said is not None and said[0] == call_id:
            found[call_id].seconds += (at - said[1]).total_seconds()
        if asks:
            found[call_id].asked_at += (at,)
        said = call_id, at
    return found


def failures(keys: list[int]) -> dict[int, tuple[datetime, ...]]:
    rows = CallEvent.objects.filter(call__in=keys, kind=EventKind.MODEL_FAILED)
    found: dict[int, tuple[datetime, ...]] = {}
    for call_id, at in rows.order_by("at").values_list("call_id", "at"):
        found[call_id] = (*found.get(call_id, ()), at)
    return found
