"""A wrong file is refused whole, with the line and the reason."""

from itertools import zip_longest
from time import perf_counter

import pytest

from routing.errors import ConfigRefused
from routing.models.validators import PHONE_REMEDY
from routing.services import config
from routing.services.config.importing import decoded
from routing.services.config.nodes import MOST_CHARACTERS, MOST_LINES
from tests.routing.services.config.files import RIGHT, line_of, with_change


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigRefused) as refusal:
        config.read(text)
    return [str(problem) for problem in refusal.value.problems]


def test_a_right_file_is_a_document_with_what_is_usual() -> None:
    document, lines = config.read(RIGHT)
    (contact,) = document["contacts"]
    assert contact["phone"] == "+12025550151"
    assert contact["email"] == ""
    (agent,) = document["agents"]
    assert agent["max_cost"] == "1.50"
    assert agent["max_seconds"] == 900
    (rule,) = document["rules"]
    assert rule["message"] == "We are closed.\nLeave a message."
    assert lines.of(("rules", 0, "calendar")) == line_of(
        RIGHT, "    calendar: Office h" + "ours\n    action"
    )


WRONG = {
    "an unknown section": (
        "numbers:\n",
        "numbrs:\n",
        "there is no section “numbrs”. Did you mean “numbers”?",
    ),
    "an unknown field": (
        "    label:",
        "    lable:",
        "there is no field “lable”. Did you mean “label”?",
    ),
    "another format": (
        "format: 1",
        "format: 2",
        "format: only 1 is known to this version.",
    ),
    "a field twice": (
        "    label: Main line",
        "    label: Main line\n    label: Other",
        "label is written twice; the first is in line 26.",
    ),
    "text for a number": (
        "weekday: 0",
        "weekday: Monday",
        "weekday: “Monday” is not a whole number.",
    ),
    "a quoted number": (
        "weekday: 0",
        'weekday: "0"',
        "weekday: “0” is not a whole number.",
    ),
    "a list for a text": (
        "label: Main line",
        "label: [a]",
        "label: one value is expected, not a list and not fields.",
    ),
    "a text for a list": (
        'numbers: ["+12025550100"]',
        'numbers: "+12025550100"',
        "numbers: a list of names is expected, each with a “-”.",
    ),
    "a time that is none": (
        "opens: 08:00",
        "opens: 25:00",
        "opens: write a time such as 08:00, not “25:00”.",
    ),
    "too many places": (
        "max_cost: 1.5",
        "max_cost: 1.555",
        "max_cost: Ensure that there are no more than 2 decimal places.",
    ),
    "not a number": (
        "max_cost: 1.5",
        "max_cost: .nan",
        "max_cost: “.nan” is not a number.",
    ),
    "infinite": ("max_cost: 1.5", "speed: 1e999", "speed: “1e999” is not a number."),
    "a number that is no number": (
        "+1 202 555 0151",
        "call me",
        f"phone: {PHONE_REMEDY}",
    ),
    "no value": (
        "label: Main line",
        "label:",
        "label: there is no value; leave the line out or write one.",
    ),
    "an alias": (
        "label: Main line",
        "label: *main",
        "*references are not read; write it out.",
    ),
    "an anchor": (
        "label: Main line",
        "label: &main Main",
        "&main: marks are not read; take it out.",
    ),
    "a type": (
        "label: Main line",
        "label: !!python/object:os.system x",
        "tag:yaml.org,2002:python/object:os.system: types are not read; take it out.",
    ),
    "a record that is none": (
        "  - name: Dana\n    phone: +1 202 555 0151\n    calendar: Office hours\n",
        "  - Dana\n",
        "fields are expected, such as “name: …”.",
    ),
    "a null character": (
        "label: Main line",
        'label: "a\\0b"',
        "label: there is a character that no text may hold.",
    ),
    "half a character": (
        "label: Main line",
        'label: "\\ud800"',
        "this is not YAML: found invalid Unicode character escape code.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_line(case: str) -> None:
    old, new, said = WRONG[case]
    text = with_change(old, new)
    assert f"Line {changed_line(text)}: {said}" in problems(text)


def changed_line(text: str) -> int:
    pairs = zip_longest(RIGHT.splitlines(), text.splitlines())
    return next(n for n, (one, other) in enumerate(pairs, 1) if one != other)


def test_a_value_that_is_needed_is_named_with_its_record() -> None:
    text = with_change("    label: Main line\n", "")
    line = line_of(text, '  - e164: "+12')
    assert problems(text) == [f"Line {line}: label is missing."]


def test_a_file_says_which_format_it_has() -> None:
    text = with_change("format: 1\n", "")
    assert problems(text) == ["Line 1: “format: 1” is missing."]


def test_every_problem_is_told_at_once() -> None:
    text = with_change("weekday: 0", "weekday: x").replace("label:", "lable:")
    assert len(problems(text)) == 3


@pytest.mark.parametrize("text", ["", "# nothing", "just text", "- a\n- b", "\x07"])
def test_what_is_no_configuration_is_refused(text: str) -> None:
    assert len(problems(text)) == 1


def test_what_is_not_yaml_names_the_line() -> None:
    (problem,) = problems("format: 1\nnumbers: [")
    assert problem.startswith("Line 3: this is not YAML:") or problem.startswith(
        "Line 2:"
    )


def test_a_second_document_is_refused() -> None:
    (problem,) = problems(f"{RIGHT}---\nformat: 1\n")
    assert "a second document begins" in problem


def test_a_bomb_of_aliases_is_refused_at_its_first_mark() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (problem,) = problems("\n".join(levels))
    assert problem == "Line 1: &a0: marks are not read; take it out."


def test_deep_nesting_is_refused_without_following_it() -> None:
    (problem,) = problems(f"numbers: {'[' * 5000}")
    assert problem == "Line 1: this is nested too deeply."


def test_a_hundred_thousand_lines_are_refused_at_once() -> None:
    text = "format: 1\nrules:\n" + "  - name: x\n" * 100_000
    began = perf_counter()
    (problem,) = problems(text)
    assert perf_counter() - began < 5
    assert problem.startswith(f"Line {MOST_LINES + 1}: the file goes on after 50,000")


def test_one_endless_line_is_refused_as_well() -> None:
    (problem,) = problems(f"format: 1\nnumbers: {'x' * MOST_CHARACTERS}")
    assert (
        problem
        == "Line 2: the file goes on after 4,000,000 characters; more is not read."
    )


def test_the_longest_file_is_read_within_bounds() -> None:
    """Wrong throughout, which is the slowest: every line is a problem."""
    text = "format: 1\nrules:\n" + "  - nmae: x\n" * (MOST_LINES - 3)
    began = perf_counter()
    assert len(problems(text)) == 50
    assert perf_counter() - began < 60


def test_what_is_not_text_names_the_line() -> None:
    with pytest.raises(ConfigRefused) as refusal:
        decoded(b"format: 1\nnumbers: \xff\xfe")
    assert refusal.value.problems[0].line == 2


def test_a_file_saved_on_windows_is_read() -> None:
    text = decoded(b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode())
    assert config.read(text)[0] == config.read(RIGHT)[0]


def test_texts_need_no_quotes() -> None:
    document, _ = config.read(with_change("label: Main line", "label: no"))
    assert document["numbers"][0]["label"] == "no"
