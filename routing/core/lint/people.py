"""Contacts who cannot be reached, though somebody counts on them."""

from collections.abc import Iterator

from routing.core.callers import E164
from routing.core.lint.finding import Finding, Known, error, warning
from routing.core.lint.reach import ever_opens
from routing.core.ruleset import Contact, Ruleset


def unreachable_people(ruleset: Ruleset, known: Known) -> Iterator[Finding]:
    rung = {step.contact for p in ruleset.policies.values() for step in p.steps}
    rung |= {rule.contact for rule in ruleset.rules if rule.contact}
    ours = {number.e164: number for number in ruleset.numbers.values()}
    for contact in ruleset.contacts.values():
        if contact.key not in rung:
            continue
        record = f"Contact “{contact.name}”"
        place = ("contacts", contact.key, "phone", record)
        if not E164.fullmatch(contact.phone):
            yield error(
                *place,
                "There is no number to ring.",
                "Write one with its country code, such as +1 202 555 0100.",
            )
        elif contact.phone in ours:
            label = ours[contact.phone].label
            yield error(
                *place,
                f"Ringing them rings “{label}”, your own line: the call would go round "
                "in circles.",
                "Write the number of a person.",
            )
        yield from never_on_duty(contact, ruleset, record)


def never_on_duty(contact: Contact, ruleset: Ruleset, record: str) -> Iterator[Finding]:
    calendar = ruleset.calendars.get(contact.calendar)
    if calendar is not None and not ever_opens(calendar):
        yield warning(
            "contacts",
            contact.key,
            "calendar",
            record,
            f"Their calendar “{calendar.name}” never opens, so they are never rung.",
            "Add hours to it, or choose another.",
        )
