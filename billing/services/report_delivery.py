"""Each report of a subscription and period goes to each recipient once.

A report is a row, so that it is made once, and every recipient another. A worker takes
a report by its lease, and a recipient by moving the row to "handing over" right before
the mail's text goes over the wire. Whoever died before that left nothing behind but a
lease that ends, and another worker goes on. Whoever died after it leaves a row of
which nobody can say whether the mail was sent: it is not sent again, because a mail
that is missing is told of as an incident, and a second one makes people doubt the
first.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q

from billing.core.report_period import Period, due
from billing.models import Delivery, ReportSubscription, SendState, SentReport
from billing.services.report_post import Outcome, TakenOver
from calls.core.words import CauseOwner, IncidentKind
from calls.models import Incident
from calls.services import incidents

# Longer than a task may run.
LEASE = timedelta(minutes=3)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(hours=20)


def open_due(now: datetime) -> int:
    """Make the rows of every report that is due; says how many are new."""
    active = ReportSubscription.objects.filter(active=True)
    return sum(
        open_report(subscription, period, now)[1]
        for subscription in active
        for period in due(subscription.timing(), subscription.served_since, now)
    )


@transaction.atomic
def open_report(
    subscription: ReportSubscription, period: Period, now: datetime
) -> tuple[SentReport, bool]:
    """The report's row, and whether it is new."""
    report, is_new = SentReport.objects.get_or_create(
        subscription=subscription,
        first_day=period.first,
        last_day=period.last,
        defaults={
            "time_zone": period.zone,
            "created_at": now,
            "next_try_at": now,
        },
    )
    if is_new:
        Delivery.objects.bulk_create(
            Delivery(report=report, address=address, at=now)
            for address in dict.fromkeys(subscription.recipients)
        )
    return report, is_new


def to_send(now: datetime, most: int) -> list[int]:
    found = SentReport.objects.filter(free(now), open=True, next_try_at__lte=now)
    return list(found.order_by("next_try_at").values_list("pk", flat=True)[:most])


def free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=now)


def claim(report_id: int, now: datetime, *, early: bool = False) -> SentReport | None:
    """The report, if it is to be sent now and by us. `early`: do not wait for the

    pause after the last try.
    """
    ours = SentReport.objects.filter(free(now), pk=report_id, open=True)
    if not early:
        ours = ours.filter(next_try_at__lte=now)
    lease = str(uuid4())
    taken = ours.update(lease=lease, leased_until=now + LEASE, tries=F("tries") + 1)
    if not taken:
        return None
    report = SentReport.objects.select_related("subscription").get(pk=report_id)
    give_up_dead(report, now)
    return report


def give_up_dead(report: SentReport, now: datetime) -> None:
    """Deliveries whose worker stopped while the mail server had them."""
    dead = report.deliveries.filter(state=SendState.HANDING_OVER)
    if dead.update(state=SendState.UNKNOWN, at=now, why="we were stopped meanwhile"):
        tell(report, SendState.UNKNOWN, now)


def blame(report: SentReport, why: str) -> None:
    """Why those who wait got nothing, where it is not the mail server's doing."""
    report.deliveries.filter(state=SendState.WAITING).update(why=why)


def waiting(report: SentReport) -> list[Delivery]:
    return list(report.deliveries.filter(state=SendState.WAITING))


def take(delivery: Delivery, lease: str, now: datetime) -> None:
    """Right before the text goes out; raises `TakenOver` when it is no longer ours."""
    ours = Delivery.objects.filter(
        pk=delivery.pk, state=SendState.WAITING, report__lease=lease
    )
    if not ours.update(state=SendState.HANDING_OVER, at=now):
        raise TakenOver("Another worker sends this report.")


def note(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """`waiting` takes a delivery back that the server has refused for now."""
    open_ones = Delivery.objects.filter(
        pk=delivery.pk, state__in=[SendState.WAITING, SendState.HANDING_OVER]
    )
    open_ones.update(state=outcome.state, why=outcome.why[:80], at=now)


def put_back(report: SentReport, now: datetime) -> None:
    """After a try: closed when nobody waits any more, else tried again later."""
    ours = SentReport.objects.filter(pk=report.pk, lease=report.lease)
    if not ours.exists():
        return  # somebody else sends it by now
    give_up_dead(report, now)
    if now - report.created_at > GIVEN_UP_AFTER:
        left = report.deliveries.filter(state=SendState.WAITING)
        left.update(state=SendState.GIVEN_UP, at=now)
    states = {SendState(state) for state in states_of(report)}
    for state in TOLD:
        if state in states:
            tell(report, state, now)
        else:
            settle(report, state, states, now)
    still = SendState.WAITING in states
    ours.update(
        open=still, lease="", leased_until=None, next_try_at=now + pause(report.tries)
    )


def states_of(report: SentReport) -> set[str]:
    return set(report.deliveries.values_list("state", flat=True))


@transaction.atomic
def send_again(report_id: int, now: datetime) -> int:
    """To all who have not got it for certain, if nobody sends it right now: how many.

    Somebody has asked for it who knows that one of them may get it twice. The mail has
    the same id as before, by which most mail programs show it once.
    """
    rows = SentReport.objects.select_for_update().filter(free(now), pk=report_id)
    report = rows.first()
    if report is None:
        return 0
    again = report.deliveries.filter(state__in=AGAIN)
    found = again.update(state=SendState.WAITING, why="", at=now)
    if found:
        rows.update(open=True, next_try_at=now)
    return found


def pause(tries: int) -> timedelta:
    doubled: timedelta = FIRST_PAUSE * 2 ** min(max(tries - 1, 0), 10)
    return min(LONGEST_PAUSE, doubled)


TOLD = {
    SendState.WAITING: "It is tried again.",
    SendState.REFUSED: "It is not tried again: look whether the address is right.",
    SendState.UNKNOWN: "It may or may not have arrived, so it is not sent again.",
    SendState.GIVEN_UP: "It is not tried any more.",
}
AGAIN = (SendState.REFUSED, SendState.UNKNOWN, SendState.GIVEN_UP)
ALL_HAVE_IT = "It has been sent since."
TRIED_AGAIN = "It is being tried again; another incident tells why it still waits."
NOT_TRIED = "Not everybody got it; another incident tells why."


def tell(report: SentReport, state: SendState, now: datetime) -> None:
    """Once of each state of a report, and anew after it had come right in between."""
    deliveries = list(report.deliveries.all())
    failed = [one for one in deliveries if one.state == state and one.why]
    if not failed:
        return  # nobody has tried yet
    reasons = " or ".join(sorted({one.why for one in failed}))
    key = key_of(report, state)
    before = Incident.objects.filter(key__startswith=key, settled_by=None)
    times = before.exclude(settled_at=None).count()
    incidents.report(
        IncidentKind.MAIL_FAILED,
        CauseOwner.CONFIGURATION if state == SendState.REFUSED else CauseOwner.OURS,
        key=f"{key}{times or ''}",
        now=now,
        detail=f"The report {report} was not sent to {len(failed)} of "
        f"{len(deliveries)} recipients: {reasons}. {TOLD[state]}",
    )


def settle(
    report: SentReport, state: SendState, states: set[SendState], now: datetime
) -> None:
    """What was told of that state holds no more."""
    note = TRIED_AGAIN if SendState.WAITING in states else NOT_TRIED
    if states == {SendState.SENT}:
        note = ALL_HAVE_IT
    incidents.settle(key_of(report, state), now, note)


def key_of(report: SentReport, state: SendState) -> str:
    return f"report:{report.pk}:{state}:"
