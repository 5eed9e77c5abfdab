"""The rule book that stands in for the model: the first rule that matches answers.

A rule, as YAML:

    - when:
        user: REGEX           # the last caller text, case-insensitive, anywhere in it
        # or, when the request ends with a tool's output:
        tool: NAME
        output: REGEX         # optional: on the output's text
        arguments: REGEX      # optional: on the JSON of the call's arguments
        after_tool: NAME      # optional, with either: this tool was called before
      say: TEXT               # {group} puts in what a named group matched
      tool: {name: NAME, arguments: {…}}    # or a list of them
      then: [rules]           # tried first when those tools' outputs come back
      tokens: N               # instead of `say`: so many words of filler
      delay_ms: N             # between tokens
      first_ms: N             # before the first token
      fault: {kind: KIND, …}  # see `Fault`

A rule whose tool the request does not offer, or whose arguments the tool's schema does
not take, does not match: a real model cannot call what it was not given. An argument
given as a list means the first of these values that the schema allows. Arguments that
are one text are sent as they stand, whatever the schema says.
"""

import itertools
import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import orjson

from calls.simulator.openai_api.items import Item, text_of
from calls.simulator.openai_api.request import ModelRequest
from calls.simulator.openai_api.tools import Tool, fit

REMEMBERED_CALLS = 20_000
WHEN_KEYS = frozenset({"user", "tool", "output", "arguments", "after_tool"})
NOBODY_SPOKE = "…"  # the request ends with the agent's own words
RULE_KEYS = frozenset(
    {"when", "say", "tool", "then", "tokens", "delay_ms", "first_ms", "fault"}
)
FAULTS: Mapping[str, str] = {
    "hang": "no answer at all for `seconds`",
    "stall": "the stream opens, then `seconds` pass before the first token",
    "slow": "`delay_ms` between tokens",
    "rate_limit": "HTTP 429 with Retry-After `retry_after`",
    "server_error": "HTTP 500",
    "cut": "the connection breaks after `tokens` tokens",
    "error_event": "an `error` event after `tokens` tokens",
    "nested_error_event": "the same with an `error` object inside",
    "failed": "response.failed after `tokens` tokens",
    "incomplete": "response.incomplete after `tokens` tokens",
}


class BadRule(ValueError):
    """A rule that cannot be read; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    seconds: float = 0.0
    tokens: int = 3
    delay_ms: float = 0.0
    retry_after: float = 1.0
    times: int = 0
    """How often the same request meets this fault; 0 = always."""


@dataclass(frozen=True, slots=True)
class Rule:
    where: str
    when: Mapping[str, re.Pattern[str] | str]
    of_tool: bool = False
    """Whether it answers a tool's output and not the caller."""
    say: str = ""
    calls: tuple[Mapping[str, Any], ...] = ()
    then: tuple["Rule", ...] = ()
    tokens: str = ""
    delay_ms: str = ""
    first_ms: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: str
    call_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    say: str = ""
    calls: tuple[Call, ...] = ()
    delay_ms: float | None = None
    first_ms: float | None = None
    fault: Fault | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a conversation stands: who spoke last, and what was called before."""

    user: str
    tool: str
    output: str
    arguments: str
    call_id: str
    called: frozenset[str]


def read_rules(found: object, where: str, *, nested: bool = False) -> tuple[Rule, ...]:
    if found is None:
        return ()
    if not isinstance(found, list):
        raise BadRule(f"{where}: rules are a list")
    return tuple(
        _rule(rule, f"{where}[{n}]", nested=nested) for n, rule in enumerate(found)
    )


def _rule(found: Any, where: str, *, nested: bool) -> Rule:
    if not isinstance(found, dict):
        raise BadRule(f"{where}: a rule is a mapping")
    _refuse_unknown(found, RULE_KEYS, where)
    calls = found.get("tool", [])
    calls = calls if isinstance(calls, list) else [calls]
    for call in calls:
        if not isinstance(call, dict) or "name" not in call:
            raise BadRule(f"{where}: a tool needs a name")
    when = _when(found.get("when", {}), where)
    return Rule(
        where,
        when,
        of_tool=nested or "tool" in when,
        say=str(found.get("say", "")),
        calls=tuple(calls),
        then=read_rules(found.get("then"), f"{where}.then", nested=True),
        tokens=str(found.get("tokens", "")),
        delay_ms=str(found.get("delay_ms", "")),
        first_ms=str(found.get("first_ms", "")),
        fault=_fault(found.get("fault"), where),
    )


def _when(found: Any, where: str) -> dict[str, re.Pattern[str] | str]:
    if not isinstance(found, dict):
        raise BadRule(f"{where}: when is a mapping")
    _refuse_unknown(found, WHEN_KEYS, where)
    read: dict[str, re.Pattern[str] | str] = {}
    for key, value in found.items():
        if key in {"tool", "after_tool"}:
            read[key] = str(value)
            continue
        try:
            read[key] = re.compile(str(value), re.IGNORECASE)
        except re.error as error:
            raise BadRule(f"{where}.{key}: {error}") from None
    return read


def _fault(found: Any, where: str) -> Fault | None:
    if found is None:
        return None
    if not isinstance(found, dict) or found.get("kind") not in FAULTS:
        raise BadRule(f"{where}: a fault's kind is one of {', '.join(FAULTS)}")
    _refuse_unknown(found, frozenset(f.name for f in fields(Fault)), where)
    return Fault(**found)


def _refuse_unknown(
    found: Mapping[str, Any], known: frozenset[str], where: str
) -> None:
    for key in found:
        if key not in known:
            raise BadRule(f"{where} has no {key!r}; it has {', '.join(sorted(known))}")


def moment_of(items: Iterable[Item]) -> Moment:
    """Look at what came last: the caller's words, or a tool's output."""
    calls: dict[str, Item] = {}
    user = tool = output = arguments = call_id = ""
    for item in items:
        if item["type"] == "function_call":
            calls[item["call_id"]] = item
        elif item["type"] == "function_call_output":
            call = calls[item["call_id"]]
            tool, arguments = call["name"], call["arguments"]
            output, call_id = text_of(item), item["call_id"]
            user = NOBODY_SPOKE
        elif item.get("role") == "user":
            user = f"{user.removeprefix(NOBODY_SPOKE)} {text_of(item)}".strip()
            tool = output = arguments = call_id = ""
        elif item.get("role") == "assistant":
            user = NOBODY_SPOKE
            tool = output = arguments = call_id = ""
    called = frozenset(call["name"] for call in calls.values())
    return Moment(user, tool, output, arguments, call_id, called)


class RuleBook:
    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._pending: OrderedDict[str, tuple[tuple[Rule, ...], Mapping[str, str]]] = (
            OrderedDict()
        )

    def answer(self, request: ModelRequest) -> Answer:
        moment = moment_of(request.items)
        then, carried = self._pending.get(moment.call_id, ((), {}))
        for rule in itertools.chain(then, self.rules):
            groups = _match(rule, moment)
            if groups is None:
                continue
            values = {**carried, **groups}
            calls = self._calls(rule, values, request)
            if calls is not None:
                return _fill(rule, values, calls)
        return Answer("I see. Could you tell me a little more about that?")

    def _calls(
        self, rule: Rule, values: Mapping[str, str], request: ModelRequest
    ) -> tuple[Call, ...] | None:
        calls: list[Call] = []
        for wanted in rule.calls:
            tool = request.tools.get(wanted["name"])
            if tool is None:
                return None
            arguments = _arguments(wanted.get("arguments", {}), values, tool)
            if arguments is None:
                return None
            call_id = "call_" + secrets.token_urlsafe(18)
            calls.append(Call(tool.name, arguments, call_id))
        for call in calls:
            self._pending[call.call_id] = (rule.then, values)
        while len(self._pending) > REMEMBERED_CALLS:
            self._pending.popitem(last=False)
        return tuple(calls)


def _arguments(given: Any, values: Mapping[str, str], tool: Tool) -> str | None:
    """None: the tool's schema does not take them."""
    if isinstance(given, str):
        return given
    fitting = fit(_put_in(given, values), tool.parameters)
    return None if fitting is None else orjson.dumps(fitting).decode()


def _match(rule: Rule, moment: Moment) -> dict[str, str] | None:
    """What the rule's groups caught, or None when it does not match."""
    groups: dict[str, str] = {}
    if rule.of_tool != bool(moment.tool):
        return None
    for key, wanted in rule.when.items():
        if isinstance(wanted, str):
            known = {moment.tool} if key == "tool" else moment.called
            if wanted not in known:
                return None
            continue
        found = wanted.search(getattr(moment, key))
        if found is None:
            return None
        groups |= {k: v for k, v in found.groupdict().items() if v is not None}
    return {**groups, "output": moment.output}


def _fill(rule: Rule, values: Mapping[str, str], calls: tuple[Call, ...]) -> Answer:
    say = str(_put_in(rule.say, values))
    if rule.tokens:
        say = " ".join(filler(int(_put_in(rule.tokens, values))))
    answer = Answer(say, calls, fault=rule.fault, rule=rule.where)
    if rule.delay_ms:
        answer = replace(answer, delay_ms=float(_put_in(rule.delay_ms, values)))
    if rule.first_ms:
        answer = replace(answer, first_ms=float(_put_in(rule.first_ms, values)))
    return answer


def filler(count: int) -> Iterator[str]:
    words = ("so", "many", "words", "to", "listen", "to,", "one", "by", "one.")
    return itertools.islice(itertools.cycle(words), count)


def _put_in(template: Any, values: Mapping[str, str]) -> Any:
    """Replace {name} in every string; unknown names stay as they are."""
    if isinstance(template, str):
        return re.sub(
            r"\{(\w+)\}", lambda m: values.get(m.group(1), m.group(0)), template
        )
    if isinstance(template, dict):
        return {key: _put_in(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_put_in(value, values) for value in template]
    return template
