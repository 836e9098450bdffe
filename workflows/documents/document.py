"""The value of a document in an input: its name, its hash, and what was read from it.

    class Claim(BaseModel):
        number: str
        form: Document
        photos: tuple[Document, ...] = ()
        delivery_note: Document | None = None

The file itself is on the shelf, under its hash. The text is part of the value, so that keys, checks and nevers read it
like any other text of the input.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from enum import StrEnum
from functools import lru_cache
from io import IOBase
from os import PathLike
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    ModelWrapValidatorHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import TypeAliasType

from workflows.documents.e_invoice import EInvoice
from workflows.documents.refusals import Why

ARRIVED = "arrived"
"""Key of the validation context under which an `Arrived` stands, where the values come from outside."""
TOLD = "told"
"""Key of the serialization context under which a `Told` stands, where the values are for a model."""
AS_KEPT = "as kept"
"""Key of the validation context that is true where documents may also be given as they are kept, by their fields: in
values that are an author's own, such as examples.
"""
LONGEST_NAME = 200
"""Most characters of a document's name."""
REFERENCE = "document"
"""Format of the text that names an arrived document in a JSON schema."""


_FILES = (bytes, bytearray, memoryview, PathLike, IOBase)
"""Types that only code can give for a file, and that are no document."""
_NO_DOCUMENT = "a file goes there as NewDocument(name=..., data=...), with its content as bytes"


class FileKind(StrEnum):
    """The type of a file, by its content."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    MAIL = "message/rfc822"


class ReadBy(StrEnum):
    """The way in which the text of a page was read."""

    TEXT = "text"
    """The page has its text as text."""
    OCR = "ocr"
    """The text was recognised in a picture."""
    NOTHING = "nothing"
    """There is no text, or nothing could recognise it."""


class Page(BaseModel):
    """One page of a document."""

    model_config = ConfigDict(frozen=True)

    text: str
    """Its text in rows from top to bottom; words that stand apart on the page are apart by spaces."""
    read_by: ReadBy


class LeftOut(BaseModel):
    """A file inside of another one that was not read."""

    model_config = ConfigDict(frozen=True)

    name: str
    """As its mail or its PDF has it. Untrusted."""
    why: Why


class Document(BaseModel):
    """A file that belongs to an input."""

    model_config = ConfigDict(frozen=True)

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Hash of the file, as hex digits."""
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    """Name of the file, as its source called it. Untrusted; no path is made of it."""
    kind: FileKind
    size: int
    """Bytes."""
    pages: tuple[Page, ...]
    """Its pages; of a mail, its own text."""
    e_invoice: EInvoice | None = None
    """The data of an invoice that the file carries beside its pages; None: it carries none."""
    attached: tuple["Document", ...] = ()
    """The files that a mail brings, as far as they are documents."""
    left_out: tuple[LeftOut, ...] = ()
    """Files in it that were not read: those of a mail that are no documents, and the broken data of an e-invoice."""

    @property
    def text(self) -> str:
        """All its text: page by page, and then of what is attached. A form feed is between two pages."""
        return "\f".join(page.text for document in self.all for page in document.pages)

    @property
    def all(self) -> "Iterator[Document]":
        """The document itself, and all that is attached to it."""
        yield self
        for one in self.attached:
            yield from one.all

    @model_validator(mode="wrap")
    @classmethod
    def _of_reference(
        cls,
        value: Any,  # Any: it is not validated yet
        read: ModelWrapValidatorHandler["Document"],
        info: ValidationInfo,
    ) -> "Document":
        if isinstance(value, Document):
            return value
        arrived = arrived_in(info.context)
        if arrived is None:
            if isinstance(value, NewDocument):
                raise ValueError(
                    "a new document is read and kept first: give the values as a dict, and no model of them"
                )
            if isinstance(value, _FILES):
                raise ValueError(_NO_DOCUMENT)
            return read(value)
        if isinstance(value, Mapping) and isinstance(info.context, Mapping) and info.context.get(AS_KEPT):
            return read(value)
        if isinstance(value, _FILES):
            raise ValueError(_NO_DOCUMENT)
        if not isinstance(value, str | NewDocument):
            raise ValueError("a document is named by the reference that it got when it was handed in")
        return arrived(value)

    @model_serializer(mode="wrap")
    def _as_told(self, plain: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:  # Any: what a model sees
        told = info.context.get(TOLD) if isinstance(info.context, Mapping) else None
        return plain(self) if told is None else told(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe it as its source gives it: by a reference."""
        if handler.mode == "validation":
            said = "Reference of a document that was handed in before"
            return {"type": "string", "format": REFERENCE, "description": said}
        return handler(schema)


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A file that an author's code brings, where a `Document` goes: `{"invoice": NewDocument(name=..., data=...)}`.

    It is read and kept before its case is taken in. No JSON is ever taken for one.
    """

    name: str
    """Name of the file. Untrusted; no path is made of it."""
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raise `TypeError` for what is none, where it is made and not where it is read."""
        given: tuple[object, object] = (self.name, self.data)
        if not isinstance(given[0], str) or not isinstance(given[1], bytes):
            kinds = f"{type(self.name).__name__} and {type(self.data).__name__}"
            raise TypeError(f"a new document has a name as str and data as bytes, not {kinds}")


Arrived = Callable[[str | NewDocument], Document]
"""A function from a reference, or from a new file, to the document. It raises `ValueError`, with the reason, where
there is none.
"""
ArrivedIn = Callable[[Mapping[str, object]], Arrived]
"""A function from the values of one input to what gives their documents, all of which it has looked up."""


Told = Callable[[Document], JsonValue]
"""A function from a document to what a model is told of it, in place of its fields."""


def arrived_in(context: object) -> Arrived | None:
    """Return the function for references in a validation context; None where the values are our own."""
    if not isinstance(context, Mapping):
        return None
    found: Arrived | None = context.get(ARRIVED)
    return found


def none_arrived(given: str | NewDocument) -> Document:
    """Give no document, whatever the reference. Raise `ValueError`."""
    raise ValueError(
        "no document came with it, and none was handed in under this reference: hand it in first, and name it by the "
        "reference that comes back"
    )


def none_arrived_in(values: Mapping[str, object]) -> Arrived:
    """Give no document, whatever the values."""
    return none_arrived


def documents_in(value: object) -> Iterator[Document]:
    """Yield the documents in a value, at any depth, in order: those that are attached to others come after them."""
    match value:
        case Document():
            yield from value.all
        case BaseModel():
            for _, inner in value:
                yield from documents_in(inner)
        case Mapping():
            for inner in value.values():
                yield from documents_in(inner)
        case list() | tuple() | set() | frozenset():
            for inner in value:
                yield from documents_in(inner)


@lru_cache(maxsize=512)
def names_in(value: object) -> str | None:
    """Return the names of documents where a value is one, or some of them; None for any other value."""
    match value:
        case Document():
            return value.name
        case list() | tuple() if value and all(isinstance(one, Document) for one in value):
            return ", ".join(one.name for one in value)
    return None


def holds_documents(form: type[BaseModel]) -> bool:
    """Tell whether values of a form may hold documents, as far as that is declared."""
    left, seen = [form], {form}
    while left:
        for info in left.pop().model_fields.values():
            inner = set(_forms(info.annotation)) - seen
            if Document in inner:
                return True
            left += inner
            seen |= inner
    return False


def misplaced_document(form: type[BaseModel]) -> str | None:
    """Return why a form cannot hold a document as it declares it; None: nothing stands against it."""
    left, seen = [form], {form}
    while left:
        owner = left.pop()
        for name, info in owner.model_fields.items():
            at = f"{owner.__name__}.{name}"
            if any(True for _ in documents_in(info.default)):
                return f"{at} has a document by default, which no source sent: its default can be None or ()"
            for one in _types(info.annotation):
                if issubclass(one, Document) and one is not Document:
                    return f"{at} is a {one.__name__}: a document has one form, so put a Document beside your fields"
                if issubclass(one, NewDocument):
                    return f"{at} is a NewDocument: declare a Document, which is what a case holds of it"
                if issubclass(one, BaseModel):
                    left += {one} - seen
                    seen.add(one)
                elif any(Document in _types(inner) for inner in _fields_of(one)):
                    return f"{at} has a document within {one.__name__}: make that a BaseModel"
    return None


def _forms(annotation: Any) -> Iterator[type[BaseModel]]:  # Any: an annotation is no type of its own
    for one in _types(annotation):
        if issubclass(one, BaseModel):
            yield one


def _types(annotation: Any, *, within: tuple[object, ...] = ()) -> Iterator[type]:  # Any: as above
    """Yield the classes that an annotation names, at any depth. `within`: aliases around it; one may name itself."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    if isinstance(annotation, TypeAliasType) and annotation not in within:
        yield from _types(annotation.__value__, within=(*within, annotation))
    for inner in get_args(annotation):
        yield from _types(inner, within=within)


def _fields_of(one: type) -> Iterator[Any]:  # Any: as above
    """Yield the annotations of a class that is no model: a dataclass, a named tuple, a typed mapping."""
    if not (is_dataclass(one) or hasattr(one, "_fields") or hasattr(one, "__required_keys__")):
        return
    try:
        yield from get_type_hints(one).values()
    except NameError:
        return  # named where only its own module sees it: pydantic says so
