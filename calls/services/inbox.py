"""Inbox first: a callback is stored before it is acted on, and acted on once.

The row's unique key decides which of two deliveries acts. The second one, even while
the first is still at work, waits in its INSERT for the first to commit and is then
given the stored answer; if the first fails, its row is rolled back with whatever it
had done, and the second one acts.

The key is the callback's natural key. Twilio's header `I-Twilio-Idempotency-Token` is
not covered by its signature, so it is used only where a callback has no natural key:
a recorded request that is sent again under a new token is still a repeat.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F

from calls.models import Callback
from calls.services import relay_entry
from routing.services import live

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A callback that has been verified and read."""

    endpoint: str
    key: str
    call_sid: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`token` is a one-time token in the body, which is not to be stored with it."""

    body: str
    status: int = 200
    content_type: str = "text/xml"
    token: str = ""
    token_number: int = 0


# Django's own insert that ignores conflicts does not say whether it inserted.
STORE = """
INSERT INTO calls_callback (key, endpoint, call_sid, params, received_at, repeats,
                            answer_status, answer_type, answer)
VALUES (%s, %s, %s, %s::jsonb, now(), 0, 0, '', '')
ON CONFLICT (key) DO NOTHING RETURNING id
"""


def answer_once(letter: Letter, act: Callable[[], Answer]) -> Answer:
    # A new process loads the release in a thread, which needs a connection as well:
    # the first callbacks must not hold them all while they wait for it.
    live.look_ahead()
    with transaction.atomic():
        pk = store(letter)
        if pk is None:
            return repeat(letter)
        answer = act()
        keep(pk, answer)
        return answer


def store(letter: Letter) -> int | None:
    """None if it has been stored before."""
    key, params = letter.key[:LONGEST_KEY], json.dumps(dict(letter.params))
    with connection.cursor() as cursor:
        cursor.execute(STORE, [key, letter.endpoint, letter.call_sid[:64], params])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def keep(pk: int, answer: Answer) -> None:
    body = relay_entry.without_token(answer.body, answer.token, answer.token_number)
    Callback.objects.filter(pk=pk).update(
        answer_status=answer.status, answer_type=answer.content_type, answer=body
    )


def repeat(letter: Letter) -> Answer:
    same = Callback.objects.filter(key=letter.key[:LONGEST_KEY])
    same.update(repeats=F("repeats") + 1)
    row = same.get()
    return Answer(
        body=relay_entry.with_token(row.answer, row.call_sid),
        status=row.answer_status,
        content_type=row.answer_type,
    )
