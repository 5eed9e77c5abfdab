"""The cover map: for each number the hours in which a handoff would reach nobody."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin

from routing.core.compile import compile_snapshot
from routing.core.errors import BadSnapshot
from routing.core.hours import zone
from routing.core.lint.cover import Cover, Piece, cover_map, hours
from routing.core.ruleset import Number, Ruleset
from routing.services import releases

HOUR = timedelta(hours=1)
# From the best to the worst: an hour is shown as the worst in it.
ORDER = (Cover.UNPROMISED, Cover.SOMEBODY, Cover.NOBODY)
MOST_NUMBERS = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour. `words` is for whoever points at it or has it read out."""

    cover: Cover
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Map:
    number: Number
    days: tuple[Day, ...]
    uncovered: str
    gaps: tuple[str, ...]


class CoverView(UnfoldModelAdminViewMixin, TemplateView):  # type: ignore[misc]
    title = "Cover map of the draft"
    permission_required = "routing.view_phonenumber"
    template_name = "admin/routing/release/cover.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.pop("model_admin", None)  # the address names it, and so does the view
        context = super().get_context_data(**kwargs)
        try:
            ruleset = compile_snapshot(0, releases.draft_snapshot())
        except BadSnapshot as problem:
            return {**context, "problem": f"{problem}."}
        active = [number for number in ruleset.numbers.values() if number.active]
        now = timezone.now()
        return {
            **context,
            "maps": [mapped(ruleset, n, now) for n in active[:MOST_NUMBERS]],
            "left_out": len(active[MOST_NUMBERS:]),
            "hours": range(24),
        }


def mapped(ruleset: Ruleset, number: Number, now: datetime) -> Map:
    place = zone(number.time_zone) or UTC
    pieces = cover_map(ruleset, number, now)
    gaps = [piece for piece in pieces if piece.cover is Cover.NOBODY]
    return Map(
        number,
        tuple(days(pieces, place)),
        hours(sum(piece.minutes for piece in gaps)) if gaps else "",
        tuple(gap_words(ruleset, gap, place) for gap in gaps),
    )


def days(pieces: list[Piece], place: tzinfo) -> list[Day]:
    """Rows of 24 hours by the clock of the number, also when the clocks change."""
    worst: dict[tuple[str, int], Cover] = {}
    names: dict[str, None] = {}
    for piece in pieces:
        at = piece.begins
        while at < piece.ends:
            here = at.astimezone(place)
            name = f"{here:%a} {here.day} {here:%b}"
            names[name] = None
            cell = (name, here.hour)
            known = worst.get(cell, ORDER[0])
            worst[cell] = max(known, piece.cover, key=ORDER.index)
            at = next_hour(at)
    return [
        Day(name, tuple(cell_of(worst.get((name, hour)), hour) for hour in range(24)))
        for name in names
    ]


def next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + HOUR


def cell_of(cover: Cover | None, hour: int) -> Cell:
    """An hour that the clocks skip has nothing."""
    found = cover or Cover.UNPROMISED
    words = {
        Cover.SOMEBODY: "somebody can be rung",
        Cover.NOBODY: "nobody can be rung for some of it",
        Cover.UNPROMISED: "no handoff is promised",
    }[found]
    return Cell(found, f"{hour:02d}:00: {words}")


def gap_words(ruleset: Ruleset, gap: Piece, place: tzinfo) -> str:
    policy = ruleset.policy_for(gap.policy)
    begins, ends = gap.begins.astimezone(place), gap.ends.astimezone(place)
    name = f" (“{policy.name}”)" if policy else ""
    return f"{begins:%A %H:%M} to {ends:%A %H:%M}{name}"
