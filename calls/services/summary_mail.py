"""The mail about a call, which is sent once or not at all.

Its state is moved by conditional updates, so of two workers one sends. A mail whose
fate is not known (the connection broke while the server had it) is never sent again:
a missing mail is found in the portal, a second one makes people doubt the first.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from calls.core.lines import in_words
from calls.core.words import (
    AttemptResult,
    CallState,
    CauseOwner,
    IncidentKind,
    MailState,
)
from calls.core.zoned import in_length_words, short
from calls.models import Call, HandoffAttempt
from calls.services import incidents, recaps
from calls.services.call_script import ruleset_of

# Longer than any send can take, and than the pause between two tries.
GIVEN_UP_AFTER = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(minutes=10)


def claim(call_id: int, now: datetime) -> Call | None:
    """The call, if its mail is to be sent now and by us."""
    waiting = Call.objects.filter(pk=call_id, state=CallState.CLOSED, summary_mail="")
    if not waiting.update(summary_mail=MailState.SENDING, summary_mail_at=now):
        return None
    return Call.objects.get(pk=call_id)


def move(call: Call, to: MailState | str, now: datetime) -> bool:
    """From "sending"; back to the empty state when nothing was sent."""
    ours = Call.objects.filter(pk=call.pk, summary_mail=MailState.SENDING)
    return ours.update(summary_mail=to, summary_mail_at=now) == 1


def give_up(call: Call, to: MailState, now: datetime) -> None:
    if move(call, to, now):
        unsure = to is MailState.UNKNOWN
        incidents.report(
            IncidentKind.MAIL_FAILED,
            CauseOwner.OURS,
            key=f"mail:{call.pk}",
            now=now,
            call=call,
            detail="The mail about this call may or may not have been sent."
            if unsure
            else "The mail about this call could not be sent.",
        )


def stuck(now: datetime, most: int) -> list[Call]:
    """Mails whose worker died while it was sending."""
    return list(
        Call.objects.filter(
            state=CallState.CLOSED,
            summary_mail=MailState.SENDING,
            summary_mail_at__lt=now - GIVEN_UP_AFTER,
        ).order_by("closed_at")[:most]
    )


def forgotten(now: datetime, most: int) -> list[int]:
    """Mails that nobody is trying to send any more."""
    waiting = Call.objects.filter(state=CallState.CLOSED, summary_mail="")
    long_ago = now - FORGOTTEN_AFTER
    late = waiting.filter(closed_at__lt=long_ago).exclude(summary_mail_at__gt=long_ago)
    return list(late.order_by("closed_at").values_list("pk", flat=True)[:most])


def compose(call: Call) -> EmailMultiAlternatives:
    line = call.number_label or call.dialled
    context = {
        "call": call,
        "line": line,
        "offered": short(call.offered_at, call.time_zone),
        "length": in_length_words(recaps.seconds_of(call)),
        "ended": in_words(call.disposition),
        "sentences": call.summary.splitlines(),
        "follow_ups": [
            (in_words(f.kind), f.owner, short(f.due_at, call.time_zone), f.text)
            for f in call.follow_ups.all()
        ],
        "link": link_to(call),
    }
    mail = EmailMultiAlternatives(
        subject=f"{in_words(call.disposition)}: call to {line}",
        body=render_to_string("mail/call_summary.txt", context),
        to=recipients(call),
    )
    mail.attach_alternative(
        render_to_string("mail/call_summary.html", context), "text/html"
    )
    return mail


def recipients(call: Call) -> list[str]:
    """The team, and the contact who took the caller."""
    took = HandoffAttempt.objects.filter(
        handoff__call=call, result=AttemptResult.ACCEPTED
    )
    contacts = ruleset_of(call).contacts
    known = [contacts.get(key) for key in took.values_list("contact_key", flat=True)]
    emails = [contact.email for contact in known if contact and contact.email]
    return list(dict.fromkeys([*settings.TEAM_EMAILS, *emails]))


def link_to(call: Call) -> str:
    page = reverse("admin:calls_call_change", args=[call.pk])
    return f"{settings.PORTAL_URL}{page}"
