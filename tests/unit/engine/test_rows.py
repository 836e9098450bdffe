"""Rows of a file from outside: what cannot be read is told row by row, and the rows after it go on."""

import csv
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from workflows.engine import rows
from workflows.engine.errors import InvalidInput
from workflows.engine.rows import Row, columns, read_rows

BOM = "\ufeff"


@pytest.fixture(autouse=True)
def _csv_limit_as_before() -> Iterator[None]:
    """The limit of the csv module is the whole process's."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, name: str, content: str | bytes) -> list[Row]:
    return list(read_rows(write(folder, name, content)))


def good(found: list[Row]) -> list[dict[str, JsonValue]]:
    return [dict(row.values) for row in found if row.problem is None]


def problems(found: list[Row]) -> dict[int, str]:
    """Row number -> what is wrong with it."""
    return {row.number: row.problem for row in found if row.problem is not None}


def test_quotes_commas_and_newlines_stand_inside_of_a_field(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'id,text\n1,"He said ""no"", twice"\n2,"two\nlines"\n3,plain\n')
    assert good(found) == [
        {"id": "1", "text": 'He said "no", twice'},
        {"id": "2", "text": "two\nlines"},
        {"id": "3", "text": "plain"},
    ]
    assert [(row.number, row.line) for row in found] == [(1, 2), (2, 4), (3, 5)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_either_line_end_will_do(tmp_path: Path, end: str) -> None:
    assert good(read(tmp_path, "a.csv", end.join(["id,text", "1,a", "2,b", ""]))) == [
        {"id": "1", "text": "a"},
        {"id": "2", "text": "b"},
    ]


def test_a_row_with_another_number_of_values_is_told_and_the_next_one_goes_on(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "id,text\n1,a\n2\n3,b,c\n4,d\n")
    assert good(found) == [{"id": "1", "text": "a"}, {"id": "4", "text": "d"}]
    assert problems(found) == {2: "1 values for 2 columns (id, text)", 3: "3 values for 2 columns (id, text)"}
    assert all(not row.values for row in found if row.problem)


def test_a_blank_line_is_no_row(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "id,text\n\n1,a\n\n\n2,b\n")
    assert [(row.number, row.line, row.problem) for row in found] == [(1, 3, None), (2, 6, None)]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.csv", BOM + "id,text\n1,a\n")) == [{"id": "1", "text": "a"}]


def test_bytes_that_are_no_utf_8_spoil_their_row_only(tmp_path: Path) -> None:
    """They come as half surrogate pairs, which intake refuses; nothing is replaced silently."""
    found = read(tmp_path, "a.csv", b"id,text\n1,Gr\xfc\xdfe\n2,Gr\xc3\xbc\xc3\x9fe\n")
    assert good(found) == [{"id": "1", "text": "Gr\udcfc\udcdfe"}, {"id": "2", "text": "Grüße"}]


def test_a_quote_inside_of_a_field_is_told_and_the_next_row_goes_on(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'id,text\n1,"a"b\n2,c\n')
    assert good(found) == [{"id": "2", "text": "c"}]
    assert problems(found)[1].startswith("not readable as CSV: ")


def test_a_quote_that_is_never_closed_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'id,text\n1,a\n2,"b\n3,c\n')
    assert good(found) == [{"id": "1", "text": "a"}]
    assert problems(found) == {2: "not readable as CSV: unexpected end of data"}


def test_a_quote_that_is_never_closed_does_not_read_the_whole_file_into_one_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_FIELD", 1_000)
    lines = "".join(f"{number},fine\n" for number in range(500))
    found = read(tmp_path, "a.csv", f'id,text\n1,"open\n{lines}')
    assert "field larger than field limit" in problems(found)[1]
    assert len(good(found)) > 300


def test_a_nul_is_handed_on_for_intake_to_refuse(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.csv", "id,text\n1,a\0b\n2,c\n")) == [
        {"id": "1", "text": "a\0b"},
        {"id": "2", "text": "c"},
    ]


@pytest.mark.parametrize("content", ["", "\n1,a\n", "id,id\n1,a\n", "id,\n1,a\n", ",\n"])
def test_a_file_without_a_usable_header_is_refused_whole(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidInput, match="the first line has to name each column once"):
        read(tmp_path, "a.csv", content)


def test_a_header_that_cannot_be_read_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="the header cannot be read"):
        read(tmp_path, "a.csv", 'id,"text\n1,a\n')


def test_a_field_of_a_megabyte_is_fine(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    assert good(read(tmp_path, "a.csv", f"id,text\n1,{long}\n")) == [{"id": "1", "text": long}]


def test_a_formula_is_text_like_any_other(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.csv", 'id,text\n1,"=HYPERLINK(""x"")"\n')) == [{"id": "1", "text": '=HYPERLINK("x")'}]


def test_each_line_is_a_row(tmp_path: Path) -> None:
    found = read(tmp_path, "a.jsonl", '{"id": 1, "text": "a"}\n\n  \n{"id": 2}')
    assert good(found) == [{"id": 1, "text": "a"}, {"id": 2}]
    assert [(row.number, row.line) for row in found] == [(1, 1), (2, 4)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("garbage", "not readable as JSON: Expecting value"),
        ('{"id": 1', "not readable as JSON: Expecting ',' delimiter"),
        ('{"id": 1} {"id": 2}', "not readable as JSON: Extra data"),
        ("{'id': 1}", "not readable as JSON: Expecting property name"),
        ('{"id": NaN}', "not readable as JSON: NaN is no JSON number"),
        ('{"id": -Infinity}', "not readable as JSON: -Infinity is no JSON number"),
        ('{"id": ' + "9" * 5_000 + "}", "not readable as JSON: Exceeds the limit"),
        ("[1, 2]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("null", "not a JSON object"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deep"),
        ("\0", "not readable as JSON"),
        ("\ufeff{}", "not readable as JSON"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_line_that_is_no_object_is_told_and_the_next_one_goes_on(tmp_path: Path, line: str, said: str) -> None:
    found = read(tmp_path, "a.jsonl", f'{{"id": 0}}\n{line}\n{{"id": 9}}\n')
    assert good(found) == [{"id": 0}, {"id": 9}]
    assert list(problems(found)) == [2]
    assert problems(found)[2].startswith(said)


def test_what_is_wrong_is_told_briefly(tmp_path: Path) -> None:
    found = read(tmp_path, "a.jsonl", "[" * 1_000_000 + "\n")
    assert len(problems(found)[1]) < 200


def test_a_byte_order_mark_before_the_first_line_is_skipped(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.jsonl", BOM + '{"id": 1}\n')) == [{"id": 1}]


def test_bytes_that_are_no_utf_8_spoil_their_line_only(tmp_path: Path) -> None:
    found = read(tmp_path, "a.jsonl", b'{"text": "\xff"}\n{"text": "fine"}\n')
    assert good(found) == [{"text": "\udcff"}, {"text": "fine"}]


def test_separators_that_are_no_line_ends_stay_in_their_line(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.jsonl", '{"text": "a\u2028b\x85c"}\n')) == [{"text": "a\u2028b\x85c"}]


def test_a_line_of_a_megabyte_is_fine(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    assert good(read(tmp_path, "a.jsonl", json.dumps({"text": long}))) == [{"text": long}]


def test_a_line_that_is_too_long_is_one_bad_row_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_LINE", 10_000)
    path = write(tmp_path, "a.jsonl", '{"id": 0}\n' + "x" * 8_000_000 + '\n{"id": 9}\n')
    tracemalloc.start()
    found = list(read_rows(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert good(found) == [{"id": 0}, {"id": 9}]
    assert problems(found) == {2: "longer than 10,000 characters"}
    assert [row.line for row in found] == [1, 2, 3]
    assert peak < 1_000_000


@pytest.mark.parametrize("length", [99, 100, 101])
def test_the_limit_of_a_line_counts_for_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """A line that just fits is read, at the end of the file too."""
    monkeypatch.setattr(rows, "MAX_LINE", 101)
    line = json.dumps({"t": "x" * (length - 9)})
    assert len(line) == length
    expected = 1 if length <= 100 else 0
    assert len(good(read(tmp_path, "a.jsonl", f"{line}\n"))) == expected
    assert len(good(read(tmp_path, "b.jsonl", line))) == expected


def test_ndjson_is_read_the_same(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.NDJSON", '{"id": 1}\n')) == [{"id": 1}]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"a\.csv: No such file or directory"):
        list(read_rows(tmp_path / "a.csv"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InvalidInput, match=r"a\.csv: Is a directory"):
        list(read_rows(tmp_path / "a.csv"))


@pytest.mark.parametrize("name", ["a.txt", "a", "a.csv.gz", "a.xlsx", ".csv"])
def test_other_kinds_of_files_are_not_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match=r"only \.csv and \.jsonl files are read"):
        read(tmp_path, name, "id\n1\n")


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    """A file of any length takes the memory of one row."""
    path = write(tmp_path, "a.csv", "id,text\n" + f"1,{'x' * 200}\n" * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in read_rows(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 500_000


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(content=st.binary(max_size=200) | st.text('"{}[]:,\n\r\\ab1 ', max_size=60).map(str.encode))
def test_any_file_is_read_row_by_row_or_refused_whole(tmp_path: Path, name: str, content: bytes) -> None:
    try:
        found = read(tmp_path, name, content)
    except InvalidInput:
        assert name == "a.csv"
    else:
        assert [row.number for row in found] == list(range(1, len(found) + 1))
        assert all(not row.values for row in found if row.problem)


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(table=st.lists(st.tuples(cells, cells), max_size=5))
def test_what_is_written_as_csv_is_read_back(tmp_path: Path, table: list[tuple[str, str]]) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("a", "b"), *table])
    assert good(list(read_rows(path))) == [{"a": a, "b": b} for a, b in table]


def test_the_columns_of_a_csv_are_its_header(tmp_path: Path) -> None:
    assert columns(write(tmp_path, "a.csv", BOM + 'id,"text, long"\n1,a\n')) == ("id", "text, long")


def test_the_columns_of_json_lines_are_the_fields_of_the_first_row(tmp_path: Path) -> None:
    assert columns(write(tmp_path, "a.jsonl", '\n{"id": 1, "text": "a"}\n{"other": 1}\n')) == ("id", "text")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_an_empty_file_has_none(tmp_path: Path, name: str) -> None:
    assert columns(write(tmp_path, name, "")) == ()


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_that_is_not_there_has_no_columns(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="No such file or directory"):
        columns(tmp_path / name)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(content=st.binary(max_size=50))
def test_any_file_has_columns_or_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with suppress(InvalidInput):
        assert all(isinstance(column, str) for column in columns(write(tmp_path, name, content)))


def test_a_header_without_an_end_is_refused_like_any_other_bad_file(tmp_path: Path) -> None:
    csv.field_size_limit(131_072)
    with pytest.raises(InvalidInput):
        columns(write(tmp_path, "a.csv", 'id,"' + "x" * 200_000))
