"""`manage.py simulate` against a running simulator."""

import asyncio
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from calls.management.commands import simulate
from tests.calls.simulator.test_scenarios import running


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def simulated(
    settings: Settings, *words: str, out: io.StringIO | None = None, **kind: Any
) -> str:
    out = out or io.StringIO()
    async with running() as (product, origin):
        product.answers |= kind.get("answers", {})
        settings.SIMULATOR_PORT = int(origin.rpartition(":")[2])
        try:
            await asyncio.to_thread(call_command, "simulate", *words, stdout=out)
        except CommandError as error:
            out.write(f"error: {error}")
    return out.getvalue()


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "LOOK_EVERY_S", 0.05)


async def test_the_result_is_a_table(settings: Settings) -> None:
    printed = await simulated(
        settings, "--scenario", "blocked_caller", "--calls", "4", "--concurrency", "2"
    )
    lines = printed.splitlines()
    assert lines[-3].startswith("[####")
    assert "4 of 4 calls over, 0 going on" in lines[-3]
    assert lines[-2].split() == ["scenario", "calls", "ok", "seconds", "outcomes"]
    name, calls, ok, _, outcome = lines[-1].split()
    assert (name, calls, ok, outcome) == ("blocked_caller", "4", "4", "rejected")


async def test_a_terminal_gets_one_moving_line(settings: Settings) -> None:
    words = ("--scenario", "blocked_caller", "--calls", "2")
    printed = await simulated(settings, *words, out=Terminal())
    bar, *_ = printed.split("\n")
    assert bar.startswith("\r[")
    assert bar.endswith("s")


async def test_a_call_that_went_wrong_fails_the_command(
    settings: Settings,
) -> None:
    printed = await simulated(
        settings,
        *("--scenario", "blocked_caller", "--calls", "1"),
        answers={"/twilio/voice/": "<Response><Say>Come in.</Say><Hum/></Response>"},
    )
    assert "error: 1 of 1 calls did not go as expected" in printed
    assert "outcome agent_ended, not rejected" in printed
    assert "12200: <Hum> is not allowed in <Response>" in printed


async def test_knobs_and_pace_are_passed_on(settings: Settings) -> None:
    words = ("--scenario", "withheld_caller", "--calls", "1", "--speed", "50")
    printed = await simulated(settings, *words, "--knob", "latency_ms=1")
    assert "withheld_caller" in printed
    assert "error" not in printed


async def test_an_unknown_knob_is_refused(settings: Settings) -> None:
    printed = await simulated(settings, "--knob", "gravity=9")
    assert printed.startswith("error: there is no knob 'gravity'")


async def test_scenarios_can_be_listed(settings: Settings) -> None:
    printed = await simulated(settings, "--list")
    assert "lead " in printed
    assert "A new customer asks for a service" in printed


async def test_the_demo_plays_every_scenario_once() -> None:
    wanted = simulate.Command()._wanted({"demo": True})
    both = "relay,sip"
    assert wanted == {"scenario": "all", "paths": both, "concurrency": 4, "speed": 4}


def test_without_a_simulator_it_says_what_to_do(settings: Settings) -> None:
    settings.SIMULATOR_PORT = 1
    with pytest.raises(CommandError, match="`make run` starts it"):
        call_command("simulate", "--list")
