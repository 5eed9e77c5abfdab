"""One release as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from routing.core.matches import UNLIMITED, Capacity
from routing.core.ruleset.agents import Agent
from routing.core.ruleset.calendars import Calendar
from routing.core.ruleset.languages import LanguageProfile
from routing.core.ruleset.numbers import Number, NumberGroup
from routing.core.ruleset.people import CONTACT, Contact, EscalationPolicy, HuntStep
from routing.core.ruleset.rules import CallerList, Rule


@dataclass(frozen=True)
class Ruleset:
    """One release. `rules` are in the order in which they are tried."""

    number: int
    numbers: Mapping[str, Number] = field(default_factory=dict)
    profiles: Mapping[str, LanguageProfile] = field(default_factory=dict)
    agents: Mapping[str, Agent] = field(default_factory=dict)
    policies: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    groups: Mapping[str, NumberGroup] = field(default_factory=dict)
    caller_lists: Mapping[str, CallerList] = field(default_factory=dict)
    capacity: Capacity = UNLIMITED

    def __hash__(self) -> int:
        """What it holds cannot be hashed, but one number has one release."""
        return hash(self.number)

    @cached_property
    def by_e164(self) -> Mapping[str, Number]:
        """The first of those that have the same number, which no release should."""
        return {n.e164: n for n in reversed(tuple(self.numbers.values()))}

    def number_for(self, e164: str) -> Number | None:
        return self.by_e164.get(e164)

    def policy_for(self, key: str) -> EscalationPolicy | None:
        """A contact whom a rule names is rung like a policy of one step."""
        if not key.startswith(CONTACT):
            return self.policies.get(key)
        contact = self.contacts.get(key.removeprefix(CONTACT))
        if contact is None:
            return None
        return EscalationPolicy(key, contact.name, (HuntStep(contact.key),))
