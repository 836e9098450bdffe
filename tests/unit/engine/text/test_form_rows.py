"""Records as rows of text: what is written is read back, and what people type is read as they mean it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.text.form_rows import split_rows, write_rows

cells = st.text(st.characters(exclude_categories=["Cs"])).map(str.strip)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), max_size=4)


@given(tables)
def test_rows_that_are_written_are_read_back(rows: list[list[str]]) -> None:
    assert split_rows(write_rows(rows)) == rows


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("", []),
        ("\n  \n", []),
        ("a|1", [["a", "1"]]),
        ("  a  |  1  \r\n\r\nb | 2", [["a", "1"], ["b", "2"]]),
        ("a \\| b | 1", [["a | b", "1"]]),
        ("C:\\\\new | 1", [["C:\\new", "1"]]),
        ("C:\\dir | 1", [["C:\\dir", "1"]]),
        ("first\\nsecond | 1", [["first\nsecond", "1"]]),
        ("ends in \\", [["ends in \\"]]),
        ("|", [["", ""]]),
    ],
)
def test_what_people_type_is_read_as_they_mean_it(typed: str, rows: list[list[str]]) -> None:
    assert split_rows(typed) == rows
