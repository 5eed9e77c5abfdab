"""What was published on the days of a report, and what moved after it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from django.db.models import Count, Q

from billing.core.report import NOTHING, Published, Served
from billing.core.report_period import Period
from billing.services.report_calls import ACCEPTED, ALL, Wanted, calls_of
from billing.services.report_spend import spend_by_release
from calls.core.words import Disposition
from calls.reports import CONTAINED
from routing.models import Release
from routing.services.releases import changes_between

# How far back the calls of the release before are looked at.
LOOKED_BACK = timedelta(days=7)


def published(period: Period, wanted: Wanted = ALL) -> tuple[Published, ...]:
    """Four queries, and one where nothing was published."""
    releases = Release.objects.select_related("author").order_by("number")
    of_period = list(
        releases.filter(created_at__gte=period.starts_at, created_at__lt=period.ends_at)
    )
    if not of_period:
        return ()
    earlier = releases.filter(number__lt=of_period[0].number).last()
    served = served_by(looked_at(period), wanted)
    told = []
    for release in of_period:
        told.append(told_of(release, earlier, served))
        earlier = release
    return tuple(told)


def told_of(
    release: Release, earlier: Release | None, served: Mapping[int, Served]
) -> Published:
    old = earlier.snapshot if earlier else {}
    changes = [
        f"{change.record}: {change.field}"
        if change.field
        else f"{change.record} ({change.new})"
        for change in changes_between(old, release.snapshot)
    ]
    return Published(
        number=release.number,
        at=release.created_at,
        author=str(release.author or ""),
        note=release.note,
        changes=tuple(dict.fromkeys(changes)),
        earlier=served.get(earlier.number, Served()) if earlier else Served(),
        after=served.get(release.number, Served()),
    )


def looked_at(period: Period) -> Period:
    return replace(period, first=period.first - LOOKED_BACK)


def served_by(period: Period, wanted: Wanted) -> Mapping[int, Served]:
    """Two queries, of calls that are over, by the number of their release."""
    spent = spend_by_release(period, wanted)
    rows = (
        calls_of(period, wanted)
        .exclude(disposition="")
        .values("release_number")
        .annotate(
            calls=Count("pk"),
            accepted=Count("pk", filter=ACCEPTED),
            contained=Count("pk", filter=ACCEPTED & Q(disposition__in=CONTAINED)),
            handed_off=Count("pk", filter=Q(disposition=Disposition.HANDED_OFF)),
            lost=Count("pk", filter=Q(disposition=Disposition.LOST)),
        )
    )
    return {
        row["release_number"]: Served(
            calls=row["calls"],
            accepted=row["accepted"],
            contained=row["contained"],
            handed_off=row["handed_off"],
            lost=row["lost"],
            spent=spent.get(row["release_number"], NOTHING),
        )
        for row in rows
    }
