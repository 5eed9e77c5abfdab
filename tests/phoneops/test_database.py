"""The pool of connections, when the database was restarted."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

IDLE = 8
OTHERS_ENDED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
PATIENCE_SECONDS = 60.0


def ask(together: Barrier | None = None) -> int:
    """The process that answered; nobody leaves before all have one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (found,) = cursor.fetchone() or (0,)
        if together is not None:
            together.wait(PATIENCE_SECONDS)
        return int(found)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_many_dead_connections_keep_nobody_waiting() -> None:
    with ThreadPoolExecutor(IDLE) as others:
        together = Barrier(IDLE)
        idle = set(others.map(ask, [together] * IDLE))
        assert len(idle) == IDLE
        with connection.cursor() as cursor:
            cursor.execute(OTHERS_ENDED)
        # Who takes one dead connection after the other gives up at the fifth.
        assert others.submit(ask).result(PATIENCE_SECONDS) not in idle


@pytest.mark.django_db(transaction=True)
def test_connections_are_used_again() -> None:
    assert len({ask() for _ in range(50)}) < 50
