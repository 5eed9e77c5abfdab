"""Made-up calls: what would happen, by the same functions that answer real ones.

A call that is tried is stored and answered like any other, within a transaction that
is taken back. So whatever answering depends on is there, and nothing of it stays.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from calls.core.carrier_events import Offered
from calls.core.explained import Explained, explain
from calls.core.instructions import Instruction
from calls.models import Call
from calls.services import admission
from calls.services.call_script import under
from routing.core.callers import classify
from routing.core.decide import decide
from routing.core.decision import Decision, Facts
from routing.core.reasons import rules_in_words
from routing.core.ruleset import Ruleset

NO_CALL = "tried"


@dataclass(frozen=True, slots=True)
class Tried:
    """`call` was never stored: it has what a stored one would have, and no more."""

    decision: Decision
    explained: Explained
    call: Call
    instruction: Instruction


def try_call(ruleset: Ruleset, facts: Facts, caller: str, now: datetime) -> Tried:
    """`caller` is as the carrier would give it; the facts hold what it is taken for."""
    offered = Offered(NO_CALL, "", facts.dialled, caller, headers=())
    decision = decide(ruleset, facts, now)
    number = ruleset.number_for(facts.dialled)
    with under(ruleset), transaction.atomic():
        call = admission.new_call(offered, classify(caller), number, now)
        admission.give(call, decision, ruleset)
        instruction = admission.answer(call, decision, now)
        transaction.set_rollback(True)
    explained = explain(asdict(decision), rules_in_words(ruleset, facts, now))
    return Tried(decision, explained, call, instruction)
