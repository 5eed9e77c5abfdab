"""Every scenario that is speech to speech, and every fault of its provider, once."""

from collections.abc import Mapping

import pytest

from calls.core.words import Disposition
from routing.core.ruleset import VoiceSettings
from tests.end_to_end.callers import SPOKEN, VOICE
from tests.end_to_end.outcomes import Outcome
from tests.end_to_end.portal import Portal

RESOLVED, PERSON = Disposition.RESOLVED, Disposition.HANDED_OFF
EARLY, CALLBACK = Disposition.CALLER_HUNG_UP_EARLY, Disposition.CALLBACK_SCHEDULED
ENDINGS: Mapping[str, Disposition] = {
    "sip_accept_fails": RESOLVED,
    "sip_barge_in": RESOLVED,
    "sip_both_webhooks": RESOLVED,
    "sip_dead_air": PERSON,
    "sip_dies_mid_call": RESOLVED,
    "sip_hang_up": EARLY,
    "sip_keypad": RESOLVED,
    "sip_lead": RESOLVED,
    "sip_refer_unseen": CALLBACK,
    "sip_silence": EARLY,
    "sip_tool_call": RESOLVED,
    "sip_transfer": PERSON,
    "sip_webhook_missing": RESOLVED,
    "accept_400": RESOLVED,
    "accept_400_always": RESOLVED,
    "accept_401": RESOLVED,
    "accept_404": RESOLVED,
    "accept_409": RESOLVED,
    "accept_429": RESOLVED,
    "accept_500": RESOLVED,
    "accept_slow": RESOLVED,
    "accept_unanswered": RESOLVED,
    "announced_late": RESOLVED,
    "announced_twice": RESOLVED,
    "cut_1000": RESOLVED,
    "cut_1001": RESOLVED,
    "cut_1006": RESOLVED,
    "cut_1011": RESOLVED,
    "expires": PERSON,
    "ghost": EARLY,
    "handshake_403": RESOLVED,
    "handshake_404": RESOLVED,
    "handshake_500": RESOLVED,
    "handshake_late": RESOLVED,
    "lost_transcripts": RESOLVED,
    "mute": PERSON,
    "no_transcripts": RESOLVED,
    "odd_arguments": PERSON,
    "odd_events": RESOLVED,
    "responses_fail": PERSON,
    "socket_quiet": PERSON,
    "stillborn": RESOLVED,
    "transcripts_keep_failing": RESOLVED,
    "trunk_anonymous": RESOLVED,
    "trunk_refer_500": CALLBACK,
    "trunk_transfer": PERSON,
}
MODEL_FAILS = ("model_error", "model")
NOT_ACCEPTED, OUR_KEY = ("accept_failed", "model"), ("accept_failed", "configuration")
LOST = [("socket_lost", "model"), ("session_failed", "model")]
INCIDENTS: Mapping[str, list[tuple[str, str]]] = {
    "sip_accept_fails": [NOT_ACCEPTED],
    "sip_dead_air": [("dead_air", "model")] * 2,
    "sip_dies_mid_call": [("session_failed", "model")],
    "sip_refer_unseen": [("transfer_failed", "model")],
    "sip_webhook_missing": [NOT_ACCEPTED],
    "accept_400": [OUR_KEY],
    "accept_400_always": [OUR_KEY],
    "accept_401": [OUR_KEY],
    "accept_404": [NOT_ACCEPTED],
    "accept_409": [("socket_lost", "model"), NOT_ACCEPTED],
    "accept_429": [NOT_ACCEPTED],
    "accept_500": [NOT_ACCEPTED],
    "accept_unanswered": [NOT_ACCEPTED],
    "announced_late": [NOT_ACCEPTED],
    "expires": [MODEL_FAILS],
    "handshake_403": LOST,
    "handshake_404": LOST,
    "handshake_500": LOST,
    "mute": [MODEL_FAILS],
    "responses_fail": [MODEL_FAILS] * 2,
    "stillborn": [NOT_ACCEPTED],
    "transcripts_keep_failing": [MODEL_FAILS],
    "trunk_refer_500": [("transfer_failed", "model")],
}
# Whether the end of the leg or our wish for a person comes first is for chance.
AT_ONCE = {"expires": ("session_failed", "model")}
CUT = ["cut_1000", "cut_1001", "cut_1006", "cut_1011", "socket_quiet"]
NOT_GREETED = {"ghost", "mute"}
SCENARIOS = sorted([*SPOKEN, *VOICE])


def test_it_is_said_of_every_scenario_how_it_ends() -> None:
    assert sorted(ENDINGS) == SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_caller_gets_what_the_scenario_expects(
    spoken: Mapping[str, Outcome], name: str
) -> None:
    record = spoken[name].record
    assert (record.unmet, record.violations) == ([], []), spoken[name].told


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_call_is_accounted_for(
    portal: Portal, spoken: Mapping[str, Outcome], name: str
) -> None:
    call = spoken[name].row
    assert call.disposition == ENDINGS[name]
    owed = ["callback"] if call.disposition == CALLBACK else []
    assert portal.books.follow_ups(call.carrier_sid) == owed
    assert portal.mails()[call.id] == 1


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_broke_is_on_record_with_its_owner(
    spoken: Mapping[str, Outcome], name: str
) -> None:
    outcome = spoken[name]
    found = outcome.books.incidents(outcome.sid)
    assert [i for i in found if i != AT_ONCE.get(name)] == INCIDENTS.get(name, [])


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_journal_tells_the_call(
    portal: Portal, spoken: Mapping[str, Outcome], name: str
) -> None:
    sid = spoken[name].sid
    kinds = portal.books.kinds(sid)
    assert (kinds[0], kinds[-1]) == ("offered", "closed")
    assert portal.books.gaps(sid) == set()
    assert kinds.count("greeted") == (name not in NOT_GREETED)


@pytest.mark.parametrize("name", SCENARIOS)
def test_one_decision_was_made(
    portal: Portal, spoken: Mapping[str, Outcome], name: str
) -> None:
    (row,) = portal.books.rows(
        "SELECT claims FROM calls_enginesession"
        " JOIN calls_call ON call_id = calls_call.id WHERE carrier_sid = %s",
        spoken[name].sid,
    )
    assert row["claims"] <= 1


@pytest.mark.parametrize("name", CUT)
def test_a_connection_that_was_lost_is_made_again(
    spoken: Mapping[str, Outcome], name: str
) -> None:
    (session,) = spoken[name].record.voice_sessions
    assert session.sidebands >= 2


def test_a_model_that_cannot_transcribe_is_followed_by_the_next_one(
    portal: Portal, spoken: Mapping[str, Outcome]
) -> None:
    (row,) = portal.books.rows(
        "SELECT transcription_model FROM calls_enginesession"
        " JOIN calls_call ON call_id = calls_call.id WHERE carrier_sid = %s",
        spoken["transcripts_keep_failing"].sid,
    )
    assert row["transcription_model"] == VoiceSettings().transcription_models[1]


def test_a_caller_who_left_while_it_rang_is_not_talked_to(
    spoken: Mapping[str, Outcome],
) -> None:
    (session,) = spoken["ghost"].record.voice_sessions
    assert session.responses == 0


def test_the_ledger_adds_up(portal: Portal, spoken: Mapping[str, Outcome]) -> None:
    assert portal.books.remainder() == 0
