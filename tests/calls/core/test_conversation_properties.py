"""Whatever comes, in whatever order: what must hold of every conversation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from calls.core import events as ev
from calls.core.actions import (
    Action,
    AgentTurn,
    AskModel,
    CallerTurn,
    CancelModel,
    HandOff,
    HangUp,
    HistoryItem,
    Note,
    RunTool,
    Say,
    ToolTurn,
)
from calls.core.conversation import Conversation, Past, Setting, State
from calls.core.words import EventKind, HandoffReason
from routing.core.ruleset import AgentField, AtLimit, Limits
from tests.calls.core.making import (
    GREETING,
    PHRASES,
    SLOTS,
    make_agent,
    make_language,
    make_profile,
    make_setting,
)

LONGEST_CALL = 120

# Made from the present turn of the conversation, which model events mostly fit.
Happening = Callable[[int], ev.Event]

TOOLS_AND_ARGUMENTS = st.sampled_from(
    [
        ("find_slots", ""),
        ("look_up_caller", "{}"),
        ("look_up_caller", "{"),
        ("collect_field", '{"name": "name", "value": "Ann"}'),
        ("collect_field", '{"name": "name", "value": ""}'),
        ("transfer_to_person", '{"reason": "caller_asked", "summary": "Wants one."}'),
        ("transfer_to_person", '{"reason": "emergency", "summary": "Fire."}'),
        ("end_call", '{"outcome": "resolved"}'),
        ("take_message", '{"message": "Call me."}'),
        ("switch_language", '{"language": "es-US"}'),
        ("nonsense", "{}"),
    ]
)
TEXTS = st.sampled_from(
    ["", " ", "Yes.", "We open at nine.", GREETING, PHRASES.filler, "We open", "…"]
)
CALL_IDS = st.sampled_from(["a", "b", "c"])
TURNS = st.sampled_from([0, 0, 0, 0, 0, -1, 1])


def about_turn(
    event: Callable[..., ev.Event], *parts: st.SearchStrategy[object]
) -> st.SearchStrategy[Happening]:
    return st.tuples(TURNS, *parts).map(
        lambda drawn: lambda turn: event(turn + drawn[0], *drawn[1:])
    )


def ask_tool(turn: int, tool_call: str, tool: tuple[str, str]) -> ev.ToolAsked:
    return ev.ToolAsked(turn, tool_call, *tool)


def plainly(events: st.SearchStrategy[ev.Event]) -> st.SearchStrategy[Happening]:
    return events.map(lambda event: lambda _: event)


CALLER = plainly(
    st.one_of(
        st.builds(ev.CallerSpoke, TEXTS, st.sampled_from(["", "en", "es", "xx"])),
        st.builds(ev.CallerSpeaking, st.booleans()),
        st.builds(ev.CallerInterrupted, TEXTS),
        st.builds(ev.DigitPressed, st.sampled_from("0012#*")),
    )
)
MODEL = st.one_of(
    about_turn(ev.ModelSaid, TEXTS),
    about_turn(ev.ModelFinished),
    about_turn(ask_tool, CALL_IDS, TOOLS_AND_ARGUMENTS),
    about_turn(ask_tool, CALL_IDS, TOOLS_AND_ARGUMENTS),
    about_turn(ev.ModelFailed, st.just("cut")),
)
TOOL = plainly(st.builds(ev.ToolAnswered, CALL_IDS, TEXTS, st.booleans()))
CARRIER = plainly(
    st.one_of(
        st.builds(ev.AgentSpeaking, st.booleans()),
        st.builds(ev.SpeechPlayed, TEXTS),
        st.builds(ev.FrameRefused, TEXTS),
        st.builds(ev.Connected, st.just("en-US"), st.booleans()),
        st.builds(ev.CostMeasured, st.sampled_from([Decimal(1), Decimal("1.7")])),
        st.just(ev.DeadlinePassed()),
    )
)
RARE = plainly(
    st.sampled_from(
        [
            ev.CallerLeft(),
            ev.TransportLost(1006),
            ev.SupervisorAsked("Eve"),
            ev.CostMeasured(Decimal(3)),
        ]
    )
)
ANYTHING = st.one_of(CALLER, CALLER, MODEL, TOOL, CARRIER, CARRIER, RARE)


@dataclass(frozen=True)
class Step:
    """Mostly what fits the state, so that conversations get somewhere."""

    seconds: float
    of_model: Happening
    of_tool: Happening
    anything: Happening
    odd: bool

    def happening(self, state: State) -> Happening:
        if not self.odd and state in (State.THINKING, State.SPEAKING):
            return self.of_model
        if not self.odd and state is State.WORKING:
            return self.of_tool
        return self.anything


STEPS = st.builds(
    Step,
    st.sampled_from([0.0, 0.0, 0.1, 0.5, 0.5, 0.5, 2.0, 9.0]),
    MODEL,
    TOOL,
    ANYTHING,
    st.sampled_from([False, False, True]),
)
PASTS = st.builds(
    Past,
    history=st.sampled_from(
        [(), (AgentTurn(GREETING),), (AgentTurn(GREETING), CallerTurn("Hello?"))]
    ),
    elapsed=st.sampled_from([0.0, 100.0, 200.0]),
    handoff=st.sampled_from(
        [None, None, None, HandOff(HandoffReason.OTHER, "", {}, "agent")]
    ),
)


@st.composite
def settings_of_a_call(draw: st.DrawFn) -> Setting:
    limits = Limits(
        max_seconds=LONGEST_CALL,
        silence_prompts=draw(st.integers(0, 2)),
        at_silence=draw(st.sampled_from(AtLimit)),
        at_limit=draw(st.sampled_from(AtLimit)),
        max_tool_rounds=draw(st.integers(1, 3)),
    )
    agent = make_agent(
        limits=limits,
        fields=(AgentField("name", "", required_before_handoff=True),),
        tools=(SLOTS,),
        zero_reaches_person=draw(st.booleans()),
    )
    languages = (make_language(), make_language("es-US"))
    return make_setting(agent, make_profile(languages=languages))


@dataclass
class Watch:
    """Plays the driver and holds every rule against what comes out."""

    core: Conversation
    cap: float
    now: float = 0.0
    cycle_open: bool = False
    active: int | None = None
    running: set[str] = field(default_factory=set)
    unanswered: list[str] = field(default_factory=list)
    transfer_granted: bool = False
    final: Action | None = None

    def tell(self, event: ev.Event) -> None:
        before = self.core.state
        self.prepare(event)
        actions = self.core.receive(event, self.now)
        assert before is not State.ENDED or actions == []
        if before in (State.THINKING, State.SPEAKING) and self.ends_answer(event):
            self.active = None
        for action in actions:
            self.look_at(action)
        self.look_at_state(event, before)

    def prepare(self, event: ev.Event) -> None:
        match event:
            case ev.CallerSpoke(text) if text.strip():
                self.unanswered.append(text.strip())
            case ev.CostMeasured(spent) if spent >= 2:
                self.cap = min(self.cap, self.now)
            case ev.ToolAnswered(tool_call):
                self.running.discard(tool_call)

    def ends_answer(self, event: ev.Event) -> bool:
        if isinstance(event, ev.ModelFinished | ev.ModelFailed):
            return event.turn == self.active
        return False

    def look_at_state(self, event: ev.Event, before: State) -> None:
        state, due = self.core.state, self.core.deadline
        assert (due is None) is (state is State.ENDED)
        if isinstance(event, ev.DeadlinePassed):
            assert due is None or due > self.now
        if state is State.ENDED and before is not State.ENDED:
            gone = isinstance(event, ev.CallerLeft | ev.TransportLost)
            assert (self.final is None) is gone
            assert self.active is None

    def look_at(self, action: Action) -> None:
        match action:
            case Say(text, last):
                assert text or (last and self.cycle_open)
                assert not (text and last and self.cycle_open)
                self.cycle_open = not last
            case AskModel(turn, items):
                assert self.active is None
                self.active = turn
                self.look_at_history(items)
            case CancelModel(turn):
                assert turn == self.active
                self.active = None
            case RunTool(tool_call):
                assert tool_call not in self.running
                self.running.add(tool_call)
            case Note(EventKind.TOOL_ANSWERED, data):
                if data["name"] == "transfer_to_person" and data["ok"]:
                    self.transfer_granted = True
            case HandOff() | HangUp():
                self.look_at_final(action)

    def look_at_history(self, items: Sequence[HistoryItem]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            assert isinstance(item, ToolTurn) or item.text.strip()
            if isinstance(item, CallerTurn):
                assert not isinstance(following, CallerTurn)
        heard = " ".join(item.text for item in items if isinstance(item, CallerTurn))
        assert all(text in heard for text in self.unanswered)
        self.unanswered = []

    def look_at_final(self, action: HandOff | HangUp) -> None:
        assert self.final is None
        assert not self.cycle_open
        self.final = action
        if isinstance(action, HangUp):
            assert not self.transfer_granted
            assert self.unanswered == [] or self.now >= self.cap

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.core.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            self.tell(ev.DeadlinePassed())
        self.now = until


@settings(max_examples=150, deadline=None, derandomize=True)
@given(settings_of_a_call(), PASTS, st.lists(STEPS, max_size=40))
def test_whatever_comes_every_rule_holds_and_the_call_ends(
    setting: Setting, past: Past, steps: list[Step]
) -> None:
    watch = Watch(Conversation(setting, past), LONGEST_CALL - past.elapsed)
    watch.tell(ev.Connected("en-US", greeted=not past.history))
    for step in steps:
        watch.wait(step.seconds)
        watch.tell(step.happening(watch.core.state)(watch.core.turn))
    watch.wait(LONGEST_CALL + 60)
    assert watch.core.state is State.ENDED
