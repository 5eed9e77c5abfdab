"""Turning names of the carrier's language into ours."""

import re

CAPITAL = re.compile(r"[A-Z]")


def snake_case(name: str) -> str:
    """ "reportInputDuringAgentSpeech" is our "report_input_during_agent_speech"."""
    return CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)
