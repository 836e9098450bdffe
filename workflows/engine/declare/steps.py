"""`@step`: a function that touches the world.

Called on its own, in a test or a shell, it is the plain function with its contract and its limits. Called inside a run
it is journaled as well: each attempt of the step is a row, a finished attempt is recalled instead of repeated after a
crash or on a rerun, and the step is tried again after errors of a type that may pass.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from functools import update_wrapper
from typing import Any, Generic, NoReturn, ParamSpec, Protocol, TypeVar, overload

from pydantic import TypeAdapter

from workflows.engine.declare.calls import author_threads, boundary
from workflows.engine.declare.calls.backoff import Backoff
from workflows.engine.declare.calls.step_contract import Shape
from workflows.engine.declare.calls.step_limits import Limits
from workflows.engine.declare.workflow import Does, does_in
from workflows.engine.errors import BadDeclaration, InputBroken, NotConfirmed, OutputBroken, TryAgain, Undeclared
from workflows.engine.text.canonical_json import MAX_RESULT, larger_than

P = ParamSpec("P")
R = TypeVar("R")

ASK = "ask"
"""The name of the model's step."""
START = "start"
"""The name for the beginning of a run, where a step's name is expected."""
DELIVER = "deliver"
"""The name for the delivery, where a step's name is expected. The names of its steps begin with it and a slash."""
PROPOSE = "propose"
"""The part of the way on which a failure counts that came from no step, before there is anything to deliver."""
SOURCE = "ask_source"
"""The name for asking the source of a case. The names of its steps begin with it, the question's number and a slash."""

_LONGEST_SYSTEM = 100
"""Most characters in the name of a system."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")

PASSING: tuple[type[Exception], ...] = (TryAgain, NotConfirmed, ConnectionError, TimeoutError)
"""Types of errors that may be gone at the next attempt."""
Backoffs = Mapping[type[Exception], Backoff]
GRACE = 60.0
"""Seconds for which a step is still waited for after its time-out: a result that comes late is a known result."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a step, as the journal sees it."""

    name: str
    arguments: Mapping[str, object]
    tries: int
    retry_on: tuple[type[Exception], ...]
    result: TypeAdapter[Any]
    """Reader of the kept result; Any: the step's own return type."""
    invoke: Callable[[], object]
    cost: Callable[[Any], Decimal] = field(default=lambda _: Decimal(0))
    """Function from a result to its cost in US dollars; Any: the step's own return type."""
    backoff: Backoffs = field(default_factory=dict)
    """Type of error -> the backoff after it. Other types have the default backoff."""
    needs: str | None = None
    """The system that the step calls, as people call it; None: its author names none."""


class Recorder(Protocol):
    """The journal of the run that this thread works on."""

    def record(self, call: Call) -> object:
        """Make the call, or return the recorded result."""
        ...


_recorder: ContextVar[Recorder | None] = ContextVar("countersign_recorder", default=None)


@contextmanager
def recording(recorder: Recorder | None) -> Iterator[None]:
    """Journal all step calls of this thread with `recorder` for the block; None: call them plainly."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


class Step(Generic[P, R]):
    """A function whose calls inside a run are journaled."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str,
        tries: int,
        retry_on: tuple[type[Exception], ...],
        backoff: Backoffs,
        timeout: float | None,
        at_once: int | None,
        does: tuple[Does, ...] | None,
        needs: str | None,
    ) -> None:
        if not _NAME.fullmatch(name) or name in (ASK, START, DELIVER):
            raise BadDeclaration(
                f"step {name!r}: a name is up to 80 letters, digits, _, - and ., beginning with a letter or _, "
                f"and none of {ASK}, {START} and {DELIVER}"
            )
        if tries < 1:
            raise BadDeclaration(f"step {name}: tries has to be 1 or more, not {tries}")
        if needs is not None and not (needs.strip() and needs.isprintable() and len(needs) <= _LONGEST_SYSTEM):
            raise BadDeclaration(
                f"step {name}: the name of what it needs has 1 to {_LONGEST_SYSTEM} printable characters"
            )
        self.function = function
        self.name = name
        self.needs = needs
        self.tries = tries
        self.retry_on = (*retry_on, *(kind for kind in backoff if not issubclass(kind, retry_on)))
        self.backoff = backoff
        self.does = does
        """The effects of the step; None: it declares none."""
        self._timeout = timeout
        self._limits = Limits(name, timeout=timeout, at_once=at_once)
        self._shape = Shape(name, function)
        update_wrapper(self, function)

    @property
    def result(self) -> TypeAdapter[Any]:
        """Reader of a kept result; Any: the step's own return type."""
        return self._shape.result

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function: plainly outside a run, journaled inside one.

        Raise `InputBroken` before the call, `OutputBroken` after it, where its annotations are not kept to, and
        `Undeclared` in place of the call where it does what the workflow around it may not.
        """
        recorder = _recorder.get()
        bound = self._shape.bind(args, kwargs)
        if larger_than(bound.arguments, MAX_RESULT):
            # Too large even for the journal.
            raise InputBroken(f"the step {self.name} is called with more than {MAX_RESULT:,} bytes, the limit")
        try:
            boundary.check(self.name, self.does)
            self._shape.check(bound)
        except (InputBroken, Undeclared) as refused:
            if recorder is None:
                raise
            invoke: Callable[[], R] = _raising(refused)
        else:

            def invoke() -> R:
                with self._limits.kept():
                    given = self._bounded(lambda: self.function(*bound.args, **bound.kwargs), recorder)
                # Before anything reads it: it may be larger than the machine's memory.
                if larger_than(given, MAX_RESULT):
                    raise OutputBroken(
                        f"the step {self.name} gives more than {MAX_RESULT:,} bytes, the limit; have it return only "
                        "what is needed, or a reference to it"
                    )
                result: R = self._shape.checked_result(given)
                return result

        if recorder is None:
            return invoke()
        recorded: R = recorder.record(  # type: ignore[assignment]  # the journal reads it back as the return type
            Call(
                name=self.name,
                arguments=bound.arguments,
                tries=self.tries,
                retry_on=self.retry_on,
                result=self._shape.result,
                invoke=invoke,
                backoff=self.backoff,
                needs=self.needs,
            )
        )
        return recorded

    def _bounded(self, call: Callable[[], R], recorder: Recorder | None) -> R:
        """Make the call, within the step's time limit where it belongs to a run."""
        if recorder is None:
            return call()
        seconds = None if self._timeout is None else self._timeout + GRACE
        return author_threads.run(call, what=f"the step {self.name}", seconds=seconds)


def _raising(error: Exception) -> Callable[[], NoReturn]:
    """Return a call that raises this error, so that the journal records it."""

    def fail() -> NoReturn:
        raise error

    return fail


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *,
    name: str | None = None,
    tries: int = 1,
    retry_on: tuple[type[Exception], ...] = PASSING,
    backoff: Backoffs | None = None,
    timeout: float | None = None,
    at_once: int | None = None,
    does: Does | Sequence[Does] | None = None,
    needs: str | None = None,
) -> Callable[[Callable[P, R]], Step[P, R]]: ...
def step(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    tries: int = 1,
    retry_on: tuple[type[Exception], ...] = PASSING,
    backoff: Backoffs | None = None,
    timeout: float | None = None,
    at_once: int | None = None,
    does: Does | Sequence[Does] | None = None,
    needs: str | None = None,
) -> Step[P, R] | Callable[[Callable[P, R]], Step[P, R]]:
    """Make a function a step.

    `name`: what the journal calls it, by default the function's name; a run that waits over a renaming is parked.
    `tries`: how often it is attempted where the error is one of `retry_on`, with a growing, jittered backoff between.
    `backoff`: the waits after errors of a type, which is tried again too: `{TryAgain: Backoff(first=2, longest=30)}`.
    What a `TryAgain` asks for is waited as well, up to a minute. In a delivery an unknown outcome is not tried again
    here: where the target knows our key the whole delivery is, and elsewhere nothing is but what ended in `NotDone`.

    `timeout`: seconds for one attempt. No thread can be ended from outside, so this is a deadline for whoever looks:
    `countersign.tools.http` does, and raises `TryAgain` where nothing was sent and `OutcomeUnknown` where it may have
    been done; your own waiting can ask `countersign.tools.deadlines.seconds_left()`. Code that does neither goes on;
    what it returns within another minute is kept, since then it is known. After that it is given up, and the run stops;
    a step without a time-out is given up after the `code` of its workflow's `TimeLimits`. Threads that you start do not
    know the deadline.
    `at_once`: how many calls of it this process makes at a time. More wait for one to end, at most for `timeout`, and
    then raise `TryAgain`.
    `does`: what it does in the world, one or several; held against what the workflow that calls it may do. Left out, it
    retrieves, and in a delivery does what that one does.
    `needs`: the system that it calls, as people call it: how its calls go is counted under that name. Left out, only
    what `countersign.tools.http` asks is counted, under the names of its clients.

    Arguments and result are held against the annotations, by pydantic, in a run and outside. They have to be what
    pydantic can write as JSON and read back as it was, 4 MiB at most. Raise `BadDeclaration` for fewer than one try,
    limits that are none, or a word of `does` that is none.
    """

    def decorate(function: Callable[P, R]) -> Step[P, R]:
        called = function.__name__ if name is None else name
        return Step(
            function,
            name=called,
            tries=tries,
            retry_on=retry_on,
            backoff=dict(backoff or {}),
            timeout=timeout,
            at_once=at_once,
            does=does_in(f"step {called}", does) if does is not None else None,
            needs=needs,
        )

    return decorate if function is None else decorate(function)
