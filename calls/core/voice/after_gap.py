"""Going on after a gap in which nobody listened, however it came about.

Nothing that happened in the gap is told again. What can be found out is the last item
of the conversation: an item of ours is put behind it, whose place names it, and is
taken away again. So a tool that was asked for in the gap is found and answered, one
whose output has arrived is not run a second time, and an output that was lost on its
way is given again. Of several tools that one response asked for in the gap only the
last can be found: the model asks for the others again.
"""

from calls.core.actions import HangUp
from calls.core.voice import events as vev
from calls.core.voice.actions import GiveOutput, LookBack, Recall
from calls.core.voice.state import Due, Leaving, VoiceState
from calls.core.voice.tool_side import ToolSide

# Two questions that the provider answers at once; a call cannot wait for more.
LOOK_BACK_SECONDS = 1.5


class AfterGap(ToolSide):
    def _look_back(self, now: float) -> None:
        self._doubtful = dict(self._unseen)
        self._actions.append(LookBack())
        self._timers.start(Due.LOOK_BACK, now + LOOK_BACK_SECONDS)

    def _last_found(self, event: vev.LastFound) -> None:
        self._actions.append(Recall(event.marker, event.item))

    def _recalled(self, last: vev.Recalled, now: float) -> None:
        if self._timers.running(Due.LOOK_BACK):
            self._timers.stop(Due.LOOK_BACK)
            self._go_on(last, now)

    def _go_on(self, last: vev.Recalled, now: float) -> None:
        """`last` says nothing where the provider did not tell it in time."""
        if self.state is not VoiceState.TALKING:
            return
        if last.spoke:
            self._timers.stop(Due.SOUND)  # it began, or even ended, in the gap
        self._unseen.pop(last.answered, None)
        lost = self._lost_outputs(last)
        for tool_call, output in lost.items():
            self._actions.append(GiveOutput(tool_call, output))
        wishes = self._open_tools(last)
        if wishes and not self._desk.busy():
            self._desk.begin_answer()
        for wish in wishes:
            self._ask_tool(wish)
        speaks = bool(self._response) or self._asked is not None
        if wishes or lost or (last.answered and not speaks):
            self._after_tools(now)
        elif self._wanted is not None:
            self._speak(self._wanted, now)
        elif not self._engine.idle_prompts:
            # What was asked in the gap is not told: in a silence we ask again.
            self._timers.start(Due.SILENCE, now + self._limits.silence_seconds)

    def _lost_outputs(self, last: vev.Recalled) -> dict[str, str]:
        """By tool call: those that were given and that the provider does not have."""
        doubtful, self._doubtful = self._doubtful, {}
        lost = {call: doubtful[call] for call in doubtful if call in self._unseen}
        if last.tool is not None and last.tool.tool_call in self._past.outputs:
            call = last.tool.tool_call
            lost[call] = self._unseen[call] = self._past.outputs[call]
        return lost

    def _open_tools(self, last: vev.Recalled) -> list[vev.ToolWish]:
        """Asked for while an earlier process listened, or while nobody did."""
        wishes = [w for w in self._left_open if w.tool_call != last.answered]
        self._left_open = ()
        found, known = last.tool, {*self._unseen, *(w.tool_call for w in wishes)}
        if found is not None and found.tool_call not in known:
            wishes.append(found)
        return [wish for wish in wishes if not self._desk.knows(wish.tool_call)]

    def _take_up_ending(self, ending: Leaving, now: float) -> None:
        """The process before us was about to hang up."""
        words = "" if ending.settled else self.phrases.closing
        self._leave(HangUp(ending.why, ending.outcome), words, now)
