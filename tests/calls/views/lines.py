"""Lines for view tests: a published number whose people are known by name."""

from typing import Any

from calls.core.words import CallState
from calls.models import Call
from routing.core.ruleset import PolicyEnd
from routing.models import Contact, EscalationPolicy
from tests.calls.carrier import Line
from tests.makers_routing import (
    make_agent,
    make_contact,
    make_number,
    make_policy,
    publish,
)

PHONES = {"Ana": "+12025550151", "Ben": "+12025550152"}


def people(*names: str, **fields: Any) -> EscalationPolicy:
    return make_policy(*map(person, names), **fields)


def person(name: str) -> Contact:
    there = Contact.objects.filter(name=name).first()
    return there or make_contact(name=name, phone=PHONES[name])


def accepted_line(
    *names: str, end: PolicyEnd = PolicyEnd.VOICEMAIL, **fields: Any
) -> Line:
    """A call that the agent was given. Ana and Ben can be rung."""
    policy = people(*(names or ("Ana", "Ben")), end=end)
    number = make_number(agent=make_agent(policy=policy), policy=policy, **fields)
    publish()
    line = Line(number.e164)
    line.ring()
    return line


def live_line(*names: str, **fields: Any) -> Line:
    """A call in which the agent is speaking."""
    line = accepted_line(*names, **fields)
    call = line.call
    Call.objects.filter(pk=call.pk).update(
        state=CallState.LIVE, answered_at=call.offered_at, relay_token_digest=""
    )
    return line
