"""Text for Slack: nothing in it pings, hides or links, and whatever is cut is said to be."""

import html
import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.slack.blocks.parts.rich_text import as_written, is_user, narrowed, person, words
from handlers.slack.blocks.parts.text import escaped, parts
from handlers.texts.plain import excerpt, in_words, without_first_line
from tests.unit.handlers.cases import longer, texts
from tests.unit.handlers.slack import hidden
from workflows.engine.text.sanitize import one_line, sanitize

lengths = st.integers(1, 700)


@given(texts, lengths)
@example("&<>" * 10, 7)
def test_escaped_text_has_no_markup_and_no_broken_entity(text: str, length: int) -> None:
    made = escaped(text, length)
    assert len(made) <= length
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", made)
    assert not hidden(made)
    assert "\n" not in made
    assert one_line(text, length).startswith(html.unescape(made).removesuffix("…"))


@given(texts, st.integers(10, 700))
def test_escaped_text_says_where_it_was_cut(text: str, length: int) -> None:
    made = html.unescape(escaped(text, length))
    assert made == one_line(text, 10**6) or made.endswith("…")


def test_escaped_text_that_grows_too_long_says_where_it_was_cut() -> None:
    """Each `<` becomes four characters, so that a text that fits before it is escaped may not after."""
    assert escaped("<" * 40, 100).endswith("…")


@pytest.mark.slow
@given(longer, lengths)
def test_an_excerpt_is_the_whole_or_says_how_much_more_there_is(text: str, length: int) -> None:
    whole, made = sanitize(text).strip(), excerpt(text, length)
    if made != whole:
        shown, more = made.removesuffix("s").removesuffix(" more character").rsplit(" … and ", 1)
        assert whole.startswith(shown)
        assert len(shown) <= length
        assert len(shown) + int(more.replace(",", "")) == len(whole)
    else:
        assert len(whole) <= length


def test_an_excerpt_counts_one_character_as_one() -> None:
    assert excerpt("abc", 2) == "ab … and 1 more character"


@given(texts, st.integers(1, 50))
def test_the_parts_of_a_text_join_to_the_same_text(text: str, length: int) -> None:
    made = parts(text, length)
    assert "".join(made) == text
    assert made
    assert all(len(part) <= length for part in made)
    assert all(made) or made == [""]


@given(st.text(st.sampled_from("ab \n"), max_size=200), st.integers(4, 20))
def test_no_part_begins_or_ends_with_a_space_where_that_can_be_helped(text: str, length: int) -> None:
    made = parts(text, length)
    for before, after in pairwise(made):
        if before[-1].isspace() or after[0].isspace():
            assert len(before) == length
            tried = text[text.index(before + after) :][: length + 1]
            cuts = range(length // 2 + 1, length + 1)
            assert all(tried[cut - 1].isspace() or tried[cut].isspace() for cut in cuts)


@given(texts, texts)
def test_a_first_line_is_left_out_only_where_it_stands_above(text: str, line: str) -> None:
    whole = f"{line}\n{text}"
    kept = without_first_line(whole, line)
    assert kept == whole or whole.endswith(kept)
    assert kept.strip() or not whole.strip()
    lost = whole.removesuffix(kept).strip()
    assert lost in ("", line.strip())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Subject\nbody", "body"),
        ("Subject", "Subject"),
        ("Subject\n \n", "Subject\n \n"),
        ("\n\n Subject \r\nbody", "body"),
        ("Other\nSubject\nbody", "Other\nSubject\nbody"),
        ("Subject and more\nbody", "Subject and more\nbody"),
    ],
)
def test_a_subject_is_not_said_twice_and_a_text_is_never_emptied(text: str, kept: str) -> None:
    assert without_first_line(text, "Subject") == kept


@given(longer)
def test_what_is_shown_has_nothing_that_hides(text: str) -> None:
    assert not hidden(sanitize(text))
    assert not hidden(one_line(text, 150))
    assert len(one_line(text, 150)) <= 150
    assert words(text)["text"]


@pytest.mark.parametrize("text", ["one\r\ntwo\r\n", "one\ttwo"], ids=["line ends of an e-mail", "tab"])
def test_the_space_of_an_ordinary_text_is_not_shown_as_an_escape(text: str) -> None:
    """An e-mail's lines end with a carriage return, and a table's columns with a tab."""
    assert "\\u" not in sanitize(text)


@pytest.mark.parametrize("by", ["U0ANA", "W012ABCDEF"])
def test_a_slack_user_is_named_by_slack(by: str) -> None:
    assert person(by) == {"type": "user", "user_id": by}


@pytest.mark.parametrize("by", ["cli:ana", "alone", "system", "", "<@U0ANA>", "U0ANA>", "u0ana", "ÜA", "S0ENG"])
def test_anybody_else_is_named_as_recorded_and_pings_nobody(by: str) -> None:
    assert not is_user(by)
    assert person(by) == {"type": "text", "text": by or "–"}


def test_a_time_is_told_in_utc_whatever_zone_it_came_in() -> None:
    late = datetime(2026, 3, 1, 1, 15, tzinfo=timezone(timedelta(hours=3)))
    assert in_words(late) == "2026-02-28 22:15 UTC"
    assert in_words(late.astimezone(UTC)) == "2026-02-28 22:15 UTC"


def test_a_text_laid_out_in_columns_keeps_them_and_another_is_quoted() -> None:
    table = "Pos  Article          Amount\n 1   Kettle            41.50\n     Total             41.50"
    assert as_written(table, most=500)["type"] == "rich_text_preformatted"
    cut = as_written(f"{table}\nTo be paid at once", most=len(table))
    assert cut["elements"] == [words(f"{table}\n… and 19 more characters")]
    assert narrowed(table) == "Pos  Article   Amount\n1   Kettle   41.50\nTotal   41.50"
    assert as_written("Hello,\n\nwhere is my parcel?   Thanks\nAnn", most=500)["type"] == "rich_text_quote"
    assert as_written("      a\n      b\n      c", most=500)["type"] == "rich_text_quote"
