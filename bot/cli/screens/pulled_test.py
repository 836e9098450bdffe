"""The text of a pulled test, as an author would write it: short, typed, and with the public testing module alone."""

import builtins
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from countersign import record
from pydantic import JsonValue

import workflows
from bot.cli.screens.python_text import WIDTH, Call, Name, Node, docstring, string, text_of, words
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Workflow
from workflows.engine.errors import Refused
from workflows.engine.read.pulled.views import PulledStep, PulledTurn, PulledView
from workflows.model.port import NoAnswer, SourceAnswer

MOST = 20_000
"""Characters of a test; the case of a longer one is in a file beside it."""
LONGEST = 60
"""Characters of a case's key in a file's name."""
NEVER_ASKED = "the case never came to ask a model"
"""Words of the model where the case did not ask one: the mended code gets an empty form then, and a person the case."""


@dataclass(frozen=True, kw_only=True)
class PulledTest:
    """A test, and the file beside it."""

    text: str
    beside: str | None
    """JSON with the case, where it is long."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The place where a workflow is declared."""

    variable: str
    module: str | None
    """Module from which it is imported; None where its file is loaded by its place."""
    file: Path


def named(view: PulledView) -> str:
    """Return the name of a case's test, which is a name in Python and of a file whatever the case's key is."""
    plain = unicodedata.normalize("NFKD", view.key).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST].strip("_")
    return f"test_case_{slug or view.case}"


def declared(workflow: AnyWorkflow) -> Declared:
    """Return where a workflow is declared. Raise `Refused` for one that no test can import."""
    # The settings may have put a copy into the registry.
    module_names = [getattr(effect.apply, "__module__", "") for effect in workflow.effects]
    for name in dict.fromkeys([*module_names, *sys.modules]):
        module = sys.modules.get(name)
        file = getattr(module, "__file__", None)
        for variable, value in list(vars(module).items()) if module is not None and file else ():
            is_it = isinstance(value, Workflow) and value.name == workflow.name and value.input is workflow.input
            if is_it and variable.isidentifier():
                is_loaded = name.startswith("countersign_file_")
                return Declared(variable=variable, module=None if is_loaded else name, file=Path(str(file)))
    raise Refused(f"{workflow.name} is made from options, or within a function: no test can import it")


def pulled_test(view: PulledView, workflow: AnyWorkflow, *, folder: Path | None) -> PulledTest:
    """Return the test of a case. `folder`: where it will stand; None: it is printed, and nothing stands beside it.

    Raise `Refused` where no test can import the workflow.
    """
    place = declared(workflow)
    short = _test(view, workflow, place, folder=folder, is_long=False)
    if len(short) <= MOST or folder is None:
        return PulledTest(text=short, beside=None)
    text = _test(view, workflow, place, folder=folder, is_long=True)
    return PulledTest(text=text, beside=json.dumps(_kept(view), indent=2) + "\n")


def _test(view: PulledView, workflow: AnyWorkflow, place: Declared, *, folder: Path | None, is_long: bool) -> str:
    body = _Body(view=view, workflow=workflow, place=place, folder=folder)
    lines = body.of_file_beside() if is_long else body.written_out()
    return "\n".join([docstring([*_head(view)]), "", *body.imports(), "", *lines, ""])


def _head(view: PulledView) -> Iterator[str]:
    where, said = words(view.where), words(view.said)
    failed = f"failed in {where} on {view.at:%Y-%m-%d at %H:%M} UTC"
    yield f"Case {words(view.key)} of {view.workflow} {failed}: {words(view.error)}: {said}"
    yield ""
    of_step = any(step.name == view.where and step.error == view.error for step in view.steps)
    mend = "Mend the code"
    if of_step:
        mend = f"Have the code handle what {where} raises, or mend {where} and write what it returns then in its place,"
    again = f"cause {view.cause}" if view.cause is not None else f"'#{view.case}'"
    yield f"{mend} until this is green, then run it again:"
    yield f"    countersign rerun {again}"
    if view.notes:
        yield ""
        yield "Read it before you commit it:"
        yield from (f"- {words(note, 1_000)}" for note in view.notes)


class _Body:
    """The lines of a test, with the names that they take from elsewhere."""

    def __init__(self, *, view: PulledView, workflow: AnyWorkflow, place: Declared, folder: Path | None) -> None:
        self._view = view
        self._workflow = workflow
        self._place = place
        self._folder = folder
        self._tested = {"Testbed"}
        """Names of the testing module."""
        self._errors: set[str] = set()
        """Names of Countersign's errors, and other names that authors import from it."""
        self._has_constant = False

    def imports(self) -> Iterator[str]:
        """Yield the lines of the imports, as isort orders them. Called last."""
        module = self._place.module
        if module is None or "read_case" in self._tested:
            yield "from pathlib import Path"
            yield ""
        theirs = [f"from {module} import {self._place.variable}"] if module is not None else []
        if self._errors:
            theirs += _imported("countersign", self._errors)
        theirs += _imported("countersign.testing", self._tested)
        if self._has_constant:
            theirs.append("from pydantic import JsonValue")
        yield from sorted(theirs, key=lambda line: line.split()[1])

    def written_out(self) -> list[str]:
        """Return the lines of a test that holds its case."""
        view, lines = self._view, self._loaded()
        self._tested.add("Recorded")
        record = Name(text="[]")
        if view.steps:
            lines.append(f"RECORD = {_exploded([self._recorded(one) for one in view.steps])}")
            record = Name(text="RECORD")
        if view.decision is None:
            turns = view.turns or (PulledTurn(answer=None, why_not=NEVER_ASKED),)
            says = [self._turn(turn) for turn in turns]
            before = "SAYS = "
            if len({turn.answer is None for turn in turns}) > 1:
                self._tested.add("Answer")
                before = "SAYS: list[Answer | Exception] = "
            lines.append(f"{before}{text_of(says[0] if len(says) == 1 else says, used=len(before))}")
        if not view.steps:
            self._tested.discard("Recorded")
        if view.answers:
            self._errors.add("SourceAnswer")
            lines.append(f"ANSWERS = {_exploded([_answered(one) for one in view.answers])}")
        input, constants = self._given("INPUT", view.input, "case = bed.submit()")
        decision, more = self._decision()
        return [*lines, *constants, *more, *self._function("SAYS", record.text, input, decision)]

    def of_file_beside(self) -> list[str]:
        """Return the lines of a test whose case is in the file beside it."""
        view, lines = self._view, self._loaded()
        self._tested.add("read_case")
        lines.append('CASE = read_case(Path(__file__).with_suffix(".json"))')
        decision = []
        if view.decision is not None and view.decision.values is not None:
            decision = [f"case.decide(CASE.decided, by={string(view.decision.by)})"]
        elif view.decision is not None:
            decision, _ = self._decision()
        return [*lines, *self._function("CASE.says", "CASE.record", "CASE.input", decision)]

    def _loaded(self) -> list[str]:
        place = self._place
        if place.module is not None:
            return []
        self._tested.add("workflow_in")
        file = Name(text=f"Path({string(os.path.relpath(place.file))})")
        if self._folder is not None:
            beside = os.path.relpath(place.file, self._folder.absolute())
            file = Name(text=f"Path(__file__).parent / {string(beside)}")
        loaded = Call(name="workflow_in", arguments=[(None, file), (None, self._workflow.name)])
        return [f"{place.variable} = {text_of(loaded, used=len(place.variable) + 3)}"]

    def _function(self, says: str, record: str, input: str, decision: Sequence[str]) -> list[str]:
        view, bed = self._view, [self._place.variable, says, f"record={record}"]
        if view.decision is not None:
            bed = [self._place.variable, f"record={record}", "proposes=False"]
        if view.in_order:
            bed.append("in_order=True")
        if view.answers:
            bed.append(f"answers={'ANSWERS' if record != 'CASE.record' else 'CASE.answers'}")
        ends = "case.raise_problem()"
        if view.wants_proposal:
            ends = "assert case.proposed is not None, case.why or case.problem"
        return [
            "",
            "",
            f"def {named(view)}() -> None:",
            f"    with Testbed({', '.join(bed)}) as bed:",
            f"        case = bed.submit({input})",
            *(f"        {line}" for line in decision),
            f"        {ends}",
        ]

    def _decision(self) -> tuple[list[str], list[str]]:
        """Return the lines that decide, and the constants that they use."""
        decision = self._view.decision
        if decision is None:
            return [], []
        by = f"by={string(decision.by)}"
        if decision.values is not None:
            values, constants = self._given("DECIDED", decision.values, f"case.decide(, {by})")
            return [f"case.decide({values}, {by})"], constants
        if len(text_of(decision.reason)) <= 40:
            return [f'case.reject({string(decision.reason)}, then="close", {by})'], []
        return [f'case.reject(REASON, then="close", {by})'], [_assigned("REASON", decision.reason)]

    def _given(self, name: str, values: Mapping[str, JsonValue], line: str) -> tuple[str, list[str]]:
        """Return values for the place of an argument, and the constant where they do not fit there."""
        plain = dict(values)
        flat = text_of(plain, used=len(line) + 8)
        if "\n" not in flat and len(flat) + len(line) + 8 <= WIDTH:
            return flat, []
        self._has_constant = True
        before = f"{name}: dict[str, JsonValue] = "
        return name, [f"{before}{text_of(plain, used=len(before))}"]

    def _recorded(self, step: PulledStep) -> Call:
        arguments: list[tuple[str | None, Node]] = [("step", step.name), ("given", dict(step.given))]
        if step.error is None:
            arguments.append(("returned", step.returned))
        else:
            arguments.append(("raised", self._raised(step.error, step.said)))
        if step.dependency is not None:
            arguments.append(("dependency", step.dependency))
        return Call(name="Recorded", arguments=arguments)

    def _raised(self, error: str, said: str) -> Node:
        """Return an error that any test can make, or its name and words."""
        kind = record.kind_of(error, self._workflow)
        is_ours = error in workflows.__all__ and getattr(workflows, error) is kind
        if not is_ours and getattr(builtins, error, None) is not kind:
            return f"{error}: {said}"
        made = record.error_of(kind, said)
        argument = made.args[0] if len(made.args) == 1 else None
        try:
            is_same = isinstance(argument, (str, int)) and str(kind(argument)) == said
        except Exception:  # noqa: BLE001  # a constructor that wants something else
            is_same = False
        if not is_same:
            return f"{error}: {said}"
        if is_ours:
            self._errors.add(error)
        return Call(name=error, arguments=[(None, argument)])

    def _turn(self, turn: PulledTurn) -> Node:
        if turn.answer is None:
            self._tested.add("ModelUnavailable")
            return Call(name="ModelUnavailable", arguments=[(None, turn.why_not)])
        answer = _seen(turn.answer)
        said = self._plainly(answer)
        if said is not None:
            self._tested.add("says")
            return said
        self._tested.add("Answer")
        arguments: list[tuple[str | None, Node]] = []
        for name, value in answer.items():
            if name != "last" or value:
                arguments.append((name, self._part(name, value)))
        return Call(name="Answer", arguments=sorted(arguments, key=lambda one: _SAID.index(str(one[0]))))

    def _plainly(self, answer: Mapping[str, JsonValue]) -> Call | None:
        """Return an answer as `says` makes it; None where it says more."""
        values, confidence = answer.get("values"), answer.get("confidence")
        plain = {name for name in answer if name != "last" or answer[name]}
        if not plain <= {"model", "values", "confidence", "evidence", "reasons"}:
            return None
        if not isinstance(values, dict) or not isinstance(confidence, dict) or {*values} != {*confidence}:
            return None
        numbers = list(confidence.values())
        if not numbers or any(one != numbers[0] or type(one) is not type(numbers[0]) for one in numbers):
            return None
        more = [(name, answer[name]) for name in ("evidence", "reasons") if name in answer]
        return Call(name="says", arguments=[(None, values), ("confidence", numbers[0]), *more])

    def _part(self, name: str, value: JsonValue) -> Node:
        if name == "reasons" and isinstance(value, list):
            return tuple(value)
        if name == "no_answer":
            self._tested.add("NoAnswer")
            return Name(text=f"NoAnswer.{NoAnswer(str(value)).name}")
        if name == "alternatives" and isinstance(value, dict):
            self._tested.add("Alternative")
            return {field: _alternatives(others) for field, others in value.items()}
        return value


_SAID = (
    "model",
    "values",
    "confidence",
    "alternatives",
    "evidence",
    "reasons",
    "unfamiliar",
    "problem",
    "no_answer",
    "raw",
    "fallback",
    "last",
)


def _answered(one: SourceAnswer) -> Call:
    return Call(name="SourceAnswer", arguments=[("question", one.question), ("answer", one.answer)])


def _seen(answer: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the parts of a model's answer that an automation can see."""
    return {name: value for name, value in answer.items() if name in _SAID and value not in (None, {}, [])}


def _alternatives(others: JsonValue) -> Node:
    return tuple(map(_alternative, others)) if isinstance(others, list) else others


def _alternative(one: JsonValue) -> Call:
    assert isinstance(one, dict)
    return Call(name="Alternative", arguments=[("value", one["value"]), ("probability", one["probability"])])


def _assigned(name: str, text: str) -> str:
    """Return the line that gives a text a name, in parentheses where it fits a line of its own only."""
    literal = text_of(text, used=len(name) + 3)
    is_one = "\n" not in literal and len(name) + 3 + len(literal) > WIDTH >= len(literal) + 4
    return f"{name} = (\n    {literal}\n)" if is_one else f"{name} = {literal}"


def _exploded(nodes: Sequence[Node]) -> str:
    """Return a list with each part on a line of its own."""
    return "\n".join(["[", *(f"    {text_of(one, at=4, used=1)}," for one in nodes), "]"])


def _imported(module: str, names: set[str]) -> list[str]:
    ordered = sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"from {module} import (\n" + "".join(f"    {name},\n" for name in ordered) + ")"]


def _kept(view: PulledView) -> dict[str, JsonValue]:
    """Return a case as `countersign.testing.read_case` reads it."""
    record: list[JsonValue] = []
    for one in view.steps:
        kept: dict[str, JsonValue] = {"step": one.name, "given": dict(one.given)}
        if one.error is None:
            kept["returned"] = one.returned
        else:
            kept["raised"] = f"{one.error}: {one.said}"
        if one.dependency is not None:
            kept["dependency"] = one.dependency
        record.append(kept)
    model: list[JsonValue] = [turn.why_not if turn.answer is None else _seen(turn.answer) for turn in view.turns]
    case: dict[str, JsonValue] = {"input": dict(view.input), "record": record, "model": model or [NEVER_ASKED]}
    if view.decision is not None and view.decision.values is not None:
        case["decided"] = dict(view.decision.values)
    if view.answers:
        case["answers"] = [{"question": one.question, "answer": one.answer} for one in view.answers]
    return case
