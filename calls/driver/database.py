"""Database work of live calls, on threads of their own.

Django's and Channels' own bridge runs everything on one thread that all sockets and
pages share: one slow page would hold up every call. These few threads belong to the
calls, and hand their connection back to the pool after each piece of work.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")


class DatabaseThreads:
    def __init__(self, threads: int = 4) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="calls-db")

    async def run(
        self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Runs `work`, once more if the connection turned out to be dead.

        Work must therefore be one transaction.
        """
        loop = asyncio.get_running_loop()
        job = partial(_run_and_release, partial(work, *args, **kwargs))
        return await loop.run_in_executor(self._threads, job)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _run_and_release(work: Callable[[], R]) -> R:
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()
        return work()
    finally:
        connection.close()
