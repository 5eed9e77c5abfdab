"""A spent budget, as the next caller feels it: on both paths, and nobody is lost."""

from typing import Any

import pytest
from django.utils import timezone

from billing.meter import BUDGETS
from billing.models import Budget, BudgetStep
from billing.services.ledger import enter
from calls.core.words import CallState, Disposition, FollowUpKind
from calls.models import Call
from calls.services import reasons
from calls.services.closing import close
from routing.core.ruleset import Path
from routing.models import Agent, EscalationPolicy, PhoneNumber
from tests.billing.ledger_rows import set_prices
from tests.calls.carrier import Line, verbs
from tests.calls.views.lines import PHONES, people
from tests.makers_calls import make_call
from tests.makers_routing import make_agent, make_number, publish

pytestmark = pytest.mark.django_db(transaction=True)
PATHS = pytest.mark.parametrize("path", [Path.RELAY, Path.SIP])


def line_of(path: Path) -> Line:
    policy: EscalationPolicy = people("Ana")
    agent = make_agent(name="Dear agent", policy=policy)
    make_agent(name="Cheap agent", policy=policy)
    number = make_number(agent=agent, policy=policy, path=path)
    publish()
    return Line(number.e164)


def spend_all(action: str, dialled: str, **step: Any) -> None:
    """One call of today has cost 1.00, and 0.50 was to be spent."""
    set_prices()
    budget = Budget.objects.create(name="A day", span="day", amount="0.50")
    BudgetStep.objects.create(budget=budget, threshold=100, action=action, **step)
    now = timezone.now()
    spent = make_call(
        state=CallState.CLOSED,
        dialled=dialled,
        time_zone=PhoneNumber.objects.get(e164=dialled).time_zone,
        offered_at=now,
        answered_at=now,
        over_at=now,
        carrier_seconds=60,
    )
    enter([spent.pk], now)
    BUDGETS.renew()
    assert BUDGETS.wait(30)


def ring(path: Path, action: str, **step: Any) -> Line:
    line = line_of(path)
    spend_all(action, line.to, **step)
    line.ring()
    return line


def ended(line: Line) -> Disposition | None:
    now = timezone.now()
    return close(line.call.pk, now.replace(year=now.year + 1))


@pytest.fixture(autouse=True)
def _no_budgets_afterwards() -> Any:
    yield
    Budget.objects.all().delete()
    BUDGETS.renew()
    assert BUDGETS.wait(30)


@PATHS
def test_a_warning_leaves_the_caller_with_the_agent(path: Path) -> None:
    line = ring(path, "warn")
    assert line.call.decision["verdict"] == "accept"
    assert line.call.decision["because"] != "budget"


@PATHS
@pytest.mark.parametrize("action", ["person", "no_ai"])
def test_people_are_rung_and_take_the_caller(path: Path, action: str) -> None:
    line = ring(path, action)
    assert line.number.text == PHONES["Ana"]
    line.answer_whisper()
    line.end_dial("completed", DialCallDuration="9", DialBridged="true")
    line.hang_up()
    assert ended(line) is Disposition.HANDED_OFF


@PATHS
@pytest.mark.parametrize("action", ["person", "no_ai"])
def test_who_reaches_nobody_may_leave_a_message(path: Path, action: str) -> None:
    line = ring(path, action)
    line.end_dial("no-answer")
    assert "Record" in verbs(line.twiml)


@PATHS
def test_a_callback_is_promised_and_owed(path: Path) -> None:
    line = ring(path, "callback")
    line.send(line.verb("Gather").attrib["action"], Digits="1")
    assert ended(line) is Disposition.CALLBACK_SCHEDULED
    assert line.call.follow_ups.get().kind == FollowUpKind.CALLBACK


@PATHS
def test_a_voicemail_is_asked_for(path: Path) -> None:
    line = ring(path, "voicemail")
    assert "Record" in verbs(line.twiml)


@PATHS
def test_a_cheaper_agent_takes_the_call(path: Path) -> None:
    line = line_of(path)
    cheap = Agent.objects.get(name="Cheap agent")
    spend_all("cheaper_agent", line.to, agent=cheap)
    line.ring()
    call = Call.objects.get(carrier_sid=line.call_sid)
    assert (call.decision["verdict"], call.agent_key) == ("accept", str(cheap.pk))


@PATHS
def test_calls_are_kept_shorter(path: Path) -> None:
    line = ring(path, "shorter_calls", most_seconds=120)
    assert line.call.decision["verdict"] == "accept"
    assert line.call.decision["most_seconds"] == 120


def test_the_page_of_the_call_says_so() -> None:
    line = ring(Path.RELAY, "voicemail")
    told = reasons.explained(line.call)
    assert told.rule == "Budget “A day”"
