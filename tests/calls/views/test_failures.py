"""Something of ours breaks while a caller is on the line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from calls.core.words import CallState, IncidentKind
from calls.models import Call, Callback, Incident
from routing.models import Release
from tests.calls.carrier import ACCOUNT, Line, post, verbs
from tests.calls.views.lines import live_line
from tests.calls.views.test_hunt import ringing
from tests.makers_calls import sid
from tests.makers_routing import make_number, publish

pytestmark = pytest.mark.django_db


@contextmanager
def failing(
    times: int, error: Callable[[], Exception], when: str
) -> Iterator[list[str]]:
    """The database refuses the next statements that hold `when`."""
    refused: list[str] = []

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if when in sql and len(refused) < times:
            refused.append(sql)
            raise error()
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        yield refused


def away() -> Exception:
    return OperationalError("server closed the connection about +12025550199")


def broken() -> Exception:
    return ValueError("a bug about +12025550199")


def offer(to: str) -> tuple[int, bytes]:
    params = {"CallSid": sid(), "AccountSid": ACCOUNT, "From": "+12025550199", "To": to}
    answer = post("/twilio/voice/", params)
    return answer.status_code, answer.content


def test_a_connection_that_had_died_is_not_noticed() -> None:
    number = make_number()
    publish()
    with failing(1, away, "calls_callback") as refused:
        status, _ = offer(number.e164)
    assert (status, len(refused)) == (200, 1)
    assert Call.objects.count() == 1


def test_a_database_that_is_away_is_tried_again_by_the_carrier(
    caplog: pytest.LogCaptureFixture,
) -> None:
    number = make_number()
    publish()
    with failing(9, away, "calls_callback"):
        assert offer(number.e164) == (503, b"try again")
    assert not Call.objects.exists()
    assert "+12025550199" not in str([vars(r) for r in caplog.records])


def test_a_bug_in_admission_still_takes_a_voicemail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    number = make_number()
    publish()
    with failing(1, broken, "COUNT("):
        caller = Line(number.e164)
        assert "Record" in verbs(caller.ring())
    assert caller.call.state == CallState.VOICEMAIL
    incident = Incident.objects.get()
    assert (incident.kind, incident.call) == (IncidentKind.WEBHOOK_FAILED, caller.call)
    assert "ValueError" in incident.detail
    assert "+12025550199" not in str([vars(r) for r in caplog.records])


def test_a_bug_after_the_conversation_still_takes_a_voicemail() -> None:
    line = live_line()
    with failing(1, broken, "calls_handoff"):
        line.end_session("ended")
    assert "Record" in verbs(line.twiml)
    assert line.call.state == CallState.VOICEMAIL
    assert Incident.objects.get().call == line.call


def test_a_bug_in_a_whisper_hangs_up_on_the_contact_only() -> None:
    line = ringing()
    url = line.number.attrib["url"]
    with failing(1, broken, "calls_handoffattempt"):
        assert verbs(Line(line.to).send(url)) == ["Hangup"]
    assert line.call.state == CallState.HANDING_OFF
    assert Incident.objects.get().kind == IncidentKind.WEBHOOK_FAILED


def test_a_bug_after_the_end_asks_for_no_voicemail() -> None:
    line = live_line()
    line.hang_up()
    with failing(1, broken, "calls_handoff"):
        assert verbs(line.end_session("ended")) == []
    assert line.call.state == CallState.OVER


def test_what_was_half_done_is_not_stored() -> None:
    line = live_line()
    with failing(1, broken, "calls_handoff"):
        line.end_session("failed", ErrorCode="64101")
    assert line.call.relay_failures == 0
    assert line.call.events.filter(kind="session_ended").count() == 0


def test_a_bug_that_stays_is_a_plain_error() -> None:
    number = make_number()
    publish()
    with failing(9, broken, "calls_call"):
        status, content = offer(number.e164)
    assert (status, content) == (500, b"failed")
    assert not Callback.objects.exists()


def test_a_failure_of_a_call_nobody_knows_says_goodbye() -> None:
    stranger = Line("+12025550100")
    with failing(1, broken, "calls_incident"):
        assert verbs(stranger.end_session("failed")) == ["Say", "Say", "Hangup"]


def test_a_status_that_cannot_be_handled_disturbs_nobody() -> None:
    line = live_line()
    with failing(1, broken, "carrier_status"):
        line.hang_up()
    assert verbs(line.twiml) == []
    assert line.call.state == CallState.LIVE


def test_a_release_that_is_gone_is_done_without() -> None:
    line = live_line()
    Release.objects.all().delete()
    assert "Record" in verbs(line.end_session("failed"))
