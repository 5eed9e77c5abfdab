"""Sends the reports that are due, those of a day, or a copy of them to somebody."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from billing.core.report_period import DAY, Period
from billing.models import ReportSubscription, SendState
from billing.services import report_delivery, report_sending
from billing.services.report_making import Style, latest_period, mail_about, style_of

MOST = 1000
NO_SUBSCRIPTION = (
    "Nobody gets reports yet. Add a report subscription in the admin, or name who is "
    "to have one with --to ADDRESS."
)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no day; write it as 2026-11-20.") from None


class Command(BaseCommand):
    help = "Send the reports that are due now, or with --date those of a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date", help="the day a report is about, or a day of its week: 2026-11-20"
        )
        parser.add_argument(
            "--to",
            help="send a copy of every report to this address, and to nobody else; it "
            "does not count as sent",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        day = day_of(options["date"]) if options["date"] else None
        if day is not None and day > now.date() + DAY:
            raise CommandError(f"{day} has not come yet.")
        if options["to"]:
            self.send_copies(options["to"], day, now)
        else:
            self.send_reports(day, now)

    def send_reports(self, day: date | None, now: datetime) -> None:
        active = list(ReportSubscription.objects.filter(active=True))
        if not active:
            raise CommandError(NO_SUBSCRIPTION)
        failed = False
        for report_id, name in self.to_send(active, day, now):
            states = report_sending.send(report_id, early=True)
            self.stdout.write(f"{name}: {told(states)}")
            failed = failed or failing(states)
        if failed:
            raise CommandError("Not everybody got a mail; see the incidents.")

    def to_send(
        self, active: list[ReportSubscription], day: date | None, now: datetime
    ) -> Iterator[tuple[int, str]]:
        if day is None:
            report_delivery.open_due(now)
            waiting = report_delivery.to_send(now, MOST)
            if not waiting:
                self.stdout.write("Nothing is due.")
            for report_id in waiting:
                yield report_id, f"Report {report_id}"
            return
        for subscription in active:
            period = subscription.timing().period_of(day)
            report, _ = report_delivery.open_report(subscription, period, now)
            yield report.pk, str(report)

    def send_copies(self, address: str, day: date | None, now: datetime) -> None:
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError(f"“{address}” is no mail address.") from None
        for name, period, numbers, style in wanted(day, now):
            mail = mail_about(period, now, numbers, style)
            outcome = report_sending.send_copy(mail, address, now)
            if not report_sending.was_sent(outcome):
                raise CommandError(f"{name} was not sent: {outcome.why}.")
            self.stdout.write(f"{name}: sent to {address}")


def wanted(
    day: date | None, now: datetime
) -> Iterator[tuple[str, Period, list[str], Style]]:
    """Of every subscription; one of all lines in English where there is none."""
    active = list(ReportSubscription.objects.filter(active=True))
    for subscription in active:
        period = latest_period(subscription, now)
        if day is not None:
            period = subscription.timing().period_of(day)
        style = style_of(subscription)
        yield subscription.name, period, subscription.numbers, style
    if not active:
        yesterday = day or now.date() - DAY
        yield "Report of all lines", Period(yesterday, yesterday, "UTC"), [], Style()


def told(states: Mapping[str, int] | None) -> str:
    if states is None:
        return "nothing to send: it was sent already, or is being sent right now"
    return ", ".join(
        f"{count} {SendState(state).label.lower()}"
        for state, count in sorted(states.items())
    )


def failing(states: Mapping[str, int] | None) -> bool:
    return states is not None and set(states) != {SendState.SENT.value}
