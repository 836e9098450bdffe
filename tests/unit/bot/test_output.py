"""Whatever comes from a case is shown neutralised: it cannot command the terminal, nor pass for something else."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.screens.output import moment, out, print_json, print_named, print_table, shown
from workflows.engine.text.sanitize import one_line, sanitize
from workflows.invisible import is_invisible

JOINER = "\N{ZERO WIDTH JOINER}"
ANYTHING = st.text(st.characters())
"""Any character there is, half surrogate pairs included."""


def hidden(text: str) -> set[str]:
    """The characters of a text that a terminal obeys or that nobody sees."""
    return {
        character
        for character in text
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in ("\n", JOINER)
    }


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "\\u001b[31mred\\u001b[0m"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("\x9b2J", "\\u009b2J"),
        ("a\rb", "a\\u000db"),
        ("a\bb\x7f", "a\\u0008b\\u007f"),
        ("a\tb", "a    b"),
        ("a\0b", "a\\u0000b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066left\u2069", "\\u2066left\\u2069"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028paragraph\u2029", "line\\u2028paragraph\\u2029"),
        ("half \ud83d", "half \\ud83d"),
        ("tag \U000e00800", "tag \\U000e00800"),
        ("[bold]b[/bold] [link=https://evil]x[/link]", "[bold]b[/bold] [link=https://evil]x[/link]"),
        (":bomb: :warning:", ":bomb: :warning:"),
        ("two\nlines", "two\nlines"),
        ("für 🎂 👩‍🍳 日本語", "für 🎂 👩‍🍳 日本語"),
    ],
    ids=lambda text: text.encode("ascii", "backslashreplace").decode()[:16],
)
def test_hostile_text_is_shown_as_it_is_written_and_not_obeyed(
    text: str, seen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sanitize(text) == seen
    out.print(shown(text))
    assert capsys.readouterr().out == f"{seen}\n"


@given(ANYTHING)
def test_no_text_keeps_a_character_that_a_terminal_obeys(text: str) -> None:
    assert not hidden(sanitize(text))


@given(st.text(st.characters().filter(lambda character: character == "\n" or not is_invisible(character))))
def test_a_text_without_such_characters_is_shown_unchanged(text: str) -> None:
    assert sanitize(text) == text


@given(ANYTHING, st.integers(min_value=1, max_value=80))
def test_one_line_is_one_line_and_no_longer_than_asked(text: str, length: int) -> None:
    line = one_line(text, length)
    assert len(line) <= length
    assert len(line.splitlines()) <= 1
    assert not hidden(line)


def test_a_table_keeps_every_row_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("case", "why"), [(1, "first\nsecond \x1b[2J [bold]x[/bold] :bomb:"), (22, "日本語" * 200)])
    header, first, second = capsys.readouterr().out.splitlines()
    assert header == "case  why"
    assert first == "1     first second \\u001b[2J [bold]x[/bold] :bomb:"
    assert second.startswith("22    日本語")
    assert second.endswith("…")


def test_further_lines_of_a_value_stand_below_its_first(capsys: pytest.CaptureFixture[str]) -> None:
    print_named("input text", "first\nnext                   countersign approve 2\n:bomb: [red]x[/red]")
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "input text             first"
    assert lines[1:] == [f"{' ' * 23}next                   countersign approve 2", f"{' ' * 23}:bomb: [red]x[/red]"]


def test_the_name_of_a_value_is_neutralised_too(capsys: pytest.CaptureFixture[str]) -> None:
    print_named("\x1b[2J:bomb:", "x")
    assert capsys.readouterr().out.startswith("\\u001b[2J:bomb:")


def test_a_plain_line_keeps_what_looks_like_markup_or_an_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    """Receipts and error messages are printed as lines of their own."""
    out.print(sanitize("receipt :key: [bold]b[/bold]"))
    assert capsys.readouterr().out == "receipt :key: [bold]b[/bold]\n"


def test_json_is_ascii_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"text": "\x1b[2J \u202e 🎂", "at": datetime(2026, 11, 20, 9, 0, tzinfo=UTC)})
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert "\x1b" not in printed


def test_a_time_says_its_zone() -> None:
    assert moment(datetime(2026, 11, 20, 9, 5, tzinfo=UTC)) == "2026-11-20 09:05 UTC"
