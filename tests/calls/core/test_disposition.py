"""The table at the head of `calls.core.disposition`, line by line."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.core.disposition import Story, settle
from calls.core.words import Disposition
from routing.core.decision import Because, Verdict

stories = st.builds(
    Story,
    verdict=st.sampled_from(Verdict),
    because=st.sampled_from(Because),
    **{
        name: st.booleans()
        for name in Story.__slots__
        if name not in ("verdict", "because")
    },
)


def told(verdict: Verdict = Verdict.ACCEPT, /, **facts: Any) -> Disposition:
    return settle(replace(Story(verdict), **facts))


@given(stories)
def test_every_story_has_a_disposition(story: Story) -> None:
    assert settle(story) in Disposition


@given(stories)
def test_a_caller_who_got_something_is_never_lost(story: Story) -> None:
    got = story.contact_took or story.recorded or story.message_taken
    if got or story.callback_promised:
        assert settle(story) is not Disposition.LOST


@given(stories)
def test_a_breakdown_is_never_called_resolved(story: Story) -> None:
    if story.we_broke:
        assert settle(story) is not Disposition.RESOLVED


@given(stories)
def test_handed_off_needs_a_contact(story: Story) -> None:
    assert (settle(story) is Disposition.HANDED_OFF) is story.contact_took


@pytest.mark.parametrize(
    ("fact", "disposition"),
    [
        ("contact_took", Disposition.HANDED_OFF),
        ("recorded", Disposition.VOICEMAIL),
        ("message_taken", Disposition.MESSAGE_TAKEN),
        ("callback_promised", Disposition.CALLBACK_SCHEDULED),
    ],
)
def test_what_the_caller_got(fact: str, disposition: Disposition) -> None:
    assert told(**{fact: True}, we_broke=True, answered=True) is disposition


@pytest.mark.parametrize(
    ("because", "disposition"),
    [
        (Because.RULE, Disposition.REJECTED),
        (Because.UNKNOWN_NUMBER, Disposition.REJECTED),
        (Because.INACTIVE_NUMBER, Disposition.REJECTED),
        (Because.SPAM, Disposition.SPAM),
        (Because.CLOSED, Disposition.CLOSED_HOURS),
        (Because.OVERFLOW, Disposition.OVERFLOWED),
    ],
)
def test_a_caller_who_was_turned_away(
    because: Because, disposition: Disposition
) -> None:
    assert told(Verdict.REJECT, because=because) is disposition


@pytest.mark.parametrize("verdict", [Verdict.DIVERT, Verdict.VOICEMAIL])
def test_a_caller_who_left_nothing_outside_hours(verdict: Verdict) -> None:
    found = told(verdict, because=Because.CLOSED, voicemail_offered=True)
    assert found is Disposition.CLOSED_HOURS


def test_a_caller_who_left_nothing_by_choice() -> None:
    found = told(Verdict.VOICEMAIL, voicemail_offered=True)
    assert found is Disposition.CALLER_HUNG_UP_EARLY


@pytest.mark.parametrize("verdict", [Verdict.ACCEPT, Verdict.DIVERT])
def test_a_caller_nobody_took_is_called_back(verdict: Verdict) -> None:
    assert told(verdict, nobody_took=True) is Disposition.CALLBACK_SCHEDULED


def test_a_caller_nobody_took_and_nobody_can_call_back() -> None:
    alone = {"nobody_took": True, "callable": False}
    assert told(**alone) is Disposition.LOST
    offered = told(**alone, voicemail_offered=True)
    assert offered is Disposition.CALLER_HUNG_UP_EARLY
    assert told(**alone, voicemail_offered=True, our_fault=True) is Disposition.LOST


def test_a_caller_who_hung_up_while_people_were_rung() -> None:
    left = told(left_waiting=True, answered=True)
    assert left is Disposition.CALLER_HUNG_UP_EARLY
    assert told(left_waiting=True, our_fault=True) is Disposition.LOST


def test_we_broke_and_the_caller_has_nothing() -> None:
    assert told(we_broke=True, answered=True) is Disposition.LOST


def test_a_caller_the_agent_served() -> None:
    assert told(answered=True) is Disposition.RESOLVED
    assert told(answered=True, called_spam=True) is Disposition.SPAM


def test_a_caller_who_hung_up_before_an_answer() -> None:
    assert told() is Disposition.CALLER_HUNG_UP_EARLY
