"""Django's backend, with another way of finding out that a connection is dead.

The pool's own check takes one idle connection after the other and pauses ever longer in
between, so that after a restart of the database who finds five dead ones gets none at
all: https://github.com/psycopg/psycopg/pull/711. A caller does not wait so long. Here
the first dead one is reason enough to open all others anew.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        found = super().get_new_connection(conn_params)
        pool = self.pool
        if pool is None or is_alive(found):
            return found
        pool.putconn(found)
        pool.drain()
        return super().get_new_connection(conn_params)


def is_alive(connection: "psycopg.Connection[Any]") -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True
