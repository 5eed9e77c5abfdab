"""Conditions about the caller, and about how the call came to us."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from routing.core.callers import spaced
from routing.core.decision import CallerKind, Facts
from routing.core.matches import (
    ForwardedMatch,
    HeaderMatch,
    HistoryMatch,
    VerificationMatch,
)
from routing.core.ruleset import CallerList, CallerMatch, Rule
from routing.core.situation import Condition, Question, Situation, Step

PASSED, FAILED = "TN-Validation-Passed", "TN-Validation-Failed"
FULLY_PASSED = f"{PASSED}-A"
ANYTHING = "*"

VERIFICATIONS: Mapping[VerificationMatch, str] = {
    VerificationMatch.FULL: "caller's number is verified in full",
    VerificationMatch.PASSED: "caller's number is verified",
    VerificationMatch.NOT_PASSED: "caller's number is not verified",
    VerificationMatch.FAILED: "caller's number failed the spoof check",
    VerificationMatch.MISSING: "caller's number came without a spoof check",
}
ORIGINS: Mapping[ForwardedMatch, str] = {
    ForwardedMatch.FORWARDED: "call was forwarded",
    ForwardedMatch.NOT_FORWARDED: "call was not forwarded",
    ForwardedMatch.LISTED: "call was forwarded from one of its numbers",
}


def caller_conditions(
    rule: Rule, lists: Mapping[str, CallerList]
) -> Iterator[Condition]:
    if rule.caller_match is not CallerMatch.ANY:
        yield comes_from(rule, lists)
    if rule.verification is not VerificationMatch.ANY:
        yield is_verified(rule.verification)
    if rule.forwarded is not ForwardedMatch.ANY:
        yield is_forwarded(rule)
    if rule.history is not HistoryMatch.ANY:
        yield has_called(rule)
    if rule.headers:
        yield has_headers(rule.headers)


def comes_from(rule: Rule, lists: Mapping[str, CallerList]) -> Condition:
    if rule.caller_match is CallerMatch.WITHHELD:
        name = "caller withholds the number"
        return Condition(Step.CALLER, name, is_withheld, caller_words)
    wanted = rule.caller_match is CallerMatch.LISTED
    held = listed(rule, wanted=wanted)
    where = " or ".join(whereabouts(rule, lists))
    name = f"caller is {where}" if wanted else f"caller is not {where}"
    return Condition(Step.CALLER, name, held, caller_words)


def is_withheld(situation: Situation) -> bool:
    return situation.facts.caller_kind is CallerKind.WITHHELD


def listed(rule: Rule, *, wanted: bool) -> "partial[bool]":
    """Only a real number can be written down here; a SIP name that looks like it

    cannot. A caller list may hold SIP addresses, which are claims, by themselves.
    """
    exact, beginnings = split(rule.callers)
    keys, countries = frozenset(rule.caller_lists), frozenset(rule.countries) - {""}
    if not (beginnings or keys or countries):
        return partial(is_one_of, exact, wanted)
    return partial(is_listed, exact, beginnings, keys, countries, wanted)


def is_one_of(exact: frozenset[str], wanted: bool, situation: Situation) -> bool:
    """For the most frequent rule: some numbers, and nothing else."""
    facts = situation.facts
    found = facts.caller_kind is CallerKind.NUMBER and facts.caller in exact
    return found is wanted


def is_listed(
    exact: frozenset[str],
    beginnings: tuple[str, ...],
    keys: frozenset[str],
    countries: frozenset[str],
    wanted: bool,
    situation: Situation,
) -> bool:
    facts = situation.facts
    found = facts.caller_kind is CallerKind.NUMBER and (
        facts.caller in exact
        or facts.caller.startswith(beginnings)
        or facts.country in countries
    )
    if keys and not found:
        found = any(on.key in keys for on in facts.lists)
    return found is wanted


def split(entries: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole numbers, and beginnings without their star."""
    exact = frozenset(entry for entry in entries if not entry.endswith("*"))
    beginnings = tuple(entry[:-1] for entry in entries if entry.endswith("*"))
    return exact, beginnings


def whereabouts(rule: Rule, lists: Mapping[str, CallerList]) -> Iterator[str]:
    if rule.callers or not (rule.caller_lists or rule.countries):
        yield "listed"
    for key in rule.caller_lists:
        found = lists.get(key)
        yield f"on “{found.name}”" if found else "on a list that is missing"
    if rule.countries:
        yield f"from {' or '.join(rule.countries)}"


def caller_words(situation: Situation) -> str:
    facts = situation.facts
    if facts.caller_kind is CallerKind.WITHHELD:
        return "withheld"
    if facts.caller_kind is not CallerKind.NUMBER:
        return facts.caller
    words = spaced(facts.caller)
    if facts.country:
        words += f", from {facts.country}"
    names = " and ".join(f"“{on.name}”" for on in facts.lists)
    return f"{words}, on {names}" if names else words


def is_verified(wanted: VerificationMatch) -> Condition:
    held = VERIFIED[wanted]
    return Condition(Step.VERIFICATION, VERIFICATIONS[wanted], held, verification_words)


def beginning(start: str, wanted: bool, situation: Situation) -> bool:
    return situation.facts.verstat.startswith(start) is wanted


def has_no_verdict(situation: Situation) -> bool:
    return not situation.facts.verstat.startswith((PASSED, FAILED))


VERIFIED: Mapping[VerificationMatch, Question] = {
    VerificationMatch.FULL: partial(beginning, FULLY_PASSED, True),
    VerificationMatch.PASSED: partial(beginning, PASSED, True),
    VerificationMatch.NOT_PASSED: partial(beginning, PASSED, False),
    VerificationMatch.FAILED: partial(beginning, FAILED, True),
    VerificationMatch.MISSING: has_no_verdict,
}


def verification_words(situation: Situation) -> str:
    """The carrier's word for it is added: an engineer may want to look it up."""
    verstat = situation.facts.verstat
    if not verstat:
        return "no verdict"
    if verstat.startswith(PASSED):
        return f"passed ({verstat})"
    return f"{'failed' if verstat.startswith(FAILED) else 'no verdict'} ({verstat})"


def is_forwarded(rule: Rule) -> Condition:
    questions: Mapping[ForwardedMatch, Question] = {
        ForwardedMatch.FORWARDED: came_forwarded,
        ForwardedMatch.NOT_FORWARDED: came_directly,
        ForwardedMatch.LISTED: partial(came_from, *split(rule.forwarded_from)),
    }
    held, name = questions[rule.forwarded], ORIGINS[rule.forwarded]
    return Condition(Step.FORWARDED, name, held, forwarded_words)


def came_forwarded(situation: Situation) -> bool:
    return bool(situation.facts.forwarded_from)


def came_directly(situation: Situation) -> bool:
    return not situation.facts.forwarded_from


def came_from(
    exact: frozenset[str], beginnings: tuple[str, ...], situation: Situation
) -> bool:
    number = situation.facts.forwarded_from
    return bool(number) and (number in exact or number.startswith(beginnings))


def forwarded_words(situation: Situation) -> str:
    number = situation.facts.forwarded_from
    return f"from {spaced(number)}" if number else "not forwarded, as far as is known"


def has_called(rule: Rule) -> Condition:
    questions: Mapping[HistoryMatch, tuple[Question, str]] = {
        HistoryMatch.KNOWN: (is_known, "caller has called before"),
        HistoryMatch.NEW: (is_new, "caller has never called before"),
        HistoryMatch.AGAIN: (
            partial(called_within, rule.within_minutes * 60),
            f"caller called in the last {rule.within_minutes} minutes",
        ),
    }
    held, name = questions[rule.history]
    return Condition(Step.HISTORY, name, held, history_words)


def is_known(situation: Situation) -> bool:
    return situation.facts.since_last_call is not None


def is_new(situation: Situation) -> bool:
    """Of a caller who withholds the number, or has none, this cannot be told."""
    facts = situation.facts
    return facts.since_last_call is None and can_be_recognised(facts)


def can_be_recognised(facts: Facts) -> bool:
    return facts.caller_kind in (CallerKind.NUMBER, CallerKind.SIP)


def called_within(seconds: int, situation: Situation) -> bool:
    since = situation.facts.since_last_call
    return since is not None and since <= seconds


def history_words(situation: Situation) -> str:
    since = situation.facts.since_last_call
    if since is not None:
        return f"last called {ago(since)} ago"
    if can_be_recognised(situation.facts):
        return "no earlier call"
    return "cannot be told, as there is no number"


def ago(seconds: int) -> str:
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = seconds // size
        if count:
            return f"{count} {word}{'s' if count > 1 else ''}"
    return "less than a minute"


def has_headers(headers: tuple[HeaderMatch, ...]) -> Condition:
    wanted = tuple((h.name.lower(), h.value.casefold()) for h in headers)
    named = " and ".join(
        f"{h.name} is there" if h.value == ANYTHING else f"{h.name} is {h.value}"
        for h in headers
    )
    return Condition(
        Step.HEADERS,
        f"SIP header {named}",
        partial(brings, wanted),
        partial(header_words, headers),
    )


def brings(wanted: tuple[tuple[str, str], ...], situation: Situation) -> bool:
    headers = situation.facts.headers
    return bool(headers) and all(fits(headers.get(name), v) for name, v in wanted)


def fits(found: str | None, wanted: str) -> bool:
    if found is None:
        return False
    text = found.casefold()
    if wanted.endswith(ANYTHING):
        return text.startswith(wanted[:-1])
    return text == wanted


def header_words(headers: tuple[HeaderMatch, ...], situation: Situation) -> str:
    found = situation.facts.headers
    return "; ".join(
        f"{h.name}: {found.get(h.name.lower(), 'missing')}" for h in headers
    )
