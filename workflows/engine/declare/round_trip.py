"""The round trip of kept values: inputs, proposals, edits and results of steps are read back as they were kept.

A value is written as pydantic writes it, read back, and compared. A difference is refused, and the message names the
field. The engine goes on only with the value that was read back, so that the same value is delivered alone, by a person
and after a crash.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any, Generic, TypeGuard, get_args, get_type_hints

from pydantic import BaseModel, Secret, SecretBytes, SecretStr, ValidationError
from typing_extensions import is_typeddict

from workflows.complaints import WHOLE, Place, complaints
from workflows.engine.declare.calls.author_code import called
from workflows.engine.errors import AuthorFailed, Misfit
from workflows.engine.text.canonical_json import MAX_BYTES, ModelT, from_body, larger_than, to_body

_MOST = 20
"""Fields that an error names at most."""


@dataclass(frozen=True, kw_only=True)
class Kept(Generic[ModelT]):
    """A value as it is kept and as it will be read back."""

    body: str
    """Canonical JSON."""
    value: ModelT


def kept(form: type[ModelT], value: BaseModel, *, a: str = "decision", most: int = MAX_BYTES) -> Kept[ModelT]:
    """Write a value of a form and read it back. Raise `Misfit` where the value changes or is too large.

    `a`: a word for the value, used in messages. `most`: bytes of its JSON.
    """
    if larger_than(value, most):
        raise Misfit({WHOLE: f"too large, the limit for one {a} is {most:,} bytes"})
    try:
        body = called(lambda: to_body(value))
    except AuthorFailed as error:
        raise Misfit({WHOLE: f"it cannot be written as JSON: {error}"}) from error
    size = len(body.encode())
    if size > most:
        raise Misfit({WHOLE: f"{size:,} bytes, the limit for one {a} is {most:,}"})
    back = read(form, body)
    lost = losses(value, back) or _not_finite(body)
    if lost:
        raise Misfit(lost)
    return Kept(body=body, value=back)


def read(form: type[ModelT], body: str) -> ModelT:
    """Read back a kept value. Raise `Misfit` where it does not fit the form, whatever the form's validators raise."""
    return checked(lambda: from_body(form, body))


def as_shown(form: type[ModelT], body: str) -> ModelT:
    """Read a value that a person was shown, possibly in an earlier form.

    Raise `Misfit` where the form has gained, lost or changed a field since: the person did not decide about that.
    """
    value = read(form, body)
    now, then = called(lambda: to_body(value)), body
    if now == then:
        return value
    shown, present = json.loads(then), json.loads(now)
    if not isinstance(shown, dict) or not isinstance(present, dict):
        raise Misfit({WHOLE: "has another form now"})
    found = {name: "is new" for name in present if name not in shown}
    found |= {name: "is no longer a field" for name in shown if name not in present}
    found |= {name: "has another form now" for name in shown if name in present and shown[name] != present[name]}
    raise Misfit(found)


def checked(validate: Callable[[], ModelT]) -> ModelT:
    """Return the result of a validation. Raise `Misfit` with each field's error, or with the error of an author's
    validator.
    """
    try:
        return called(validate)
    except AuthorFailed as failed:
        error = failed.__cause__
        if not isinstance(error, ValidationError):
            raise Misfit({WHOLE: f"its own check failed: {failed}"}) from failed
        invalid = error
    try:
        found = called(lambda: complaints(invalid))
    except AuthorFailed as failed:  # an error without a message is still an error
        found = {WHOLE: f"its own check failed: {failed}"}
    raise Misfit(found) from invalid


def losses(before: object, after: object) -> dict[str, str]:
    """Return what changed when a value was read back: field -> how, in words that show no value."""
    found: dict[str, str] = {}
    try:
        for path, how in called(lambda: list(_several(_differences(before, after, ())))):
            found.setdefault(Place(".".join(path), path=path), how)
    except AuthorFailed as error:
        found[WHOLE] = f"it cannot be compared with what would be read back: {error}"
    return found


def never_kept(form: type[BaseModel]) -> dict[str, str]:
    """Return the fields of a form that can never be read back as they were, whatever they hold: field -> why."""
    return dict(_never_kept(form, (), set()))


def _not_finite(body: str) -> dict[str, str]:
    """Return the fields with a number that JSON cannot write. Python reads its own NaN back, other programs do not."""
    if "NaN" not in body and "Infinity" not in body:
        return {}
    found, whole = {}, json.loads(body)
    for name, value in whole.items() if isinstance(whole, dict) else [(WHOLE, whole)]:
        try:
            json.dumps(value, allow_nan=False)
        except ValueError:
            found[name] = "is not a finite number"
    return found


_Path = tuple[str, ...]
_Loss = tuple[_Path, str]


def _several(found: Iterable[_Loss]) -> Iterator[_Loss]:
    for number, loss in enumerate(found):
        if number == _MOST:
            return
        yield loss


_PLAIN = frozenset({str, int, bool, type(None)})
"""Types of values that are themselves, and most of what is compared."""


def _differences(before: object, after: object, path: _Path) -> Iterator[_Loss]:
    if type(before) in _PLAIN and type(after) is type(before):
        if before != after:
            yield path, _ANOTHER
    elif isinstance(before, BaseModel) and isinstance(after, BaseModel):
        yield from _of_models(before, after, path)
    elif is_dataclass(before) and is_dataclass(after) and type(before) is type(after):
        for field in fields(before):
            one, other = (getattr(whole, field.name, None) for whole in (before, after))
            yield from _differences(one, other, (*path, field.name))
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mappings(before, after, path)
    elif isinstance(before, Set) and isinstance(after, Set):
        if before != after:
            yield path, _ANOTHER
    elif _is_list(before) and _is_list(after):
        if len(before) != len(after):
            yield path, _ANOTHER
        else:
            for place, (one, other) in enumerate(zip(before, after, strict=True)):
                yield from _differences(one, other, (*path, str(place)))
    elif not _same(before, after):
        yield path, _another(before, after)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether a value is a list of any kind. The kind depends on how it is read back, and does not change its
    meaning.
    """
    return isinstance(value, (Sequence, deque)) and not isinstance(value, (str, bytes, bytearray))


def _of_models(before: BaseModel, after: BaseModel, path: _Path) -> Iterator[_Loss]:
    if not isinstance(before, type(after)):
        yield path, _another(before, after)
        return
    known = type(after).model_fields
    for name in type(before).model_fields:
        here = (*path, name)
        if name not in known:
            yield here, f"is not a field of {type(after).__name__} and would be lost; declare it there"
        elif name not in before.__dict__:
            yield here, "was never set"
        else:
            yield from _differences(before.__dict__[name], after.__dict__.get(name), here)
    yield from _of_mappings(before.__pydantic_extra__ or {}, after.__pydantic_extra__ or {}, path)
    private = after.__pydantic_private__ or {}
    for name, value in (before.__pydantic_private__ or {}).items():
        if not _same(value, private.get(name)) and not _is_compared_by_identity(value):
            yield (*path, name), "is private, and what was put there would be lost; make it a field"


def _of_mappings(before: Mapping[Any, Any], after: Mapping[Any, Any], path: _Path) -> Iterator[_Loss]:
    for name, value in before.items():
        here = (*path, str(name)[:60])
        if name not in after:
            yield here, "would be lost, or have another name"
        else:
            yield from _differences(value, after[name], here)
    if len(after) > len(before):
        yield path, _ANOTHER


def _same(before: object, after: object) -> bool:
    """Tell whether two values are the same. Digits and types count: 10.5 is not 10.50, and 1 is not True."""
    if isinstance(before, Decimal) or isinstance(after, Decimal):
        if not (isinstance(before, Decimal) and isinstance(after, Decimal)):
            return False
        return before.as_tuple() == after.as_tuple()
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        return before == after or (before != before and after != after)
    related = isinstance(before, type(after)) or isinstance(after, type(before))
    if related and _is_compared_by_identity(before):
        return before is after or getattr(before, "__dict__", None) == getattr(after, "__dict__", before)
    return related and before == after


def _is_compared_by_identity(value: object) -> bool:
    return getattr(type(value), "__eq__", None) is object.__eq__


_ANOTHER = "would be read back as another value; its serializer and its validators have to agree"


def _another(before: object, after: object) -> str:
    if type(before) is type(after):
        return _ANOTHER
    return (
        f"is of the type {type(before).__name__} and would be read back as {type(after).__name__}; "
        "declare the type that it has"
    )


def _never_kept(form: object, path: _Path, seen: set[object]) -> Iterator[tuple[str, str]]:
    if isinstance(form, type) and form in seen:
        return
    if isinstance(form, type) and issubclass(form, (SecretStr, SecretBytes, Secret)):
        yield ".".join(path), "is a secret, which pydantic writes as asterisks"
        return
    if isinstance(form, type) and issubclass(form, BaseModel):
        seen = seen | {form}
        for name, info in form.model_fields.items():
            if info.exclude:
                yield ".".join((*path, name)), "is declared with exclude=True, so it is never written"
            yield from _never_kept(info.annotation, (*path, name), seen)
    elif isinstance(form, type) and (is_dataclass(form) or is_typeddict(form)):
        try:
            hints = get_type_hints(form)
        except NameError:  # pydantic may know the name from elsewhere; kept values are compared anyway
            hints = {}
        for name, annotation in hints.items():
            yield from _never_kept(annotation, (*path, name), seen | {form})
    for argument in get_args(form):
        yield from _never_kept(argument, path, seen)
