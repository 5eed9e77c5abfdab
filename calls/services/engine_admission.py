"""The voice provider announces a call: what becomes of it.

A call that we sent there was decided when the carrier offered it; its reference says
which one it is, and all that is left to do is to accept it. A call that came over a
bare trunk is decided here. Anything else is a stranger's, of which the inbox alone
keeps record: whoever knows the provider's address can send any number of them.
"""

from datetime import timedelta

from django.db import transaction

from calls.core.announced import Announced
from calls.services import engine_entry, engine_trunk, inbox
from calls.services.engine_claims import DECLINED, Desk, Order, Reject, reject, take
from calls.services.inbox import Answer, Letter

# Nobody is still waiting after that.
STALE = timedelta(seconds=60)
HEARD = Answer("", content_type="text/plain")


@transaction.atomic
def receive(letter: Letter, announced: Announced | None, desk: Desk) -> Order | None:
    """None: there is nothing to do, or somebody else does it.

    A delivery may be the provider's second try because the first one's process died,
    so a repeat is looked at as well; that it decides nothing twice is for the claim.
    """
    stored = inbox.store(letter)
    if stored is None:
        inbox.repeat(letter)
    else:
        inbox.keep(stored, HEARD)
    if announced is None or announced.at < desk.now - STALE:
        return None
    order = answer(announced, desk)
    if isinstance(order, Reject):
        ours = announced.engine in desk.engines
        return order if ours and stored is not None else None
    return order


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
