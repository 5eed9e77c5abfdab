"""What would make the voice settings of an agent fail, or do nothing, on a live call.

The ranges of single values stand at the fields of the model; here is what depends on
two of them, and what a name must look like.
"""

import re
from collections.abc import Mapping, Sequence

from routing.core.ruleset import TurnDetection, VoiceSettings

LONGEST_LIST = 5
IDLE_MS = range(5000, 30_001)
MODEL = re.compile(r"[a-z0-9][a-z0-9._:-]{0,63}")
VOICE = re.compile(r"[a-z]{2,32}")


def check_voice(voice: VoiceSettings) -> Mapping[str, str]:
    """The problem with a setting, if there is one, by the setting's name."""
    found = {
        "model": check_model(voice.model),
        "voice": check_voice_name(voice.voice),
        "idle_timeout_ms": check_idle(voice),
        "eagerness": check_eagerness(voice),
        "transcription_models": check_transcription(voice.transcription_models),
    }
    return {name: problem for name, problem in found.items() if problem}


def check_model(name: str) -> str:
    if MODEL.fullmatch(name):
        return ""
    return "Write the model's name as the provider does, such as gpt-realtime-2.1."


def check_voice_name(name: str) -> str:
    if VOICE.fullmatch(name):
        return ""
    return "Write the name of a voice in small letters, such as marin."


def check_idle(voice: VoiceSettings) -> str:
    if not voice.idle_timeout_ms:
        return ""
    if voice.turn_detection is not TurnDetection.SILENCE:
        return (
            "Only detection by silence can ask again by itself: write 0, or choose "
            "“By silence” above."
        )
    if voice.idle_timeout_ms not in IDLE_MS:
        return "Write 0 to leave asking to the portal, or a number from 5000 to 30000."
    return ""


def check_eagerness(voice: VoiceSettings) -> str:
    plain = voice.eagerness == VoiceSettings().eagerness
    if plain or voice.turn_detection is TurnDetection.MEANING:
        return ""
    return (
        "Only detection by meaning knows this: choose “Automatic”, or choose “By "
        "meaning” above."
    )


def check_transcription(models: Sequence[str]) -> str:
    if not models:
        return "Name at least one model; without it nobody can read what callers said."
    if len(models) > LONGEST_LIST:
        return f"Name {LONGEST_LIST} models at most; a call does not wait for more."
    for model in models:
        if not MODEL.fullmatch(model):
            return f"“{model}” is not a model's name; write one such as gpt-transcribe."
        if models.count(model) > 1:
            return f"{model} is named twice; remove one of the two."
    return ""
