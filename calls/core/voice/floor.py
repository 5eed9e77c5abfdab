"""What every part of a voice call shares: speaking, noting and leaving."""

from collections.abc import Mapping

from calls.core.actions import HandOff, HangUp, Note, ReportIncident
from calls.core.collector import DigitCollector
from calls.core.conversation import Setting
from calls.core.desk import ToolDesk
from calls.core.timers import Timers
from calls.core.voice.actions import (
    Interrupt,
    Respond,
    VoiceAction,
)
from calls.core.voice.spoken import Spoken
from calls.core.voice.state import TRANSITIONS, Due, Engine, VoicePast, VoiceState
from calls.core.words import (
    CauseOwner,
    Ending,
    EventKind,
    HandoffReason,
    IncidentKind,
)
from routing.core.ruleset import Phrases

LAST_WORDS_SECONDS = 15.0
# What each phrase is said for, as it is told on the call's page.
WHY = (
    ("still_there", "silence"),
    ("silence_goodbye", "silence"),
    ("length_warning", "limit"),
    ("limit_goodbye", "limit"),
    ("handoff", "handoff"),
    ("nobody_free", "nobody was free"),
    ("closing", "closing"),
)
UNLESS_CALLER_SPEAKS = frozenset({Ending.AGENT_ENDED, Ending.SILENCE})


class VoiceFloor:
    def __init__(
        self, setting: Setting, engine: Engine, past: VoicePast | None = None
    ) -> None:
        self.state = VoiceState.WAITING
        self._setting, self._engine = setting, engine
        self._past = past or VoicePast()
        self._limits = setting.agent.limits
        languages = [entry.code for entry in setting.profile.languages]
        self._desk = ToolDesk(setting.agent, languages, self._past.collected)
        self._timers: Timers[Due] = Timers()
        self._spoken = Spoken(self._past.turn)
        self._language = self._past.language or setting.language
        self._digits = DigitCollector(
            terminator=setting.profile.digit_terminator,
            inter_digit_seconds=setting.profile.inter_digit_ms / 1000,
        )
        self._actions: list[VoiceAction] = []
        self._response = ""
        self._asked: Respond | None = None
        self._wanted: Respond | None = None
        self._audible = False
        self._caller_speaking = False
        self._caller_spoke = self._past.caller_spoke
        self._silences = 0
        self._dead_airs = 0
        self._warned: set[str] = set()
        self._warning_due = False
        self._final: HandOff | HangUp | None = None
        self._sounded = False
        self._owed = False
        self._left_open = self._past.open_tools
        # Outputs of tools by their call, until the provider shows that it has them.
        self._unseen: dict[str, str] = {}
        self._doubtful: dict[str, str] = {}

    @property
    def deadline(self) -> float | None:
        """When to call back with `DeadlinePassed`, on the clock of `now`."""
        due = [self._timers.deadline, self._spoken.deadline]
        return min((at for at in due if at is not None), default=None)

    @property
    def collected(self) -> Mapping[str, str]:
        return self._desk.collected

    @property
    def language(self) -> str:
        return self._language

    @property
    def phrases(self) -> Phrases:
        return self._setting.profile.language(self._language).phrases

    def _enter(self, state: VoiceState) -> None:
        assert state in TRANSITIONS[self.state], f"{self.state} -> {state}"
        self.state = state

    def _note(self, kind: EventKind, **data: object) -> None:
        self._actions.append(Note(kind, data))

    def _report(self, kind: IncidentKind, cause: CauseOwner, detail: str) -> None:
        self._actions.append(ReportIncident(kind, cause, detail))

    def _speak(self, wish: Respond, now: float) -> None:
        """One response at a time; a later wish replaces one that still waits."""
        if self._response or self._asked is not None or self._desk.busy():
            self._wanted = wish
            return
        self._wanted, self._sounded = None, False
        self._asked = wish
        self._actions.append(wish)
        if wish.words:
            self._spoken.asked_for(wish.words)
        if wish.words and wish.words != self._setting.greeting:
            why = self._why(wish.words)
            self._note(EventKind.PRODUCT_SAID, text=wish.words, why=why)
        self._expect_sound(now)

    def _why(self, words: str) -> str:
        found = (why for name, why in WHY if getattr(self.phrases, name) == words)
        return next(found, "")

    def _nothing_runs(self) -> None:
        self._response, self._asked = "", None

    def _expect_sound(self, now: float) -> None:
        self._timers.start(Due.SOUND, now + self._engine.dead_air_seconds)

    def _leave(self, final: HandOff | HangUp, words: str, now: float) -> None:
        """Say the last words and act once they have been heard."""
        self._final = final
        self._timers.stop(Due.SILENCE, Due.GHOST, Due.TOOLS, Due.SOUND)
        self._timers.start(Due.LAST_WORDS, now + LAST_WORDS_SECONDS)
        if self.state is not VoiceState.LEAVING:
            self._enter(VoiceState.LEAVING)
        if words:
            self._owed = True
            if self._response or self._asked is not None or self._audible:
                self._actions.append(Interrupt())
            self._speak(Respond(words), now)
        self._maybe_finish(now)

    def _maybe_finish(self, now: float) -> None:
        """Hang up and transfer only after the audio has stopped (fact sheet 3.7)."""
        busy = self._owed or self._response or self._asked or self._audible
        if self.state is VoiceState.LEAVING and not busy:
            self._finish(now)

    def _finish(self, now: float) -> None:
        final = self._final
        assert final is not None
        self._timers.stop_all()
        ending, outcome = Ending.HANDED_OFF, ""
        if isinstance(final, HangUp):
            ending, outcome = final.ending, final.outcome
        self._note(EventKind.ENDING, why=ending.value, outcome=outcome)
        self._actions.append(final)
        self._enter(VoiceState.ENDED)

    def _hand_off(
        self,
        reason: HandoffReason,
        asked_by: str,
        now: float,
        *,
        summary: str = "",
        words: str | None = None,
    ) -> None:
        if isinstance(self._final, HandOff):
            return
        self._note(
            EventKind.HANDOFF_ASKED,
            reason=reason.value,
            summary=summary,
            asked_by=asked_by,
        )
        final = HandOff(reason, summary, dict(self._desk.collected), asked_by)
        self._leave(final, self.phrases.handoff if words is None else words, now)

    def _stay(self) -> None:
        """The caller speaks up while the agent says goodbye: the talk goes on."""
        final = self._final
        leaves = isinstance(final, HangUp) and final.ending in UNLESS_CALLER_SPEAKS
        if self.state is VoiceState.LEAVING and leaves:
            self._final, self._wanted, self._owed = None, None, False
            self._timers.stop(Due.LAST_WORDS)
            self._enter(VoiceState.TALKING)

    def _gone(self, ending: Ending, now: float) -> None:
        self._timers.stop_all()
        self._note(EventKind.ENDING, why=ending.value, outcome="")
        if self.state is not VoiceState.ENDED:
            self._enter(VoiceState.ENDED)
