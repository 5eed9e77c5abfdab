"""What is exported and imported into an empty portal is exported as the same bytes."""

from datetime import time
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from routing.models import Agent, Calendar, Contact, HttpTool, PhoneNumber, RoutingRule
from routing.services import config, releases
from routing.services.config.table import SECTIONS
from routing.services.demo import load_demo
from tests import makers_routing as make

pytestmark = pytest.mark.django_db

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60
)
NAMES = TEXTS.map(lambda text: " ".join(text.split())[:60]).filter(bool)
NASTY = st.sampled_from(
    [
        "no",
        "null",
        "~",
        "1e5",
        "0x1F",
        "08:00",
        "- a",
        "a: b",
        "# x",
        "'",
        '"',
        "*x",
        "%",
    ]
)
WORDS = NAMES | NASTY
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | NASTY
    | TEXTS
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS | NASTY, inner, max_size=3)
    ),
    max_leaves=8,
)
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
SPANS = st.tuples(st.integers(0, 6), CLOCKS, CLOCKS).filter(lambda s: s[1] != s[2])


def empty() -> None:
    for section in reversed(SECTIONS):
        section.model._default_manager.all().delete()


def export() -> str:
    return config.written(config.draft_document())


def assert_comes_back() -> None:
    before, snapshot = export(), releases.draft_snapshot()
    document, lines = config.read(before)
    assert config.preview(document, lines) == []
    empty()
    config.apply(document, lines)
    assert export() == before
    again = releases.draft_snapshot()
    assert without_keys(again) == without_keys(snapshot)


def without_keys(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A record that was made anew has another key, and its tools and numbers have."""
    return {
        name: sorted(record.get("name", record.get("label")) for record in records)
        for name, records in snapshot.items()
        if isinstance(records, list)
    }


def test_the_demo_comes_back() -> None:
    load_demo(simulator_port=8100)
    assert_comes_back()


def test_nothing_at_all_comes_back() -> None:
    assert_comes_back()


def test_every_kind_of_record_comes_back() -> None:
    calendar = make.make_calendar((0, "08:00", "18:00"), (6, "22:00", "02:00"))
    dana = make.make_contact(name="Dana", calendar=calendar, email="")
    policy = make.make_policy(dana, end="callback")
    tool = make.make_tool(secret_name="TOOL_SECRET_CRM")
    agent = make.make_agent(tool, policy=policy, max_cost="0.50", speed=1.25)
    make.make_field(agent, "callback_number", kind="phone")
    profile = make.make_profile("en-US", "es-US", preemptible=True)
    profile.languages.update(filler="Hold on.")
    number = make.make_number(agent=agent, policy=policy, profile=profile)
    make.make_rule(
        number,
        caller_match="listed",
        callers="+12025550199\n+1202*",
        hours_match="closed",
        calendar=calendar,
        action="reject",
        sip_status=486,
        because="spam",
    )
    assert_comes_back()


@given(names=st.lists(WORDS, min_size=2, max_size=4, unique=True), data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_draft_comes_back(names: list[str], data: st.DataObject) -> None:
    with transaction.atomic():
        for name in names:
            calendar = Calendar(name=name, time_zone="Europe/Berlin")
            calendar.full_clean()
            calendar.save()
            weekday, opens, closes = data.draw(SPANS)
            calendar.spans.create(weekday=weekday, opens=opens, closes=closes)
            contact = Contact(name=name, phone="+12025550151", calendar=calendar)
            contact.full_clean()
            contact.save()
            make_tool(data)
            agent = Agent(
                name=name, instructions=data.draw(WORDS | TEXTS.filter(str.strip))
            )
            agent.full_clean()
            agent.save()
            agent.tools.set(HttpTool.objects.all()[: data.draw(st.integers(0, 3))])
        number = make.make_number(label=names[0])
        for name in data.draw(st.permutations(names)):
            rule = RoutingRule(name=name, position=RoutingRule.objects.count())
            rule.full_clean()
            rule.save()
            rule.numbers.set(PhoneNumber.objects.all() if len(name) % 2 else [number])
        assert_comes_back()
        transaction.set_rollback(True)


def make_tool(data: st.DataObject) -> None:
    schema = {"type": "object", "examples": [data.draw(JSON)]}
    tool = make.make_tool(schema=schema, timeout=data.draw(st.floats(0.5, 20)))
    tool.full_clean()


def test_a_time_with_seconds_keeps_them() -> None:
    calendar = make.make_calendar()
    calendar.spans.create(weekday=1, opens=time(8, 0, 30), closes=time(9))
    assert '"08:00:30"' in export()
    assert_comes_back()
