"""Turning names of the carrier's language into ours."""

import re

CAPITAL = re.compile(r"[A-Z]")


def snake_case(name: str) -> str:
    """ "reportInputDuringAgentSpeech" is our "report_input_during_agent_speech"."""
    return CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)


def sentence(text: str) -> str:
    """With a capital, unless it begins with a name such as "en-US-Chirp3-HD-Aoede"."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
