"""What becomes of a decision where nobody can be asked, told or recorded."""

from dataclasses import replace

import pytest

from routing.core.decision import Because, Decision, Verdict
from routing.core.trunk import over_trunk, trunk_words

DECIDED = Decision(Verdict.ACCEPT, Because.RULE, "A rule", 1, sip_status=603)


@pytest.mark.parametrize(
    ("verdict", "has_number", "becomes", "status"),
    [
        (Verdict.ACCEPT, True, Verdict.ACCEPT, 603),
        (Verdict.DIVERT, False, Verdict.DIVERT, 603),
        (Verdict.REJECT, True, Verdict.REJECT, 603),
        (Verdict.VOICEMAIL, True, Verdict.REJECT, 480),
        (Verdict.CALLBACK, True, Verdict.CALLBACK, 603),
        (Verdict.CALLBACK, False, Verdict.REJECT, 480),
    ],
)
def test_what_is_done_instead(
    verdict: Verdict, has_number: bool, becomes: Verdict, status: int
) -> None:
    done = over_trunk(replace(DECIDED, verdict=verdict), has_number=has_number)
    assert (done.verdict, done.sip_status) == (becomes, status)


@pytest.mark.parametrize(
    ("verdict", "message", "has_number", "words"),
    [
        (Verdict.ACCEPT, "", True, "The voice model answers as below."),
        (Verdict.DIVERT, "", True, "hands the call to the first person"),
        (Verdict.REJECT, "", True, "The call is rejected with SIP status 603."),
        (Verdict.REJECT, "Closed.", True, "status 603, for nothing can be said."),
        (Verdict.VOICEMAIL, "", True, "status 480, for nothing can be recorded."),
        (Verdict.CALLBACK, "", True, "a follow-up to call back is opened"),
        (Verdict.CALLBACK, "", False, "nobody can be called back without a number"),
    ],
)
def test_it_is_told_in_a_sentence(
    verdict: Verdict, message: str, has_number: bool, words: str
) -> None:
    decision = replace(DECIDED, verdict=verdict, message=message)
    assert words in trunk_words(decision, has_number=has_number)
