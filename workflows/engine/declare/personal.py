"""Personal fields: values of an input or an output that a channel does not show.

    class Ticket(BaseModel):
        customer: Annotated[str, Personal]

Pure. `engine/review/hiding.py` takes them out of what a channel is shown, `engine/read/pulled` out of a test.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

MASK = "[personal]"
"""Stands in place of a personal value."""
SHORTEST = 2
"""Fewest characters of a personal value that is looked for in texts. A single letter stands everywhere."""


class Personal:
    """Marks a field of an input or an output as personal: `Annotated[str, Personal]`.

    A channel and a digest show a mark in its place, and no text that it stands in shows its value either. The form and
    the details of a case, which are for those with a right to it, show it.
    """


def personal_fields(form: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a form that are personal, or hold something that is."""
    return frozenset(name for name, info in form.model_fields.items() if _is_personal(info))


def marked_fields(form: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a form that are personal as a whole."""
    return frozenset(name for name, info in form.model_fields.items() if _is_marked(info))


def personal_values(value: BaseModel) -> frozenset[str]:
    """Return the personal values in a value, as texts that may stand elsewhere too."""
    found = (str(one).strip() for one in _values(value, personal=False))
    return frozenset(text for text in found if len(text) >= SHORTEST)


Path = tuple[str | int, ...]
"""The place of a value within another, as it is written as JSON."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A personal value within another value."""

    path: Path
    is_choice: bool
    """True if its form takes only certain words, so that none of them says much of a person."""


def personal_places(value: object) -> Iterator[Place]:
    """Yield where the personal ones of the plain values in a value stand. Dataclasses are looked into as well."""
    yield from _places(value, (), personal=False, is_choice=False)


def names_in(value: object) -> Iterator[str]:
    """Yield the names of the fields that a value has, at any depth."""
    match value:
        case BaseModel():
            for name, inner in value:
                yield name
                yield from names_in(inner)
        case Mapping():
            for inner in value.values():
                yield from names_in(inner)
        case list() | tuple() | set() | frozenset():
            for inner in value:
                yield from names_in(inner)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for one in fields(value):
                yield one.name
                yield from names_in(getattr(value, one.name, None))


def _places(value: object, path: Path, *, personal: bool, is_choice: bool) -> Iterator[Place]:
    match value:
        case BaseModel():
            known = type(value).model_fields
            for name, inner in value:
                marked = personal or (name in known and _is_marked(known[name]))
                choice = name in known and _is_choice(known[name].annotation)
                yield from _places(inner, (*path, name), personal=marked, is_choice=choice)
        case _ if is_dataclass(value) and not isinstance(value, type):
            hints = get_type_hints(type(value), include_extras=True)
            for one in fields(value):
                hint, inner = hints.get(one.name), getattr(value, one.name, None)
                marked = personal or _is_marked_within(hint)
                yield from _places(inner, (*path, one.name), personal=marked, is_choice=_is_choice(hint))
        case Mapping():
            for name, inner in value.items():
                yield from _places(inner, (*path, str(name)), personal=personal, is_choice=is_choice)
        case str() | bytes() | Enum():
            if personal:
                yield Place(path=path, is_choice=is_choice or isinstance(value, Enum))
        case Sequence() | set() | frozenset():
            for place, inner in enumerate(value):
                yield from _places(inner, (*path, place), personal=personal, is_choice=is_choice)
        case None | bool():
            return
        case _ if personal:
            yield Place(path=path, is_choice=is_choice)


def _is_choice(annotation: Any) -> bool:  # Any: an annotation is no type of its own
    return get_origin(annotation) is Literal or any(map(_is_choice, get_args(annotation)))


def hiding(words: Collection[str]) -> Callable[[str], str]:
    """Return a function that puts a mark in the place of these words, in whatever case they stand."""
    if not words:
        return str
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(map(_found, longest_first)), re.IGNORECASE)
    return lambda text: pattern.sub(MASK, text)


def _found(word: str) -> str:
    """Return the pattern of a word that is no part of a longer one."""
    before, after = (r"\b" if word[0].isalnum() else ""), (r"\b" if word[-1].isalnum() else "")
    return f"{before}{re.escape(word)}{after}"


def _values(value: object, *, personal: bool) -> Iterator[object]:
    """Yield the personal ones of the plain values in a value. `personal`: all of them are."""
    match value:
        case BaseModel():
            fields = type(value).model_fields
            for name, inner in value:
                is_so = personal or (name in fields and _is_marked(fields[name]))
                yield from _values(inner, personal=is_so)
        case Mapping():
            for inner in value.values():
                yield from _values(inner, personal=personal)
        case str():
            if personal:
                yield value
        case Sequence() | set() | frozenset():
            for inner in value:
                yield from _values(inner, personal=personal)
        case None | bool():
            return
        case _ if personal:
            yield value


def _is_personal(info: FieldInfo) -> bool:
    return _is_marked(info) or any(personal_fields(form) for form in _forms(info.annotation))


def _is_marked(info: FieldInfo) -> bool:
    return any(_is_mark(one) for one in info.metadata) or _is_marked_within(info.annotation)


def _is_marked_within(annotation: Any) -> bool:  # Any: an annotation is no type of its own
    """Tell whether a part of an annotation is marked, such as an item of a list."""
    marks = getattr(annotation, "__metadata__", ())
    return any(map(_is_mark, marks)) or any(map(_is_marked_within, get_args(annotation)))


def _is_mark(one: object) -> bool:
    return one is Personal or isinstance(one, Personal)


def _forms(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _forms(inner)
