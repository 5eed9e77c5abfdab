"""The program itself."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from aiohttp import ClientSession

from calls.simulator.__main__ import main, parse

ROOT = Path(__file__).parents[3]
KEYS = ("--account-sid", "AC1", "--auth-token", "t", "--openai-key", "k")


def test_the_arguments_become_a_configuration() -> None:
    config = parse([*KEYS, "--number", "sales=+12025550105", "--speed", "4"])
    assert config.numbers["sales"] == "+12025550105"
    assert config.numbers["main"] == "+12025550100"
    assert config.voice_url == "https://phoneops.test/twilio/voice/"
    assert config.speed == 4.0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--number", "sales"], "is not ALIAS=+NUMBER"),
        (["--public-origin", "http://phoneops.test"], "must look like https://host"),
        (["--public-origin", "https://phoneops.test/x"], "must look like https://host"),
        (["--speed", "0"], "the speed must be above zero"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse([*KEYS, *words])
    assert complaint in capsys.readouterr().err


async def test_it_serves_until_it_is_told_to_stop() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "calls.simulator", "--port", "0"),
        *KEYS,
        cwd=ROOT,
        stderr=PIPE,
    )
    assert program.stderr is not None
    line = (await program.stderr.readline()).decode()
    port = line.split("port ")[1].split()[0]
    async with ClientSession() as session:
        answer = await session.get(f"http://127.0.0.1:{port}/simulator/")
        assert (await answer.json())["ok"]
    program.terminate()
    assert await program.wait() == 0


def test_a_port_that_is_taken_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def taken(config: object) -> None:
        raise OSError("address already in use")

    monkeypatch.setattr("calls.simulator.__main__.run", taken)
    monkeypatch.setattr(sys, "argv", ["simulator", *KEYS])
    assert main() == 1
    assert "address already in use" in caplog.text
