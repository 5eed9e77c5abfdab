"""The made-up call of the tester, as a manager describes it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from calls.services.facts import country_of, forwarded
from routing.core.callers import classify, spaced
from routing.core.decision import CallerKind, Facts, OnList
from routing.core.hours import zone
from routing.core.ruleset import Ruleset
from routing.core.standing import Budgets, BudgetScope, BudgetStanding, BudgetState

CALL_ID = "tried"
LOCAL = "%Y-%m-%dT%H:%M"
CHECKS = [
    ("", "No verdict, as from abroad"),
    ("TN-Validation-Passed-A", "Passed: the carrier knows the caller (A)"),
    ("TN-Validation-Passed-B", "Passed: the carrier knows the customer (B)"),
    ("TN-Validation-Passed-C", "Passed: it came through a gateway (C)"),
    ("TN-Validation-Failed-A", "Failed"),
]
BUDGETS = [
    (BudgetState.OK.value, "Within the budget"),
    (BudgetState.WARNED.value, "Warned"),
    (BudgetState.SPENT.value, "Spent"),
]


def text(label: str, help_text: str = "", **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs=more),
    )


def count(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class TrialForm(forms.Form):
    number = forms.ChoiceField(label="Number called", widget=UnfoldAdminSelectWidget)
    caller = text(
        "Caller",
        "With the country code, such as +1 202 555 0199, or a SIP address. Empty: the "
        "caller withholds the number.",
    )
    at = forms.CharField(
        label="When",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text="By the clock of the number called. Empty: now.",
    )
    caller_lists = forms.MultipleChoiceField(
        label="The caller is on",
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    last_call = count(
        "Last call of this caller (minutes ago)", "Empty: never called before."
    )
    verstat = forms.ChoiceField(
        label="Spoof check",
        choices=CHECKS,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    forwarded_from = text("Forwarded from", "Empty: dialled directly.")
    live_calls = count("Calls going on at this number")
    agent_calls = count("Calls going on with its agent")
    account_calls = count("Calls going on in the whole account")
    budget = forms.ChoiceField(
        label="Budget of the number",
        choices=BUDGETS,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    headers = forms.CharField(
        label="SIP headers",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="One a line, such as X-Line: sales. Only calls over SIP have some.",
    )

    def __init__(self, *args: Any, ruleset: Ruleset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ruleset = ruleset
        self.offer(
            "number",
            {n.e164: f"{n.label} ({spaced(n.e164)})" for n in ruleset.numbers.values()},
        )
        lists = {key: found.name for key, found in ruleset.caller_lists.items()}
        self.offer("caller_lists", lists)
        if not lists:
            del self.fields["caller_lists"]

    def offer(self, name: str, choices: Mapping[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices.items())

    def clean_at(self) -> str:
        written = str(self.cleaned_data["at"])
        if written:
            try:
                datetime.strptime(written, LOCAL).replace(tzinfo=UTC)
            except ValueError:
                raise forms.ValidationError(
                    "Write a day and a time, such as 2026-12-24T18:00."
                ) from None
        return written

    def moment(self) -> datetime:
        """The time that was chosen, by the clock of the number."""
        written = self.cleaned_data["at"]
        if not written:
            return timezone.now()
        number = self.ruleset.number_for(self.cleaned_data["number"])
        place = (zone(number.time_zone) if number else None) or UTC
        return datetime.strptime(written, LOCAL).replace(tzinfo=place).astimezone(UTC)

    def facts(self) -> Facts:
        given = self.cleaned_data
        caller = classify(given["caller"])
        number = self.ruleset.number_for(given["number"])
        agent = number.agent if number else ""
        minutes = given["last_call"]
        by_agent = {agent: given["agent_calls"]} if given["agent_calls"] else {}
        known = caller.kind is CallerKind.NUMBER
        return Facts(
            dialled=given["number"],
            caller=caller.normalised,
            caller_kind=caller.kind,
            country=country_of(caller.normalised) if known else "",
            forwarded_from=forwarded(given["forwarded_from"]),
            verstat=given["verstat"],
            lists=tuple(map(self.on_list, given.get("caller_lists", ()))),
            since_last_call=None if minutes is None else minutes * 60,
            live_calls=given["live_calls"] or 0,
            account_calls=given["account_calls"] or 0,
            agent_calls=by_agent,
            budgets=self.budgets(),
            headers=dict(map(header, filter(None, given["headers"].splitlines()))),
            call=CALL_ID,
        )

    def on_list(self, key: str) -> OnList:
        found = self.ruleset.caller_lists[key]
        return OnList(key, found.name, found.kind)

    def budgets(self) -> Budgets:
        state = BudgetState(self.cleaned_data["budget"] or BudgetState.OK)
        if state is BudgetState.OK:
            return Budgets()
        number = self.cleaned_data["number"]
        words = f"made up here: {state}"
        scope = BudgetScope.NUMBER
        return Budgets((BudgetStanding(scope, number, "Budget", state, words),))


def header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()
