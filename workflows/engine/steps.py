"""`@step`: a function that touches the world.

Called on its own, in a test or a shell, it is the plain function. Called inside a run it is journaled: each attempt is
a row, a finished one is recalled instead of repeated after a crash or on a rerun, and errors of a type that may pass
are tried again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from functools import update_wrapper
from inspect import Signature, signature
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, get_type_hints, overload

from pydantic import TypeAdapter

from workflows.engine.errors import BadDeclaration, TryAgain

P = ParamSpec("P")
R = TypeVar("R")

ASK = "ask"
"""The name of the model's step."""
START = "start"
"""The name for the beginning of a run, where a step's name is asked."""
DELIVER = "deliver"
"""The name for the delivery, where a step's name is asked. The names of its steps begin with it and a slash."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")

PASSING: tuple[type[Exception], ...] = (TryAgain, ConnectionError, TimeoutError)
"""Errors that may be gone the next time."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a step, as the journal sees it."""

    name: str
    arguments: Mapping[str, object]
    tries: int
    retry_on: tuple[type[Exception], ...]
    result: TypeAdapter[Any]
    """Reads the result back; Any: it is the step's own return type."""
    invoke: Callable[[], object]
    cost: Callable[[Any], Decimal] = field(default=lambda _: Decimal(0))
    """US dollars that a result took; Any: it is the step's own return type."""


class Recorder(Protocol):
    """Whoever keeps the journal of the run that this thread is in."""

    def record(self, call: Call) -> object:
        """Make the call, or recall what came of it."""
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
        self, function: Callable[P, R], *, name: str, tries: int, retry_on: tuple[type[Exception], ...]
    ) -> None:
        if not _NAME.fullmatch(name) or name in (ASK, START, DELIVER):
            raise BadDeclaration(
                f"step {name!r}: a name is up to 80 letters, digits, _, - and ., beginning with a letter or _, "
                f"and none of {ASK}, {START} and {DELIVER}"
            )
        if tries < 1:
            raise BadDeclaration(f"step {name}: tries has to be 1 or more, not {tries}")
        self.function = function
        self.name = name
        self.tries = tries
        self.retry_on = retry_on
        self._signature: Signature | None = None
        self._result: TypeAdapter[Any] | None = None
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function: plainly outside a run, journaled inside one."""
        recorder = _recorder.get()
        if recorder is None:
            return self.function(*args, **kwargs)
        # Annotations are looked up at the first call, when names that a module defines further down exist.
        if self._signature is None or self._result is None:
            self._signature = signature(self.function)
            self._result = TypeAdapter(get_type_hints(self.function).get("return", Any))
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        result: R = recorder.record(  # type: ignore[assignment]  # the journal reads it back as the return type
            Call(
                name=self.name,
                arguments=bound.arguments,
                tries=self.tries,
                retry_on=self.retry_on,
                result=self._result,
                invoke=lambda: self.function(*args, **kwargs),
            )
        )
        return result


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *, name: str | None = None, tries: int = 1, retry_on: tuple[type[Exception], ...] = PASSING
) -> Callable[[Callable[P, R]], Step[P, R]]: ...
def step(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    tries: int = 1,
    retry_on: tuple[type[Exception], ...] = PASSING,
) -> Step[P, R] | Callable[[Callable[P, R]], Step[P, R]]:
    """Make a function a step.

    `name`: what the journal calls it, by default the function's name; a run that waits over a renaming is parked.
    `tries`: how often it is attempted where the error is one of `retry_on`, with a growing, jittered pause between.
    Its arguments and its result have to be what pydantic can write as JSON and read back by the annotated return type.
    Raise `BadDeclaration` for fewer than one try.
    """

    def decorate(function: Callable[P, R]) -> Step[P, R]:
        return Step(function, name=function.__name__ if name is None else name, tries=tries, retry_on=retry_on)

    return decorate if function is None else decorate(function)
