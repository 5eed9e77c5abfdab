"""Scenarios: one YAML file each, saying what caller, contacts and model will do.

description: One sentence for the list of scenarios.
caller:
  numbers: ["+12025550121"]   # taken in turn; default +12025550120 to 129
  name: DANA WHITFIELD        # CallerName, optional
  forwarded_from: "+1…"       # optional
  stir: TN-Validation-Passed-A
  lang: en-US                 # of everything the caller says
to: main                      # an alias of the account's numbers, or a number
path: relay                   # or sip: played only where that path is asked for
trunk: true                   # the number's calls go straight to the voice model
steps: […]                    # see calls/simulator/steps.py
contacts: [busy, {behaviour: accepts, ring_s: 4, talk_s: 8}]
                              # in the order in which they are rung; or by number:
                              # {"+12025550151": busy}
model: […]                    # rules, see calls/simulator/openai_api/rules.py
knobs: {latency_ms: 80}       # see calls/simulator/knobs.py
cap_s: 60                     # real seconds after which the caller hangs up
expect:
  outcome: [agent_ended, caller_hung_up]   # or one of them
  said: [REGEX, …]            # heard by the caller, in any order
  not_said: [REGEX, …]
  whisper: REGEX              # what a contact was told before pressing a key
  handoff: true               # whether a contact was bridged
  voicemail: true             # whether a message was recorded
  dial_attempts: 2
  interrupts: 1               # at least so many
  sessions: 2                 # relay sessions, exactly
  voice_sessions: 1           # calls that the voice model accepted, exactly
  ended_by: hangup            # how the last of those ended, see `VoiceSession`
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from calls.simulator.carrier.contact import Contact, read_contact
from calls.simulator.carrier.order import CallOrder, CallRecord, VoiceSession
from calls.simulator.knobs import Knobs, turn
from calls.simulator.openai_api.rules import Rule, read_rules
from calls.simulator.steps import Step, read_steps, script

FOLDER = Path(__file__).parent / "scenarios"
SIP_FOLDER = FOLDER / "sip"
PATHS = ("relay", "sip")
CALLERS = tuple(f"+1202555012{digit}" for digit in range(10))
KEYS = frozenset(
    {
        "description",
        "caller",
        "to",
        "path",
        "trunk",
        "steps",
        "contacts",
        "model",
        "knobs",
        "cap_s",
        "expect",
    }
)
CALLER_KEYS = frozenset({"numbers", "name", "forwarded_from", "stir", "lang"})


class BadScenario(ValueError):
    """A scenario file that cannot be read; the text names file and place."""


@dataclass(frozen=True, slots=True)
class Expectation:
    outcome: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()
    whisper: str = ""
    handoff: bool | None = None
    voicemail: bool | None = None
    dial_attempts: int | None = None
    interrupts: int = 0
    sessions: int | None = None
    voice_sessions: int | None = None
    ended_by: str = ""

    def unmet(self, record: CallRecord) -> list[str]:
        found: list[str] = []
        if self.outcome and record.outcome not in self.outcome:
            found.append(f"outcome {record.outcome}, not {' or '.join(self.outcome)}")
        for name, wanted, got in (
            ("handoff", self.handoff, record.bridged),
            ("voicemail", self.voicemail, record.voicemails > 0),
            ("dial attempts", self.dial_attempts, record.dial_attempts),
            ("relay sessions", self.sessions, len(record.sessions)),
            ("voice sessions", self.voice_sessions, len(_accepted(record))),
            ("voice session ended by", self.ended_by or None, _ended_by(record)),
        ):
            if wanted is not None and wanted != got:
                found.append(f"{name}: {got}, not {wanted}")
        interrupts = sum(s.interrupts for s in record.sessions)
        interrupts += sum(s.interrupts for s in record.voice_sessions)
        if interrupts < self.interrupts:
            found.append(f"{interrupts} interrupts, not {self.interrupts}")
        return found + self._unheard(record)

    def _unheard(self, record: CallRecord) -> list[str]:
        heard = record.heard
        whispers = " ".join(record.whispers)
        found = [f"not heard: {p}" for p in self.said if not _in(p, heard)]
        found += [f"heard: {p}" for p in self.not_said if _in(p, heard)]
        if self.whisper and not _in(self.whisper, whispers):
            found.append(f"not whispered: {self.whisper}")
        return found


def _accepted(record: CallRecord) -> list[VoiceSession]:
    return [s for s in record.voice_sessions if s.decision == "accepted"]


def _ended_by(record: CallRecord) -> str:
    return record.voice_sessions[-1].ended_by if record.voice_sessions else ""


def _in(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    description: str
    steps: tuple[Step, ...]
    numbers: tuple[str, ...] = CALLERS
    caller: Mapping[str, str] = field(default_factory=dict)
    to: str = "main"
    path: str = "relay"
    trunk: bool = False
    contacts: Sequence[Contact] = (Contact(),)
    contacts_by_number: Mapping[str, Contact] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    knobs: Mapping[str, object] = field(default_factory=dict)
    cap_s: float | None = None
    expect: Expectation = field(default_factory=Expectation)

    def order(self, number: int, knobs: Knobs, to: str, seed: int) -> CallOrder:
        """The order for the n-th call of a batch."""
        return CallOrder(
            to=to or self.to,
            from_=self.numbers[number % len(self.numbers)],
            script=script(self.steps, self.caller.get("lang", "en-US")),
            caller_name=self.caller.get("name", ""),
            forwarded_from=self.caller.get("forwarded_from", ""),
            stir=self.caller.get("stir", "TN-Validation-Passed-A"),
            contacts=self.contacts,
            contacts_by_number=self.contacts_by_number,
            knobs=turn(knobs, self.knobs),
            scenario=self.name,
            seed=seed + number,
            cap_s=self.cap_s,
            trunk=self.trunk,
        )


def load_all(folder: Path = FOLDER) -> dict[str, Scenario]:
    return {path.stem: load(path) for path in sorted(folder.glob("*.yaml"))}


def load(path: Path) -> Scenario:
    try:
        found = yaml.safe_load(path.read_text())
        return _scenario(path.stem, found)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise BadScenario(f"{path.name}: {error}") from error


def _scenario(name: str, found: Any) -> Scenario:
    if not isinstance(found, dict):
        raise BadScenario("a scenario is a mapping")
    _refuse_unknown(found, KEYS, "a scenario")
    caller = found.get("caller", {})
    _refuse_unknown(caller, CALLER_KEYS, "a caller")
    contacts = found.get("contacts", ["accepts"])
    by_number = contacts if isinstance(contacts, dict) else {}
    in_order = [] if by_number else contacts
    turn(Knobs(), found.get("knobs", {}))
    return Scenario(
        name=name,
        description=str(found.get("description", "")),
        steps=read_steps(found.get("steps", []), "steps"),
        numbers=tuple(caller.get("numbers", CALLERS)),
        caller={k: str(v) for k, v in caller.items() if k != "numbers"},
        to=str(found.get("to", "main")),
        path=_path(found.get("path", "relay")),
        trunk=bool(found.get("trunk", False)),
        contacts=tuple(read_contact(c) for c in in_order) or (Contact(),),
        contacts_by_number={str(n): read_contact(c) for n, c in by_number.items()},
        rules=read_rules(found.get("model"), f"{name}.model"),
        knobs=found.get("knobs", {}),
        cap_s=found.get("cap_s"),
        expect=_expectation(found.get("expect", {})),
    )


def _path(found: object) -> str:
    if found not in PATHS:
        raise BadScenario(f"a path is {' or '.join(PATHS)}, not {found!r}")
    return str(found)


def _expectation(found: Mapping[str, Any]) -> Expectation:
    outcome = found.get("outcome", ())
    lists = {name: tuple(found.get(name, ())) for name in ("said", "not_said")}
    given = {
        **found,
        **lists,
        "outcome": (outcome,) if isinstance(outcome, str) else tuple(outcome),
    }
    return Expectation(**given)


def _refuse_unknown(found: Any, known: frozenset[str], what: str) -> None:
    if unknown := set(found) - known:
        raise BadScenario(f"{what} has no {sorted(unknown)}; it has {sorted(known)}")
