"""Enters the calls that it is told of, a line a piece: see `billing.workers`."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator

import django

if __name__ == "__main__":
    django.setup()

from billing.services.circumstances import test_callers
from billing.services.day_prices import DayPrices
from billing.services.rebuild_batches import Piece, enter_anew

# Calls come first: what answers them must not wait for a processor because of us.
NICER = 10


def entered(lines: Iterable[bytes]) -> Iterator[int]:
    """How many calls of each piece there still were."""
    prices, testers = DayPrices(), test_callers()
    for line in lines:
        yield enter_anew(Piece.read(line), prices, testers)
        gc.collect()  # now, when nearly all that was made is gone already


def main() -> None:
    os.nice(NICER)
    gc.freeze()
    gc.disable()
    for done in entered(sys.stdin.buffer):
        print(done, flush=True)


if __name__ == "__main__":
    main()
