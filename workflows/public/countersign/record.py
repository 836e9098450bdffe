"""The record of a case, for a test in which it goes its way again: each step answers what it answered to the case, or
raises what it raised.

`countersign pull` writes such tests. A call is known by the step's name and its arguments; of several with the same
ones, each is answered in turn, and the last one from then on. A call that the case did not make is not made for real: a
test reaches no other system, and nobody knows what it would have answered. Where calls of the record are left, the code
differs from it, and the test fails. Where none is left, the case is past what failed, and ends there.
"""

import ast
import builtins
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import FunctionType, ModuleType, TracebackType
from typing import Any, NoReturn

from pydantic import InstanceOf, JsonValue, TypeAdapter, ValidationError

from store.cases import contents, journal, runs
from store.states import StepState
from workflows.complaints import all_complaints
from workflows.engine import errors
from workflows.engine.case.journal import recalled
from workflows.engine.case.source.heard import answers_to_json
from workflows.engine.context import Context
from workflows.engine.declare.autonomy import Autonomy
from workflows.engine.declare.proposal import InputT, OutputT
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.steps import ASK, Call
from workflows.engine.declare.workflow import Workflow
from workflows.engine.declare.workflow_files import in_file
from workflows.engine.text.canonical_json import canonical, content_hash
from workflows.excerpts import shortened
from workflows.model.port import Answer, ModelUnavailable, SourceAnswer

_NOT_OWN = frozenset({"countersign", "workflows", "handlers", "store", "tenacity", "concurrent", "threading"})
"""Packages whose lines are none of the automation's."""
_DEEP = 10
"""Most errors behind an error that are looked at."""
_SHOWN = 300
"""Characters of a call that a message shows."""


class StaleRecord(AssertionError):
    """The automation calls a step otherwise than the case did, or takes another result. The message says what to do."""


class RecordOver(Exception):
    """The automation comes to a step that the case never came to. The message names it."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A call of a step that a case made, and what came of it."""

    step: str
    """The step's name; a step of the delivery has `deliver/` before it."""
    given: Mapping[str, JsonValue] = field(default_factory=dict)
    """Arguments by name, as JSON would have them."""
    returned: JsonValue = None
    raised: InstanceOf[Exception] | str | None = None
    """The error that came in place of a result; as a text, `"ShopClosed: until nine"`, where its type is the
    automation's own.
    """
    dependency: str | None = None
    """The other system that the error is about."""


class Record:
    """The calls of a case, each with what came of it."""

    def __init__(self, workflow: AnyWorkflow, calls: Sequence[Recorded]) -> None:
        self.calls = tuple(calls)
        self.stale: list[StaleRecord] = []
        """Errors of calls unlike the case's."""
        self._workflow = workflow
        self._left: dict[tuple[str, str], deque[Recorded]] = {}
        """(step, its arguments) -> what is to come of such calls."""
        for one in self.calls:
            self._left.setdefault(_known(one), deque()).append(one)
        self._last: dict[tuple[str, str], Recorded] = {}

    def in_place_of(self, name: str, call: Call) -> Call:
        """Return a call that answers as the record does. `name`: with the part of the run, as `deliver/settle`.

        The model is asked as in every test.
        """
        if name == ASK:
            return call
        known = name, canonical(call.arguments)
        if self._left.get(known):
            self._last[known] = self._left[known].popleft()
        answered = self._last.get(known)
        if answered is None and any(self._left.values()):
            return replace(call, invoke=self._fail(self._unlike(name, known[1])))
        if answered is None:
            over = f"{self._workflow.name} comes to the step {name}, as the case never did"
            return replace(call, invoke=_ending(over))
        return replace(call, invoke=lambda: self._again(answered, call))

    def keep(self, context: Context, case: int) -> None:
        """Have the journal of a new case hold these calls as finished."""
        made: Counter[str] = Counter()
        with context.database.write() as session:
            run = runs.newest(session, case, team=context.team)
            assert run is not None
            for position, call in enumerate(self.calls, start=1):
                made[call.step] += 1
                given = canonical(call.given)
                journal.add(
                    session,
                    team=context.team,
                    run_id=run.id,
                    position=position,
                    name=call.step,
                    nth=made[call.step],
                    attempt=1,
                    state=StepState.FINISHED,
                    input_hash=content_hash(given),
                    body=f'{{"input":{given},"output":{canonical(call.returned)}}}',
                    error=None,
                    started_at=context.clock(),
                    milliseconds=0.0,
                    cost=Decimal(0),
                    recalled_from=None,
                )

    def _again(self, one: Recorded, call: Call) -> object:
        if one.raised is not None:
            raise self._error(one)
        try:
            return recalled(call, canonical(one.returned))
        except ValidationError as error:
            stale = StaleRecord(
                f"the step {one.step} takes another result now than the one that is recorded: {all_complaints(error)}. "
                f"Write what it returns now: Recorded(step={one.step!r}, ..., returned=...)"
            )
            self._fail(stale)()

    def _fail(self, stale: StaleRecord) -> Callable[[], NoReturn]:
        def fail() -> NoReturn:
            self.stale.append(stale)  # the automation may catch it, and the test has to fail
            raise stale

        return fail

    def _unlike(self, name: str, given: str) -> StaleRecord:
        with_others = [canonical(one.given) for one in self.calls if one.step == name]
        how = (
            f"was called with {' or '.join(shortened(one, _SHOWN) for one in with_others)} in the case"
            if with_others
            else "was not called in the case"
        )
        return StaleRecord(
            f"{self._workflow.name} calls the step {name} with {shortened(given, _SHOWN)}, and it {how}. Where that is "
            f"right, say what it returns: Recorded(step={name!r}, given=..., returned=...), or bed.instead(...) for "
            "the step"
        )

    def _error(self, one: Recorded) -> Exception:
        if isinstance(one.raised, Exception):
            error = one.raised.with_traceback(None)
        else:
            name, _, said = (one.raised or "").partition(": ")
            error = error_of(kind_of(name, self._workflow), said)
        if one.dependency is not None:
            with suppress(AttributeError):  # a type with slots names no system
                error.dependency = one.dependency  # type: ignore[attr-defined]  # what is known of it, as our tools do
        return error


def is_over(error: BaseException | None) -> bool:
    """Tell whether an error says, or comes from one that says, that the record is over."""
    for _ in range(_DEEP):
        if error is None or isinstance(error, RecordOver):
            return error is not None
        error = error.__cause__ or error.__context__
    return False


def _ending(words: str) -> Callable[[], NoReturn]:
    def end() -> NoReturn:
        raise RecordOver(words)

    return end


def error_of(kind: type[Exception], said: str) -> Exception:
    """Return an error of this type that says this, also where its constructor wants something else."""
    argument: object = said
    if issubclass(kind, KeyError):
        with suppress(ValueError, SyntaxError):
            argument = ast.literal_eval(said)  # it shows its key as Python writes it
    with suppress(Exception):  # an author's constructor
        error = kind(argument)
        if str(error) == said:
            return error
    error = kind.__new__(kind)
    error.args = (argument,)
    return error


def kind_of(name: str, workflow: AnyWorkflow) -> type[Exception]:
    """Return the type of an error by its name; where it is not found, one of that name."""
    for names in (*_names_of(workflow), vars(errors), {"ModelUnavailable": ModelUnavailable}, vars(builtins)):
        found = names.get(name)
        if isinstance(found, type) and issubclass(found, Exception):
            return found
    return type(name, (Exception,), {})


def _names_of(workflow: AnyWorkflow) -> Iterator[Mapping[str, Any]]:  # Any: a module's names
    """Yield the names of the modules in which a workflow's functions stand, and of those that they import."""
    functions = [workflow.proposing, *(effect.apply for effect in workflow.effects)]
    modules = [function.__globals__ for function in functions if isinstance(function, FunctionType)]
    yield from modules
    yield from (vars(value) for names in modules for value in [*names.values()] if isinstance(value, ModuleType))


def own_frames(error: Exception) -> TracebackType | None:
    """Return the traceback of an error without the lines that are Countersign's; None where no others are left."""
    found, one = [], error.__traceback__
    while one is not None:
        module = str(one.tb_frame.f_globals.get("__name__"))
        if module.partition(".")[0] not in _NOT_OWN or module.startswith("workflows.library."):
            found.append(one)
        one = one.tb_next
    kept: TracebackType | None = None
    for one in reversed(found):
        kept = TracebackType(kept, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return kept


def placed(workflow: Workflow[InputT, OutputT], *, alone: bool, proposes: bool) -> Workflow[InputT, OutputT]:
    """Return a workflow as a test bed has it.

    `alone`: False: it resolves nothing alone, and delivers what one person decides at once. `proposes`: False: every
    case goes to a person with an empty form.
    """
    if alone and proposes:
        return workflow
    made = copy(workflow)
    if not alone:
        made.autonomy = Autonomy.draft()
        made.review = replace(workflow.review, grace=timedelta(0), second=())
    if not proposes:
        made.scope = _out_of_scope
    return made


def _out_of_scope(_: object) -> bool:
    return False


def keep_answers(context: Context, case: int, answers: Sequence[SourceAnswer]) -> None:
    """Have the newest run of a case begin with what its source has answered."""
    with context.database.write() as session:
        run = runs.newest(session, case, team=context.team)
        assert run is not None
        body = answers_to_json(answers)
        run.answers_id = contents.keep(session, team=context.team, case=case, kind="answers", body=body)


def workflow_in(file: Path, name: str) -> AnyWorkflow:
    """Return the workflow of this name that a Python file declares, which need not lie on the import path.

    Raise `countersign.BadDeclaration` where it cannot be loaded, and `Unknown` where it declares none of this name.
    """
    found = {workflow.name: workflow for workflow in in_file(file)}
    if name not in found:
        raise errors.Unknown(f"{file} declares no workflow {name!r}; it has {', '.join(sorted(found))}")
    return found[name]


def _known(one: Recorded) -> tuple[str, str]:
    return one.step, canonical(one.given)


@dataclass(frozen=True, kw_only=True)
class PulledCase:
    """A case in a file beside its test, since it is long."""

    input: Mapping[str, JsonValue]
    record: tuple[Recorded, ...] = ()
    model: tuple[Answer | str, ...] = ()
    """The model's answers, in order; a text: why it could not be asked."""
    decided: Mapping[str, JsonValue] = field(default_factory=dict)
    """The values that were decided."""
    answers: tuple[SourceAnswer, ...] = ()

    @property
    def says(self) -> Answer | Exception | list[Answer | Exception]:
        """The model's answers for a test bed: the one that it always gives, or one after the other."""
        turns: list[Answer | Exception] = [ModelUnavailable(one) if isinstance(one, str) else one for one in self.model]
        return turns[0] if len(turns) == 1 else turns


def read_case(file: Path) -> PulledCase:
    """Read a case from the file beside its test. Raise pydantic's `ValidationError` where it is no such file."""
    return _CASE.validate_python(json.loads(file.read_text(encoding="utf-8")))


_CASE: TypeAdapter[PulledCase] = TypeAdapter(PulledCase)
