from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from routing.core.decide import decide
from routing.core.decision import Because, CallerKind, Decision, Facts, Verdict
from routing.core.ruleset import Path
from routing.models import Agent, Contact, PhoneNumber, Release, RoutingRule
from routing.services import live, releases
from routing.services.caller_lists import lists_of
from routing.services.demo import load_demo
from tests import makers_routing as make

pytestmark = pytest.mark.django_db

MONDAY_NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
SECOND = "+12025550101"
SUNDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)


def call(number: str, caller: str = "+12025550170", now: datetime = SUNDAY) -> Decision:
    live.refresh()
    facts = Facts(number, caller, CallerKind.NUMBER, lists=lists_of(caller, now))
    return decide(live.current(), facts, now)


def test_loading_publishes_release_one() -> None:
    said = StringIO()
    call_command("load_demo", stdout=said)
    assert said.getvalue() == "The demo configuration is published as Release 1.\n"
    assert PhoneNumber.objects.count() == 4
    assert Contact.objects.count() == 3
    assert releases.unpublished_changes() == []


def test_loading_again_changes_nothing() -> None:
    call_command("load_demo", stdout=StringIO())
    said = StringIO()
    call_command("load_demo", stdout=said)
    assert "published already" in said.getvalue()
    assert Release.objects.count() == 1
    assert RoutingRule.objects.count() == 3


def test_loading_again_brings_back_what_was_changed_and_keeps_what_was_added() -> None:
    load_demo(simulator_port=8100)
    Agent.objects.filter(name="Front desk").update(instructions="Hm.")
    make.make_contact(name="Our own")
    release = load_demo(simulator_port=8100)
    assert release is not None
    assert release.number == 2
    assert "Lindqvist" in Agent.objects.get(name="Front desk").instructions
    assert Contact.objects.filter(name="Our own").exists()


def test_the_demo_can_be_called_at_any_time() -> None:
    load_demo(simulator_port=8100)
    open_now, closed_now = call("+12025550100", now=MONDAY_NOON), call("+12025550100")
    assert open_now.verdict is closed_now.verdict is Verdict.ACCEPT
    agents = live.current().agents
    assert agents[open_now.agent].name == "Front desk"
    assert agents[closed_now.agent].name == "After hours"
    assert agents[call("+12025550101").agent].name == "Sales lead"


def test_the_demo_shows_what_rules_can_do() -> None:
    load_demo(simulator_port=8100)
    blocked = call("+12025550100", caller="+12025550199")
    assert (blocked.verdict, blocked.because) == (Verdict.REJECT, Because.SPAM)
    assert blocked.rule == "Caller is blocked"
    busy = Facts(SECOND, "+12025550170", CallerKind.NUMBER, live_calls=1000)
    overflowed = decide(live.current(), busy, MONDAY_NOON)
    assert (overflowed.verdict, overflowed.because) == (
        Verdict.CALLBACK,
        Because.OVERFLOW,
    )
    important = call("+12025550101", caller="+12025550111")
    assert important.verdict is Verdict.DIVERT
    assert len(live.current().policies[important.policy].steps) == 3


def test_the_second_line_detects_the_language() -> None:
    load_demo(simulator_port=8100)
    number = live.current().numbers[
        str(PhoneNumber.objects.get(e164="+12025550101").pk)
    ]
    profile = live.current().profiles[number.profile]
    codes = [language.code for language in profile.languages]
    assert codes == ["multi", "en-US", "es-US"]
    assert profile.language("es").code == "es-US"


def test_the_voice_line_speaks_by_itself_with_the_same_agents() -> None:
    load_demo(simulator_port=8100)
    open_now = call("+12025550102", now=MONDAY_NOON)
    closed_now = call("+12025550102")
    line = live.current().number_for("+12025550102")
    assert line is not None
    assert line.path is Path.SIP
    agents = live.current().agents
    assert agents[open_now.agent].name == "Front desk"
    assert agents[closed_now.agent].name == "After hours"


def test_loading_again_brings_back_how_a_line_is_answered() -> None:
    load_demo(simulator_port=8100)
    PhoneNumber.objects.update(path=Path.PERSON, trunk=False)
    load_demo(simulator_port=8100)
    paths = PhoneNumber.objects.order_by("e164").values_list("path", flat=True)
    assert list(paths) == [Path.RELAY, Path.RELAY, Path.SIP, Path.SIP]
    assert PhoneNumber.objects.get(trunk=True).e164 == "+12025550103"


def test_one_line_is_connected_by_a_bare_trunk() -> None:
    load_demo(simulator_port=8100)
    live.refresh()
    on_trunk = [n.label for n in live.current().numbers.values() if n.trunk]
    assert on_trunk == ["Trunk line"]
    assert call("+12025550103").verdict is Verdict.ACCEPT


def test_the_demos_tool_is_played_by_the_simulator() -> None:
    load_demo(simulator_port=8123)
    agent = next(iter(live.current().agents.values()))
    assert agent.tools[0].url == "http://127.0.0.1:8123/tools/opening-slots"
    assert agent.tools[0].allow_private
