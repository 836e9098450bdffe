"""A mail: its own text as one page, and the files that it brings, each of which is read for itself."""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message

from workflows.documents.document import ReadBy
from workflows.documents.limits import Limits
from workflows.documents.readings import PageReading
from workflows.documents.refusals import Why, refusal
from workflows.html_text import text_of, tidied
from workflows.invisible import is_invisible

_FIELDS = {"From": "From", "To": "To", "Cc": "Cc", "Date": "Date", "Subject": "Subject"}
"""Fields that a person reads above a mail."""
_LONGEST_FIELD = 1_000
"""Characters of a field."""
_LONGEST_SOURCE = 4
"""Multiple of the limit of its text that a text may have with its tags and spaces."""
_MOST_PARTS = 500
"""Parts of a mail, those in others included."""
_ORNAMENT = 10 * 1024
"""Bytes below which a picture that stands in the text is a logo, and no document."""
_WIDTH, _HEIGHT = 595.0, 842.0
"""Points of the page that stands for its text."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file in a mail."""

    name: str
    """As the mail has it."""
    data: bytes


def read_mail(data: bytes, limits: Limits) -> tuple[PageReading, tuple[File, ...]]:
    """Return the page of a mail's own text, and its files. Raise `DocumentRefused`."""
    mail = email.message_from_bytes(data[data.startswith(b"From ") and data.find(b"\n") + 1 :])
    plain, html, files = list[str](), list[str](), list[File]()
    for part in _parts(mail):
        kind, name = part.get_content_type(), _decoded(part.get_filename() or "")
        is_shown = not name and part.get_content_disposition() != "attachment" and kind.startswith("text/")
        if is_shown:
            (html if kind == "text/html" else plain).append(_text(part))
            continue
        content = _content(part)
        is_ornament = part.get("content-id") and kind.startswith("image/") and len(content) < _ORNAMENT
        if content and not is_ornament:
            files.append(File(name=name or kind.replace("/", "."), data=content))
        if len(files) > limits.attached:
            raise refusal(Why.TOO_MANY_FILES, found=len(files), most=limits.attached)
    if sum(map(len, plain)) + sum(map(len, html)) > _LONGEST_SOURCE * limits.text:
        raise refusal(Why.TOO_MUCH_TEXT, most=limits.text)
    body = tidied("\n".join(plain)) or text_of("\n".join(html))
    heads = (f"{shown}: {_field(mail, field)}" for field, shown in _FIELDS.items() if field in mail)
    text = "\n".join([*heads, "", body]) + "\n"
    if len(text) > limits.text:
        raise refusal(Why.TOO_MUCH_TEXT, found=len(text), most=limits.text)
    page = PageReading(width=_WIDTH, height=_HEIGHT, text=_seen(text), read_by=ReadBy.TEXT, words=())
    return page, tuple(files)


def _parts(mail: Message) -> Iterator[Message]:
    """Yield the parts that have no parts, in their order. A mail within the mail counts as a file."""
    ahead, number = [mail], 0
    while ahead:
        part = ahead.pop()
        number += 1
        if number > _MOST_PARTS:
            raise refusal(Why.TOO_MANY_FILES, found=number, most=_MOST_PARTS)
        inner = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            ahead += [one for one in reversed(inner) if isinstance(one, Message)]
        else:
            yield part


def _content(part: Message) -> bytes:
    if part.is_multipart():
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", errors="replace")
    except (LookupError, UnicodeError):
        return content.decode("latin-1")


def _field(mail: Message, name: str) -> str:
    return " ".join(_decoded(str(mail.get(name, ""))[:_LONGEST_FIELD]).split())


def _decoded(value: str) -> str:
    try:
        parts = decode_header(value[:_LONGEST_FIELD])
        said = "".join(
            part.decode(charset or "ascii", errors="replace") if isinstance(part, bytes) else part
            for part, charset in parts
        )
    except (LookupError, UnicodeError, ValueError):
        said = value[:_LONGEST_FIELD]
    return said.encode("utf-8", errors="replace").decode()


def _seen(text: str) -> str:
    """Return a text without what cannot be seen or moves others; its rows stay."""
    return "".join(char if char in "\n\t" or not is_invisible(char) else " " if char.isspace() else "" for char in text)
