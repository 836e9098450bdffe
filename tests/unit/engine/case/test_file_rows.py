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

from workflows.engine.case.files import rows as file_rows
from workflows.engine.case.files.rows import Reading, Row, columns, read_rows
from workflows.engine.errors import InvalidInput

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
    assert problems(found) == {2: "1 value for 2 columns (id, text)", 3: "3 values for 2 columns (id, text)"}
    assert all(not row.values for row in found if row.problem)


def test_a_blank_line_is_no_row(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", "id,text\n\n1,a\n\n\n2,b\n")
    assert [(row.number, row.line, row.problem) for row in found] == [(1, 3, None), (2, 6, None)]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.csv", BOM + "id,text\n1,a\n")) == [{"id": "1", "text": "a"}]


def test_bytes_that_are_no_utf_8_spoil_their_row_only(tmp_path: Path) -> None:
    """Nothing is replaced silently, and the way on is told."""
    found = read(tmp_path, "a.csv", b"id,text\n1,Gr\xfc\xdfe\n2,Gr\xc3\xbc\xc3\x9fe\n")
    assert good(found) == [{"id": "2", "text": "Grüße"}]
    assert problems(found)[1].startswith("text: is not valid UTF-8: byte 0xFC. If a Windows program wrote the file")
    assert problems(found)[1].endswith("say --encoding cp1252")


def test_a_quote_inside_of_a_field_is_told_and_the_next_row_goes_on(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'id,text\n1,"a"b\n2,c\n')
    assert good(found) == [{"id": "2", "text": "c"}]
    assert problems(found)[1].startswith("not readable as CSV: ")


def test_a_quote_that_is_never_closed_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", 'id,text\n1,a\n2,"b\n3,c\n')
    assert good(found) == [{"id": "1", "text": "a"}, {"id": "3", "text": "c"}]
    assert problems(found) == {2: "a quote is opened in it and not closed"}


def test_a_quote_that_is_never_closed_does_not_read_the_whole_file_into_one_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_rows, "MAX_FIELD", 1_000)
    lines = "".join(f"{number},fine\n" for number in range(500))
    found = read(tmp_path, "a.csv", f'id,text\n1,"open\n{lines}')
    assert problems(found) == {1: "a quote is opened in it and not closed"}
    assert len(good(found)) == 500


def test_a_nul_is_handed_on_for_intake_to_refuse(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.csv", "id,text\n1,a\0b\n2,c\n")) == [
        {"id": "1", "text": "a\0b"},
        {"id": "2", "text": "c"},
    ]


@pytest.mark.parametrize("content", ["", "\n1,a\n", "id,id\n1,a\n", ",\n"])
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
        ('{"id": NaN}', "not readable as JSON: NaN is not a JSON number"),
        ('{"id": -Infinity}', "not readable as JSON: -Infinity is not a JSON number"),
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
    assert good(found) == [{"text": "fine"}]
    assert problems(found)[1].startswith("is not valid UTF-8: byte 0xFF")


def test_separators_that_are_no_line_ends_stay_in_their_line(tmp_path: Path) -> None:
    assert good(read(tmp_path, "a.jsonl", '{"text": "a\u2028b\x85c"}\n')) == [{"text": "a\u2028b\x85c"}]


def test_a_line_of_a_megabyte_is_fine(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    assert good(read(tmp_path, "a.jsonl", json.dumps({"text": long}))) == [{"text": long}]


def test_a_line_that_is_too_long_is_one_bad_row_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_rows, "MAX_LINE", 10_000)
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
    monkeypatch.setattr(file_rows, "MAX_LINE", 101)
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
    with pytest.raises(InvalidInput, match=r"only \.csv, \.tsv, \.jsonl, \.ndjson and \.json files are read"):
        read(tmp_path, name, "id\n1\n")


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    """A file of any length takes the memory of one row."""
    path = write(tmp_path, "a.csv", "id,text\n" + f"1,{'x' * 200}\n" * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in read_rows(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    # Other threads of the process may take some meanwhile; the file has four million.
    assert peak < 1_000_000


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


# Exports as they are

TEXT = Reading(fields=("id", "text"))


def wanted(folder: Path, name: str, content: str | bytes, reading: Reading = TEXT) -> list[Row]:
    return list(read_rows(write(folder, name, content), reading))


ROW = [{"id": "1", "text": "Grüße, wo?"}]


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("semicolons", "id;text\n1;Grüße, wo?\n", "utf-8"),
        ("tabs", "id\ttext\n1\tGrüße, wo?\n", "utf-8"),
        ("strokes", "id|text\n1|Grüße, wo?\n", "utf-8"),
        ("a first line that says it", "sep=;\r\nid;text\r\n1;Grüße, wo?\r\n", "utf-8-sig"),
        ("one that says tabs", "sep=\t\nid\ttext\n1\tGrüße, wo?\n", "utf-8"),
        ("Excel's Unicode text", "id\ttext\r\n1\tGrüße, wo?\r\n", "utf-16"),
        ("UTF-16 without a mark", "id;text\n1;Grüße, wo?\n", "utf-16-le"),
        ("the other way round", "id;text\n1;Grüße, wo?\n", "utf-16-be"),
        ("UTF-32", "id;text\n1;Grüße, wo?\n", "utf-32"),
        ("large letters", 'ID,Text\n1,"Grüße, wo?"\n', "utf-8"),
        ("spaces around", ' id , Text \n1,"Grüße, wo?"\n', "utf-8"),
        ("other columns", 'a;b,id,a;b,text,,,\nx,1,y,"Grüße, wo?",z,,\n', "utf-8"),
        ("an index", ',id,text\n0,1,"Grüße, wo?"\n', "utf-8"),
        ("columns there twice", 'Sprint,id,Sprint,text,Sprint\nx,1,y,"Grüße, wo?",z\n', "utf-8"),
        ("empty cells behind", 'id,text\n1,"Grüße, wo?",,,\n,\n', "utf-8"),
        ("a header over two lines", 'id,"other\nthing",text\n1,x,"Grüße, wo?"\n', "utf-8"),
    ],
)
def test_a_table_is_read_as_it_is_exported(tmp_path: Path, name: str, content: str, encoding: str) -> None:
    assert good(wanted(tmp_path, "a.csv", content.encode(encoding))) == ROW, name
    assert good(wanted(tmp_path, "a.tsv", content.encode(encoding))) == ROW, name


def test_a_file_in_windows_own_encoding_is_read_once_that_is_said(tmp_path: Path) -> None:
    content = "id;text\n1;Grüße, wo?\n".encode("cp1252")
    assert "say --encoding cp1252" in problems(wanted(tmp_path, "a.csv", content))[1]
    reading = Reading(fields=("id", "text"), encoding="cp1252")
    assert good(wanted(tmp_path, "a.csv", content, reading)) == ROW


def test_a_column_that_is_there_twice_is_asked_about_where_it_is_wanted(tmp_path: Path) -> None:
    content = "id,Text,TEXT\n1,a,b\n"
    with pytest.raises(
        InvalidInput, match=r"which column is text, Text \(#2\) or TEXT \(#3\)\? Say --map 'text=#2' or"
    ):
        wanted(tmp_path, "a.csv", content)
    for said, text in (("#3", "b"), ("TEXT", "b"), ("Text", "a")):
        reading = Reading(fields=("id", "text"), named={"text": said})
        assert good(wanted(tmp_path, "a.csv", content, reading)) == [{"id": "1", "text": text}]
    assert good(wanted(tmp_path, "a.csv", "id,Text,text\n1,a,b\n")) == [{"id": "1", "text": "b"}], "the exact one"


def test_a_column_of_another_name_is_taken_where_it_is_said(tmp_path: Path) -> None:
    reading = Reading(fields=("id", "text"), named={"text": "beschreibung", "id": "Nr."})
    assert good(wanted(tmp_path, "a.csv", "Nr.;text;Beschreibung\n1;x;a\n", reading)) == [{"id": "1", "text": "a"}]
    assert good(wanted(tmp_path, "a.jsonl", '{"Nr.": 1, "Beschreibung": "a"}\n', reading)) == [{"id": 1, "text": "a"}]
    with pytest.raises(InvalidInput, match=r"there is no column Nr\. for id; there are: id, text"):
        wanted(tmp_path, "b.csv", "id,text\n1,a\n", reading)


@pytest.mark.parametrize("number", ["1.23457E+14", "1,23457E+14", "1E+12"])
def test_a_number_that_a_spreadsheet_shortened_is_told(tmp_path: Path, number: str) -> None:
    found = wanted(tmp_path, "a.csv", f"id;text\n{number};a\n2;b\n")
    assert good(found) == [{"id": "2", "text": "b"}]
    assert problems(found)[1].startswith(f"id: {number} is a number that a spreadsheet shortened")
    reading = Reading(fields=("id", "text"), floats=frozenset(["id"]))
    assert len(good(wanted(tmp_path, "a.csv", f"id;text\n{number};a\n", reading))) == 1


def test_a_quote_that_is_closed_by_that_of_a_later_row_costs_its_own_row_only(tmp_path: Path) -> None:
    found = wanted(tmp_path, "a.csv", 'id,text\n1,"a\n2,b\n3,"c"\n4,d\n')
    assert good(found) == [{"id": "2", "text": "b"}, {"id": "3", "text": "c"}, {"id": "4", "text": "d"}]
    assert [(row.number, row.line) for row in found] == [(1, 2), (2, 3), (3, 4), (4, 5)]


def test_a_line_of_a_table_that_is_too_long_is_one_bad_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_rows, "MAX_LINE", 10_000)
    found = wanted(tmp_path, "a.csv", f"id,text\n1,{'x' * 100_000}\n2,b\n")
    assert good(found) == [{"id": "2", "text": "b"}]
    assert problems(found) == {1: "longer than 10,000 characters"}


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]',
        '[\n  {\n    "Id": 1,\n    "Text": "a"\n  },\n  {"id": 2, "text": "b"}\n]\n',
        '{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n',
        '{"id": 1,\n "text": "a"} {"id": 2, "text": "b"}',
    ],
)
def test_an_array_of_objects_is_read_and_so_are_objects_one_after_the_other(tmp_path: Path, content: str) -> None:
    assert good(wanted(tmp_path, "a.json", content)) == [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]


def test_what_is_wrong_in_an_array_is_told_with_its_number(tmp_path: Path) -> None:
    found = wanted(tmp_path, "a.json", '[{"id": 1},\n 7,\n {"id": 3, "id": 4},\n {"id": NaN},\n {"id": 5}\n {"id": 6}]')
    assert good(found) == [{"id": 1}, {"id": 5}]
    assert problems(found) == {
        2: "not a JSON object",
        3: "the name 'id' stands in it twice",
        4: "not readable as JSON: NaN is not a JSON number",
        6: "a comma or the end of the list has to follow; nothing after it was read",
    }
    assert [row.line for row in found] == [1, 2, 3, 4, 5, 5]
    assert problems(wanted(tmp_path, "b.json", '[{"id": 1}')) == {2: "the list does not end; nothing after it was read"}
    (row,) = wanted(tmp_path, "c.json", "[{'id': 1}]")
    assert row.problem is not None
    assert row.problem.endswith("; nothing after it was read")


@pytest.mark.parametrize("line", ['{"id": 1, "id": 2}', '{"text": {"a": 1, "a": 2}}'])
def test_a_name_that_stands_twice_is_told_with_the_row(tmp_path: Path, line: str) -> None:
    """Most readers take the last one, and nobody hears of the other."""
    found = read(tmp_path, "a.jsonl", f'{line}\n{{"id": 3}}\n')
    assert good(found) == [{"id": 3}]
    assert "stands in it twice" in problems(found)[1]


def test_names_that_differ_in_case_only_are_asked_about_in_their_row(tmp_path: Path) -> None:
    found = wanted(tmp_path, "a.jsonl", '{"Id": 1, "ID": 2, "text": "a"}\n{"Id": 3, "text": "b"}\n')
    assert good(found) == [{"id": 3, "text": "b"}]
    assert problems(found)[1].startswith("which column is id, Id (#1) or ID (#2)?")


def test_an_encoding_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="latin-47: is not an encoding such as cp1252"):
        wanted(tmp_path, "a.csv", "id,text\n", Reading(encoding="latin-47"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[{"id": 1, "text": "a"},', "the list does not end"),
        ("[", "the list does not end"),
        ('[{"id": 1, "text": "a"}', "the list does not end"),
        ('[{"id": 1, "text": "a"}] [{"id": 2}]', "there is text after the end of the list"),
    ],
)
def test_a_list_that_was_cut_off_is_told_wherever_it_was_cut(tmp_path: Path, text: str, why: str) -> None:
    """The rows before it are read; that there were to be more is never silent."""
    path = tmp_path / "cut.json"
    path.write_text(text)
    rows = list(read_rows(path))
    assert rows[-1].problem is not None
    assert rows[-1].problem.startswith(why)
    assert [row.problem for row in rows[:-1]] == [None] * (len(rows) - 1)
