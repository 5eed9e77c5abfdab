"""The draft becomes what the document says, or stays as it is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.errors import ConfigRefused
from routing.models import (
    Agent,
    Calendar,
    Contact,
    Language,
    PhoneNumber,
    RoutingRule,
)
from routing.services import config
from routing.services.history import history
from tests import makers_routing as make
from tests.routing.services.config.files import RIGHT, line_of, with_change

pytestmark = pytest.mark.django_db


def take(text: str) -> None:
    config.apply(*config.read(text))


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigRefused) as refusal:
        take(text)
    assert not PhoneNumber.objects.exists()
    return [str(problem) for problem in refusal.value.problems]


def test_an_empty_portal_gets_everything() -> None:
    take(RIGHT)
    number = PhoneNumber.objects.get()
    assert (number.label, number.policy.name) == ("Main line", "Front desk first")
    assert number.agent is not None
    assert number.agent.name == "Front desk"
    rule = RoutingRule.objects.get()
    assert list(rule.numbers.all()) == [number]
    assert rule.calendar == Calendar.objects.get()
    assert Language.objects.get().greeting == "Hello."


def test_what_is_there_already_is_not_touched() -> None:
    take(RIGHT)
    with CaptureQueriesContext(connection) as captured:
        take(RIGHT)
    written = [q["sql"] for q in captured if not q["sql"].startswith("SELECT")]
    assert [sql for sql in written if "SAVEPOINT" not in sql] == []


def test_what_the_file_does_not_name_is_removed() -> None:
    take(RIGHT)
    make.make_rule()
    make.make_number()
    take(RIGHT)
    assert PhoneNumber.objects.count() == RoutingRule.objects.count() == 1
    assert Agent.objects.count() == 1


def test_a_record_of_the_same_name_stays_the_same_record() -> None:
    take(RIGHT)
    before = Contact.objects.get()
    Contact.objects.update(notes="Knows everything")
    take(with_change("+1 202 555 0151", "+1 202 555 0152"))
    after = Contact.objects.get()
    assert after.pk == before.pk
    assert after.phone == "+12025550152"
    assert after.notes == "Knows everything"


def test_rules_are_tried_in_the_order_of_the_file() -> None:
    take(RIGHT + "  - name: Second\n  - name: Third\n")
    take(RIGHT.replace("rules:\n", "rules:\n  - name: Third\n  - name: Second\n"))
    names = RoutingRule.objects.values_list("name", flat=True)
    assert list(names) == ["Third", "Second", "After hours"]


def test_two_that_changed_their_names_over_stay_themselves() -> None:
    one, other = make.make_agent(name="One"), make.make_agent(name="Other")
    number = make.make_number(agent=one)
    document = config.draft_document()
    for agent in document["agents"]:
        agent["name"] = {"One": "Other", "Other": "One"}.get(agent["name"])
    document["numbers"][0]["agent"] = "Other"
    config.apply(document)
    one.refresh_from_db()
    other.refresh_from_db()
    number.refresh_from_db()
    assert (one.name, other.name) == ("Other", "One")
    assert number.agent == one
    (told,) = history(Agent, one.pk)[0].changes
    assert (told.field, told.old, told.new) == ("Name", "One", "Other")


def test_what_was_deleted_comes_back_with_its_key() -> None:
    contact = make.make_contact(name="Dana")
    document = config.draft_document()
    key = contact.pk
    contact.delete()
    config.apply(document)
    assert Contact.objects.get().pk == key


WRONG: dict[str, tuple[str, str, str, str]] = {
    "a name that nobody has": (
        "policy: Front desk first",
        "policy: Front desk fist",
        "policy: Front desk fist",
        "policy: there is no escalation policy “Front desk fist” under policies. "
        "Did you mean “Front desk first”?",
    ),
    "a number that nobody has": (
        '["+12025550100"]',
        '["+12025550109"]',
        "numbers: [",
        "numbers: there is no number “+1 202 555 0109” under numbers. Did you mean "
        "“+12025550100”?",
    ),
    "a name twice": (
        "rules:\n",
        "rules:\n  - name: After hours\n",
        "    numbers: [",
        "there are two with the name routing rule “After hours” (the first is in line "
        "31).",
    ),
    "no such time zone": (
        "Europe/Berlin",
        "Europe/Berln",
        "Europe/Berln",
        "calendar “Office hours”, time_zone: Choose a time zone from the list, for "
        "example America/New_York.",
    ),
    "no such choice": (
        "action: voicemail",
        "action: sing",
        "action: sing",
        "routing rule “After hours”, action: Value 'sing' is not a valid choice.",
    ),
    "too large": (
        "weekday: 0",
        "weekday: 99999999999999999999",
        "weekday: 9",
        "calendar “Office hours”, weekday: Value 99999999999999999999 is not a valid "
        "choice.",
    ),
    "a rule without its calendar": (
        "    calendar: Office hours\n    action",
        "    action",
        "  - name: After hours",
        "routing rule “After hours”, calendar: Choose the calendar, or let the rule "
        "hold at any time.",
    ),
    "overlapping hours": (
        "      - {weekday: 0, opens: 08:00, closes: 18:00}",
        "      - {weekday: 0, opens: 08:00, closes: 18:00}\n"
        "      - {weekday: 0, opens: 17:00, closes: 19:00}",
        "    spans:",
        "calendar “Office hours”, spans: Monday 08:00 to 18:00 and Monday 17:00 to "
        "19:00 overlap; shorten or remove one of them.",
    ),
    "empty hours": (
        "closes: 18:00",
        "closes: 08:00",
        "opens: 08:00",
        "calendar “Office hours”, closes: It closes when it opens. Write a later time, "
        "or 00:00 twice for the whole day.",
    ),
    "a contact rung twice": (
        "      - contact: Dana\n",
        "      - contact: Dana\n      - contact: Dana\n",
        "    steps:",
        "escalation policy “Front desk first”, steps: a contact is rung twice; remove "
        "one of the two.",
    ),
    "a profile without a greeting": (
        "        greeting: Hello.\n",
        "",
        "    languages:",
        "language profile “English”, languages: en-US: write a greeting; without one "
        "the caller hears silence until they speak.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_the_form_would_refuse_is_refused_with_its_line(case: str) -> None:
    old, new, where, said = WRONG[case]
    text = with_change(old, new)
    line = line_of(text, where)
    if case == "a name twice":
        line -= 1
    assert f"Line {line}: {said}" in problems(text)


def test_all_of_it_or_nothing() -> None:
    take(RIGHT)
    before = config.draft_document()
    text = with_change("Main line", "Other line").replace("Europe/Berlin", "Mars")
    with pytest.raises(ConfigRefused):
        take(text)
    assert config.draft_document() == before


def test_what_is_used_elsewhere_is_not_removed_silently() -> None:
    """The bare document still names the policy's contact but not the contact."""
    take(RIGHT)
    text = with_change(
        "  - name: Dana\n    phone: +1 202 555 0151\n    calendar: Office hours\n", ""
    )
    with pytest.raises(ConfigRefused) as refusal:
        take(text)
    assert "there is no contact “Dana” under contacts." in str(refusal.value)
    assert Contact.objects.exists()


def test_a_preview_says_what_would_change_and_changes_nothing() -> None:
    take(RIGHT)
    document, lines = config.read(with_change("Main line", "Other line"))
    (change,) = config.preview(document, lines)
    assert (change.field, change.old, change.new) == (
        "Label",
        "Main line",
        "Other line",
    )
    assert PhoneNumber.objects.get().label == "Main line"


def test_a_large_import_asks_in_bounded_numbers() -> None:
    """What is written is checked record by record, which costs a few queries each."""

    def queries(rules: int) -> int:
        text = RIGHT + "".join(f"  - name: Rule {n}\n" for n in range(rules))
        with CaptureQueriesContext(connection) as captured:
            take(text)
        RoutingRule.objects.filter(name__startswith="Rule ").delete()
        return len(captured)

    take(RIGHT)
    few, many = queries(10), queries(30)
    assert many - few <= 20 * 16
