"""A whole portal of its own: engines, web server, worker, and the world around it.

The listening socket belongs to the test, as it belongs to a service manager or a load
balancer in a real installation: while no web server runs, requests wait in it.
"""

import json
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes as read_mail
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from calls.simulator.config import SimulatorConfig
from phoneops import simulated
from phoneops.engines import Postgres, Valkey
from phoneops.places import Places
from tests.end_to_end.books import Books
from tests.end_to_end.callers import World
from tests.end_to_end.over_http import Answer, request
from tests.end_to_end.processes import Process, paused
from tests.end_to_end.waiting import until

SPEED = 20.0
DRAIN_SECONDS = 3
END_OF_MAIL = b"-" * 79
WORKER = (
    *("-W", "ignore:You're running the worker with superuser"),
    *("-m", "celery", "--quiet", "-A", "phoneops", "worker", "--loglevel", "INFO"),
    *("--pool", "solo", "--without-gossip", "--without-mingle", "-B"),
)


@dataclass
class Portal:
    folder: Path
    door: socket.socket
    world: World
    postgres: Postgres
    valkey: Valkey
    books: Books
    environment: dict[str, str]
    web: Process
    worker: Process
    webs: int = 1

    @property
    def port(self) -> int:
        return int(self.door.getsockname()[1])

    def start_web(self) -> Process:
        """Another web server beside the present one, which it replaces here.

        Nobody answers while it starts: the present one is held for so long.
        """
        self.webs += 1
        name, present = f"web-{self.webs}", self.web
        self.web = make_web(name, self.folder, self.environment, self.door)
        self.web.start()
        with paused(present):
            assert self.get("/healthz").status == 200
        return self.web

    def get(self, path: str, **headers: str) -> Answer:
        return request(self.port, "GET", path, headers=headers)

    def ready(self) -> dict[str, str]:
        """What /readyz says of each part."""
        return dict(json.loads(self.get("/readyz").body)["parts"])

    def mails(self) -> Counter[int]:
        """How many mails went out about each call."""
        found: Counter[int] = Counter()
        for file in (self.folder / "mail").glob("*.log"):
            for text in file.read_bytes().split(END_OF_MAIL):
                if text.strip():
                    found[call_of(read_mail(text.lstrip(), policy=default))] += 1
        return found


def call_of(mail: EmailMessage) -> int:
    """The call that a summary links to."""
    body = mail.get_body(["plain"])
    assert body is not None
    text: str = body.get_content()
    return int(text.partition("/calls/call/")[2].partition("/")[0])


@contextmanager
def portal_in(folder: Path) -> Iterator[Portal]:
    (folder / "static").mkdir()
    with ExitStack() as stack:
        places = Places(home=folder / "engines", run=folder / "engines" / "run")
        postgres, valkey = Postgres(places, durable=False), Valkey(places)
        for engine in (postgres, valkey):
            stack.callback(engine.stop)
            engine.start()
        door = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        world = stack.enter_context(World(config_of(door.getsockname()[1])))
        environment = environment_of(folder, places, world.port)
        prepare(folder, environment)
        portal = Portal(
            folder=folder,
            door=door,
            world=world,
            postgres=postgres,
            valkey=valkey,
            books=Books(places),
            environment=environment,
            web=make_web("web-1", folder, environment, door),
            worker=make_worker(folder, environment),
        )
        stack.callback(lambda: portal.worker.stop())
        stack.callback(lambda: portal.web.stop())
        portal.worker.start()
        portal.web.start()
        assert portal.get("/healthz").status == 200
        until(lambda: portal.get("/readyz").status == 200, "the portal to be ready")
        yield portal


def config_of(port: int) -> SimulatorConfig:
    return SimulatorConfig(
        account_sid=simulated.ACCOUNT_SID,
        auth_token=simulated.AUTH_TOKEN,
        openai_key=simulated.API_KEY,
        openai_webhook_secret=simulated.WEBHOOK_SECRET,
        port=0,
        public_origin=simulated.PUBLIC_BASE_URL,
        connect_to=f"127.0.0.1:{port}",
        speed=SPEED,
        call_cap_s=75.0,
    )


def environment_of(folder: Path, places: Places, simulator: int) -> dict[str, str]:
    own = {
        "VAR_DIR": str(folder),
        "ENV_FILE": str(folder / "no-env-file"),
        "DATABASE_URL": places.database_url,
        "REDIS_URL": places.redis_url,
        "SIMULATOR_PORT": str(simulator),
        "ROUTING_REFRESH_SECONDS": "0.5",
        "DRAIN_SECONDS": str(DRAIN_SECONDS),
    }
    return {**os.environ, **own}  # the test run has cleared what is the machine's


def prepare(folder: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.end_to_end.prepare"]
    once = Process("prepare", command, environment=environment, folder=folder)
    once.start()
    assert once.running.wait(60) == 0, once.said()


def make_web(
    name: str, folder: Path, environment: dict[str, str], door: socket.socket
) -> Process:
    fd = door.fileno()
    command = [
        *(sys.executable, "-u", "-m", "phoneops.server", "-v", "0"),
        *("--no-server-name", "--fd", str(fd), "phoneops.asgi:application"),
    ]
    return Process(name, command, environment=environment, folder=folder, sockets=[fd])


def make_worker(folder: Path, environment: dict[str, str]) -> Process:
    command = [sys.executable, "-u", *WORKER, "-s", str(folder / "beat")]
    return Process("worker", command, environment=environment, folder=folder)


def make_host(name: str, folder: Path, environment: dict[str, str]) -> Process:
    """A process made for the sidebands of voice calls.

    It ignores Ctrl-C, as does all that a script starts in the background.
    """
    deaf = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    command = [*deaf, sys.executable, "-u", "manage.py", "runworker", "sideband"]
    return Process(name, command, environment=environment, folder=folder)
