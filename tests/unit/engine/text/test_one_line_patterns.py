"""Patterns of texts of one line, as authors write them."""

import pytest

from workflows.engine.text.one_line_patterns import is_of_one_line


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Za-z0-9-]{1,40}$",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^.*$",
        r"^(red|blue|dark (red|blue))$",
        r"^$|^INV-\d+$",
        r"^[^@ ]+@[^@ ]+\.[a-z]+$",
        r"^\$\d+\.\d{2}$",
        r"^[^\n]*$",
    ],
)
def test_what_has_no_room_for_a_line_break_is_one_line(pattern: str) -> None:
    assert is_of_one_line(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"[A-Z]{3}",  # anywhere in a text
        r"^Dear ",
        r"^$|INV",
        r"^Dear \w+,\s+",
        r"^[^/]+$",
        r"^(?s).*$",
        r"^(?m:a|b)$",
        "^a\nb$",
        r"^\w+\r?\n\w+$",
        r"^red|blue$",
        r"^a\$",
    ],
)
def test_what_may_hold_one_is_not(pattern: str) -> None:
    assert not is_of_one_line(pattern)
