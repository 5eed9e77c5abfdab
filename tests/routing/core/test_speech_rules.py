import pytest

from routing.core.speech_rules import check_speech

DETECTED = {
    "language": "multi",
    "transcriptionProvider": "Deepgram",
    "speechModel": "nova-3-general",
    "ttsProvider": "ElevenLabs",
    "voice": "UgBBYS2sOqTuMpoF3BR0",
}


def test_automatic_detection_needs_these_providers() -> None:
    assert check_speech(DETECTED) == []


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"transcriptionProvider": "Google", "speechModel": "long"}, "nova-3-general"),
        ({"speechModel": "flux"}, "automatic detection needs Deepgram"),
        ({"ttsProvider": "Google", "voice": "en-US-Journey-O"}, "voice of ElevenLabs"),
    ],
)
def test_automatic_detection_refuses_others(
    change: dict[str, str], remedy: str
) -> None:
    problems = check_speech({**DETECTED, **change})
    assert any(remedy in problem for problem in problems)


def test_each_side_may_be_detected_by_itself() -> None:
    heard = {**DETECTED, "language": "en-US", "transcriptionLanguage": "multi"}
    spoken = {"language": "en-US", "ttsLanguage": "multi", "ttsProvider": "Amazon"}
    assert check_speech(heard) == []
    assert len(check_speech(spoken)) == 1


@pytest.mark.parametrize(
    ("provider", "model"),
    [("Google", "nova-3-general"), ("Google", "flux"), ("Deepgram", "telephony")],
)
def test_a_speech_model_belongs_to_its_provider(provider: str, model: str) -> None:
    chosen = {"transcriptionProvider": provider, "speechModel": model}
    problems = check_speech(chosen)
    assert problems[0].startswith(f"speechModel: {provider} has no model {model}")


@pytest.mark.parametrize(
    ("provider", "voice", "language"),
    [
        ("Google", "en-US-Chirp3-HD-Aoede", "en-US"),
        ("Google", "en-US-Journey-O", "en-US"),
        ("Google", "Google.en-US-Neural2-F", "en-US"),
        ("Google", "cmn-CN-Wavenet-A", "zh-CN"),
        ("Google", "es-US-Chirp3-HD-Aoede", "es"),
        ("Google", "de-DE-Chirp3-HD-Aoede", ""),
        ("Amazon", "Joanna-Neural", "en-US"),
        ("Amazon", "Polly.Léa-Generative", "fr-FR"),
        ("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0", "en-US"),
        ("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0-flash_v2_5-1.05", "en-US"),
        ("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0-flash_v2_5-1.0_0.5_0.8", "en-US"),
    ],
)
def test_knows_the_voices_of_each_provider(
    provider: str, voice: str, language: str
) -> None:
    spoken = {"ttsProvider": provider, "voice": voice, "language": language}
    assert check_speech(spoken) == []


@pytest.mark.parametrize(
    ("provider", "voice", "remedy"),
    [
        ("Google", "Joanna-Neural", "en-US-Chirp3-HD-Aoede"),
        ("Amazon", "en-US-Journey-O", "Joanna-Neural"),
        ("ElevenLabs", "Rachel", "UgBBYS2sOqTuMpoF3BR0"),
        ("Google", "en-GB-Chirp3-HD-Aoede", "begins with en-US"),
        ("Google", "es-US-Chirp3-HD-Aoede", "begins with en-US"),
    ],
)
def test_refuses_a_voice_of_another_provider_or_language(
    provider: str, voice: str, remedy: str
) -> None:
    spoken = {"ttsProvider": provider, "voice": voice, "language": "en-US"}
    (problem,) = check_speech(spoken)
    assert problem.startswith(f"voice: {voice}")
    assert remedy in problem


def test_thresholds_are_for_flux_only() -> None:
    flux = {"speechModel": "flux", "eotThreshold": "0.8", "eagerEotThreshold": "0.5"}
    assert check_speech(flux) == []
    (problem,) = check_speech({**flux, "speechModel": "nova-3-general"})
    assert "choose flux" in problem


@pytest.mark.parametrize(("eager", "count"), [("0.5", 0), ("0.8", 1), ("x", 0)])
def test_the_eager_threshold_is_the_lower_one(eager: str, count: int) -> None:
    flux = {"speechModel": "flux", "eotThreshold": "0.8", "eagerEotThreshold": eager}
    assert len(check_speech(flux)) == count


def test_flux_and_turn_detection_exclude_each_other() -> None:
    (problem,) = check_speech({"speechModel": "flux", "turnDetection": "true"})
    assert "leave turnDetection out" in problem
