"""The server's manners towards calls, seen from the other end of the socket."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import websockets

SERVE = """
import sys
from phoneops.server import CallServer, Interface

class Server(CallServer):
    def listen_success(self, port):
        super().listen_success(port)
        print("ready", flush=True)

Interface.server_class = Server
Interface().run(sys.argv[1:])
"""


@asynccontextmanager
async def serving(
    folder: Path, *, drain: int = 0
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    socket = str(folder / "web.sock")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVE, "-v", "0", "-u", socket),
        "tests.phoneops.echo:application",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "DRAIN_SECONDS": str(drain)},
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    try:
        yield process, socket
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def said_by(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.read()).decode().strip()


async def refuses(path: str) -> None:
    """Return once it takes no new calls, or ends one that it took unawares."""
    with contextlib.suppress(OSError, websockets.InvalidHandshake):
        while True:
            async with websockets.unix_connect(path):
                pass


async def test_an_application_may_close_with_any_code(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, path):
        for code in (1000, 1008, 1011, 4000):
            async with websockets.unix_connect(path) as call:
                await call.send(f"close{code}")
                await call.wait_closed()
                assert call.close_code == code


async def test_a_call_in_progress_is_told_that_we_go_away(tmp_path: Path) -> None:
    async with serving(tmp_path) as (process, path):
        async with websockets.unix_connect(path) as call:
            process.send_signal(signal.SIGTERM)
            await call.wait_closed()
            assert call.close_code == 1001
        assert await said_by(process) == "ended with 1001"
        assert await process.wait() == 0


async def test_a_call_in_progress_may_finish_while_new_ones_are_refused(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, drain=600) as (process, path):
        async with websockets.unix_connect(path) as call:
            process.send_signal(signal.SIGTERM)
            await refuses(path)
            await call.send("still there?")
            assert await call.recv() == "still there?"
        assert (await said_by(process)).endswith("ended with 1000")
        assert await process.wait() == 0


async def test_what_the_kernel_does_not_take_at_once_follows_in_order(
    tmp_path: Path,
) -> None:
    said = [str(number) * 50_000 for number in range(100, 180)]
    async with (
        serving(tmp_path) as (_, path),
        websockets.unix_connect(path, compression=None, max_queue=1) as call,
    ):
        for text in said:
            await call.send(text)
        assert [await call.recv() for _ in said] == said
