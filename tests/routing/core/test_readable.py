from routing.core.naming import sentence
from routing.core.readable import Change, Record, compare

LINE = Record("Number", "1", "Main line", {"Agent": "Front desk", "Active": "yes"})


def record(key: str, name: str, **rows: str) -> Record:
    return Record("Number", key, name, rows)


def test_equal_records_are_no_change() -> None:
    assert compare([LINE], [LINE]) == []


def test_a_changed_row_is_one_change() -> None:
    old, new = record("1", "Main", Agent="A"), record("1", "Main", Agent="B")
    assert compare([old], [new]) == [Change("Number “Main”", "Agent", "A", "B")]


def test_a_row_may_come_and_go() -> None:
    old, new = record("1", "Main", Message="x"), record("1", "Main", Agent="B")
    assert compare([old], [new]) == [
        Change("Number “Main”", "Agent", "", "B"),
        Change("Number “Main”", "Message", "x", ""),
    ]


def test_records_are_added_and_removed_whole() -> None:
    assert compare([record("1", "Old")], [record("2", "New")]) == [
        Change("Number “New”", "", "", "added"),
        Change("Number “Old”", "", "removed", ""),
    ]


def test_a_short_text_is_shown_whole() -> None:
    change = Change("x", "y", "a\nb", "a\nc")
    assert (change.old_excerpt, change.new_excerpt) == ("a\nb", "a\nc")


def test_of_a_long_text_only_what_differs_is_shown() -> None:
    lines = [f"line {n}" for n in range(20)]
    changed = [*lines[:10], "new", *lines[11:]]
    change = Change("x", "y", "\n".join(lines), "\n".join(changed))
    assert change.old_excerpt == "…\nline 9\nline 10\nline 11\n…"
    assert change.new_excerpt == "…\nline 9\nnew\nline 11\n…"


def test_a_sentence_begins_with_a_capital_but_a_name_keeps_its_own() -> None:
    assert sentence("choose one.") == "Choose one."
    assert sentence("en-US-Journey-O is wrong.") == "en-US-Journey-O is wrong."
    assert sentence("ElevenLabs is needed.") == "ElevenLabs is needed."
