"""The fields of a review's form, derived from the workflow's output.

The form knows kinds of fields, and not how they are shown; the face turns each kind into an input.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum, Flag, StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError, SchemaError, to_jsonable_python
from typing_extensions import TypeAliasType

from workflows.documents.document import Document
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_rows import SEPARATOR
from workflows.engine.text.one_line_patterns import is_of_one_line
from workflows.labels import titled


class Kind(StrEnum):
    """The kind of value that a person enters."""

    TEXT = "text"
    WORD = "text of a form of its own"
    """A text such as an e-mail address or a UUID, whose form the field's own validation checks."""
    CHOICE = "choice"
    CHOICES = "choices"
    """Any number of choices."""
    YES_NO = "yes_no"
    WHOLE = "whole number"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    TIME = "time"
    MOMENT = "date and time"
    DURATION = "duration"
    LIST = "list"
    """Texts, numbers, dates and the like, one on each line."""
    ROW = "row"
    """A record without lists and objects inside: its values on one line."""
    ROWS = "rows"
    """A list of such records, each one a row of text."""
    DOCUMENT = "document"
    """A file. It is handed in as a file; nothing that is typed names one."""
    DOCUMENTS = "documents"
    """Any number of files."""
    JSON = "json"
    """Anything else: lists and objects, written as JSON."""


SEVERAL = frozenset({Kind.CHOICES, Kind.LIST, Kind.ROWS, Kind.DOCUMENTS})
"""The kinds that hold any number of values."""
OF_FILES = frozenset({Kind.DOCUMENT, Kind.DOCUMENTS})
"""The kinds that hold files."""
_KINDS: Mapping[object, Kind] = {
    str: Kind.TEXT,
    bool: Kind.YES_NO,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    Decimal: Kind.AMOUNT,
    date: Kind.DATE,
    datetime: Kind.MOMENT,
    time: Kind.TIME,
    timedelta: Kind.DURATION,
}
_SCHEMAS: Mapping[tuple[object, object], Kind] = {
    ("string", "date"): Kind.DATE,
    ("string", "date-time"): Kind.MOMENT,
    ("string", "time"): Kind.TIME,
    ("string", "duration"): Kind.DURATION,
    ("integer", None): Kind.WHOLE,
    ("number", None): Kind.NUMBER,
    ("boolean", None): Kind.YES_NO,
}
"""Type and format of a JSON schema -> kind, for other types that are written in the same way."""
_LISTED = frozenset({list, set, frozenset, Sequence, Set, Collection, Iterable})
_NOT_ON_A_LINE = frozenset({Kind.JSON, Kind.ROW, Kind.ROWS, Kind.LIST, Kind.CHOICES}) | OF_FILES
_FORMS = {Kind.DATE: "YYYY-MM-DD", Kind.TIME: "HH:MM", Kind.MOMENT: "YYYY-MM-DD HH:MM", Kind.DURATION: "as 2 h 30 min"}
_CHOICES_NAMED = 20
"""Choices that a complaint names."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    kind: Kind
    required: bool
    """True if it must not be left empty."""
    nullable: bool = False
    """True if an empty entry means None."""
    choices: tuple[str, ...] = ()
    """The text of each choice, as it is shown and entered."""
    meant: tuple[JsonValue, ...] = ()
    """The value of each choice; empty where each text is its own value."""
    adds_up: bool = False
    """True if the choices are the bits of one number."""
    help: str | None = None
    max_length: int | None = None
    """Most characters of a text."""
    is_line: bool = False
    """True if the pattern of a text has no room for a line break."""
    most: int | None = None
    """Most items of a list or of choices."""
    columns: tuple["Field", ...] = ()
    """The fields of a record, for a row and for rows."""
    record: type[BaseModel] | None = None
    """The model of a record, whose validation each row has to pass."""
    item: "Field | None" = None
    """The field of one item of a list."""
    zone: tzinfo | None = None
    """The time zone of a date and time that has to have one and is entered without."""
    zoned: bool | None = None
    """True if a date and time must have a time zone, False if it must not; None: it may."""

    def choices_named(self) -> str:
        """Return the choices, for a sentence."""
        more = len(self.choices) - _CHOICES_NAMED
        named = ", ".join(self.choices[:_CHOICES_NAMED])
        return f"{named} and {more:,} more" if more > 0 else named


@dataclass(frozen=True, kw_only=True)
class _Annotation:
    """The content of an annotation without Annotated, names of types, and None."""

    type: Any  # an annotation is no type of its own
    rules: tuple[object, ...] = ()
    nullable: bool = False


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """The properties of a field apart from its name and its rules."""

    kind: Kind
    choices: tuple[str, ...] = ()
    meant: tuple[JsonValue, ...] = ()
    adds_up: bool = False
    columns: tuple[Field, ...] = ()
    record: type[BaseModel] | None = None
    item: Field | None = None
    zone: tzinfo | None = None
    zoned: bool | None = None


def form_of(output: type[BaseModel], *, zone: tzinfo = UTC) -> tuple[Field, ...]:
    """Return the fields of a review's form, in the order in which the output declares them.

    `zone`: the time zone of a date and time that needs one and is entered without.
    """
    return _form_of(output, zone)


@lru_cache(maxsize=512)
def _form_of(output: type[BaseModel], zone: tzinfo) -> tuple[Field, ...]:
    return tuple(_field(name, info, zone=zone, on_a_line=False) for name, info in output.model_fields.items())


def named(columns: Sequence[Field]) -> str:
    """Return the labels of a row's values, in the form of a row."""
    return SEPARATOR.join(column.label for column in columns)


def _field(name: str, info: FieldInfo, *, zone: tzinfo, on_a_line: bool) -> Field:
    said = _unwrapped(info.annotation)
    rules = (*said.rules, *info.metadata)
    rules += tuple(limit for rule in rules if isinstance(rule, FieldInfo) for limit in rule.metadata)
    shape = _shape(said.type, zone=zone, on_a_line=on_a_line)
    kind = shape.kind
    most = min((limit for rule in rules if (limit := getattr(rule, "max_length", None)) is not None), default=None)
    patterns = [found for rule in rules if (found := getattr(rule, "pattern", None)) is not None]
    may_be_empty = said.nullable or "" in shape.choices or _may_be_empty(kind, info)
    return Field(
        name=name,
        label=titled(name, info),
        kind=kind,
        required=info.is_required() and not may_be_empty,
        nullable=said.nullable,
        choices=shape.choices,
        meant=shape.meant,
        adds_up=shape.adds_up,
        help=" ".join(filter(None, [_told(shape), info.description])) or None,
        max_length=most if kind in (Kind.TEXT, Kind.WORD) else None,
        is_line=kind is Kind.TEXT and any(is_of_one_line(getattr(one, "pattern", one)) for one in patterns),
        most=most if kind in SEVERAL else None,
        columns=shape.columns,
        record=shape.record,
        item=shape.item,
        zone=shape.zone,
        zoned=shape.zoned,
    )


def _told(shape: _Shape) -> str:
    """Return how a field of this kind is written, where its input does not show it."""
    match shape.kind:
        case Kind.ROWS:
            return f"A row each: {named(shape.columns)}."
        case Kind.ROW:
            return f"In one row: {named(shape.columns)}."
        case Kind.LIST:
            how = _FORMS.get(shape.item.kind) if shape.item is not None else None
            return f"One on a line{f', {how}' if how else ''}."
        case Kind.MOMENT if shape.zone is not None:
            return f"In the time zone {shape.zone}, where no other is named."
        case Kind.DURATION:
            return "Such as 2 h 30 min."
        case Kind.JSON:
            return "Written as JSON."
        case _:
            return ""


def _shape(annotation: Any, *, zone: tzinfo, on_a_line: bool) -> _Shape:
    """Return the shape of a field for a type. `on_a_line`: as a part of a line, which holds no list and no record."""
    if annotation is Document:
        return _Shape(kind=Kind.DOCUMENT)
    options = _options(annotation)
    if options is not None:
        return _chosen(Kind.CHOICE, options)
    if annotation not in _KINDS and not on_a_line:
        several = _several(annotation, zone=zone)
        if several is not None:
            return several
        columns = _columns(annotation, zone=zone)
        if columns:
            return _Shape(kind=Kind.ROW, columns=columns, record=annotation)
    kind = _KINDS.get(annotation) or _by_schema(annotation)
    if kind is not Kind.MOMENT:
        return _Shape(kind=kind)
    zoned = _zoned(annotation)
    return _Shape(kind=kind, zoned=zoned, zone=zone if zoned else None)


def _several(annotation: Any, *, zone: tzinfo) -> _Shape | None:
    """Return the shape of a list or a set whose items can be chosen or written on a line; None for other types."""
    if isinstance(annotation, type) and issubclass(annotation, Flag):
        options = _options_of(annotation)
        return replace(_chosen(Kind.CHOICES, options), adds_up=True) if options else None
    arguments = get_args(annotation)
    is_tuple = get_origin(annotation) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis
    if not is_tuple and (get_origin(annotation) not in _LISTED or len(arguments) != 1):
        return None
    inner = _unwrapped(arguments[0])
    if inner.nullable:
        return None
    if inner.type is Document:
        return _Shape(kind=Kind.DOCUMENTS)
    options = _options(inner.type)
    if options is not None:
        return _chosen(Kind.CHOICES, options)
    columns = _columns(inner.type, zone=zone)
    if columns:
        return _Shape(kind=Kind.ROWS, columns=columns, record=inner.type)
    item = _field("item", FieldInfo.from_annotation(arguments[0]), zone=zone, on_a_line=True)
    return _Shape(kind=Kind.LIST, item=item) if item.kind not in _NOT_ON_A_LINE else None


def _columns(annotation: Any, *, zone: tzinfo) -> tuple[Field, ...]:
    """Return the fields of a record whose values all fit into a row; none for other types."""
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or "root" in annotation.model_fields:
        return ()
    fields = annotation.model_fields.items()
    columns = tuple(_field(name, info, zone=zone, on_a_line=True) for name, info in fields)
    return columns if columns and all(column.kind not in _NOT_ON_A_LINE for column in columns) else ()


def _unwrapped(annotation: Any) -> _Annotation:
    arguments = get_args(annotation)
    if isinstance(annotation, TypeAliasType):
        return _unwrapped(annotation.__value__)
    if isinstance(annotation, NewType):
        return _unwrapped(annotation.__supertype__)
    if get_origin(annotation) is Annotated:
        inner = _unwrapped(arguments[0])
        return _Annotation(type=inner.type, rules=(*inner.rules, *arguments[1:]), nullable=inner.nullable)
    if _is_union(annotation) and type(None) in arguments:
        rest = [argument for argument in arguments if argument is not type(None)]
        inner = _unwrapped(rest[0]) if len(rest) == 1 else _Annotation(type=Union[tuple(rest)])  # noqa: UP007  # of many
        return _Annotation(type=inner.type, rules=inner.rules, nullable=True)
    if get_origin(annotation) is Literal and None in arguments:
        return _Annotation(type=Literal[tuple(choice for choice in arguments if choice is not None)], nullable=True)
    return _Annotation(type=annotation)


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


_Options = Sequence[tuple[str, JsonValue]]
"""The choices: the text of each, and its value."""


def _options(annotation: Any) -> _Options | None:
    """Return the choices of a Literal, an Enum, or a union of them; None for other types."""
    if isinstance(annotation, type) and issubclass(annotation, Enum) and not issubclass(annotation, Flag):
        return _options_of(annotation)
    if get_origin(annotation) is Literal:
        return _texts([(_literal(one), one.name if isinstance(one, Enum) else None) for one in get_args(annotation)])
    if _is_union(annotation):
        parts = [_options(_unwrapped(part).type) for part in get_args(annotation)]
        found = [option for part in parts if part is not None for option in part]
        return found if None not in parts and len({text for text, _ in found}) == len(found) else None
    return None


def _options_of(choices: type[Enum]) -> _Options | None:
    """Return the choices of an Enum; None where its values cannot be written as JSON and read back."""
    adapter = TypeAdapter(choices)
    found = []
    for member in choices:
        try:
            value = adapter.dump_python(member, mode="json")
            if adapter.validate_json(canonical(value)) is not member:
                return None
        except (ValidationError, PydanticSerializationError, ValueError):
            return None
        found.append((value, member.name))
    return _texts(found)


def _literal(value: object) -> JsonValue:
    plain: JsonValue = to_jsonable_python(value.value if isinstance(value, Enum) else value)
    return plain


def _texts(values: Sequence[tuple[JsonValue, str | None]]) -> _Options | None:
    """Return a text for each value: the value itself if it is a text, else its name in words; None where two are
    alike.
    """
    texts = [_text_of(value, name) for value, name in values]
    if max(Counter(texts).values(), default=0) > 1:
        texts = [name or _text_of(value, None) for value, name in values]
    if not texts or len(set(texts)) < len(texts):
        return None
    return [(text, value) for text, (value, _) in zip(texts, values, strict=True)]


def _text_of(value: JsonValue, name: str | None) -> str:
    if isinstance(value, str):
        return value
    if name is not None:
        return name.replace("_", " ").strip().lower() or name
    if isinstance(value, bool):
        return "yes" if value else "no"
    return canonical(value)


def _chosen(kind: Kind, options: _Options) -> _Shape:
    texts = tuple(text for text, _ in options)
    values = tuple(value for _, value in options)
    return _Shape(kind=kind, choices=texts, meant=() if values == texts else values)


def _by_schema(annotation: Any) -> Kind:
    """Return the kind of a type that pydantic writes as one text or number."""
    try:
        schema = TypeAdapter(annotation).json_schema()
    except (PydanticUserError, SchemaError, RecursionError):
        return Kind.JSON
    if "enum" in schema or "const" in schema:
        return Kind.JSON
    written, form = schema.get("type"), schema.get("format")
    other = Kind.WORD if written == "string" else Kind.JSON
    return _SCHEMAS.get((written, form), other)


def _zoned(annotation: Any) -> bool | None:
    """Return whether a date and time must have a time zone (True) or must have none (False); None where both are
    allowed.
    """
    adapter = TypeAdapter(annotation)
    for text, complaint, answer in (
        ("2026-03-01T00:00:00", "timezone_aware", True),
        ("2026-03-01T00:00:00Z", "timezone_naive", False),
    ):
        try:
            adapter.validate_json(canonical(text))
        except ValidationError as error:
            if any(detail["type"] == complaint for detail in error.errors()):
                return answer
        except Exception:  # noqa: BLE001  # the author's own validation: its error is reported when a value is entered
            return None
    return None


def _may_be_empty(kind: Kind, info: FieldInfo) -> bool:
    """Tell whether it is a text, a list or choices whose own validation allows an empty value."""
    if kind is not Kind.TEXT and kind not in SEVERAL:
        return False
    try:
        TypeAdapter(info.rebuild_annotation()).validate_json('""' if kind is Kind.TEXT else "[]")
    except ValidationError as error:
        # A flag is no list, and no bit set is a possible value of it.
        return kind is Kind.CHOICES and any(detail["type"] == "enum" for detail in error.errors())
    except Exception:  # noqa: BLE001  # the author's own validation: its error is reported when a value is entered
        return False
    return True
