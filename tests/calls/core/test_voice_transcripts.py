from calls.core.voice.transcripts import Transcripts

MODELS = ("first", "second", "third")


def after(transcripts: Transcripts, *failures: bool) -> list[str]:
    return [transcripts.heard(failed=failed) for failed in failures]


def test_one_failure_says_nothing() -> None:
    assert after(Transcripts(MODELS, "first"), True, False, True, False) == [""] * 4


def test_a_model_that_keeps_failing_is_followed_by_the_next_one() -> None:
    transcripts = Transcripts(MODELS, "first")
    assert after(transcripts, True, True) == ["", "second"]
    assert after(transcripts, True, True) == ["", "third"]
    assert after(transcripts, True, True, True) == [""] * 3


def test_a_call_that_began_with_a_later_model_does_not_go_back() -> None:
    assert after(Transcripts(MODELS, "third"), True, True, True) == [""] * 3


def test_without_a_model_of_the_list_there_is_none_to_go_on_with() -> None:
    assert after(Transcripts(MODELS, ""), True, True) == ["", ""]
