from calls.core.ledger import Ledger
from calls.core.words import Disposition


def test_the_books_of_a_quiet_day_are_even() -> None:
    assert Ledger().remainder == 0


def test_a_call_without_a_disposition_shows_as_remainder() -> None:
    book = Ledger(offered=4, going_on=1, ended={Disposition.RESOLVED: 2})
    assert book.remainder == 1
