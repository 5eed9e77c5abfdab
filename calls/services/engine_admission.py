"""The voice provider announces a call: what becomes of it.

A call that we sent there was decided when the carrier offered it; its reference says
which one it is, and all that is left to do is to accept it. A call that came over a
bare trunk is decided here. Anything else is a stranger's, of which the inbox alone
keeps record: whoever knows the provider's address can send any number of them.
"""

import json
from datetime import timedelta

from django.db import connection, transaction

from calls.core.announced import Announced
from calls.services import engine_entry, engine_trunk
from calls.services.engine_claims import DECLINED, Desk, Order, Reject, reject, take
from calls.services.inbox import LONGEST_KEY, Letter

# Nobody is still waiting after that.
STALE = timedelta(seconds=60)

# Every delivery is answered alike, so one statement keeps it, counts it when it comes
# again, and makes two that come at the same time take turns.
KEEP = """
INSERT INTO calls_callback (key, endpoint, call_sid, params, received_at, repeats,
                            answer_status, answer_type, answer)
VALUES (%s, %s, %s, %s::jsonb, now(), 0, 200, 'text/plain', 'ok')
ON CONFLICT (key) DO UPDATE SET repeats = calls_callback.repeats + 1
RETURNING repeats
"""


@transaction.atomic
def receive(letter: Letter, announced: Announced | None, desk: Desk) -> Order | None:
    """None: there is nothing to do, or somebody else does it.

    A delivery may be the provider's second try because the first one's process died,
    so a repeat is looked at as well; that it decides nothing twice is for the claim.
    """
    first = keep(letter)
    if announced is None or announced.at < desk.now - STALE:
        return None
    order = answer(announced, desk)
    if isinstance(order, Reject):
        ours = announced.engine in desk.engines
        return order if ours and first else None
    return order


def keep(letter: Letter) -> bool:
    """False if it has come before."""
    key, params = letter.key[:LONGEST_KEY], json.dumps(dict(letter.params))
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [key, letter.endpoint, letter.call_sid[:64], params])
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]) == 0


def answer(announced: Announced, desk: Desk) -> Order | None:
    if not announced.references:
        return engine_trunk.answer(announced, desk)
    reference, *others = announced.references
    if any(other != reference for other in others):
        return reject(announced, DECLINED, "several references")
    session = engine_entry.referred(reference, desk.now)
    if session is None:
        return reject(announced, DECLINED, "no reference of ours")
    return take(session, announced, desk)
