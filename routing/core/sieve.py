"""Which rules a call fails, found for all rules at once instead of rule by rule.

A set of rules is an int: the rule that is tried first is its lowest bit, the next one
the bit above it. What many rules ask is asked once, whom a rule lists is looked up,
and opening hours are worked out only when a calendar opens or closes. So a call that
meets five hundred rules costs about what it would with fifty.
"""

from collections.abc import Hashable, Iterable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from routing.core.caller_conditions import split
from routing.core.decision import CallerKind
from routing.core.ruleset import CallerMatch, HoursMatch, Rule
from routing.core.situation import Condition, Question, Situation, Step

Rules = int


class Sieve(Protocol):
    def failing(self, situation: Situation, rules: Rules) -> Rules:
        """Of these rules those that ask something which does not hold."""


class Callers:
    """Who calls, looked up among all that the rules name."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.listed = self.not_listed = self.withheld = 0
        self.numbers: dict[str, Rules] = {}
        self.beginnings: dict[str, Rules] = {}
        self.countries: dict[str, Rules] = {}
        self.lists: dict[str, Rules] = {}
        for place, rule in enumerate(rules):
            self.add(rule, 1 << place)
        self.lengths = sorted(set(map(len, self.beginnings)))

    def add(self, rule: Rule, bit: Rules) -> None:
        if rule.caller_match is CallerMatch.WITHHELD:
            self.withheld |= bit
        elif rule.caller_match is not CallerMatch.ANY:
            if rule.caller_match is CallerMatch.LISTED:
                self.listed |= bit
            else:
                self.not_listed |= bit
            numbers, beginnings = split(rule.callers)
            add_to(self.numbers, numbers, bit)
            add_to(self.beginnings, beginnings, bit)
            add_to(self.countries, filter(None, rule.countries), bit)
            add_to(self.lists, rule.caller_lists, bit)

    def failing(self, situation: Situation, rules: Rules) -> Rules:
        facts = situation.facts
        found = 0
        if facts.caller_kind is CallerKind.NUMBER:
            found = self.naming(facts.caller) | self.countries.get(facts.country, 0)
        for on in facts.lists:
            found |= self.lists.get(on.key, 0)
        failed = (self.listed & ~found) | (self.not_listed & found)
        if facts.caller_kind is not CallerKind.WITHHELD:
            failed |= self.withheld
        return failed & rules

    def naming(self, caller: str) -> Rules:
        found = self.numbers.get(caller, 0)
        for length in self.lengths:
            found |= self.beginnings.get(caller[:length], 0)
        return found


def add_to(index: dict[str, Rules], names: Iterable[str], bit: Rules) -> None:
    for name in names:
        index[name] = index.get(name, 0) | bit


class Questions:
    """Conditions of one kind; what several rules ask is asked once."""

    def __init__(self, asked: Iterable[tuple[Rules, Question]]) -> None:
        same: dict[Hashable, tuple[Question, Rules]] = {}
        for bit, question in asked:
            key = meaning(question)
            first, askers = same.get(key, (question, 0))
            same[key] = first, askers | bit
        self.asked = tuple(same.values())
        self.asking = sum(askers for _, askers in self.asked)

    def failing(self, situation: Situation, rules: Rules) -> Rules:
        failed = 0
        if not self.asking & rules:
            return failed
        for held, askers in self.asked:
            if askers & rules and not held(situation):
                failed |= askers
        return failed & rules


def meaning(question: object) -> Hashable:
    """Equal for questions that have the same answer whatever the call."""
    if isinstance(question, partial):
        return (question.func, *map(meaning, question.args))
    assert isinstance(question, Hashable)
    return question


class Lasting(NamedTuple):
    """`failed` holds from `since` until just before `until`, in seconds."""

    since: float
    until: float
    failed: Rules


class Hours:
    """Opening hours, worked out again when any of the calendars opens or closes.

    Shared by threads: what is known is replaced whole.
    """

    def __init__(self, rules: Sequence[Rule], questions: Questions) -> None:
        self.questions = questions
        self.calendars: set[str] = set()
        for rule in rules:
            if rule.hours_match is not HoursMatch.ANY:
                self.calendars |= {rule.calendar, *rule.more_calendars}
        self.known = Lasting(0, 0, 0)

    def failing(self, situation: Situation, rules: Rules) -> Rules:
        known = self.known
        if not known.since <= situation.at < known.until:
            known = self.known = self.look(situation)
        return known.failed & rules

    def look(self, situation: Situation) -> Lasting:
        since, until = float("-inf"), float("inf")
        for calendar in self.calendars:
            begins, ends, _ = situation.opening(calendar)
            since, until = max(since, begins), min(until, ends)
        everyone = self.questions.asking
        return Lasting(since, until, self.questions.failing(situation, everyone))


def sieves(
    rules: Sequence[Rule], conditions: Sequence[Sequence[Condition]]
) -> tuple[tuple[Step, Sieve], ...]:
    """One for each kind of condition that is asked, in the order in which a rule asks

    its own: it fails by the first of them that does not hold.
    """
    asked: dict[Step, list[tuple[Rules, Question]]] = {step: [] for step in Step}
    for place, of_rule in enumerate(conditions):
        for condition in of_rule:
            asked[condition.step].append((1 << place, condition.held))
    return tuple(
        (step, sieve(step, rules, Questions(of_step)))
        for step, of_step in asked.items()
        if of_step
    )


def sieve(step: Step, rules: Sequence[Rule], questions: Questions) -> Sieve:
    if step is Step.CALLER:
        return Callers(rules)
    if step is Step.HOURS:
        return Hours(rules, questions)
    return questions


def letters(failures: Iterable[tuple[Step, Rules]], count: int) -> str:
    """The letter of the step at which each of the first `count` rules fails.

    Nothing for a rule that fails at none. Every rule becomes a byte that is 0 or 1,
    and as each fails at one step alone, the sum over the steps has its letter in it.
    """
    zeros = int.from_bytes(b"0" * count)
    mask = (1 << count) - 1
    total = 0
    for step, failed in failures:
        if failed & mask:
            bits = format(failed & mask, f"0{count}b").encode()
            total += (int.from_bytes(bits) - zeros) * ord(step)
    return total.to_bytes(count)[::-1].replace(b"\0", b"").decode()
