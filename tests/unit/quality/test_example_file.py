"""A file of examples grows by whole lines, and what people wrote in it stays as it is."""

import json
import stat
from pathlib import Path

import pytest

from tests.unit.quality.trying import sample
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import Refused
from workflows.quality.examples.example_file import Kept, add

WORKFLOW = sample()
NEW = Example(input={"id": 7, "text": "wörds\u2028\n", "language": "en"}, output={"queue": "safety", "reply": ""})


def lines(path: Path) -> list[str]:
    return path.read_bytes().decode().split("\n")


def test_a_file_that_is_not_there_is_made_and_grows_by_one_line(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    assert add(path, WORKFLOW, NEW, replace=False).kept is Kept.ADDED
    other = Example(input={"id": 8, "text": "b"}, output=NEW.output)
    assert add(path, WORKFLOW, other, replace=False).line == 2
    first, second, end = lines(path)
    assert json.loads(first) == {"input": NEW.input, "output": NEW.output}
    assert json.loads(second)["input"] == {"id": 8, "text": "b"}
    assert end == ""
    assert [found.name for found in tmp_path.iterdir()] == ["examples.jsonl"]


def test_the_same_example_is_not_added_twice_however_it_is_written(tmp_path: Path) -> None:
    """A default left out, another order, an input as it came in: the case is the same."""
    path = tmp_path / "examples.jsonl"
    path.write_text('{"output": {"reply": "", "queue": "safety"}, "input": {"text": "wörds\\u2028\\n", "id": "7"}}\n')
    before = path.read_bytes()
    placed = add(path, WORKFLOW, NEW, replace=False)
    assert (placed.kept, placed.line) == (Kept.THERE_ALREADY, 1)
    assert path.read_bytes() == before


def test_another_answer_is_put_in_its_place_only_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    odd = '# a remark\n{"input": {"id": 7, "text": "wörds\\u2028\\n"}, "output": {"queue": "billing"}}\r\n\n{"broken'
    path.write_bytes(odd.encode())
    with pytest.raises(Refused, match=r"line 2 of .* has this input with other values; --replace"):
        add(path, WORKFLOW, NEW, replace=False)
    assert path.read_bytes() == odd.encode()
    placed = add(path, WORKFLOW, NEW, replace=True)
    assert (placed.kept, placed.line) == (Kept.REPLACED, 2)
    found = lines(path)
    assert json.loads(found[1])["output"] == NEW.output
    assert (found[0], found[2], found[3]) == ("# a remark", "", '{"broken')


def test_a_last_line_without_an_end_is_not_run_into(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    path.write_text('{"input": {"id": 1, "text": "a"}, "output": {"queue": "billing"}}')
    assert add(path, WORKFLOW, NEW, replace=False).line == 2
    assert all(json.loads(line) for line in lines(path)[:2])


def test_rights_and_links_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    real.touch()
    real.chmod(0o600)
    link.symlink_to(real)
    add(link, WORKFLOW, NEW, replace=False)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert len(lines(real)) == 2


@pytest.mark.parametrize("name", ["examples.csv", "examples", "no/such/folder.jsonl", "folder.jsonl"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(Refused):
        add(tmp_path / name, WORKFLOW, NEW, replace=False)
    assert [found.name for found in tmp_path.iterdir()] == ["folder.jsonl"]
