"""Personal values of an input or an output: fields that are personal, and what is found in free text.

    class Ticket(BaseModel):
        customer: Annotated[str, Personal]
        text: Annotated[str, FindPersonal("GB", "IE")]

Pure. `engine/review/hiding.py` takes them out of what a channel is shown, `engine/propose/placeholders.py` out of what
a model is told, `engine/read/pulled` out of a test.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workflows.documents.document import Document
from workflows.engine.errors import BadDeclaration
from workflows.engine.text.identifiers import NATIONAL, finds_in
from workflows.engine.text.stand_ins import stands_out
from workflows.engine.text.written_forms import replacing

MASK = "[personal]"
"""Stands in place of a personal value."""
SHORTEST = 2
"""Fewest characters of a personal value that is looked for in texts. A single letter stands everywhere."""


class Personal:
    """Marks a field of an input or an output as personal: `Annotated[str, Personal]`.

    A channel and a digest show a mark in its place, and no text that it stands in shows its value either. The form and
    the details of a case, which are for those with a right to it, show it.
    """


class FindPersonal:
    """Marks free text that is searched for what identifies a person: `Annotated[str, FindPersonal("GB")]`.

    What is found counts as a personal value of the case. Found are mail addresses, phone numbers with +, IBANs, payment
    cards and IP addresses; for the countries that are named, by their two-letter codes, also phone numbers without
    their country's code, national numbers of persons, and VAT numbers. Not found are names, postal addresses, dates of
    birth, and all else that is written in words: keep those in `Personal` fields, or the whole text out of channels
    with `Review(text_in_channel=False)`. A text of more than a million characters, or with hundreds of such numbers,
    counts as personal as a whole.
    """

    def __init__(self, *countries: str) -> None:
        """Raise `BadDeclaration` for what is no country's code."""
        wrong = [one for one in countries if not re.fullmatch("[A-Z]{2}", one)]
        if wrong:
            raise BadDeclaration(f"FindPersonal takes the codes of countries, such as GB, not {', '.join(wrong)}")
        self.countries = countries

    def __repr__(self) -> str:
        return f"FindPersonal({', '.join(map(repr, self.countries))})"

    @property
    def without_national(self) -> Sequence[str]:
        """Countries that are named whose national numbers are not known."""
        return [one for one in self.countries if one not in NATIONAL]


@dataclass(frozen=True, kw_only=True)
class PersonalValue:
    """A personal value, as a text that may stand elsewhere too."""

    text: str
    called: str
    """Name of its field, or the kind of what was found in free text."""
    is_found: bool
    """True if it was found in free text."""


def personal_fields(form: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a form that are personal, or hold something that is."""
    return frozenset(name for name, info in form.model_fields.items() if _is_personal(info))


def marked_fields(form: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a form that are personal as a whole."""
    return frozenset(name for name, info in form.model_fields.items() if _is_marked(info))


def searched_fields(form: type[BaseModel]) -> frozenset[str]:
    """Return the fields of a form that hold texts that are searched, and are not personal as a whole."""
    found = (name for name, info in form.model_fields.items() if _is_searched(info))
    return frozenset(found) - personal_fields(form)


def has_personal(form: type[BaseModel]) -> bool:
    """Tell whether values of a form may hold personal values, as far as that is declared."""
    return bool(personal_fields(form) or searched_fields(form))


def countries_searched(form: type[BaseModel], field: str | None = None) -> frozenset[str]:
    """Return all countries that a form's texts are searched for. `field`: only those of this field."""
    infos = form.model_fields.items()
    return frozenset(one for name, info in infos if field in (None, name) for one in _countries_of(info))


def personal_values(value: BaseModel) -> frozenset[str]:
    """Return the personal values in a value, as texts that may stand elsewhere too."""
    return frozenset(one.text for one in values_in(value))


def values_in(value: object) -> Iterator[PersonalValue]:
    """Yield the personal values in a value, in order: of models and dataclasses, in lists and mappings of any depth."""
    for one in _values(value, _Mark(called="", personal=False, countries=None)):
        text = one.text.strip()
        if len(text) >= SHORTEST:
            yield PersonalValue(text=text, called=one.called, is_found=one.is_found)


_NAMING = ("number", "seller", "buyer", "accounts", "corrects")
"""Parts of an e-invoice's data that name somebody, or what is somebody's. Its amounts stand in any text."""
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
        case Document():
            for where, inner in (*_said_by(value), (("e_invoice",), value.e_invoice)):
                yield from _places(inner, (*path, *where), personal=personal, is_choice=False)
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
    """Return a function that puts a mark in the place of these values, in whatever form they are written."""
    if not words:
        return str
    return replacing(words, lambda _, __: MASK, mask=MASK)


def without_personal(text: str, told: Iterable[object]) -> str:
    """Return a text with a mark in the place of each personal value of these values."""
    return hiding(frozenset(one.text for value in told for one in values_in(value)))(text)


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """Facts about a value by its place."""

    called: str
    """Name of the field that it stands in."""
    personal: bool
    countries: tuple[str, ...] | None
    """The countries that its texts are searched for; None: they are not searched."""


def _values(value: object, mark: _Mark) -> Iterator[PersonalValue]:
    match value:
        case Document():
            for _, inner in _said_by(value):
                yield from _values(inner, mark)
            for name in _NAMING if value.e_invoice is not None else ():
                yield from _values(getattr(value.e_invoice, name), mark)
        case BaseModel():
            known = type(value).model_fields
            for name, inner in value:
                info = known.get(name)
                marks = _marks_of(info) if info is not None else ()
                yield from _values(inner, _below(mark, name, marks))
        case _ if is_dataclass(value) and not isinstance(value, type):
            hints = get_type_hints(type(value), include_extras=True)
            for one in fields(value):
                marks = tuple(_marks_within(hints.get(one.name)))
                yield from _values(getattr(value, one.name, None), _below(mark, one.name, marks))
        case Mapping():
            for name, inner in value.items():
                # A plain word, such as “street”, names what stands there; a name of somebody stands out.
                if mark.personal and any(map(stands_out, re.findall(r"\w+", str(name)))):
                    yield PersonalValue(text=str(name), called=mark.called, is_found=False)
                elif mark.countries is not None:
                    yield from _found_in(str(name), mark.countries)
                yield from _values(inner, mark)
        case Enum():
            yield from _values(value.value, mark)
        case str() if mark.personal:
            yield PersonalValue(text=value, called=mark.called, is_found=False)
        case str() if mark.countries is not None:
            yield from _found_in(value, mark.countries)
        case str() | bytes():
            return
        case Sequence() | set() | frozenset():
            for inner in value:
                yield from _values(inner, mark)
        case None | bool():
            return
        case _ if mark.personal:
            yield PersonalValue(text=str(value), called=mark.called, is_found=False)


def _said_by(document: Document) -> Iterator[tuple[Path, object]]:
    """Yield what a document says, without an invoice's data. Its hash, its type and its size say nothing of anybody."""
    yield ("name",), document.name
    for place, page in enumerate(document.pages):
        yield ("pages", place, "text"), page.text
    for place, left in enumerate(document.left_out):
        yield ("left_out", place, "name"), left.name
    for place, one in enumerate(document.attached):
        yield ("attached", place), one


def _below(mark: _Mark, name: str, marks: Sequence[object]) -> _Mark:
    """Return the mark of a field within a value. `marks`: those that its declaration has."""
    searched = [one.countries for one in marks if isinstance(one, FindPersonal)]
    if any(one is FindPersonal for one in marks):
        searched.append(())
    countries = mark.countries
    if searched:
        countries = tuple(sorted({one for each in searched for one in each}.union(countries or ())))
    return _Mark(called=name, personal=mark.personal or any(map(_is_mark, marks)), countries=countries)


def _found_in(text: str, countries: Sequence[str]) -> Iterator[PersonalValue]:
    for find in finds_in(text, countries):
        yield PersonalValue(text=find.text, called=find.kind.value, is_found=True)


def _is_personal(info: FieldInfo) -> bool:
    return any(map(_is_marked, _with_inner(info)))


def _is_searched(info: FieldInfo) -> bool:
    return any(_is_search(mark) for one in _with_inner(info) for mark in _marks_of(one))


def _countries_of(info: FieldInfo) -> Iterator[str]:
    for one in _with_inner(info):
        for mark in _marks_of(one):
            if isinstance(mark, FindPersonal):
                yield from mark.countries


def _with_inner(info: FieldInfo) -> Iterator[FieldInfo]:
    """Yield a field and the fields of all that it may hold. A form may hold itself."""
    left, seen = [info], set[type[BaseModel]]()
    while left:
        one = left.pop()
        yield one
        for form in set(_forms(one.annotation)) - seen:
            seen.add(form)
            left += form.model_fields.values()


def _is_marked(info: FieldInfo) -> bool:
    return any(map(_is_mark, _marks_of(info)))


def _marks_of(info: FieldInfo) -> Sequence[object]:
    return [one for one in (*info.metadata, *_marks_within(info.annotation)) if _is_mark(one) or _is_search(one)]


def _is_marked_within(annotation: Any) -> bool:  # Any: an annotation is no type of its own
    """Tell whether a part of an annotation is marked, such as an item of a list."""
    return any(map(_is_mark, _marks_within(annotation)))


def _marks_within(annotation: Any) -> Iterator[object]:  # Any: as above
    """Yield the marks of an annotation and of its parts."""
    yield from getattr(annotation, "__metadata__", ())
    for one in get_args(annotation):
        yield from _marks_within(one)


def _is_mark(one: object) -> bool:
    return one is Personal or isinstance(one, Personal)


def _is_search(one: object) -> bool:
    return one is FindPersonal or isinstance(one, FindPersonal)


def _forms(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _forms(inner)
