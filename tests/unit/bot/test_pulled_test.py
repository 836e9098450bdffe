"""The text of a pulled test: whatever a case holds is data there, and it looks as an author would have written it."""

import ast
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.cli.screens.pulled_test import MOST, named, pulled_test
from tests.acceptance.test_typing import reported
from tests.unit.bot.test_python_text import TEXT, VALUES
from workflows import Proposal, Workflow
from workflows.engine.errors import Refused
from workflows.engine.read.pulled.views import PulledDecision, PulledStep, PulledTurn, PulledView
from workflows.library.support_triage.workflow import Ticket, Triage, triage
from workflows.model.port import SourceAnswer

VIEW = PulledView(
    case=7,
    key="ticket-1001",
    workflow="support-triage",
    at=datetime(2026, 11, 29, 3, 0, tzinfo=UTC),
    where="deliver/update",
    error="KeyError",
    said="'receipt'",
    cause="3f9a2c1b",
    wants_proposal=False,
    input={"id": 1001, "customer": "C-1001", "subject": "Any news?", "text": "It is late", "language": "en"},
    turns=(
        PulledTurn(
            answer={
                "model": "scripted",
                "values": {"queue": "delivery", "priority": "normal", "reply": "Hello"},
                "confidence": {"queue": 0.9, "priority": 0.9, "reply": 0.9},
                "reasons": ["it says so"],
            }
        ),
    ),
    steps=(
        PulledStep(name="last_orders", given={"customer": "C-1001"}, returned=[], error=None, said=""),
        PulledStep(
            name="deliver/update",
            given={"ticket": 1001},
            returned=None,
            error="TryAgain",
            said="the help desk is busy",
            dependency="the help desk",
        ),
    ),
    answers=(),
    in_order=False,
    decision=PulledDecision(values={"queue": "delivery"}, reason="", by="alone"),
    notes=("free text may name people in other words: text",),
    is_newest=True,
)
CALLED = {"Testbed", "Recorded", "says", "Answer", "Alternative", "ModelUnavailable", "TryAgain", "KeyError", "Path"}
CALLED |= {"SourceAnswer", "workflow_in", "read_case", "submit", "decide", "reject", "raise_problem", "with_suffix"}


def called(text: str) -> set[str]:
    """The names of all that a test calls."""
    functions = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return {node.attr if isinstance(node, ast.Attribute) else cast(ast.Name, node).id for node in functions}


def value_of(text: str, name: str) -> object:
    """The value of a constant of a test."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            assert node.value is not None
            return ast.literal_eval(node.value)
    raise AssertionError(f"there is no {name}")


def test_it_reads_as_an_author_would_have_written_it() -> None:
    assert (
        pulled_test(VIEW, triage, folder=None).text
        == '''"""Case ticket-1001 of support-triage failed in deliver/update on 2026-11-29 at 03:00
UTC: KeyError: 'receipt'

Mend the code until this is green, then run it again:
    countersign rerun cause 3f9a2c1b

Read it before you commit it:
- free text may name people in other words: text
"""

from countersign import TryAgain
from countersign.testing import Recorded, Testbed
from pydantic import JsonValue
from workflows.library.support_triage.workflow import triage

RECORD = [
    Recorded(step="last_orders", given={"customer": "C-1001"}, returned=[]),
    Recorded(
        step="deliver/update",
        given={"ticket": 1001},
        raised=TryAgain("the help desk is busy"),
        dependency="the help desk",
    ),
]
INPUT: dict[str, JsonValue] = {
    "id": 1001,
    "customer": "C-1001",
    "subject": "Any news?",
    "text": "It is late",
    "language": "en",
}


def test_case_ticket_1001() -> None:
    with Testbed(triage, record=RECORD, proposes=False) as bed:
        case = bed.submit(INPUT)
        case.decide({"queue": "delivery"}, by="alone")
        case.raise_problem()
'''
    )


OBJECTS = st.dictionaries(TEXT, VALUES, max_size=4)


@given(key=TEXT, said=TEXT, input=OBJECTS, given=OBJECTS, returned=VALUES, values=OBJECTS)
@settings(deadline=None)
def test_whatever_a_case_holds_is_data_and_nothing_of_it_runs(
    key: str,
    said: str,
    input: dict[str, JsonValue],
    given: dict[str, JsonValue],
    returned: JsonValue,
    values: dict[str, JsonValue],
) -> None:
    long: dict[str, JsonValue] = {**input, "more": "x" * 100}
    answer: dict[str, JsonValue] = {"model": said, "values": values, "confidence": {"a": returned}, "raw": said or "x"}
    view = replace(
        VIEW,
        key=key,
        where=said,
        error=said or "E",
        said=said,
        input=long,
        steps=(
            PulledStep(name="a", given=given, returned=returned, error=None, said=""),
            PulledStep(name="b", given=given, returned=None, error="KeyError", said=said, dependency=said),
        ),
        turns=(PulledTurn(answer=answer), PulledTurn(answer=None, why_not=said)),
        answers=(SourceAnswer(question=said, answer=key),),
        decision=None,
        notes=(said,),
    )
    rejected = replace(view, decision=PulledDecision(values=None, reason=said, by=said))
    decided = replace(view, decision=PulledDecision(values=long, reason="", by=said))
    for one in (view, rejected, decided):
        text = pulled_test(one, triage, folder=None).text
        text.encode("utf-8")
        compile(text, "test.py", "exec")
        assert called(text) <= CALLED
        assert value_of(text, "INPUT") == long
        (function,) = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        assert function.name == named(view)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ticket-1001", "test_case_ticket_1001"),
        ("../../etc/passwd", "test_case_etc_passwd"),
        ("a\0b\n'\"c", "test_case_a_b_c"),
        ("Größe Ä", "test_case_groe_a"),
        ("注文", "test_case_7"),
        ("x" * 300, "test_case_" + "x" * 60),
    ],
)
def test_its_name_is_safe_whatever_the_key_is(key: str, name: str) -> None:
    assert named(replace(VIEW, key=key)) == name


def test_a_long_case_is_in_the_file_beside_it(tmp_path: Path) -> None:
    long = replace(VIEW, input={**VIEW.input, "text": "x" * MOST})
    test = pulled_test(long, triage, folder=tmp_path)
    assert 'CASE = read_case(Path(__file__).with_suffix(".json"))' in test.text
    assert "with Testbed(triage, record=CASE.record, proposes=False) as bed:" in test.text
    proposing = pulled_test(replace(long, decision=None), triage, folder=tmp_path)
    assert "with Testbed(triage, CASE.says, record=CASE.record) as bed:" in proposing.text
    assert called(test.text) <= CALLED
    assert len(test.text) < 2_000
    assert test.beside is not None
    assert "x" * MOST in test.beside
    printed = pulled_test(long, triage, folder=None)
    assert printed.beside is None
    assert "x" * MOST in printed.text


def test_where_a_step_failed_it_says_that_a_mended_step_is_not_called() -> None:
    head = pulled_test(replace(VIEW, error="TryAgain"), triage, folder=None).text.replace("\n", " ")
    assert "or mend deliver/update and write what it returns then in its place" in head


def test_a_workflow_that_no_test_can_import_is_refused() -> None:
    local = Workflow(name="local", decision="?", owner="U0", input=Ticket, output=Triage, key=lambda ticket: "a")
    local.propose(lambda ticket, ask: Proposal(output=None, confidence={}))  # type: ignore[arg-type]  # never called
    with pytest.raises(Refused, match="local is made from options, or within a function: no test can import it"):
        pulled_test(VIEW, local, folder=None)


@pytest.mark.slow
def test_ruff_has_nothing_to_change_and_mypy_nothing_to_say(tmp_path: Path) -> None:
    many = replace(
        VIEW,
        input={"id": 1, "customer": 'it\'s "so"', "text": "y" * 100, "rows": [{"a": 1, "b": "z" * 70}], "none": None},
        turns=(
            PulledTurn(
                answer={
                    "model": "m",
                    "values": {"queue": "delivery"},
                    "confidence": {"queue": 0.5, "reply": None},
                    "alternatives": {"queue": [{"value": "billing", "probability": 0.25}]},
                    "problem": "it says \U0001f600 and\tnothing",
                    "no_answer": "garbage",
                }
            ),
            PulledTurn(answer=None, why_not="the provider is down " * 5),
        ),
        answers=(SourceAnswer(question="When?", answer="On the first day " * 8),),
        decision=None,
    )
    rejected = PulledDecision(values=None, reason="a reason that is too long for its line " * 2, by="U0PERSON1")
    three = replace(many, in_order=True, wants_proposal=True)
    for name, view in {"one": VIEW, "two": many, "three": three, "four": replace(many, decision=rejected)}.items():
        (tmp_path / f"test_{name}.py").write_text(pulled_test(view, triage, folder=None).text)
    ruff, wide = Path(sys.executable).with_name("ruff"), ["--line-length", "120", "test_one.py"]
    for command in (["check", "."], ["format", "--check", "."], ["format", "--check", *wide]):
        ran = subprocess.run([ruff, *command, "--isolated"], capture_output=True, text=True, cwd=tmp_path)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert reported(sorted(tmp_path.glob("*.py"))) == set()
