"""Looking after budgets. A step that is reached is told once for each period."""

from celery import shared_task
from django.utils import timezone

from billing.services import budget_mail, budgets
from calls.core.words import CauseOwner, IncidentKind
from calls.services import incidents
from calls.tasks import send


@shared_task
def watch_budgets() -> None:
    """Every few seconds. What could not be told is tried again, for a day."""
    now = timezone.now()
    for reached in budgets.note_reached(now):
        incidents.report(
            IncidentKind.BUDGET_REACHED,
            CauseOwner.CONFIGURATION,
            key=f"budget {reached.pk}",
            now=now,
            detail=budget_mail.sentence(reached),
        )
    for reached in budgets.untold(now):
        if budgets.claim(reached, now):
            mail = budget_mail.compose(reached)
            if mail.to and not send(mail):
                budgets.unclaim(reached)
