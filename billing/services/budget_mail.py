"""Telling the team that a step of a budget was reached."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from billing.core import money_words
from billing.core.pricing import DOLLARS
from billing.models import BudgetReached
from billing.models.budgets import ACTIONS, SPANS
from routing.core.standing import BudgetAction

ACTION_WORDS = dict(ACTIONS)
SPAN_WORDS = dict(SPANS)
DONE = {
    BudgetAction.WARN: "Nothing has changed for callers.",
    BudgetAction.SHORTER_CALLS: "Calls are kept shorter from now on.",
    BudgetAction.CHEAPER_AGENT: "A cheaper agent answers from now on.",
    BudgetAction.PERSON: "Callers are put through to people from now on.",
    BudgetAction.CALLBACK: "From now on callers are offered to be called back, or may "
    "leave a message.",
    BudgetAction.VOICEMAIL: "Callers are asked for a voicemail from now on.",
    BudgetAction.NO_AI: "No agent takes calls from now on: people are rung, and "
    "whoever reaches nobody may leave a voicemail.",
}


def sentence(reached: BudgetReached) -> str:
    """What has happened, for the mail and for the incident."""
    spent = money_words.money(reached.spent, DOLLARS)
    of = money_words.money(reached.amount, DOLLARS)
    return (
        f"“{reached.budget.name}” has reached {reached.threshold} % of its budget: "
        f"{spent} of {of}. {DONE[BudgetAction(reached.action)]}"
    )


def compose(reached: BudgetReached) -> EmailMultiAlternatives:
    page = reverse("admin:billing_budget_change", args=[reached.budget_id])
    context = {
        "sentence": sentence(reached),
        "span": SPAN_WORDS[reached.budget.span].lower(),
        "link": f"{settings.PORTAL_URL}{page}",
    }
    mail = EmailMultiAlternatives(
        subject=f"Budget “{reached.budget.name}”: {reached.threshold} % reached",
        body=render_to_string("mail/budget.txt", context),
        to=list(settings.TEAM_EMAILS),
    )
    mail.attach_alternative(render_to_string("mail/budget.html", context), "text/html")
    return mail
