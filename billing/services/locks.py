"""The lock of the ledger, held until the end of the transaction in which it is taken.

Whoever enters calls shares it and moves the totals by differences. Whoever adds totals
up from the entries has it alone, for the moment that a day of them takes.
"""

from django.db import connection

LEDGER_LOCK = 7_208_500


def share_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LEDGER_LOCK])


def lock_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEDGER_LOCK])
