import pytest

from calls.core.session_errors import Remedy, failure
from calls.core.words import CauseOwner, IncidentKind


@pytest.mark.parametrize("code", ["", "64102", "64103", "64105", "64108", "64114"])
def test_a_passing_failure_is_tried_again(code: str) -> None:
    assert failure(code).remedy is Remedy.RESUME


@pytest.mark.parametrize("code", ["64101", "64106", "64109", "64110"])
def test_what_is_misconfigured_goes_to_a_person_at_once(code: str) -> None:
    failed = failure(code)
    assert (failed.remedy, failed.cause) == (Remedy.PERSON, CauseOwner.CONFIGURATION)


@pytest.mark.parametrize("code", ["64111", "64999", "lost"])
def test_a_number_nobody_knows_goes_to_a_person(code: str) -> None:
    assert failure(code).remedy is Remedy.PERSON


def test_the_longest_call_ends() -> None:
    assert failure("64104").remedy is Remedy.END


def test_the_incident_says_what_broke() -> None:
    assert failure("64105").kind is IncidentKind.SOCKET_LOST
    assert failure(" 39001 ").kind is IncidentKind.SOCKET_REFUSED
