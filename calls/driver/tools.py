"""Runs the tools that the conversation does not answer itself.

Every request is answered, at the latest when the tool's own timeout is over.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from django.conf import settings

from calls.core import events as ev
from calls.core.actions import RunTool
from calls.core.tools import (
    LOOK_UP_CALLER,
    ToolDefinition,
    ToolMistake,
    parse_arguments,
)
from calls.driver.runtime import Runtime
from calls.providers.http_tools import run_http_tool
from calls.services import callers
from routing.core.ruleset import HttpTool

logger = logging.getLogger(__name__)

LOOK_UP_SECONDS = 4.0
FAILED = "The tool failed. Say that this does not work right now."


class ToolBox(Protocol):
    """The tools of a call; a briefing of either path has them."""

    @property
    def call(self) -> int: ...

    @property
    def tools(self) -> tuple[ToolDefinition, ...]: ...

    @property
    def http_tools(self) -> Mapping[str, HttpTool]: ...


class Tools:
    """`tell` hears of every answer."""

    def __init__(
        self,
        box: ToolBox,
        held_by: Runtime,
        tell: Callable[[ev.ToolAnswered], None],
    ) -> None:
        self._box = box
        self._runtime = held_by
        self._tell = tell
        self._definitions = {d.name: d for d in box.tools}
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, action: RunTool) -> None:
        task = asyncio.create_task(self._run(action), name=f"tool {action.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def cancel_all(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, action: RunTool) -> None:
        try:
            output, ok = await self._answer(action)
        except Exception:
            logger.exception("tool failed", extra={"tool": action.name})
            output, ok = FAILED, False
        self._tell(ev.ToolAnswered(action.tool_call, output, ok=ok))

    async def _answer(self, action: RunTool) -> tuple[str, bool]:
        arguments = parse_arguments(self._definitions[action.name], action.arguments)
        if isinstance(arguments, ToolMistake):
            return arguments.message, False
        if action.name == LOOK_UP_CALLER:
            return await self._look_up(), True
        tool = self._box.http_tools[action.name]
        outcome = await run_http_tool(
            tool,
            arguments,
            secret=settings.TOOL_SECRETS.get(tool.secret_name),
            session=self._runtime.http,
        )
        return outcome.output, outcome.ok

    async def _look_up(self) -> str:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            return await self._runtime.database.run(
                callers.look_up_caller, self._box.call
            )
