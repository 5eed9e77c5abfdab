"""From XML text to verbs, with a complaint for everything outside the grammar.

Error numbers: 12100 the document is no XML, 12102 its root is not `<Response>`, 12200
an element, attribute or value that the TwiML schema does not have
(https://www.twilio.com/docs/api/errors). Twilio leaves out what 12200 names and goes
on, and so does `parse`; the complaint becomes a violation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from calls.simulator.twiml.grammar import ELEMENTS, Element


class BadDocument(Exception):
    """The document cannot be run at all."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Problem:
    element: str
    text: str
    code: str = "12200"


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple["Node", ...]
    invalid: Mapping[str, str] = field(default_factory=dict)
    """Attributes left out because their value is empty or not allowed, with why."""

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.get(name, "true" if default else "false") == "true"

    def number(self, name: str, default: float) -> float:
        text = self.get(name)
        return float(text) if text and text != "auto" else default

    def named(self, name: str) -> list["Node"]:
        return [child for child in self.children if child.name == name]


@dataclass(frozen=True, slots=True)
class Document:
    verbs: tuple[Node, ...]
    url: str
    """Where it came from: relative URLs in it are relative to this."""
    problems: tuple[Problem, ...] = ()


def parse(text: str, url: str) -> Document:
    root = _read_xml(text)
    if root.tag != "Response":
        raise BadDocument("12102", f"the root element is <{root.tag}>, not <Response>")
    problems: list[Problem] = []
    node = _node(root, ELEMENTS["Response"], problems)
    return Document(node.children, url, tuple(problems))


def _read_xml(text: str) -> ElementTree.Element:
    """Refuse document types: they carry entities, which TwiML has no use for."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadDocument("12100", "a document type declaration is not TwiML")
    try:
        return ElementTree.fromstring(text.strip())
    except ElementTree.ParseError as error:
        raise BadDocument("12100", f"not well-formed XML: {error}") from None


def _node(found: ElementTree.Element, rule: Element, problems: list[Problem]) -> Node:
    attributes, invalid = _attributes(found, rule, problems)
    if rule.any_children:
        return Node(found.tag, attributes, "".join(found.itertext()).strip(), ())
    children = tuple(_children(found, rule, problems))
    text = (found.text or "").strip()
    if text and rule.text is None:
        problems.append(Problem(found.tag, f"<{found.tag}> holds text: {text!r}"))
    elif rule.text is not None and not rule.text.accepts(text):
        why = f"<{found.tag}> must hold {rule.text.expects}, not {text!r}"
        problems.append(Problem(found.tag, why))
        invalid = {**invalid, "": why}
    return Node(found.tag, attributes, text, children, invalid)


def _children(
    found: ElementTree.Element, rule: Element, problems: list[Problem]
) -> Iterator[Node]:
    for child in found:
        if child.tag in rule.children:
            yield _node(child, ELEMENTS[child.tag], problems)
        else:
            why = f"<{child.tag}> is not allowed in <{found.tag}>"
            problems.append(Problem(found.tag, why))


def _attributes(
    found: ElementTree.Element, rule: Element, problems: list[Problem]
) -> tuple[dict[str, str], dict[str, str]]:
    good: dict[str, str] = {}
    invalid: dict[str, str] = {}
    for name, value in found.attrib.items():
        allowed = rule.attributes.get(name)
        if allowed is None:
            problems.append(
                Problem(found.tag, f"<{found.tag}> has no attribute {name!r}")
            )
        elif why := _refusal(found.tag, name, value):
            invalid[name] = why
        elif not allowed.accepts(value):
            invalid[name] = (
                f"<{found.tag} {name}> must be {allowed.expects}, not {value!r}"
            )
        else:
            good[name] = value
    for name in sorted(rule.required - found.attrib.keys()):
        invalid[name] = f"<{found.tag}> needs the attribute {name!r}"
    problems.extend(Problem(found.tag, why) for why in invalid.values())
    return good, invalid


def _refusal(tag: str, name: str, value: str) -> str:
    """No attribute may be empty, save those where empty means something.

    An empty optional attribute of a relay fails the whole call with 64101; an empty
    `finishOnKey` is the documented way to switch the key off, and a parameter's value
    is free.
    """
    if value.strip() or (tag, name) == ("Parameter", "value") or name == "finishOnKey":
        return ""
    return f"<{tag} {name}> is empty: leave it out"
