"""Plain values for the tests of the conversation, and a driver in small."""

import json
from typing import Any, TypeVar

from calls.core import events as ev
from calls.core.actions import Action, AskModel, HistoryItem, Note, Say
from calls.core.conversation import Conversation, Past, Setting
from calls.core.words import EventKind
from routing.core.ruleset import (
    Agent,
    HttpTool,
    Language,
    LanguageProfile,
    Limits,
    Objective,
    Phrases,
)

A = TypeVar("A", bound=Action)

PHRASES = Phrases(
    filler="One moment, please.",
    apology="I am sorry, something went wrong.",
    still_there="Are you still there?",
    silence_goodbye="I cannot hear you. Goodbye.",
    length_warning="We have one minute left.",
    limit_goodbye="Our time is up. Goodbye.",
    handoff="I am connecting you.",
    resumed="I am back.",
    closing="Thank you. Goodbye.",
    whisper="",
    voicemail="",
    nobody_free="",
    closed="",
    callback_offer="",
    callback_promised="",
)
GREETING = "Good morning, you have reached the plumbers."
SLOTS = HttpTool(
    key="1",
    name="find_slots",
    description="Free times.",
    method="GET",
    url="https://example.com/slots",
    schema={},
    secret_name="",
    timeout=5.0,
    waiting_line="Let me look that up.",
    allow_private=False,
)


def make_language(code: str = "en-US", **fields: Any) -> Language:
    blank = dict.fromkeys(
        ["transcription_provider", "speech_model", "tts_provider", "voice", "hints"], ""
    )
    return Language(
        **{"code": code, "greeting": GREETING, "phrases": PHRASES, **blank, **fields}
    )


def make_profile(**fields: Any) -> LanguageProfile:
    given = {"languages": (make_language(),), **fields}
    return LanguageProfile(key="1", name="English", attributes={}, **given)


def make_agent(**fields: Any) -> Agent:
    given: dict[str, Any] = {"objective": Objective.TRIAGE, "tools": (SLOTS,)}
    return Agent(
        key="1",
        name="Front desk",
        instructions="",
        model="gpt",
        reasoning_effort="none",
        max_output_tokens=800,
        **{**given, **fields},
    )


def make_setting(
    agent: Agent | None = None, profile: LanguageProfile | None = None, **limits: Any
) -> Setting:
    """`limits` are those of the agent, if no agent is given."""
    return Setting(
        agent=agent or make_agent(limits=Limits(**limits)),
        profile=profile or make_profile(),
        language="en-US",
        greeting=GREETING,
    )


class Talk:
    """Plays the driver: hands events in, lets time pass and keeps the deadline."""

    def __init__(
        self, setting: Setting | None = None, past: Past | None = None
    ) -> None:
        self.core = Conversation(setting or make_setting(), past)
        self.now = 1000.0
        self.log: list[Action] = []

    def tell(self, *events: ev.Event) -> list[Action]:
        """What comes of these events, all at the present moment."""
        actions = [a for event in events for a in self.core.receive(event, self.now)]
        self.log += actions
        return actions

    def wait(self, seconds: float) -> list[Action]:
        until, actions = self.now + seconds, []
        while (due := self.core.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            actions += self.tell(ev.DeadlinePassed())
        self.now = until
        return actions

    def says(self, text: str) -> list[Action]:
        return self.tell(ev.CallerSpoke(text))

    def keys(self, digits: str) -> list[Action]:
        return self.tell(*[ev.DigitPressed(digit) for digit in digits])

    def interrupts(self, heard: str = "") -> list[Action]:
        return self.tell(ev.CallerInterrupted(heard, 460))

    def model(self, *texts: str) -> list[Action]:
        return self.tell(*[ev.ModelSaid(self.core.turn, text) for text in texts])

    def asks(
        self, tool: str, tool_call: str = "t1", /, **arguments: str
    ) -> list[Action]:
        text = json.dumps(arguments)
        return self.tell(ev.ToolAsked(self.core.turn, tool_call, tool, text))

    def done(self) -> list[Action]:
        return self.tell(ev.ModelFinished(self.core.turn))

    def fails(self) -> list[Action]:
        return self.tell(ev.ModelFailed(self.core.turn, "stream cut"))


def greeted(setting: Setting | None = None) -> Talk:
    """The greeting was heard, the caller's turn begins."""
    talk = Talk(setting)
    talk.tell(ev.Connected("en-US", greeted=True), ev.AgentSpeaking(True))
    talk.wait(3.0)
    talk.tell(ev.SpeechPlayed(GREETING), ev.AgentSpeaking(False))
    return talk


def thinking(setting: Setting | None = None) -> Talk:
    talk = greeted(setting)
    talk.says("I need a plumber.")
    talk.wait(0.5)
    return talk


def speaking(setting: Setting | None = None, text: str = "Of course. ") -> Talk:
    talk = thinking(setting)
    talk.model(text)
    return talk


def answered(setting: Setting | None = None, text: str = "What is broken?") -> Talk:
    """The model has finished; its answer may still be audible."""
    talk = speaking(setting, text)
    talk.done()
    return talk


def working(setting: Setting | None = None) -> Talk:
    talk = thinking(setting)
    talk.asks("find_slots")
    talk.done()
    return talk


def ending(setting: Setting | None = None) -> Talk:
    """The agent says goodbye and has asked to end the call."""
    talk = speaking(setting, "Goodbye then, and thank you for calling us.")
    talk.asks("end_call", outcome="resolved")
    talk.done()
    return talk


# Reading what came out


def said(actions: list[Action]) -> list[str]:
    return [a.text for a in actions if isinstance(a, Say) and a.text]


def found(kind: type[A], actions: list[Action]) -> list[A]:
    return [a for a in actions if isinstance(a, kind)]


def only(kind: type[A], actions: list[Action]) -> A:
    (action,) = found(kind, actions)
    return action


def noted(kind: EventKind, actions: list[Action]) -> list[dict[str, object]]:
    return [dict(n.data) for n in found(Note, actions) if n.kind is kind]


def history(actions: list[Action]) -> tuple[HistoryItem, ...]:
    """What the model was told with the last question in `actions`."""
    return found(AskModel, actions)[-1].history
