import pytest
from django.contrib.auth.models import User

from calls.core.words import FollowUpKind, HandoffReason, IncidentKind
from calls.models import FollowUp, Incident
from calls.services import reviews
from tests.makers_calls import NOON, make_call, make_handoff

pytestmark = pytest.mark.django_db


def make_user(name: str = "sam") -> User:
    return User.objects.create_user(name)


def make_follow_up() -> FollowUp:
    return FollowUp.objects.create(
        call=make_call(),
        kind=FollowUpKind.CALLBACK,
        owner="Front desk",
        opened_at=NOON,
        due_at=NOON,
        note="as written",
    )


def make_incident() -> Incident:
    return Incident.objects.create(
        kind=IncidentKind.SOCKET_LOST, cause="carrier", key="1", at=NOON
    )


def test_a_review_names_who_and_when_and_corrects_reasons() -> None:
    sam, call = make_user(), make_call()
    handoff = make_handoff(call, reason=HandoffReason.OTHER)
    corrections = [(handoff, HandoffReason.ANGRY_CALLER)]
    reviews.review_call(call, by=sam, at=NOON, note="Fine", corrections=corrections)
    call.refresh_from_db()
    handoff.refresh_from_db()
    assert (call.reviewed_by, call.reviewed_at) == (sam, NOON)
    assert call.review_note == "Fine"
    assert handoff.corrected_reason == HandoffReason.ANGRY_CALLER


@pytest.mark.parametrize("reason", [None, HandoffReason.OTHER])
def test_the_given_reason_again_takes_a_correction_back(
    reason: HandoffReason | None,
) -> None:
    handoff = make_handoff(
        make_call(), reason=HandoffReason.OTHER, corrected_reason=HandoffReason.SILENCE
    )
    assert reviews.correct_reason(handoff, reason).corrected_reason == ""


def test_a_follow_up_is_finished_once_and_by_the_first() -> None:
    follow_up, sam, kim = make_follow_up(), make_user(), make_user("kim")
    assert reviews.finish_follow_up(follow_up, by=sam, at=NOON, note="Called back")
    assert not reviews.finish_follow_up(follow_up, by=kim, at=NOON)
    assert (follow_up.done_by, follow_up.note) == (sam, "Called back")


def test_finishing_without_a_note_keeps_the_note_that_was_there() -> None:
    follow_up = make_follow_up()
    reviews.finish_follow_up(follow_up, by=make_user(), at=NOON)
    assert follow_up.note == "as written"


def test_a_follow_up_can_be_opened_again() -> None:
    follow_up = make_follow_up()
    assert not reviews.reopen_follow_up(follow_up)
    reviews.finish_follow_up(follow_up, by=make_user(), at=NOON)
    assert reviews.reopen_follow_up(follow_up)
    assert (follow_up.done_at, follow_up.done_by) == (None, None)


def test_an_incident_is_settled_once_and_can_be_opened_again() -> None:
    incident, sam = make_incident(), make_user()
    assert reviews.settle_incident(incident, by=sam, at=NOON, note="Carrier outage")
    assert not reviews.settle_incident(incident, by=make_user("kim"), at=NOON)
    assert (incident.settled_by, incident.note) == (sam, "Carrier outage")
    assert reviews.reopen_incident(incident)
    assert not reviews.reopen_incident(incident)
    assert incident.settled_at is None
