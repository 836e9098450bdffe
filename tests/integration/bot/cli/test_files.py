"""A file from outside is never all right: what cannot be read is reported by row, and the rest goes on."""

import json

import pytest

from tests.integration.bot.commandline import CommandLine, Said

pytestmark = pytest.mark.slow


def run(countersign: CommandLine, content: bytes | str, *options: str, name: str = "parcels.csv") -> Said:
    # No model is needed here, and none is learned.
    file = countersign.folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return countersign("run", file, "--workflow", "parcels", *options, COUNTERSIGN_MODEL="anthropic")


def taken(countersign: CommandLine) -> list[str]:
    """The keys of all cases, in the order of their rows."""
    listed = countersign.done("cases", "--limit", "10000", "--json").json()
    return [case["key"] for case in reversed(listed)]


GOOD = "id,text\n1,one\n2,two\n"


def test_every_row_becomes_a_case_and_is_worked_on(countersign: CommandLine) -> None:
    said = run(countersign, GOOD)
    assert said.code == 0
    assert taken(countersign) == ["parcel-1", "parcel-2"]
    assert list(countersign.effects()) == ["parcels/parcel-1", "parcels/parcel-2"]
    assert "resolved alone     2" in said.out


def test_a_workflow_that_asks_no_model_needs_no_examples(countersign: CommandLine) -> None:
    """Its proposals come from its own code."""
    (countersign.folder / "parcels.csv").write_text(GOOD)
    assert countersign("run", "parcels.csv", "--workflow", "parcels").code == 0
    assert list(countersign.effects()) == ["parcels/parcel-1", "parcels/parcel-2"]


MODEL_ASKED = """
from pydantic import BaseModel
from workflows import Workflow
class Thing(BaseModel):
    id: int
    text: str
class Answer(BaseModel):
    good: bool
w = Workflow(name='asks', decision='?', owner='U0', input=Thing, output=Answer, key=lambda thing: f'thing-{thing.id}')
w.deliver(lambda answer, run: 'done')
"""


def test_a_model_that_has_nothing_to_learn_from_leaves_every_row_to_people(empty: CommandLine) -> None:
    """As `doctor` says it will, and as `submit` does it."""
    (empty.folder / "asks.py").write_text(MODEL_ASKED)
    (empty.folder / "things.csv").write_text(GOOD)
    said = empty("run", "things.csv", "--workflow", "asks", COUNTERSIGN_WORKFLOWS="asks.py")
    reviews = empty.done("queue", "--json", COUNTERSIGN_WORKFLOWS="asks.py").json()
    assert [review["has_proposal"] for review in reviews] == [False, False]
    assert "there is nothing to learn Answer from" in reviews[0]["why"][0]
    assert said.code == 0


def test_an_example_that_does_not_fit_is_named_with_its_file(empty: CommandLine) -> None:
    """It is no setting."""
    (empty.folder / "asks.py").write_text(MODEL_ASKED)
    examples = [{"input": {"id": number, "text": "a word"}, "output": {"good": "yes"}} for number in range(12)]
    examples.append({"input": {"id": "thirteen", "text": "a word"}, "output": {"good": "yes"}})
    (empty.folder / "examples.jsonl").write_text("".join(f"{json.dumps(example)}\n" for example in examples))
    (empty.folder / "things.csv").write_text(GOOD)
    said = empty("run", "things.csv", "--workflow", "asks", COUNTERSIGN_WORKFLOWS="asks.py")
    told = said.out + said.err + json.dumps(empty.done("queue", "--json", COUNTERSIGN_WORKFLOWS="asks.py").json())
    assert "examples.jsonl" in told
    assert "settings" not in told


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"2", "1 value for 2 columns (id, text)"),
        (b"2,two,more", "3 values for 2 columns (id, text)"),
        (b"2,", "text: has to have at least 1 character"),
        (b"two,two", "id: has to be a whole number"),
        (b",two", "id: has to be a whole number"),
        (b"2,a\0b", "text: holds a NUL character"),
        (b"2," + b"x" * 1_000_000, "too large, the limit for one input is 262,144 bytes"),
        (b"2,caf\xe9", "text: is not valid UTF-8: byte 0xE9. If a Windows program wrote the file, say --enc"),
        (b"2,\xff\xfe\x00", "text: is not valid UTF-8"),
        (b'2,"two" and more', "not readable as CSV: ',' expected after '\"'"),
        (b"99999999999999999999999999,x" + b"y" * 262_144, "too large, the limit for one input"),
        (b"9" * 5000 + b",x", "id: "),
    ],
    ids=[
        "too few",
        "too many",
        "empty",
        "no number",
        "no key",
        "NUL",
        "1 MB",
        "latin-1",
        "UTF-16",
        "quote inside",
        "large number",
        "huge number",
    ],
)
def test_a_bad_row_is_reported_by_its_number_and_the_others_go_on(
    countersign: CommandLine, bad: bytes, why: str
) -> None:
    said = run(countersign, b"id,text\n1,one\n" + bad + b"\n3,three\n", "--json")
    assert said.code == 1
    (refusal,) = said.json()["refused"]
    assert (refusal["row"], refusal["line"]) == (2, 3)
    assert why in refusal["why"]
    assert taken(countersign) == ["parcel-1", "parcel-3"]
    assert list(countersign.effects()) == ["parcels/parcel-1", "parcels/parcel-3"]


def test_a_person_reads_of_a_bad_row_by_its_number(countersign: CommandLine) -> None:
    said = run(countersign, "id,text\n1,one\n2,\n3,three\n")
    assert "row 2 (line 3) refused: text: has to have at least 1 character" in said.out
    assert "taken in           2" in said.out
    assert "refused            1" in said.out


def test_a_quote_that_is_never_closed_is_reported_where_it_begins_and_the_other_rows_go_on(
    countersign: CommandLine,
) -> None:
    said = run(countersign, 'id,text\n1,one\n2,"two\n3,three\n4,four\n')
    assert said.code == 1
    assert taken(countersign) == ["parcel-1", "parcel-3", "parcel-4"]
    (refusal,) = [line for line in said.out.splitlines() if line.startswith("row ")]
    assert refusal == "row 2 (line 3) refused: a quote is opened in it and not closed"


def test_two_texts_under_one_id_are_told_with_their_rows_and_neither_is_taken_in(countersign: CommandLine) -> None:
    """A revision is another matter: it comes in another file, later. The same row twice is one."""
    said = run(countersign, "id,text\n1,one\n2,two\n1,another\n3,three\n3,three\n1,one\n", "--json")
    assert said.code == 1
    why = "rows 1, 3 have the key parcel-1 and different content, so none of them was taken in"
    assert [(refusal["row"], refusal["why"]) for refusal in said.json()["refused"]] == [(1, why), (3, why), (6, why)]
    assert (said.json()["taken_in"], said.json()["duplicates"]) == (2, 1)
    assert taken(countersign) == ["parcel-2", "parcel-3"]
    again = run(countersign, "id,text\n2,two anew\n", "--json").json()
    assert again["revised"] == 1


def test_columns_of_other_names_are_mapped_and_those_left_are_told(countersign: CommandLine) -> None:
    content = "Nr;Betreff;Text;Sprint;Sprint\n1;hello;x;a;b\n".encode("utf-16")
    error = run(countersign, content).error()
    assert error.endswith(
        "no column id; it has: Nr, Betreff, Text, Sprint, Sprint. If a column has another name, say --map 'id=COLUMN'"
    )
    said = run(countersign, content, "--map", "id=Nr", "--map", "text=betreff")
    assert said.code == 0
    assert "columns not used   Text, Sprint, Sprint" in said.out
    assert countersign.case("parcel-1")["runs"][0]["input"] == {"id": 1, "text": "hello"}
    assert "--map key=Nr...: is not a field" not in run(countersign, content, "--map", "key=Nr").error()


def test_a_text_may_run_over_several_lines_and_the_lines_are_counted(countersign: CommandLine) -> None:
    said = run(countersign, 'id,text\n1,"one\nand\nmore"\n2\n')
    assert "row 2 (line 5) refused" in said.out
    assert countersign.effects()["parcels/parcel-1"]["note"] == "sender of 1: one\nand\nmore"


def test_blank_lines_are_no_rows_and_a_byte_order_mark_is_no_text(countersign: CommandLine) -> None:
    assert run(countersign, b"\xef\xbb\xbfid,text\r\n\r\n1,one\r\n\r\n").code == 0
    assert taken(countersign) == ["parcel-1"]


def test_columns_in_another_order_and_columns_too_many_are_fine(countersign: CommandLine) -> None:
    assert run(countersign, "mood,text,id\nglad,one,1\n").code == 0
    assert set(countersign.case("parcel-1")["runs"][0]["input"]) == {"id", "text"}


def test_a_header_alone_takes_nothing_in(countersign: CommandLine) -> None:
    said = run(countersign, "id,text\n")
    assert said.code == 0
    assert "taken in           0" in said.out
    assert countersign.done("cases").out == "no cases\n"


def test_many_bad_rows_are_shown_in_part_and_counted_whole(countersign: CommandLine) -> None:
    content = "id,text\n" + "x,\n" * 50
    said = run(countersign, content)
    assert sum(line.startswith("row ") for line in said.out.splitlines()) == 20
    assert "... and 30 more refused; --json lists all" in said.out
    assert len(run(countersign, content, "--json").json()["refused"]) == 50


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "its first line, where the header has to stand, is empty"),
        ("\n1,one\n", "its first line, where the header has to stand, is empty"),
        ("id,words\n1,one\n", "no column text; it has: id, words"),
        ("1,one\n2,two\n", "no column id or text; it has: 1, one"),
        ("id,text,text\n1,one,two\n", "which column is text, text (#2) or text (#3)? Say --map 'text=#2' or the other"),
        (b"id,text,pr\xe9nom\n1,one\n", "the header is not valid UTF-8: byte 0xE9"),
        ('id,"text\n1,one\n2,two\n', "the header cannot be read: unexpected end of data"),
        ('id,"text' + "x" * 200_000, "the header cannot be read: unexpected end of data"),
    ],
    ids=[
        "empty",
        "blank header",
        "missing column",
        "no header",
        "a column twice",
        "latin-1",
        "open quote",
        "long",
    ],
)
def test_a_header_that_names_no_usable_columns_is_refused_in_words(
    countersign: CommandLine, content: bytes | str, why: str
) -> None:
    said = run(countersign, content)
    assert said.code == 1
    assert why in said.out + said.err
    assert countersign.done("cases").out == "no cases\n"
    for_program = run(countersign, content, "--json")
    assert for_program.code == 1
    if for_program.out:
        assert len(for_program.json()["refused"]) == 1


def test_a_file_that_cannot_be_a_table_is_refused_whole(countersign: CommandLine) -> None:
    folder = countersign.folder
    (folder / "folder.csv").mkdir()
    (folder / "sheet.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "notes").write_text("id,text\n1,one\n")
    refusals = {
        name: countersign("run", folder / name, "--workflow", "parcels").error()
        for name in ("nowhere.csv", "folder.csv", "sheet.xlsx", "notes", "nowhere.jsonl")
    }
    assert refusals == {
        "nowhere.csv": f"{folder}/nowhere.csv: No such file or directory",
        "folder.csv": "parcels takes no documents: its input has no field for one",
        "sheet.xlsx": f"{folder}/sheet.xlsx: only .csv, .tsv, .jsonl, .ndjson and .json files are read",
        "notes": f"{folder}/notes: only .csv, .tsv, .jsonl, .ndjson and .json files are read",
        "nowhere.jsonl": f"{folder}/nowhere.jsonl: No such file or directory",
    }


def test_lines_of_json_are_reported_by_row_too(countersign: CommandLine) -> None:
    lines = [
        '{"id": 1, "text": "one"}',
        "",
        "{",
        "[1]",
        '{"id": 2}',
        '{"id": NaN, "text": "x"}',
        '{"id": 3, "text": ' + "[" * 100_000,
        '{"id": 4, "text": "four"}',
    ]
    said = run(countersign, "\n".join(lines), "--json", name="parcels.jsonl")
    assert said.code == 1
    refused = {(row["row"], row["line"]): row["why"] for row in said.json()["refused"]}
    assert list(refused) == [(2, 3), (3, 4), (4, 5), (5, 6), (6, 7)]
    assert refused[3, 4] == "not a JSON object"
    assert refused[4, 5] == "text: is missing"
    assert taken(countersign) == ["parcel-1", "parcel-4"]


def test_the_first_line_of_json_names_no_columns(countersign: CommandLine) -> None:
    """Each line has its own fields."""
    said = run(countersign, '{"text": "no id"}\n{"id": 1, "text": "one"}\n', "--json", name="parcels.jsonl")
    assert [row["row"] for row in said.json()["refused"]] == [1]
    assert taken(countersign) == ["parcel-1"]


@pytest.mark.parametrize("name", ["a\nb.csv", "caf\udce9.csv", "\x1b[31m.csv", "-" + "x" * 200 + ".csv"])
def test_a_file_of_any_name_is_read_and_its_name_is_shown_neutralised(countersign: CommandLine, name: str) -> None:
    (countersign.folder / name).write_text(GOOD)
    said = countersign("run", f"./{name}", "--workflow", "parcels", COUNTERSIGN_MODEL="anthropic")
    assert said.code == 0
    told = countersign.done("case", "parcel-1").out
    assert "file " in told
    assert "\x1b" not in told
    gone = countersign("run", f"./gone-{name}", "--workflow", "parcels")
    assert "No such file or directory" in gone.error()


def test_a_file_of_several_batches_is_taken_in_whole(countersign: CommandLine) -> None:
    """Rows are taken in 200 at a time; the last ones of a batch and of the file count too."""
    rows = [f"{number},unsure" for number in range(1, 202)]
    said = run(countersign, "\n".join(["id,text", *rows]), "--json").json()
    assert (said["taken_in"], said["runs"], said["tally"]["to_review"]) == (201, 201, 201)
    assert len(countersign.lines("steps")) == 201


def test_rows_that_the_queue_has_no_room_for_are_counted_and_taken_in_by_the_same_command_later(
    countersign: CommandLine,
) -> None:
    """F57"""
    countersign.settings["COUNTERSIGN_QUEUE_LIMIT"] = "250"
    rows = "id,text\n" + "".join(f"{number},unsure\n" for number in range(1, 501))
    first = run(countersign, rows, "--json")
    assert (first.code, first.json()["taken_in"], first.json()["left_out"]) == (1, 200, 300)
    second = run(countersign, rows)
    assert "left out" in second.out
    assert "run the same command again" in second.out
    assert run(countersign, rows).code == 0
    assert len(set(taken(countersign))) == 500
