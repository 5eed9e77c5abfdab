"""What rules, lists and limits do to calls, from the carrier's form to its answer."""

from dataclasses import fields
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from calls.core.words import CallState, Disposition
from calls.models import Call
from calls.services import closing, reasons
from routing.core.ruleset import Phrases
from tests.calls.carrier import Line, verbs
from tests.makers_calls import make_call
from tests.makers_routing import (
    make_agent,
    make_contact,
    make_entry,
    make_group,
    make_list,
    make_number,
    make_profile,
    make_rule,
    publish,
)

CALLER = "+12025550199"


def ruled(action: str = "message", **fields: Any) -> Line:
    """A line on which one rule plays a message to whom it holds for."""
    number = make_number()
    if action == "message":
        fields.setdefault("message", "The rule.")
    make_rule(number, name="The rule", action=action, **fields)
    publish()
    return Line(number.e164)


def by_rule(caller: Line) -> bool:
    return bool(caller.call.decision["rule"] == "The rule")


@pytest.mark.django_db
def test_a_blocked_caller_is_turned_away_without_publishing() -> None:
    number = make_number()
    blocked = make_list(name="Nuisance")
    publish()
    before = Line(number.e164)
    assert verbs(before.ring())[0] == "Connect"
    make_entry(blocked, CALLER)
    after = Line(number.e164)
    assert verbs(after.ring()) == ["Reject"]
    decision = after.call.decision
    assert (decision["rule"], decision["because"]) == ("Caller is blocked", "spam")
    told = reasons.explained(after.call)
    assert told.rules[0].conditions[0].name == "caller is on “Nuisance”"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pattern", "days", "blocked"),
    [
        ("+1202*", None, True),
        ("+1303*", None, False),
        (CALLER, 1, True),
        (CALLER, -1, False),
    ],
)
def test_an_entry_may_be_a_beginning_and_may_end(
    pattern: str, days: int | None, blocked: bool
) -> None:
    number = make_number()
    until = timezone.now() + timedelta(days=days) if days else None
    make_entry(make_list(), pattern, expires_at=until)
    publish()
    caller = Line(number.e164)
    assert (verbs(caller.ring()) == ["Reject"]) is blocked


@pytest.mark.django_db
def test_a_rule_may_ask_for_a_list_and_takes_who_is_added_later() -> None:
    staff = make_list(kind="staff")
    caller = ruled(caller_match="listed")
    rule = staff.rules.model.objects.get()
    rule.caller_lists.add(staff)
    publish()
    caller.ring()
    assert not by_rule(caller)
    make_entry(staff, CALLER)
    later = Line(caller.to)
    later.ring()
    assert by_rule(later)
    (told,) = reasons.explained(later.call).rules
    assert told.conditions[1].name == f"caller is on “{staff.name}”"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "sent", "holds"),
    [
        ({"caller_match": "listed", "countries": "US"}, {}, True),
        ({"caller_match": "listed", "countries": "CA, DE"}, {}, False),
        ({"verification": "full"}, {"StirVerstat": "TN-Validation-Passed-A"}, True),
        ({"verification": "full"}, {"StirVerstat": "TN-Validation-Passed-B"}, False),
        ({"verification": "failed"}, {"StirVerstat": "TN-Validation-Failed"}, True),
        ({"verification": "missing"}, {}, True),
        ({"forwarded": "forwarded"}, {"ForwardedFrom": "+12025550142"}, True),
        ({"forwarded": "forwarded"}, {"ForwardedFrom": "unknown"}, False),
        (
            {"forwarded": "listed", "forwarded_from": "+1202*"},
            {"ForwardedFrom": "+1 202-555-0142"},
            True,
        ),
        ({"headers": "X-Line: sales*"}, {"SipHeader_X-Line": "Sales-2"}, True),
        ({"headers": "X-Line: sales"}, {"SipHeader_X-Line": "Sales-2"}, False),
        ({"headers": "X-Line: *"}, {}, False),
        ({"budget": "within"}, {}, True),
        ({"budget": "spent"}, {}, False),
        ({"history": "new"}, {}, True),
        ({"history": "new"}, {"From": "anonymous"}, False),
    ],
)
def test_what_the_carrier_says_of_a_call_can_be_asked(
    fields: dict[str, str], sent: dict[str, str], holds: bool
) -> None:
    caller = ruled(**fields)
    caller.ring(**sent)
    assert by_rule(caller) is holds


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "history", "holds"),
    [(5, "known", True), (5, "again", True), (90, "again", False), (90, "new", False)],
)
def test_an_earlier_call_can_be_asked(minutes: int, history: str, holds: bool) -> None:
    caller = ruled(history=history)
    make_call(
        caller=CALLER,
        dialled="+12025550000",
        offered_at=timezone.now() - timedelta(minutes=minutes),
    )
    caller.ring()
    assert by_rule(caller) is holds


@pytest.mark.django_db
def test_a_rule_for_a_group_holds_for_each_of_its_numbers() -> None:
    inside, outside = make_number(), make_number()
    rule = make_rule(name="The rule", action="message", message="Hm.")
    rule.groups.add(make_group(inside))
    publish()
    for number, holds in ((inside, True), (outside, False)):
        caller = Line(number.e164)
        caller.ring()
        assert by_rule(caller) is holds


@pytest.mark.django_db
def test_a_message_is_played_and_the_call_ends() -> None:
    caller = ruled(message="We have moved.")
    assert verbs(caller.ring()) == ["Say", "Hangup"]
    assert caller.said == ["We have moved."]


@pytest.mark.django_db
def test_a_call_can_be_put_through_to_one_person() -> None:
    ana = make_contact(name="Ana", phone="+12025550153")
    caller = ruled("divert", contact=ana)
    assert verbs(caller.ring()) == ["Dial", "Hangup"]
    assert caller.number.text == "+12025550153"
    assert caller.call.handoffs.get().policy_name == "Ana"
    assert "Record" in verbs(caller.end_dial("no-answer"))


@pytest.mark.django_db
def test_a_caller_who_presses_1_is_called_back() -> None:
    caller = ruled("callback")
    assert verbs(caller.ring()) == ["Gather", "Say", "Record", "Say", "Hangup"]
    asked = caller.verb("Gather")
    assert "press 1" in (asked.findtext("Say") or "")
    told = caller.send(asked.attrib["action"], Digits="1")
    assert verbs(told) == ["Say", "Say", "Hangup"]
    follow_up = caller.call.follow_ups.get()
    assert (follow_up.kind, follow_up.contact_number) == ("callback", CALLER)
    assert caller.call.state == CallState.OVER
    settled = closing.close(caller.call.pk, timezone.now() + timedelta(minutes=2))
    assert settled is Disposition.CALLBACK_SCHEDULED


@pytest.mark.django_db
def test_a_call_back_is_offered_in_the_words_of_the_profile() -> None:
    profile = make_profile("de-DE")
    profile.languages.update(
        **dict.fromkeys((field.name for field in fields(Phrases)), "Bitte warten.")
    )
    profile.languages.update(callback_offer="Drücken Sie die 1.")
    profile.languages.update(callback_promised="Wir rufen zurück.")
    caller = ruled("callback", profile=profile)
    caller.ring()
    asked = caller.verb("Gather")
    assert asked.findtext("Say") == "Drücken Sie die 1."
    told = caller.send(asked.attrib["action"], Digits="1")
    assert [say.text for say in told] == ["Wir rufen zurück.", "Bitte warten.", None]


@pytest.mark.django_db
def test_another_key_leads_to_the_voicemail() -> None:
    caller = ruled("callback", message="Press 1, and we call.")
    caller.ring()
    asked = caller.verb("Gather")
    assert asked.findtext("Say") == "Press 1, and we call."
    told = caller.send(asked.attrib["action"], Digits="5")
    assert verbs(told) == ["Say", "Record", "Say", "Hangup"]
    assert not caller.call.follow_ups.exists()


@pytest.mark.django_db
def test_nobody_offers_to_call_back_who_has_no_number_for_it() -> None:
    caller = ruled("callback")
    assert "Gather" not in verbs(caller.ring(From="anonymous"))
    assert caller.call.state == CallState.VOICEMAIL


def full_line(**fields: Any) -> Line:
    """Two calls at the same time, of which one is kept, and one is going on."""
    number = make_number(max_calls=2, kept_calls=1, **fields)
    publish()
    make_call(dialled=number.e164, state=CallState.LIVE, caller="+12025550001")
    return Line(number.e164)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("overflow", "first"),
    [
        ("voicemail", "Say"),
        ("divert", "Dial"),
        ("reject", "Reject"),
        ("callback", "Gather"),
    ],
)
def test_above_its_limit_a_line_does_what_it_says(overflow: str, first: str) -> None:
    caller = full_line(overflow=overflow)
    assert verbs(caller.ring())[0] == first
    decision = caller.call.decision
    assert (decision["rule"], decision["because"]) == ("No line is free", "overflow")
    told = reasons.explained(caller.call)
    assert told.rules[-1].conditions[0].value == "1 of 2, 1 kept for priority callers"


@pytest.mark.django_db
def test_a_call_above_the_limit_that_got_nothing_has_overflowed() -> None:
    caller = full_line(overflow="message", overflow_message="All lines are busy.")
    caller.ring()
    assert caller.said == ["All lines are busy."]
    settled = closing.close(caller.call.pk, timezone.now() + timedelta(minutes=2))
    assert settled is Disposition.OVERFLOWED


@pytest.mark.django_db
def test_a_priority_caller_gets_the_line_that_is_kept() -> None:
    caller = full_line()
    make_list(CALLER, kind="vip")
    assert verbs(caller.ring())[0] == "Connect"


@pytest.mark.django_db
def test_an_agent_takes_as_many_calls_as_it_may() -> None:
    agent = make_agent(max_calls=1)
    number = make_number(agent=agent)
    publish()
    first, second = Line(number.e164), Line(number.e164)
    assert verbs(first.ring())[0] == "Connect"
    assert verbs(second.ring())[0] != "Connect"
    assert second.call.decision["because"] == "overflow"


@pytest.mark.django_db
def test_how_busy_a_number_is_can_be_asked_by_a_rule() -> None:
    caller = ruled(load="number", load_from=2)
    for _ in range(2):
        line = Line(caller.to)
        line.ring()
        assert not by_rule(line)
    caller.ring()
    assert by_rule(caller)


@pytest.mark.django_db(transaction=True)
def test_of_calls_that_come_at_the_same_moment_only_so_many_are_accepted() -> None:
    number = make_number(max_calls=3)
    publish()
    lines = [Line(number.e164, caller=f"+1202555{n:04d}") for n in range(8)]
    together = Barrier(len(lines))

    def ring(line: Line) -> None:
        together.wait(timeout=60)
        line.ring()
        connection.close()

    threads = [Thread(target=ring, args=[line]) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decisions = [call.decision["verdict"] for call in Call.objects.all()]
    assert sorted(decisions) == ["accept"] * 3 + ["voicemail"] * 5
