"""Every word of a report is known in Spanish, and the catalogue is compiled."""

import ast
import gettext
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

import billing
from billing.core.causes import CAUSE_WORDS
from billing.core.money_words import WHY_WORDS
from billing.core.units import COMPONENT_WORDS, UNIT_WORDS
from billing.models.budgets import ACTIONS
from billing.services import report_words as words
from billing.services.report_budgets import SPANS
from billing.services.report_words import Currency
from calls.core.lines import in_words
from calls.core.words import CauseOwner, Disposition, HandoffReason, IncidentKind

HOME = Path(billing.__file__).parent
CATALOGUE = HOME / "locale" / "es" / "LC_MESSAGES"
TEMPLATES = [
    HOME.parent / "templates" / "mail" / f"report.{x}" for x in ("html", "txt")
]
ASKS = {"_": 1, "one_or_many": 2}
BETWEEN = "\x04"  # gettext's own sign between a context and a text


def spanish() -> gettext.GNUTranslations:
    with (CATALOGUE / "django.mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def texts_of_code() -> Iterator[str]:
    for file in (HOME / "services").glob("report_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for argument in node.args[: ASKS.get(node.func.id, 0)]:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value)


def texts_of_templates() -> Iterator[str]:
    for template in TEMPLATES:
        asked = re.findall(r'{% translate "(.*?)"(.*?)%}', template.read_text())
        for text, context in asked:
            assert 'context "report"' in context
            yield text


def names() -> Iterator[str]:
    for listed in (Disposition, HandoffReason, IncidentKind, CauseOwner):
        yield from (in_words(word) for word in listed)
    yield from COMPONENT_WORDS.values()
    yield from CAUSE_WORDS.values()
    yield from UNIT_WORDS.values()
    yield from WHY_WORDS.values()
    yield from SPANS.values()
    yield from (label for _, label in ACTIONS)


def test_every_text_is_known_in_spanish() -> None:
    known = {
        key if isinstance(key, str) else key[0]
        for key in spanish()._catalog  # type: ignore[attr-defined]  # there is no other way to list it
    }
    many = {"%(count)s calls", "and %(count)s changes more"}
    asked = {*texts_of_code(), *texts_of_templates(), *names()} - many
    assert len(asked) > 100
    assert {text for text in asked if f"report{BETWEEN}{text}" not in known} == set()


def test_the_compiled_catalogue_says_what_the_written_one_says() -> None:
    written = (CATALOGUE / "django.po").read_text()
    pairs = re.findall(r'msgctxt "report"\nmsgid "(.*)"\nmsgstr "(.*)"\n', written)
    assert len(pairs) > 100
    compiled = spanish()
    for text, meant in pairs:
        text, meant = text.replace("\\\\", "\\"), meant.replace("\\\\", "\\")
        assert compiled.pgettext("report", text) == meant


@pytest.mark.parametrize(
    ("amount", "english", "in_spanish"),
    [
        ("0", "$0.00", "0,00\u00a0$"),
        ("1234.5", "$1,234.50", "1\u00a0234,50\u00a0$"),
        ("0.05", "$0.0500", "0,0500\u00a0$"),
        ("0.00001", "under $0.0001", "menos de 0,0001\u00a0$"),
    ],
)
def test_amounts_are_written_as_the_language_does(
    amount: str, english: str, in_spanish: str
) -> None:
    assert words.money(Decimal(amount), Currency()) == english
    with translation.override("es"):
        assert words.money(Decimal(amount), Currency()) == in_spanish


def test_amounts_are_converted() -> None:
    half = Currency("CHF", Decimal("0.5"))
    assert words.money(Decimal(10), half) == "5.00 CHF"


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [(12, 10, "+20 %"), (8, 10, "−20 %"), (10, 10, "="), (5, 0, "new"), (0, 0, "–")],
)
def test_a_change_is_told_in_per_cent(now: int, before: int, told: str) -> None:
    assert words.change(now, before).replace("\u00a0", " ") == told
