"""Why a call went where it went, from what was stored when it was decided."""

from calls.core.explained import Explained, explain
from calls.models import Call
from calls.services.call_script import ruleset_of
from routing.core.facts_record import read_facts
from routing.core.reasons import rules_in_words


def explained(call: Call) -> Explained:
    """Calls of earlier versions hold their rules in words; others hold the facts."""
    stored = call.decision
    if "facts" not in stored:
        return explain(stored)
    facts = read_facts(stored["facts"])
    return explain(stored, rules_in_words(ruleset_of(call), facts, call.offered_at))
