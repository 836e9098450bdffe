"""Names of documents in the values of an input: what stands where its form has a document."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workflows.documents.document import Document, NewDocument

_DEEPEST = 60
"""Levels of values that are looked at."""


def named_in(form: type[BaseModel], values: object) -> Iterator[str | NewDocument]:
    """Yield what names a document in the values of a form, or brings one, in order."""
    return _named(form, values, 0)


def _named(declared: Any, value: object, depth: int) -> Iterator[str | NewDocument]:  # Any: an annotation
    if depth > _DEEPEST or value is None:
        return
    if declared is Document:
        if isinstance(value, str | NewDocument):
            yield value
    elif isinstance(declared, type) and issubclass(declared, BaseModel):
        if isinstance(value, Mapping):
            for name, info in declared.model_fields.items():
                for given in _names(name, info) & value.keys():
                    yield from _named(info.annotation, value[given], depth + 1)
    elif isinstance(value, Mapping):
        for inner in value.values() if get_origin(declared) is not None else ():
            for one in get_args(declared):
                yield from _named(one, inner, depth + 1)
        yield from _of_args(declared, value, depth)
    elif isinstance(value, Sequence | Set) and not isinstance(value, str | bytes) and _holds_several(declared):
        for inner in value:
            yield from _of_args(declared, inner, depth)
    else:
        yield from _of_args(declared, value, depth)


def _of_args(declared: Any, value: object, depth: int) -> Iterator[str | NewDocument]:
    for one in get_args(declared):
        yield from _named(one, value, depth + 1)


def _holds_several(declared: Any) -> bool:
    origin = get_origin(declared)
    return isinstance(origin, type) and issubclass(origin, Sequence | Set)


def _names(name: str, info: FieldInfo) -> set[str]:
    aliases = (info.alias, info.validation_alias)
    return {name, *(one for one in aliases if isinstance(one, str))}
