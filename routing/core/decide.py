"""Admission: what happens to a call before the agent speaks.

Plain values in, a decision with its reasons out. The live call, the rule tester and a
dry run over past calls all ask this one function, so it reads nothing and never
raises: whatever cannot be told (a calendar in an unknown time zone) is a condition
that does not hold, and says so in the trace. The order is fixed:

1. A number we do not know is rejected with 404, an inactive one with 480.
2. Rules in order; the first whose conditions all hold decides.
3. Otherwise the number's own agent takes the call, or its hunt list if the number is
   answered by a person.
4. What is spent may change who answers, or how long; see `routing.core.budget`.
"""

from dataclasses import dataclass
from datetime import datetime

from routing.core.budget import within_budget
from routing.core.callers import spaced
from routing.core.decision import (
    Because,
    CallerKind,
    ConditionTrace,
    Decision,
    Facts,
    RuleTrace,
    Verdict,
)
from routing.core.hours import in_words, is_open
from routing.core.ruleset import (
    CallerMatch,
    HoursMatch,
    Number,
    Path,
    Rule,
    RuleAction,
    Ruleset,
)

UNKNOWN = "Number is not configured"
INACTIVE = "Number is switched off"
DEFAULT = "No rule applies"
NOT_FOUND = 404
UNAVAILABLE = 480


def decide(ruleset: Ruleset, facts: Facts, now: datetime) -> Decision:
    """`now` is aware. Agent, profile and policy are named whatever the verdict:

    a diverted call still needs its sentences, an accepted one its hunt list.
    """
    number = ruleset.number_for(facts.dialled)
    if number is None:
        return refuse(ruleset, facts, UNKNOWN, Because.UNKNOWN_NUMBER, NOT_FOUND)
    if not number.active:
        return refuse(ruleset, facts, INACTIVE, Because.INACTIVE_NUMBER, UNAVAILABLE)
    situation = Situation(ruleset, facts, now, number)
    trace: list[RuleTrace] = []
    for rule in ruleset.rules:
        conditions = situation.conditions(rule)
        held = all(condition.held for condition in conditions)
        trace.append(RuleTrace(rule.name, held, conditions))
        if held:
            decision = situation.apply(rule, tuple(trace))
            break
    else:
        decision = situation.default(tuple(trace))
    return within_budget(ruleset, facts, number, decision)


def refuse(
    ruleset: Ruleset, facts: Facts, rule: str, because: Because, sip_status: int
) -> Decision:
    looked_at = ConditionTrace("dialled number", facts.dialled, True)
    return Decision(
        verdict=Verdict.REJECT,
        because=because,
        rule=rule,
        release=ruleset.number,
        sip_status=sip_status,
        trace=(RuleTrace(rule, True, (looked_at,)),),
    )


@dataclass(frozen=True, slots=True)
class Situation:
    """One call to one of our numbers, at one moment, under one release."""

    ruleset: Ruleset
    facts: Facts
    now: datetime
    number: Number

    def conditions(self, rule: Rule) -> tuple[ConditionTrace, ...]:
        """Every condition the rule sets, held or not: none is skipped."""
        asked = (self.is_for(rule), self.comes_from(rule), self.is_within(rule))
        return tuple(condition for condition in asked if condition is not None)

    def is_for(self, rule: Rule) -> ConditionTrace | None:
        if not rule.numbers:
            return None
        held = self.number.key in rule.numbers
        return ConditionTrace("call is to one of its numbers", self.number.label, held)

    def comes_from(self, rule: Rule) -> ConditionTrace | None:
        if rule.caller_match is CallerMatch.ANY:
            return None
        withheld = self.facts.caller_kind is CallerKind.WITHHELD
        listed = self.is_listed(rule)
        name, held = {
            CallerMatch.LISTED: ("caller is listed", listed),
            CallerMatch.NOT_LISTED: ("caller is not listed", not listed),
            CallerMatch.WITHHELD: ("caller withholds the number", withheld),
        }[rule.caller_match]
        return ConditionTrace(name, self.caller(), held)

    def is_listed(self, rule: Rule) -> bool:
        """Only a real number can be on a list; a SIP name that looks like it cannot."""
        if self.facts.caller_kind is not CallerKind.NUMBER:
            return False
        return any(matches(self.facts.caller, entry) for entry in rule.callers)

    def caller(self) -> str:
        if self.facts.caller_kind is CallerKind.WITHHELD:
            return "withheld"
        if self.facts.caller_kind is CallerKind.NUMBER:
            return spaced(self.facts.caller)
        return self.facts.caller

    def is_within(self, rule: Rule) -> ConditionTrace | None:
        if rule.hours_match is HoursMatch.ANY:
            return None
        wanted = rule.hours_match is HoursMatch.OPEN
        calendar = self.ruleset.calendars.get(rule.calendar)
        if calendar is None:
            name = f"calendar is {rule.hours_match}"
            return ConditionTrace(name, "calendar is missing", False)
        held = is_open(calendar, self.now) is wanted
        name = f"“{calendar.name}” is {rule.hours_match}"
        return ConditionTrace(name, in_words(calendar, self.now), held)

    def apply(self, rule: Rule, trace: tuple[RuleTrace, ...]) -> Decision:
        verdict, agent = self.verdict(rule), rule.agent or self.number.agent
        return Decision(
            verdict=verdict,
            because=because(rule),
            rule=rule.name,
            release=self.ruleset.number,
            agent=agent,
            profile=rule.profile or self.number.profile,
            policy=rule.policy or self.policy(verdict, agent),
            sip_status=rule.sip_status,
            message=rule.message,
            trace=trace,
        )

    def verdict(self, rule: Rule) -> Verdict:
        """A number that a person answers has no agent to accept with but a rule's."""
        if rule.action is RuleAction.ACCEPT and not (rule.agent or self.has_agent()):
            return Verdict.DIVERT
        return Verdict(rule.action)

    def has_agent(self) -> bool:
        return bool(self.number.agent) and self.number.path is not Path.PERSON

    def policy(self, verdict: Verdict, agent_key: str) -> str:
        """Who an accepted caller is handed to is the agent's business first."""
        agent = self.ruleset.agents.get(agent_key)
        if verdict is Verdict.ACCEPT and agent is not None and agent.policy:
            return agent.policy
        return self.number.policy

    def default(self, trace: tuple[RuleTrace, ...]) -> Decision:
        verdict = Verdict.ACCEPT if self.has_agent() else Verdict.DIVERT
        return Decision(
            verdict=verdict,
            because=Because.RULE,
            rule=DEFAULT,
            release=self.ruleset.number,
            agent=self.number.agent,
            profile=self.number.profile,
            policy=self.policy(verdict, self.number.agent),
            trace=(*trace, RuleTrace(DEFAULT, True, ())),
        )


def because(rule: Rule) -> Because:
    """A caller turned away because we are closed is counted as that."""
    if rule.action is RuleAction.REJECT:
        return rule.because
    if rule.action is not RuleAction.ACCEPT and rule.hours_match is HoursMatch.CLOSED:
        return Because.CLOSED
    return Because.RULE


def matches(number: str, entry: str) -> bool:
    if entry.endswith("*"):
        return number.startswith(entry.removesuffix("*"))
    return number == entry
