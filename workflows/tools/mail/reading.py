"""Reading of a mail from its bytes: whatever it holds, the result is plain values, in bounded time and memory.

The parser of Python's library takes very long for some mails that nobody writes but to do harm: deep parts, and fields
of many kilobytes. Of those only the first fields are read.
"""

import codecs
import email
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from workflows.html_text import text_of, tidied
from workflows.tools.mail.mails import Address, Attachment, Mail

MOST_BYTES = 256 * 1024
"""Bytes that are read of a mail. Text comes first in it, so what is left out is attachments."""
MOST_WHOLE = 36 * 1024 * 1024
"""Bytes of a mail that is loaded whole: a file of 25 MB takes 34 MB in it."""
MOST_TEXT = 50_000
"""Most characters of a mail's text."""
_MOST_PARTS = 30
"""Most parts with parts in them; a mail with more is read by its first fields."""
_MOST_LEAVES = 200
"""Most parts of a mail that are looked at."""
_LONGEST_FIELD = 8_192
"""Most bytes of a field that says how a part is made."""
_LONGEST = 2_000
"""Most characters of a field that are decoded."""
_MOST_ADDRESSES = 50
_LONGEST_NAME = 200
"""Most characters of a file's name."""
_PART_FIELD = re.compile(rb"content-(?:type|disposition)[ \t]{0,10}:", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,100}@[A-Za-z0-9.-]{1,200}")
_SLOW = frozenset(("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"))
"""Codecs that are no character sets of a mail, or take very long for a text made for that."""
_LISTS = ("list-id", "list-unsubscribe", "list-post")
_BULK = frozenset(("bulk", "list", "junk", "auto_reply"))


def read_mail(raw: bytes, *, size: int, arrived_at: datetime | None = None, loads: bool = False) -> Mail:
    """Read a mail from its first bytes. `size`: the bytes of the whole mail. Nothing is raised for any content.

    `loads`: True for the contents of its files, and the mail itself: all of it is given.
    """
    loads = loads and len(raw) < MOST_WHOLE
    # Servers may say another size than they give.
    raw, size = (raw, len(raw)) if loads else (raw[:MOST_BYTES], size)
    if not _is_hostile(raw):
        try:
            read = _read(
                raw, email.message_from_bytes(raw), size=size, arrived_at=arrived_at, is_parsed=True, loads=loads
            )
            return replace(read, raw=raw if loads else None)
        except Exception:  # noqa: BLE001, S110  # whatever a parser raises for a mail, the mails after it come in
            pass
    raw = raw[:MOST_BYTES]
    try:
        fields = BytesParser().parsebytes(raw[: _first_fields(raw)], headersonly=True)
        return _read(raw, fields, size=size, arrived_at=arrived_at, is_parsed=False)
    except Exception:  # noqa: BLE001  # as above
        return _read(raw, Message(), size=size, arrived_at=arrived_at, is_parsed=False)


def _is_hostile(raw: bytes) -> bool:
    """Tell whether a mail is made so that its parts would take long to read."""
    folded = raw.lower()
    if folded.count(b"boundary") > _MOST_PARTS or folded.count(b"message/") > _MOST_PARTS:
        return True
    length = 0
    for line in raw.splitlines():
        if line[:1] in (b" ", b"\t"):
            length += len(line) if length else 0
        else:
            length = len(line) if _PART_FIELD.match(line) else 0
        if length > _LONGEST_FIELD:
            return True
    return False


def _first_fields(raw: bytes) -> int:
    """Return where the first fields end."""
    ends = [end for end in (raw.find(b"\n\n"), raw.find(b"\r\n\r\n")) if end >= 0]
    return min(ends, default=len(raw))


def _read(
    raw: bytes,
    message: Message,
    *,
    size: int,
    arrived_at: datetime | None,
    is_parsed: bool,
    loads: bool = False,
) -> Mail:
    fields: dict[str, str] = {}
    for name, value in message.raw_items():
        fields.setdefault(name.lower(), str(value)[:_LONGEST])
    text, attachments, is_whole = ("", list[Attachment](), False)
    if is_parsed:
        text, attachments, is_whole = _content(message, left=size - len(raw), loads=loads)
    senders = _addresses(fields.get("from", ""))
    return Mail(
        message_id=_words(fields.get("message-id", "")) or f"no-message-id-{sha256(raw).hexdigest()[:32]}",
        sender=senders[0] if senders else Address(name="", address=""),
        to=_addresses(fields.get("to", "")),
        subject=_words(fields.get("subject", "")),
        text=text,
        sent_at=_time(fields.get("date", "")) or arrived_at,
        attachments=attachments,
        is_automatic=_is_automatic(fields),
        in_reply_to=_words(fields.get("in-reply-to", "")) or None,
        is_whole=is_whole and size <= len(raw),
    )


def _is_automatic(fields: dict[str, str]) -> bool:
    auto = fields.get("auto-submitted", "no").strip().lower()
    return (
        (bool(auto) and not auto.startswith("no"))
        or any(name in fields for name in _LISTS)
        or fields.get("precedence", "").strip().lower() in _BULK
        or fields.get("return-path", "").strip() == "<>"
        or "x-autoreply" in fields
        or "x-autorespond" in fields
        or fields.get("content-type", "").lower().partition(";")[0].strip() == "multipart/report"
        or "mailer-daemon@" in fields.get("from", "").lower()
    )


def _content(message: Message, *, left: int, loads: bool) -> tuple[str, list[Attachment], bool]:
    """Return the text of a mail, its attachments, and whether all of it was read. `left`: bytes that were not read."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    leaves = list(_leaves(message))
    for place, part in enumerate(leaves):
        type_, name = part.get_content_type(), _file_name(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment" or not type_.startswith("text/")
        if not is_file:
            (html if type_ == "text/html" else plain).append(_part_text(part))
            continue
        data = _data(part)
        loaded = len(data)
        if left > 0 and place == len(leaves) - 1:
            is_base64 = str(part.get("content-transfer-encoding", "")).strip().lower() == "base64"
            loaded += left * 3 // 4 if is_base64 else left
        attachments.append(Attachment(name=name, size=loaded, type=type_[:100], data=data if loads else None))
    text = tidied("\n".join(plain)) or text_of("\n".join(html))
    return text[:MOST_TEXT], attachments, len(text) <= MOST_TEXT and len(leaves) < _MOST_LEAVES


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that have no parts, in their order. A mail within the mail counts as a file."""
    ahead, number = [message], 0
    while ahead and number < _MOST_LEAVES:
        part = ahead.pop()
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            ahead += [one for one in reversed(inner) if isinstance(one, Message)]
            continue
        number += 1
        yield part


def _data(part: Message) -> bytes:
    """Return the content of a part, as far as it was read."""
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Message))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset()
    return _decoded(payload, charset) if isinstance(payload, bytes) else ""


def _file_name(part: Message) -> str:
    """Return the name of a file without a folder, so that nobody is led out of one."""
    name = _words(str(part.get_filename() or "")[:_LONGEST])
    return re.split(r"[\\/]", name)[-1][:_LONGEST_NAME]


def _words(raw: str) -> str:
    """Return what a field says, on one line."""
    # Bytes that are no ASCII stand in it as half surrogates.
    if not raw.isascii():
        raw = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        pieces = decode_header(raw)
    except Exception:  # noqa: BLE001  # words in a wrong encoding are shown as they are
        pieces = [(raw, None)]
    said = "".join(one if isinstance(one, str) else _decoded(one, charset) for one, charset in pieces)
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())


def _decoded(given: bytes, charset: str | None) -> str:
    """Return bytes as text that can be kept, in the character set that they claim, else in UTF-8."""
    name = "utf-8"
    try:
        known = codecs.lookup(charset or "utf-8").name
        name = "utf-8" if known.replace("-", "_") in _SLOW else known
    except (LookupError, ValueError):
        pass
    try:
        text = given.decode(name, "replace")
    except (LookupError, ValueError):
        text = given.decode("utf-8", "replace")
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _addresses(raw: str) -> list[Address]:
    """Return the addresses of a field. Names are decoded afterwards: a decoded one may look like an address."""
    try:
        found = getaddresses([" ".join(raw.split())])[:_MOST_ADDRESSES]
    except Exception:  # noqa: BLE001  # no address can be read in it
        found = []
    made = [
        Address(name=_words(name), address=address if _ADDRESS.fullmatch(address) else "") for name, address in found
    ]
    return [one for one in made if one.name or one.address]


def _time(raw: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(raw[:200])
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
