"""Terms are the same wherever the code and the settings are, and others as soon as what is done differs."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from tests.sample import Desk, sample_workflow
from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.workflow import Workflow
from workflows.engine.declare.workflow_files import in_file
from workflows.engine.text.canonical_json import content_hash

SOURCE = '''
from pydantic import BaseModel
from countersign import Autonomy, Proposal, Review, Run, Workflow, step

LIMIT = 100
WORDS = {"lawyer", "court", "judge", "claim", "sue"}

class Thing(BaseModel):
    """A thing."""
    id: int
    text: str = ""

class Answer(BaseModel):
    yes: bool

things = Workflow(name="things", decision="Yes?", owner="U0", input=Thing, output=Answer,
                  key=lambda thing: str(thing.id), autonomy=Autonomy.floor(0.9), scope=lambda thing: thing.id > 0)

def mentions(text):
    return any(word in text for word in WORDS)

@things.never("sort a lawyer's letter")
def is_legal(thing, answer):
    return mentions(thing.text) or thing.id > LIMIT

@things.check("it is short", fields=("yes",), cap=0.5)
def is_short(thing, answer):
    return len(thing.text) < 10

@step
def send(key):
    return "sent"

@things.deliver(target="the desk")
def deliver(answer, run):
    return send(run.key)
'''
PRINT = """
import sys
from pathlib import Path
from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.declare.workflow_files import in_file
from workflows.engine.text.canonical_json import content_hash
(workflow,) = in_file(Path(sys.argv[1]))
print(terms_of(workflow, prompt=None, answering=Answering(models=["one"])).version)
"""


def parts_of(folder: Path, source: str = SOURCE) -> Mapping[str, Any]:  # Any: each part has its own form
    # A file of its own for each: the lines of one that was changed within a moment may be those of before.
    place = folder / content_hash(source)[:12]
    place.mkdir(exist_ok=True)
    file = place / "things.py"
    file.write_text(source)
    (workflow,) = in_file(file)
    return terms_of(workflow, prompt=None, answering=Answering(models=["one"])).parts


def changed(folder: Path, *swaps: tuple[str, str]) -> set[str]:
    """Return the parts that change where the source does."""
    source = SOURCE
    for old, new in swaps:
        assert old in source
        source = source.replace(old, new)
    before, after = parts_of(folder), parts_of(folder, source)
    return {name for name in before if before[name] != after[name]}


def test_processes_with_other_seeds_and_places_have_the_same_terms(tmp_path: Path) -> None:
    versions = set()
    for seed in ("1", "2"):
        folder = tmp_path / seed / "elsewhere"
        folder.mkdir(parents=True)
        file = folder / "things.py"
        file.write_text(SOURCE)
        env = {**os.environ, "PYTHONHASHSEED": seed}
        made = subprocess.run(
            [sys.executable, "-c", PRINT, str(file)], env=env, capture_output=True, text=True, check=True
        )
        versions.add(made.stdout.strip())
    (version,) = versions
    assert len(version) == 64


def test_the_code_of_a_rule_is_all_that_its_author_wrote_for_it(tmp_path: Path) -> None:
    assert changed(tmp_path, ("LIMIT = 100", "LIMIT = 90")) == {"nevers", "code"}
    assert changed(tmp_path, ('"sue"}', '"sues"}')) == {"nevers", "code"}
    assert changed(tmp_path, ("word in text for", "word in text.lower() for")) == {"nevers", "code"}
    assert changed(tmp_path, ("thing.id > 0", "thing.id > 1")) == {"scope", "code"}
    assert changed(tmp_path, ("< 10", "< 20")) == {"checks", "code"}
    assert changed(tmp_path, ('return "sent"', 'return "sent it"')) == {"delivery", "code"}


def test_comments_and_what_a_decorator_says_are_no_code(tmp_path: Path) -> None:
    assert changed(tmp_path, ("def is_short(", "# short\ndef is_short(")) == {"code"}
    assert changed(tmp_path, ("cap=0.5", "cap=0.4")) == {"checks", "code"}
    before, after = parts_of(tmp_path), parts_of(tmp_path, SOURCE.replace("cap=0.5", "cap=0.4"))
    assert before["checks"][0]["code"] == after["checks"][0]["code"]


def test_words_of_a_form_change_none_of_the_values_that_it_takes(tmp_path: Path) -> None:
    assert changed(tmp_path, ("    yes: bool", '    """An answer."""\n    yes: bool')) == {"output", "code"}
    assert changed(tmp_path, ("    yes: bool", "    yes: bool | None")) == {"output", "values", "code"}


def test_terms_are_plain_values_and_hashes() -> None:
    def terms(workflow: Workflow[Any, Any], *models: str) -> Mapping[str, JsonValue]:
        return terms_of(workflow, prompt=None, answering=Answering(models=models)).parts

    one = terms(sample_workflow(Desk(), autonomy=Autonomy.floor(0.9)), "a")
    two = terms(sample_workflow(Desk(), autonomy=Autonomy.floor(0.8)), "b")
    assert {name: (one[name], two[name]) for name in one if one[name] != two[name]} == {
        "floor": (0.9, 0.8),
        "model": (["a"], ["b"]),
    }
    assert one["delivery"] != one["rejection"]
    # What the desk remembers is no code.
    desk = Desk()
    workflow = sample_workflow(desk, autonomy=Autonomy.floor(0.9))
    desk.looked_up.append(1)
    assert terms(workflow, "a") == one


def test_a_promise_is_a_term_and_what_was_earned_is_none(tmp_path: Path) -> None:
    assert "promise" not in parts_of(tmp_path)
    parts = parts_of(tmp_path, SOURCE.replace("Autonomy.floor(0.9)", "Autonomy.earned(begin='shadow')"))
    assert parts["promise"] == {"wrong": 0.05, "sure": 0.9, "begin": "shadow", "veto": None, "by itself": False}
    assert parts["floor"] is None


def test_how_documents_are_given_is_a_term_only_where_there_are_documents(tmp_path: Path) -> None:
    """So the terms of a workflow without any stay what they were."""
    assert "documents" not in parts_of(tmp_path)
    held = SOURCE.replace("import Autonomy,", "import Autonomy, Document,").replace(
        'text: str = ""', 'text: str = ""\n    letter: Document | None = None'
    )
    shown = held.replace('owner="U0",', 'owner="U0", documents="pages",')
    assert parts_of(tmp_path, held)["documents"] == "text"
    assert parts_of(tmp_path, shown)["documents"] == "pages"
    before, after = parts_of(tmp_path, held), parts_of(tmp_path, shown)
    assert {name for name in before if before[name] != after[name]} == {"documents", "code"}


def test_what_a_case_may_lack_is_a_term_only_where_it_is_declared(tmp_path: Path) -> None:
    """So the terms of a workflow without it stay what they were. A function that it calls counts."""
    lacking = (
        SOURCE
        + """
@things.missing
def lacks(thing):
    return ["a photo"] if mentions(thing.text) else []
"""
    )
    before, after = parts_of(tmp_path), parts_of(tmp_path, lacking)
    assert "missing" not in before
    other = parts_of(tmp_path, lacking.replace("any(word", "all(word"))
    assert after["missing"] != other["missing"]
