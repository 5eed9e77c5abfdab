import pytest

from calls.core.fields import HOW_TO_WRITE, FieldMistake, accept_value
from routing.core.ruleset import AgentField, FieldKind


def accept(kind: FieldKind, value: str) -> str | FieldMistake:
    return accept_value(AgentField("asked", "What was asked", kind), value)


def refused(kind: FieldKind, value: str) -> bool:
    return isinstance(accept(kind, value), FieldMistake)


def test_tidies_text() -> None:
    assert accept(FieldKind.TEXT, "  a leak\x00 under\n the   sink ") == (
        "a leak under the sink"
    )


@pytest.mark.parametrize("kind", FieldKind)
def test_refuses_nothing_as_a_value(kind: FieldKind) -> None:
    found = accept(kind, " \u200b\x00 ")
    assert found == FieldMistake("The value of asked is empty. Ask the caller.")


@pytest.mark.parametrize("kind", FieldKind)
def test_a_mistake_says_how_to_write_it_and_keeps_the_value_to_itself(
    kind: FieldKind,
) -> None:
    found = accept(kind, "@unfit@ " * 100)
    assert isinstance(found, FieldMistake)
    assert HOW_TO_WRITE[kind] in found.message
    assert "unfit" not in found.message


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("maria garcía", "Maria García"),
        ("o'brien", "O'Brien"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("McKenzie", "McKenzie"),
        ("李雷", "李雷"),
    ],
)
def test_writes_names(said: str, written: str) -> None:
    assert accept(FieldKind.NAME, said) == written


@pytest.mark.parametrize("said", ["555 1234", "a@b.com", "...", "x" * 121])
def test_refuses_what_is_no_name(said: str) -> None:
    assert refused(FieldKind.NAME, said)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("+1 (415) 555-0132", "+14155550132"),
        ("0034 912 345 678", "+34912345678"),
        ("415.555.0132", "4155550132"),
        ("912 34 56 78", "912345678"),
        ("٥٥٥٠١٣٢", "5550132"),
        ("415-555-0132 ext. 12", "4155550132 ext. 12"),
        ("415-555-0132, extensión 7", "4155550132 ext. 7"),
        ("+14155550132x99", "+14155550132 ext. 99"),
    ],
)
def test_writes_phone_numbers(said: str, written: str) -> None:
    assert accept(FieldKind.PHONE, said) == written


@pytest.mark.parametrize(
    "said",
    ["12345", "1" * 16, "my number", "call 415 555 0132", "+", "ext. 12", "4155-0132a"],
)
def test_refuses_what_is_no_phone_number(said: str) -> None:
    assert refused(FieldKind.PHONE, said)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("ann at example dot com", "ann@example.com"),
        ("ana punto lopez arroba ejemplo punto es", "ana.lopez@ejemplo.es"),
        ("a n n underscore l @ mail dash box.org.", "ann_l@mail-box.org"),
        ("ana guion bajo l arroba ejemplo.es", "ana_l@ejemplo.es"),
        ("bob plus news at example.co.uk", "bob+news@example.co.uk"),
    ],
)
def test_writes_email_addresses(said: str, written: str) -> None:
    assert accept(FieldKind.EMAIL, said) == written


@pytest.mark.parametrize(
    "said",
    [
        "example.com",
        "ann@",
        "ann@example",
        "ann@@example.com",
        "ann..lee@example.com",
        "ann@-example.com",
        "a" * 65 + "@example.com",
        "a@" + "b" * 60 + ("." + "b" * 60) * 4 + ".com",
    ],
)
def test_refuses_what_is_no_email_address(said: str) -> None:
    assert refused(FieldKind.EMAIL, said)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("12", "12"),
        ("-3", "-3"),
        ("0.0", "0"),
        ("$1,250.50", "1250.5"),
        ("1.250,50 €", "1250.5"),
        ("1,250", "1250"),
        ("1.250.000", "1250000"),
        ("2,5", "2.5"),
        ("2.125", "2.125"),
        ("50%", "50"),
        ("1000", "1000"),
        ("Tres", "3"),
        ("twelve", "12"),
    ],
)
def test_writes_numbers(said: str, written: str) -> None:
    assert accept(FieldKind.NUMBER, said) == written


@pytest.mark.parametrize("said", ["many", "1-2", "1.2,3.4", "3 to 5", "9" * 40])
def test_refuses_what_is_no_number(said: str) -> None:
    assert refused(FieldKind.NUMBER, said)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("2026-11-30", "2026-11-30"),
        ("2026-1-5", "2026-01-05"),
        ("2026-11-30T14:00", "2026-11-30"),
        ("30/11/2026", "2026-11-30"),
        ("11/30/2026", "2026-11-30"),
        ("5.5.2026", "2026-05-05"),
        ("November 30th, 2026", "2026-11-30"),
        ("Monday the 30th of November 2026", "2026-11-30"),
        ("30 de noviembre de 2026", "2026-11-30"),
        ("1 Sept 2026", "2026-09-01"),
    ],
)
def test_writes_dates(said: str, written: str) -> None:
    assert accept(FieldKind.DATE, said) == written


@pytest.mark.parametrize(
    "said",
    [
        "tomorrow",
        "03/04/2026",
        "2026-02-30",
        "31/04/2026",
        "November 2026",
        "30 November",
        "November or December 30 2026",
        "1066-10-14",
        "30/11/26",
    ],
)
def test_refuses_dates_that_are_not_certain(said: str) -> None:
    assert refused(FieldKind.DATE, said)


@pytest.mark.parametrize("said", ["yes", "Yeah.", "¡Sí, claro!", "OK", "True", "vale"])
def test_reads_yes(said: str) -> None:
    assert accept(FieldKind.YES_NO, said) == "yes"


@pytest.mark.parametrize("said", ["no", "Nope!", "No, gracias.", "false", "para nada"])
def test_reads_no(said: str) -> None:
    assert accept(FieldKind.YES_NO, said) == "no"


@pytest.mark.parametrize("said", ["maybe", "no problem", "yes and no"])
def test_refuses_answers_that_may_mean_either(said: str) -> None:
    assert refused(FieldKind.YES_NO, said)
