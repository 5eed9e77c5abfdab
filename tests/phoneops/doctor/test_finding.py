from phoneops.doctor.finding import Mark, fail, ok, summary, warn


def test_a_row_says_how_what_and_why() -> None:
    (row,) = ok("Database", "answers").lines()
    assert row == "ok    Database                 answers"


def test_what_to_do_stands_below_the_words() -> None:
    words, remedy = fail("Twilio", "answered 401", "Check the token.").lines()
    assert words.startswith("fail  Twilio ")
    assert remedy.strip() == "-> Check the token."
    assert remedy.index("->") == words.index("answered")


def test_long_words_go_on_in_their_column() -> None:
    rows = list(warn("Mail", "word " * 40, "do " * 40).lines())
    assert len(rows) > 4
    assert all(len(row) <= 92 for row in rows)
    assert all(row.startswith(" " * 31) for row in rows[1:])


def test_the_end_counts() -> None:
    assert summary([]) == "0 ok, 0 warnings, 0 failures"
    marks = [Mark.OK, Mark.WARN, Mark.FAIL, Mark.FAIL]
    assert summary(marks) == "1 ok, 1 warning, 2 failures"
