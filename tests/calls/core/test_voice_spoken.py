"""What was said on a voice call, as the journal has it."""

from decimal import Decimal
from typing import Any

import pytest

from calls.core import events as ev
from calls.core.actions import Note
from calls.core.replay import Entry, past_of
from calls.core.voice import VoicePast
from calls.core.voice import events as vev
from calls.core.voice.actions import Respond, VoiceAction
from calls.core.voice.machine import VoiceCall
from calls.core.voice.replay import voice_past_of
from calls.core.voice.spoken import heard_of
from calls.core.words import EventKind
from tests.calls.core.test_voice import of, talking

TEXT = "We are open from nine to five on every working day."


def said(actions: list[VoiceAction], kind: EventKind) -> list[Any]:
    return [note.data for note in of(Note, actions) if note.kind is kind]


def answer(call: VoiceCall, text: str = TEXT, *, item: str = "a1") -> list[VoiceAction]:
    """The model's answer, generated and told; it lasts five seconds."""
    call.receive(vev.ResponseBegan("r"), 11)
    found = call.receive(vev.ItemPlaced(item, "", by_caller=False), 11)
    found += call.receive(vev.AgentSaid(item, text), 12)
    ended = vev.ResponseEnded(
        "r", vev.Ended.COMPLETED, spoke=True, item=item, audio_ms=5000
    )
    return found + call.receive(ended, 12)


def test_an_answer_that_was_cut_tells_what_the_caller_heard_of_it() -> None:
    call = talking()
    (told,) = said(answer(call), EventKind.AGENT_SAID)
    (cut,) = said(call.receive(vev.AgentCut("a1", 2500), 13), EventKind.AGENT_CUT)
    assert cut["turn"] == told["turn"] == 1
    assert cut["heard"] == cut["kept"] == "We are open from nine to"
    assert cut["heard_ms"] == 2500


def test_a_cut_waits_for_the_words_it_cuts() -> None:
    call = talking()
    call.receive(vev.ItemPlaced("a1", "", by_caller=False), 11)
    assert not said(call.receive(vev.AgentCut("a1", 900), 12), EventKind.AGENT_CUT)
    late = call.receive(vev.AgentSaid("a1", TEXT), 13)
    kinds = [note.kind for note in of(Note, late)]
    assert kinds == [EventKind.AGENT_SAID, EventKind.AGENT_CUT]


@pytest.mark.parametrize(
    ("heard_ms", "lasting_ms", "heard"),
    [
        (0, 5000, ""),
        (5000, 5000, TEXT),
        (9000, 5000, TEXT),
        (2500, 5000, "We are open from nine to"),
        (1000, 0, "We are open"),  # not told: at the speed of speech
    ],
)
def test_what_was_heard_is_whole_words(
    heard_ms: int, lasting_ms: int, heard: str
) -> None:
    assert heard_of(TEXT, heard_ms, lasting_ms) == heard


def test_nothing_was_said_and_nothing_was_heard() -> None:
    assert heard_of("", 0, 0) == ""


def test_our_own_sentence_is_told_once() -> None:
    call = talking()
    asked = call.receive(vev.CallerIdle(), 11) + call.receive(vev.CallerIdle(), 11)
    asked += call.receive(vev.CallerIdle(), 11)
    words = call.phrases.silence_goodbye
    told = {"text": words, "why": "silence"}
    assert said(asked, EventKind.PRODUCT_SAID) == [told]
    assert not said(answer(call, words.upper() + " "), EventKind.AGENT_SAID)


def test_what_the_model_said_instead_of_our_sentence_is_told() -> None:
    call = talking()
    for _ in range(3):
        call.receive(vev.CallerIdle(), 11)
    other = "I would rather not say goodbye."
    assert said(answer(call, other), EventKind.AGENT_SAID)[0]["text"] == other


def test_tools_and_words_of_ours_keep_the_chain_together() -> None:
    call = talking()
    call.receive(vev.ItemPlaced("u1", "", by_caller=True), 11)
    call.receive(vev.ItemPlaced("tool", "u1", by_caller=False, speech=False), 11)
    call.receive(vev.ItemPlaced("a1", "tool", by_caller=False), 11)
    call.receive(vev.ItemPlaced("u2", "a1", by_caller=True), 11)
    call.receive(vev.CallerSaid("u2", "Thanks."), 12)
    call.receive(vev.AgentSaid("a1", "At nine."), 12)
    told = of(Note, call.receive(vev.CallerSaid("u1", "When?"), 13))
    assert [note.data["text"] for note in told] == ["When?", "At nine.", "Thanks."]


def test_typed_items_and_silences_are_no_speech() -> None:
    call = talking()
    call.receive(vev.ItemPlaced("typed", "", by_caller=True, speech=False), 11)
    call.receive(vev.ItemPlaced("silence", "typed", by_caller=True), 11)
    (asked,) = of(Note, call.receive(vev.CallerIdle("silence"), 12))
    assert (asked.kind, asked.data["why"]) == (EventKind.NOTED, "silence")
    assert not said(call.receive(vev.CallerIdle(), 30), EventKind.CALLER_SAID)


def test_turns_are_counted_on_after_another_process_took_over() -> None:
    journal = [Entry(EventKind.AGENT_SAID, {"text": "Hi.", "turn": 4})]
    past = voice_past_of(journal, elapsed=9.0)
    assert past.turn == 4
    call = talking(past=past)
    assert said(answer(call), EventKind.AGENT_SAID)[0]["turn"] == 5


def test_a_journal_without_turns_is_read_too() -> None:
    old = [Entry(EventKind.AGENT_SAID, {"text": "Hi.", "item": "a"})]
    assert voice_past_of(old, elapsed=0) == VoicePast()


def test_the_relay_path_goes_on_with_what_was_heard() -> None:
    call = talking()
    notes = of(Note, answer(call))
    notes += of(Note, call.receive(vev.AgentCut("a1", 2500), 13))
    past = past_of([Entry(n.kind, n.data) for n in notes], elapsed=0)
    assert "nine to" in str(past.history)
    assert "five" not in str(past.history)


def test_a_wish_to_speak_is_not_the_product_speaking_yet() -> None:
    assert not of(Respond, answer(talking()))


def test_a_warning_about_money_is_spoken_once_the_agent_is_silent() -> None:
    call = talking(max_cost=Decimal(1))
    call.receive(ev.AgentSpeaking(on=True), 11)
    assert not of(Respond, call.receive(ev.CostMeasured(Decimal("0.85")), 12))
    warned = call.receive(ev.AgentSpeaking(on=False), 13)
    words = call.phrases.length_warning
    assert of(Respond, warned) == [Respond(words)]
    assert said(warned, EventKind.PRODUCT_SAID) == [{"text": words, "why": "limit"}]
    assert not of(Respond, call.receive(ev.CostMeasured(Decimal("0.9")), 14))
