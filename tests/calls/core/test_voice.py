"""The voice call decides what is ours; the provider's turns are only mirrored."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from calls.core import events as ev
from calls.core.actions import HandOff, HangUp, Note, ReportIncident, RunTool
from calls.core.replay import Entry
from calls.core.voice import Engine, VoiceCall, VoicePast
from calls.core.voice import events as vev
from calls.core.voice.actions import (
    GiveOutput,
    Interrupt,
    Respond,
    TellModel,
    VoiceAction,
)
from calls.core.voice.replay import voice_past_of
from calls.core.voice.state import VoiceState
from calls.core.words import EventKind, HandoffReason
from routing.core.ruleset import AtLimit, LanguageProfile, Limits
from tests.calls.core.making import make_agent, make_setting

TRANSFER = '{"reason": "caller_asked", "summary": "Wants a person."}'


def talking(
    *,
    past: VoicePast | None = None,
    profile: LanguageProfile | None = None,
    **limits: Any,
) -> VoiceCall:
    """A call that has greeted the caller and listens, at second 10."""
    agent = make_agent(limits=Limits(**limits))
    call = VoiceCall(make_setting(agent=agent, profile=profile), Engine(), past)
    call.receive(vev.Attached(), 0)
    call.receive(ev.CallerSpeaking(on=True), 0.5)
    speak(call, 1, until=9)
    call.receive(ev.CallerSpeaking(on=False), 9)
    speak(call, 9.5, until=10)
    return call


def speak(call: VoiceCall, at: float, *, until: float) -> list[VoiceAction]:
    """The model speaks one response and is heard to the end."""
    call.receive(vev.ResponseBegan("r"), at)
    call.receive(ev.AgentSpeaking(on=True), at)
    done = vev.ResponseEnded("r", vev.Ended.COMPLETED, spoke=True)
    found = call.receive(done, at + 0.1)
    return [*found, *call.receive(ev.AgentSpeaking(on=False), until)]


def asks(call: VoiceCall, now: float, *tools: vev.ToolWish, spoke: bool = False):  # type: ignore[no-untyped-def]  # a shorthand
    call.receive(vev.ResponseBegan("r"), now)
    ended = vev.ResponseEnded("r", vev.Ended.COMPLETED, tools, spoke=spoke)
    return call.receive(ended, now)


def of(kind: type, actions: list[VoiceAction]) -> list[Any]:
    return [action for action in actions if isinstance(action, kind)]


def notes(actions: list[VoiceAction]) -> list[EventKind]:
    return [note.kind for note in of(Note, actions)]


def test_greets_as_soon_as_it_is_attached() -> None:
    setting = make_setting()
    actions = VoiceCall(setting, Engine()).receive(vev.Attached(), 0)
    assert of(Respond, actions) == [Respond(setting.greeting)]


def test_does_not_greet_again_when_another_process_takes_over() -> None:
    call = VoiceCall(make_setting(), Engine(), VoicePast(caller_spoke=True))
    assert not of(Respond, call.receive(vev.Attached(again=True), 0))


def test_after_taking_over_a_silence_is_not_waited_out_for_ever() -> None:
    setting = make_setting()
    call = VoiceCall(setting, Engine(), VoicePast(caller_spoke=True))
    call.receive(vev.Attached(again=True), 0)
    call.receive(ev.DeadlinePassed(), 2)
    asked = call.receive(ev.DeadlinePassed(), 60)
    assert of(Respond, asked) == [Respond(call.phrases.still_there)]
    prompted = Engine(idle_prompts=True)
    other = VoiceCall(setting, prompted, VoicePast(caller_spoke=True))
    other.receive(vev.Attached(again=True), 0)
    assert not of(Respond, other.receive(ev.DeadlinePassed(), 60))


RINGING = [
    Entry(
        EventKind.HANDOFF_ASKED,
        {"reason": "caller_asked", "summary": "Ana, please.", "asked_by": "agent"},
    ),
    Entry(EventKind.CONTACT_RINGING, {"contact": "Ana", "position": 0}),
]


def test_a_transfer_that_a_dead_process_watched_goes_on() -> None:
    past = voice_past_of(RINGING, elapsed=20, being_handed_over=True)
    call = VoiceCall(make_setting(), Engine(), past)
    assert EventKind.HANDOFF_ASKED in notes(call.receive(vev.Attached(again=True), 0))
    assert past.handoff is not None
    assert past.handoff.summary == "Ana, please."


def test_a_transfer_whose_end_is_known_is_not_begun_again() -> None:
    assert voice_past_of(RINGING, elapsed=20).handoff is None


def test_a_tool_left_open_by_a_dead_process_is_run_again() -> None:
    wish = vev.ToolWish("t1", "look_up_caller", "{}")
    call = VoiceCall(make_setting(), Engine(), VoicePast(open_tools=(wish,)))
    call.receive(vev.Attached(again=True), 0)
    actions = call.receive(vev.Recalled(wish), 0.1)
    assert of(RunTool, actions) == [RunTool("t1", "look_up_caller", "{}")]
    answered = call.receive(ev.ToolAnswered("t1", "known"), 1)
    assert of(GiveOutput, answered) == [GiveOutput("t1", "known")]
    assert of(Respond, answered) == [Respond()]


def test_all_outputs_go_back_before_one_response() -> None:
    call = talking()
    wishes = [vev.ToolWish(f"t{n}", "look_up_caller", "{}") for n in (1, 2)]
    assert len(of(RunTool, asks(call, 11, *wishes))) == 2
    first = call.receive(ev.ToolAnswered("t1", "a"), 12)
    assert of(GiveOutput, first)
    assert not of(Respond, first)
    second = call.receive(ev.ToolAnswered("t2", "b"), 13)
    assert of(Respond, second) == [Respond()]


def test_only_one_response_runs_at_a_time() -> None:
    call = talking()
    asks(call, 11, vev.ToolWish("t1", "look_up_caller", "{}"))
    call.receive(vev.ResponseBegan("of the provider"), 12)
    assert not of(Respond, call.receive(ev.ToolAnswered("t1", "a"), 13))
    ended = vev.ResponseEnded("of the provider", vev.Ended.CUT_BY_CALLER)
    assert of(Respond, call.receive(ended, 14)) == [Respond()]


def test_a_transfer_waits_until_the_agent_was_heard() -> None:
    call = talking()
    call.receive(ev.AgentSpeaking(on=True), 11)
    wish = vev.ToolWish("t1", "transfer_to_person", TRANSFER)
    assert not of(HandOff, asks(call, 12, wish, spoke=True))
    handed = of(HandOff, call.receive(ev.AgentSpeaking(on=False), 15))
    assert handed[0].reason is HandoffReason.CALLER_ASKED


def test_a_silent_transfer_is_announced_first() -> None:
    call = talking()
    wish = vev.ToolWish("t1", "transfer_to_person", TRANSFER)
    actions = asks(call, 11, wish)
    assert of(Respond, actions) == [Respond(call.phrases.handoff)]
    assert of(HandOff, speak(call, 12, until=14))


def test_malformed_arguments_are_told_to_the_model() -> None:
    call = talking()
    actions = asks(call, 11, vev.ToolWish("t1", "transfer_to_person", "{oops"))
    assert of(GiveOutput, actions)
    assert of(Respond, actions) == [Respond()]


def test_a_failing_tool_is_an_incident_and_the_model_goes_on() -> None:
    call = talking()
    asks(call, 11, vev.ToolWish("t1", "look_up_caller", "{}"))
    actions = call.receive(ev.ToolAnswered("t1", "failed", ok=False), 12)
    assert of(ReportIncident, actions)
    assert of(Respond, actions)


def test_a_tool_that_hangs_hands_over() -> None:
    call = talking(max_seconds=900)
    asks(call, 11, vev.ToolWish("t1", "look_up_caller", "{}"))
    actions = call.receive(ev.DeadlinePassed(), 40)
    assert EventKind.HANDOFF_ASKED in notes(actions)


def test_the_silence_ladder_asks_twice_and_says_goodbye() -> None:
    call = talking(silence_seconds=8, silence_prompts=2)
    said = []
    now = 10.0
    for _ in range(3):
        now += 9
        said += of(Respond, call.receive(ev.DeadlinePassed(), now))
        ended = speak(call, now, until=now + 2)
        now += 2
    phrases = call.phrases
    asked = Respond(phrases.still_there)
    assert said == [asked, asked, Respond(phrases.silence_goodbye)]
    assert of(HangUp, ended)


def test_a_caller_who_never_speaks_is_not_talked_to_for_long() -> None:
    call = VoiceCall(make_setting(), Engine(ghost_seconds=20))
    call.receive(vev.Attached(), 0)
    speak(call, 1, until=19)
    actions = call.receive(ev.DeadlinePassed(), 21)
    assert of(HangUp, actions)
    assert not of(Respond, actions)


def test_dead_air_is_an_incident_and_then_a_person() -> None:
    call = talking()
    call.receive(ev.CallerSpeaking(on=True), 11)
    call.receive(ev.CallerSpeaking(on=False), 12)
    first = call.receive(ev.DeadlinePassed(), 20)
    assert of(ReportIncident, first)
    assert of(Respond, first) == [Respond()]
    second = call.receive(ev.DeadlinePassed(), 28)
    assert EventKind.HANDOFF_ASKED in notes(second)


def test_a_response_that_hangs_is_cancelled_before_the_next_one() -> None:
    call = talking()
    call.receive(ev.CallerSpeaking(on=True), 11)
    call.receive(ev.CallerSpeaking(on=False), 12)
    call.receive(vev.ResponseBegan("hangs"), 12.1)
    first = call.receive(ev.DeadlinePassed(), 20)
    assert of(Interrupt, first)
    assert not of(Respond, first)
    cancelled = vev.ResponseEnded("hangs", vev.Ended.CANCELLED)
    assert of(Respond, call.receive(cancelled, 20.1)) == [Respond()]
    call.receive(vev.ResponseBegan("hangs again"), 20.2)
    second = call.receive(ev.DeadlinePassed(), 28)
    (handed,) = of(HandOff, second)
    assert handed.reason is HandoffReason.MODEL_FAILED


def test_a_response_that_cannot_be_cancelled_is_not_waited_for_again() -> None:
    call = talking()
    call.receive(ev.CallerSpeaking(on=True), 11)
    call.receive(ev.CallerSpeaking(on=False), 12)
    call.receive(vev.ResponseBegan("hangs"), 12.1)
    call.receive(ev.DeadlinePassed(), 20)
    assert of(HandOff, call.receive(ev.DeadlinePassed(), 28))


def test_key_zero_reaches_a_person() -> None:
    call = talking()
    call.receive(ev.DigitPressed("0"), 11)
    assert EventKind.HANDOFF_ASKED in notes(call.receive(ev.DeadlinePassed(), 14))


def test_other_keys_are_told_to_the_model_together() -> None:
    call = talking()
    for key in "123#":
        actions = call.receive(ev.DigitPressed(key), 11)
    told = of(TellModel, actions)
    assert told == [TellModel("(keyed on the keypad: 123)", by_caller=True)]


def test_the_warning_comes_before_the_cap() -> None:
    call = talking(max_seconds=100, warn_seconds=20, at_limit=AtLimit.GOODBYE)
    call.receive(ev.CallerSpeaking(on=True), 11)
    call.receive(ev.CallerSpeaking(on=False), 12)
    speak(call, 13, until=70)
    call.receive(ev.CallerSpeaking(on=True), 71)
    call.receive(ev.DeadlinePassed(), 81)
    call.receive(ev.CallerSpeaking(on=False), 82)
    warned = speak(call, 83, until=90)
    assert of(Respond, warned) == [Respond(call.phrases.length_warning)]
    speak(call, 91, until=93)
    capped = call.receive(ev.DeadlinePassed(), 101)
    assert Respond(call.phrases.limit_goodbye) in of(Respond, capped)


def test_money_ends_a_call_too() -> None:
    call = talking(max_cost=Decimal(1), at_limit=AtLimit.HAND_OFF)
    assert EventKind.LIMIT_WARNED in notes(
        call.receive(ev.CostMeasured(Decimal("0.9")), 11)
    )
    over = call.receive(ev.CostMeasured(Decimal("1.1")), 12)
    assert EventKind.HANDOFF_ASKED in notes(over)


def test_a_supervisor_takes_over_in_the_middle_of_an_answer() -> None:
    call = talking()
    call.receive(vev.ResponseBegan("r"), 11)
    call.receive(ev.AgentSpeaking(on=True), 11)
    assert of(Interrupt, call.receive(ev.SupervisorAsked("Ann"), 12))


def test_an_unseen_transfer_is_admitted_and_the_caller_taken_back() -> None:
    call = talking()
    asks(call, 11, vev.ToolWish("t1", "transfer_to_person", TRANSFER))
    speak(call, 12, until=14)
    actions = call.receive(vev.TransferUnseen(), 25)
    assert of(Respond, actions) == [Respond(call.phrases.nobody_free)]
    assert call.state is VoiceState.TALKING


def test_while_a_transfer_is_tried_another_way_the_caller_is_told_so() -> None:
    call = talking()
    asks(call, 20, vev.ToolWish("t", "transfer_to_person", TRANSFER), spoke=True)
    call.receive(ev.AgentSpeaking(on=True), 20)
    call.receive(ev.AgentSpeaking(on=False), 21)
    actions = call.receive(vev.TransferUnseen(trying=True), 25)
    assert [said.words for said in of(Respond, actions)] == [call.phrases.filler]
    assert not of(ReportIncident, actions)
    assert call.state is VoiceState.ENDED


def test_the_transcript_follows_the_conversation_and_not_the_arrival() -> None:
    call = talking()
    call.receive(vev.ItemPlaced("u1", "", by_caller=True), 11)
    call.receive(vev.ItemPlaced("a1", "u1", by_caller=False), 12)
    early = call.receive(vev.AgentSaid("a1", "At nine."), 13)
    assert not notes(early)
    late = call.receive(vev.CallerSaid("u1", "When?"), 14)
    assert [note.data["text"] for note in of(Note, late)] == ["When?", "At nine."]


def test_a_transcript_that_never_comes_holds_nothing_up_for_long() -> None:
    call = talking()
    call.receive(vev.ItemPlaced("u1", "", by_caller=True), 11)
    call.receive(vev.ItemPlaced("a1", "u1", by_caller=False), 12)
    call.receive(vev.AgentSaid("a1", "At nine."), 13)
    told = of(Note, call.receive(ev.DeadlinePassed(), 17.5))
    assert [note.data["text"] for note in told] == ["(no transcript)", "At nine."]


def test_harmless_refusals_are_no_incident() -> None:
    call = talking()
    assert not call.receive(vev.Refused("response_cancel_not_active"), 11)


def test_a_session_that_expires_hands_over() -> None:
    call = talking()
    actions = call.receive(vev.Refused("session_expired", fatal=True), 11)
    assert EventKind.HANDOFF_ASKED in notes(actions)


EVENTS = st.one_of(
    st.builds(vev.Attached, st.booleans()),
    st.builds(vev.ResponseBegan, st.sampled_from("ab")),
    st.builds(
        vev.ResponseEnded,
        st.sampled_from("ab"),
        st.sampled_from(vev.Ended),
        st.lists(
            st.builds(
                vev.ToolWish,
                st.sampled_from(["1", "2"]),
                st.sampled_from(
                    ["look_up_caller", "transfer_to_person", "end_call", "none"]
                ),
                st.sampled_from([TRANSFER, "{}", '{"outcome": "resolved"}', "{"]),
            ),
            max_size=2,
        ).map(tuple),
        st.booleans(),
    ),
    st.builds(
        vev.ItemPlaced,
        st.sampled_from("xyz"),
        st.sampled_from(["", "x", "y"]),
        st.booleans(),
    ),
    st.builds(vev.AgentSaid, st.sampled_from("xyz"), st.just("words")),
    st.builds(vev.CallerSaid, st.sampled_from("xyz"), st.sampled_from(["hi", None])),
    st.builds(vev.CallerIdle),
    st.builds(vev.Refused, st.just("odd"), st.booleans()),
    st.builds(vev.TransferUnseen, trying=st.booleans()),
    st.builds(ev.CallerSpeaking, st.booleans()),
    st.builds(ev.AgentSpeaking, st.booleans()),
    st.builds(ev.DigitPressed, st.sampled_from("0123#*")),
    st.builds(ev.ToolAnswered, st.sampled_from(["1", "2"]), st.just("out")),
    st.builds(ev.CostMeasured, st.decimals(0, 3, places=2)),
    st.builds(ev.SupervisorAsked, st.just("Ann")),
    st.builds(ev.TransportLost, st.just(1006)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.floats(0, 30)), max_size=40))
def test_whatever_happens_a_live_call_has_a_deadline(
    story: list[tuple[vev.VoiceEvent, float]],
) -> None:
    call = VoiceCall(make_setting(), Engine())
    call.receive(vev.Attached(), 0)
    now = 0.0
    for event, pause in story:
        now += pause
        while call.deadline is not None and call.deadline <= now:
            call.receive(ev.DeadlinePassed(), now)
        call.receive(event, now)
        alive = call.state is not VoiceState.ENDED
        assert not alive or call.deadline is not None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.floats(0, 5)), max_size=15))
def test_without_a_caller_every_call_ends(
    story: list[tuple[vev.VoiceEvent, float]],
) -> None:
    call = VoiceCall(make_setting(), Engine())
    call.receive(vev.Attached(), 0)
    now = 0.0
    for event, pause in story:
        now += pause
        call.receive(event, now)
    for _ in range(200):
        if call.state is VoiceState.ENDED or call.deadline is None:
            break
        now = max(now, call.deadline)
        call.receive(ev.DeadlinePassed(), now)
    assert call.state is VoiceState.ENDED
