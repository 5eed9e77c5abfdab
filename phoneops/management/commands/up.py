"""`make run`: the whole portal on one machine, until Ctrl-C."""

import http.client
import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from phoneops import first_run, programs
from phoneops.binaries import EngineError
from phoneops.engines import Postgres, Valkey, ownership
from phoneops.places import find_places
from phoneops.supervisor import TICK_SECONDS, Supervisor, printer

READY_SECONDS = 60.0

BANNER = """
PhoneOps is running.

  Portal      {portal}
  Log in as   {user}, password: {password}
  Mails       {mails}
{calls}
  Stop        Ctrl-C. Everything stays in {folder} for the next time.
"""
SIMULATED = """
  No provider keys are set, so callers and both providers are simulated.
  More calls  {manage} simulate --calls 20 --concurrency 4
"""
REAL = """
  The providers call {origin}. Check the settings with:
              {manage} check
"""


class Command(BaseCommand):
    help = "Run everything on one machine: engines, web, worker, scheduler, callers."

    def handle(self, *args: Any, **options: Any) -> None:
        self.say = printer(sys.stdout)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        supervisor = Supervisor(self.say)
        try:
            with ExitStack() as stack:
                self.claim(stack)
                stack.enter_context(supervisor.until_signalled())
                self.start_engines(supervisor)
                password = self.prepare()
                door = stack.enter_context(first_run.open_door())
                self.start_services(supervisor, door)
                self.watch(supervisor, password)
        except EngineError as problem:
            raise CommandError(str(problem)) from None
        self.say("", "PhoneOps has ended.")

    def claim(self, stack: ExitStack) -> None:
        """Make sure that nothing and nobody is in the way."""
        stack.enter_context(ownership(find_places(settings.VAR_DIR)))
        wanted = {"HTTP_PORT": settings.HTTP_PORT}
        if settings.SIMULATED:
            wanted["SIMULATOR_PORT"] = settings.SIMULATOR_PORT
        for name, port in wanted.items():
            if not first_run.is_free(settings.HTTP_HOST, port):
                raise EngineError(
                    f"Port {port} is taken by another program. Choose another one, "
                    f"for example: make run {name}={port + 10}"
                )

    def start_engines(self, supervisor: Supervisor) -> None:
        places = find_places(settings.VAR_DIR)
        if settings.EMBEDDED_DATABASE:
            with self.step("Starting PostgreSQL"):
                supervisor.add(Postgres(places))
        if settings.EMBEDDED_REDIS:
            with self.step("Starting Valkey"):
                supervisor.add(Valkey(places))

    def prepare(self) -> str:
        with self.step("Bringing the database up to date"):
            first_run.prepare_database()
        with self.step("Looking for an administrator"):
            password = first_run.prepare_admin()
        with self.step("Looking for the published configuration") as found:
            found.append(first_run.prepare_configuration())
        first_run.let_go_of_database()
        return password

    def start_services(self, supervisor: Supervisor, door: socket.socket) -> None:
        for service in programs.running(self.say, door):
            supervisor.add(service)

    def watch(self, supervisor: Supervisor, password: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        waiting = True
        while not supervisor.ending:
            supervisor.tick()
            if waiting and is_ready():
                waiting = False
                self.welcome(password)
                if settings.SIMULATED:
                    supervisor.add(programs.first_calls(self.say), once=True)
            elif waiting and time.monotonic() > deadline:
                deadline += READY_SECONDS
                self.say("", f"Not ready yet. {readiness()[1]}")
            time.sleep(TICK_SECONDS)

    def welcome(self, password: str) -> None:
        calls = SIMULATED if settings.SIMULATED else REAL
        text = BANNER.format(
            portal=f"http://127.0.0.1:{settings.HTTP_PORT}/admin/",
            user=first_run.ADMIN,
            password=password,
            mails=getattr(settings, "EMAIL_FILE_PATH", "") or settings.EMAIL_HOST,
            calls=calls.format(origin=settings.PUBLIC_BASE_URL, manage=manage()),
            folder=" and ".join(folders()),
        )
        for line in text.splitlines():
            self.say("", line)

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Say what was done, what the body found, and how long it took."""
        found: list[str] = []
        started = time.monotonic()
        yield found
        seconds = f"{time.monotonic() - started:.1f} s"
        self.say("", f"{what} ... {', '.join([*found, seconds])}")


def manage() -> str:
    """How a command for this portal is typed in another terminal."""
    usual = {
        "VAR_DIR": settings.BASE_DIR / "var",
        "HTTP_PORT": 8000,
        "SIMULATOR_PORT": 8100,
    }
    values = {name: getattr(settings, name) for name in usual}
    ours = [f"{name}={v}" for name, v in values.items() if v != usual[name]]
    return " ".join([*ours, ".venv/bin/python manage.py"])


def folders() -> list[str]:
    """Where everything is kept: usually below one folder."""
    home = find_places(settings.VAR_DIR).home
    beside = [] if home.is_relative_to(settings.VAR_DIR.resolve()) else [str(home)]
    return [str(settings.VAR_DIR), *beside]


def is_ready() -> bool:
    """The web server with all its parts and, where there is one, the simulator."""
    ports = [settings.HTTP_PORT]
    ports += [settings.SIMULATOR_PORT] if settings.SIMULATED else []
    return all(map(listens, ports)) and readiness()[0]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def readiness() -> tuple[bool, str]:
    """What /readyz answers, in words."""
    server = http.client.HTTPConnection("127.0.0.1", settings.HTTP_PORT, timeout=5)
    try:
        server.request("GET", "/readyz", headers={"Host": "localhost"})
        response = server.getresponse()
        parts = json.loads(response.read())["parts"]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False, "The web server does not answer."
    finally:
        server.close()
    words = "; ".join(f"{part}: {state}" for part, state in parts.items())
    return response.status == 200, words
