"""Segments: the groups by which a workflow's errors are compared, such as languages. Pure.

A group is kept for as long as the case's row, also once its content was removed. So it is a coarse one, of which there
are few, and no value of a single person.
"""

import dis
import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TypeVar, get_args

from pydantic import BaseModel

from workflows.engine.declare.personal import marked_fields, personal_fields
from workflows.engine.errors import BadDeclaration

MOST = 5
"""Most segments of a workflow."""
LONGEST = 60
"""Most characters of a segment's name, and of a group."""
InputT = TypeVar("InputT", bound=BaseModel)
_BESIDE = ("RESUME", "COPY_FREE_VARS", "NOP", "CACHE")
"""Instructions that say nothing of what a function returns."""


def segments_in(
    whose: str, given: Mapping[str, Callable[[InputT], str]] | None, form: type[BaseModel]
) -> dict[str, Callable[[InputT], str]]:
    """Return the segments of a declaration, by name. `form`: the input that they are found from.

    Raise `BadDeclaration` for too many, for a name that cannot be shown, for what is no function, and where a function
    is seen to return a personal field as it is.
    """
    segments = dict(given or {})
    if len(segments) > MOST:
        raise BadDeclaration(f"{whose}: it has at most {MOST} segments, not {len(segments)}")
    for name, function in segments.items():
        if not (type(name) is str and name.strip() == name and name and name.isprintable() and len(name) <= LONGEST):
            raise BadDeclaration(f"{whose}: a segment's name has 1 to {LONGEST} printable characters, not {name!r}")
        if not callable(function):
            raise BadDeclaration(f"{whose}: the segment {name} is not a function of the input")
        if is_personal(function, form):
            raise BadDeclaration(
                f"{whose}: the segment {name} returns a personal field as it is. A group outlives the case's content: "
                "return a coarse one, such as an age bracket, or leave it out"
            )
    return segments


def is_personal(function: Callable[..., object], form: type[BaseModel]) -> bool:
    """Tell whether a function is seen to return a personal field of the input as it is.

    It sees `lambda ticket: ticket.name` and `ticket.customer.name`, and nothing that is less plain.
    """
    kind: type[BaseModel] | None = form
    names = returned(function)
    for name in names:
        if kind is None or name not in kind.model_fields:
            return False
        if name in marked_fields(kind) or (name == names[-1] and name in personal_fields(kind)):
            return True
        kind = _model_in(kind.model_fields[name].annotation)
    return False


def uses_personal(function: Callable[..., object], form: type[BaseModel]) -> bool:
    """Tell whether a function names a personal field of the input, whatever it makes of it."""
    plain = inspect.unwrap(function)
    return isinstance(plain, FunctionType) and bool(personal_fields(form) & set(plain.__code__.co_names))


def returned(function: Callable[..., object]) -> tuple[str, ...]:
    """Return the attributes that lead from a function's argument to what it returns; none where it does more."""
    plain = inspect.unwrap(function)
    if not isinstance(plain, FunctionType):
        return ()
    code = [one for one in dis.get_instructions(plain) if one.opname not in _BESIDE]
    if len(code) < 3 or not code[0].opname.startswith("LOAD_FAST") or code[-1].opname != "RETURN_VALUE":
        return ()
    inner = code[1:-1]
    return tuple(str(one.argval) for one in inner) if all(one.opname == "LOAD_ATTR" for one in inner) else ()


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for inner in get_args(annotation) if (found := _model_in(inner)) is not None), None)
