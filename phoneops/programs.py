"""The programs that make up a running portal, and how each is started."""

import os
import shutil
import signal
import socket
import sys

from django.conf import settings

from phoneops.children import Program
from phoneops.supervisor import Say, Service

MANAGE = str(settings.BASE_DIR / "manage.py")


# Work that can wait gets the processor when no call needs it.
IN_THE_BACKGROUND = ("nice", "-n", "5")


def on_one_core() -> tuple[str, ...]:
    """The last of our cores, where there are several.

    Of Python's threads one at a time goes on, and to hand the turn to another core
    takes so long that a busy web server gets behind with its calls.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or shutil.which("taskset") is None:
        return ()
    return ("taskset", "--cpu-list", str(cores[-1]))


def python(
    *arguments: str,
    farewell: signal.Signals = signal.SIGTERM,
    prefix: tuple[str, ...] = (),
    sockets: tuple[int, ...] = (),
) -> Program:
    return Program(
        [*prefix, sys.executable, "-u", *arguments],
        farewell=farewell,
        folder=settings.BASE_DIR,
        environment={**os.environ, "VAR_DIR": str(settings.VAR_DIR)},
        sockets=sockets,
    )


def web(say: Say, door: socket.socket) -> Service:
    """The listening socket stays with us: while a web server that died is started
    again, the callbacks of its calls wait in it and the callers come back."""
    program = python(
        *("-m", "phoneops.server", "-v", "0", "--no-server-name"),
        *("--fd", str(door.fileno()), "phoneops.asgi:application"),
        prefix=on_one_core(),
        sockets=(door.fileno(),),
    )
    patience = 15.0 + settings.DRAIN_SECONDS
    return Service("web", program, say, [(signal.SIGTERM, patience)])


def worker(say: Say) -> Service:
    """Its main process alone is told to end, and lets running tasks finish. When we
    die it is killed: without its broker it would wait for one, and its tasks come
    back by themselves."""
    program = python(
        *("-W", "ignore:You're running the worker with superuser"),
        *("-m", "celery", "--quiet", "-A", "phoneops", "worker", "--loglevel", "INFO"),
        *("--concurrency", "2", "--without-gossip", "--without-mingle"),
        farewell=signal.SIGKILL,
        prefix=IN_THE_BACKGROUND,
    )
    steps = [(signal.SIGTERM, 20.0), (signal.SIGQUIT, 5.0)]
    return Service("worker", program, say, steps)


def scheduler(say: Say) -> Service:
    program = python(
        *("-m", "celery", "--quiet", "-A", "phoneops", "beat", "--loglevel", "WARNING"),
        *("--pidfile", ""),
        prefix=IN_THE_BACKGROUND,
    )
    return Service("scheduler", program, say)


def sidebands(say: Say) -> Service:
    """Where voice calls are not left to the web server. Told to end, it gives each of
    its calls to whoever takes it next; a call goes on meanwhile."""
    return Service("sidebands", python(MANAGE, "runworker", "sideband"), say)


def simulator(say: Say) -> Service:
    program = python(
        *("-m", "calls.simulator", "--port", str(settings.SIMULATOR_PORT)),
        *("--public-origin", settings.PUBLIC_BASE_URL),
        *("--connect-to", f"127.0.0.1:{settings.HTTP_PORT}"),
        *("--account-sid", settings.TWILIO_ACCOUNT_SID),
        *("--auth-token", settings.TWILIO_AUTH_TOKEN),
        *("--openai-key", settings.OPENAI_API_KEY),
        *("--project-id", settings.OPENAI_PROJECT_ID),
        *("--openai-webhook-secret", settings.OPENAI_WEBHOOK_SECRETS[0]),
    )
    return Service("simulator", program, say)


def running(say: Say, door: socket.socket) -> list[Service]:
    """What makes up the portal on this machine, in the order in which it starts."""
    found = [worker(say), scheduler(say)]
    if settings.SIMULATED:
        found.append(simulator(say))
    if not settings.SIDEBAND_HERE:
        found.append(sidebands(say))
    return [*found, web(say, door)]


def first_calls(say: Say) -> Service:
    """The simulated calls that fill an empty portal; it ends by itself."""
    return Service("calls", python(MANAGE, "simulate", "--demo"), say)
