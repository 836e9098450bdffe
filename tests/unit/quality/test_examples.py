"""A file of examples is read as suspiciously as cases are: a bad row is named with its line, and the rest goes on."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.quality.trying import sample
from workflows import InvalidInput
from workflows.quality.examples.labelled import Examples, of_list, read_file

WORKFLOW = sample()


def written(folder: Path, content: str | bytes, name: str = "examples.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def line(id: object = 1, text: object = "a", **output: object) -> str:
    return json.dumps({"input": {"id": id, "text": text}, "output": output or {"queue": "billing"}})


def read(folder: Path, content: str | bytes, name: str = "examples.jsonl") -> Examples:
    return read_file(WORKFLOW, written(folder, content, name))


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{", "not readable as JSON"),
        ("[1]", "not a JSON object"),
        ('{"input": {"id": NaN}}', "NaN is not a JSON number"),
        ("[" * 100_000, "not readable as JSON|nested too deep"),
        (line(id="seven"), "id: has to be a whole number"),
        (line(text=""), "text: has to have at least 1 character"),
        (line(text="a\0b"), "text: holds a NUL character"),
        (line(text="\ud800"), "text: is not valid UTF-8"),
        (line(text="x" * 300_000), "the limit for one input is"),
        (line(queue="nowhere"), "queue: has to be billing, delivery or safety"),
        (line(kue="billing"), "kue: is not a field of Triage; there are: queue, reply"),
        ('{"input": {"id": 1, "text": "a"}, "output": {}}', "no right answer: give the value of queue or reply"),
        ('{"id": 1, "text": "a"}', "no right answer"),
    ],
)
def test_a_row_that_will_not_do_is_named_with_its_line_and_the_rest_goes_on(tmp_path: Path, bad: str, why: str) -> None:
    found = read(tmp_path, f"{line(id=5)}\n\n{bad}\n{line(id=6)}\n")
    assert [one.input.model_dump()["id"] for one in found.labelled] == [5, 6]
    (unusable,) = found.unusable
    assert unusable.line == 3
    assert re.search(why, unusable.why), unusable.why


def test_bytes_that_are_no_text_spoil_only_their_row(tmp_path: Path) -> None:
    found = read(tmp_path, line(id=1).encode() + b'\n{"input": "\xff\xfe\x00"}\n' + line(id=2).encode())
    assert len(found.labelled) == 2
    assert [one.line for one in found.unusable] == [2]


def test_the_same_input_with_two_answers_is_named_and_with_one_answer_it_is_tried_once(tmp_path: Path) -> None:
    rows = [line(), line(), line(queue="safety"), line(id=2, queue="safety")]
    found = read(tmp_path, "\n".join(rows))
    assert len(found.labelled) == 2
    assert found.repeated == 1
    assert [(one.line, one.why) for one in found.unusable] == [(3, "it has the input of line 1 with another answer")]


def test_a_csv_and_flat_json_lines_hold_answers_beside_the_input_and_an_empty_one_is_not_known(tmp_path: Path) -> None:
    table = 'id,text,queue,reply,noise\n1,"two\nlines",billing,,x\n2,b,nowhere,,x\n3,c,,,x\n'
    found = read(tmp_path, table, "table.csv")
    (one,) = found.labelled
    assert one.truth == {"queue": "billing"}
    assert [(row.line, row.why.split(":")[0]) for row in found.unusable] == [(4, "queue"), (5, "no right answer")]
    flat = read(tmp_path, '{"id": 1, "text": "two\\nlines", "queue": "billing", "reply": null, "noise": 1}')
    assert flat.hash == found.hash


def test_a_csv_without_the_columns_that_are_needed_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no column text; it has: id, queue"):
        read(tmp_path, "id,queue\n1,billing\n", "table.csv")
    with pytest.raises(InvalidInput, match=r"no column with right answers \(queue or reply\); it has: id, text"):
        read(tmp_path, "id,text\n1,a\n", "table.csv")


def test_the_hash_is_of_the_inputs_and_answers_and_not_of_their_order(tmp_path: Path) -> None:
    first, second = line(id=1), line(id=2)
    both = read(tmp_path, f"{first}\n{second}").hash
    assert read(tmp_path, f"{second}\n{first}").hash == both
    assert read(tmp_path, first).hash != both
    assert read(tmp_path, f"{first}\n{line(id=2, queue='safety')}").hash != both


def test_no_examples_are_no_error() -> None:
    assert of_list(WORKFLOW, []).labelled == []
