"""The model's answers of one call, one task each."""

import asyncio
import logging
from collections.abc import Callable

from django.utils import timezone

from calls.core import events as ev
from calls.core.actions import AskModel
from calls.driver.briefing import Briefing
from calls.driver.inbox import Inbox
from calls.driver.journal import UsageRow
from calls.providers.openai_responses import (
    Answer,
    AnswerRequest,
    Asked,
    Failed,
    Finished,
    ModelUsage,
    ResponsesModel,
    Said,
)

logger = logging.getLogger(__name__)


class Answers:
    """`measure` is told of the usage of every answer, cancelled ones included."""

    def __init__(
        self,
        briefing: Briefing,
        model: ResponsesModel,
        inbox: Inbox[ev.Event],
        measure: Callable[[UsageRow], None],
    ) -> None:
        self._briefing = briefing
        self._model = model
        self._inbox = inbox
        self._measure = measure
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def ask(self, action: AskModel) -> None:
        task = asyncio.create_task(self._answer(action), name=f"turn {action.turn}")
        self._tasks[action.turn] = task
        task.add_done_callback(lambda _: self._tasks.pop(action.turn, None))

    def cancel(self, turn: int) -> None:
        """Leaves the stream at once; the provider stops generating (and billing)."""
        task = self._tasks.get(turn)
        if task is not None:
            task.cancel()

    async def cancel_all(self) -> None:
        """Returns when every stream is closed and its usage is told."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, action: AskModel) -> None:
        answer = self._model.answer(self._request(action))
        try:
            async with answer:
                await self._read(answer, action.turn)
        except Exception:
            logger.exception(
                "answer failed", extra={"call": self._briefing.session.call}
            )
            self._inbox.put(ev.ModelFailed(action.turn, "fault in the portal"))
        finally:
            self._tell_usage(answer.estimate())

    async def _read(self, answer: Answer, turn: int) -> None:
        async for piece in answer:
            match piece:
                case Said(text):
                    await self._inbox.offer(ev.ModelSaid(turn, text))
                case Asked(tool_call, name, arguments):
                    self._inbox.put(ev.ToolAsked(turn, tool_call, name, arguments))
                case Finished():
                    self._tell_usage(piece.usage)
                    self._inbox.put(ev.ModelFinished(turn))
                case Failed():
                    self._tell_usage(piece.usage)
                    self._inbox.put(ev.ModelFailed(turn, piece.reason))

    def _request(self, action: AskModel) -> AnswerRequest:
        briefing, agent = self._briefing, self._briefing.agent
        return AnswerRequest(
            model=agent.model,
            instructions=briefing.instructions,
            history=action.history,
            tools=briefing.tools,
            reasoning_effort=agent.reasoning_effort,
            max_output_tokens=agent.max_output_tokens,
            cache_key=briefing.cache_key,
            safety_identifier=briefing.safety_identifier,
            first_token_seconds=agent.limits.first_token_seconds,
        )

    def _tell_usage(self, usage: ModelUsage | None) -> None:
        if usage is not None:
            self._measure(self._row(usage))

    def _row(self, usage: ModelUsage) -> UsageRow:
        return UsageRow(
            call=self._briefing.session.call,
            provider="openai",
            item=usage.model or self._briefing.agent.model,
            provider_id=usage.response_id,
            figures=usage.raw,
            estimated=usage.estimated,
            at=timezone.now(),
        )
