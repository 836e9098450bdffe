"""The reading of requests: a request becomes a typed value, or is refused in plain words.

The caller is told what is wrong; nothing is guessed, cut or ignored. A refusal never repeats the request's text, so
that it can always be shown and logged.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from starlette.datastructures import Headers
from starlette.requests import Request

MOST_BYTES = 64 * 1024
MOST_CHARACTERS = 5_000
"""Most characters of a text."""
MOST_LISTED = 200
"""Most records in one listing."""
LONGEST_OUTAGE = 3_600
"""Most seconds of an outage."""

Word = TypeVar("Word", bound=StrEnum)


class Refused(Exception):
    """A request is not carried out; `code` is for programs, `message` for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class OutageOrder:
    """A request for an outage."""

    seconds: int
    """Seconds that it lasts; 0 ends an outage."""
    only_changes: bool


async def read_body(request: Request) -> dict[str, object]:
    """Return the JSON object in a request.

    Raise `Refused` (413 above `MOST_BYTES`, 400 if it is not one JSON object in UTF-8).
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refused(413, "body_too_large", "The body is larger than 64 KB.")
    try:
        read = json.loads(body.decode(), parse_constant=_no_number, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise Refused(400, "malformed_json", "The body is not JSON that can be read.") from None
    if not isinstance(read, dict):
        raise Refused(400, "malformed_json", "The body has to be one JSON object.")
    return read


def read_key(headers: Headers) -> str:
    """Return the Idempotency-Key, unchanged. Raise `Refused` (400)."""
    keys = headers.getlist("idempotency-key")
    if not keys:
        raise Refused(400, "idempotency_key_missing", "This request needs an Idempotency-Key header.")
    if len(keys) > 1 or not re.fullmatch(r"[\x20-\x7e]{1,255}", keys[0]):
        raise Refused(
            400, "invalid_idempotency_key", "An Idempotency-Key is 1 to 255 printable ASCII characters, once."
        )
    return keys[0]


def read_outage(body: Mapping[str, object]) -> OutageOrder:
    """Return the booking in a body. Raise `Refused` (400)."""
    only(body, {"seconds", "only_changes"})
    seconds, only_changes = body.get("seconds"), body.get("only_changes", False)
    # True and False are ints to Python.
    if type(seconds) is not int or not 0 <= seconds <= LONGEST_OUTAGE:
        raise Refused(400, "invalid_seconds", f"seconds must be a whole number from 0 to {LONGEST_OUTAGE:,}.")
    if not isinstance(only_changes, bool):
        raise Refused(400, "invalid_only_changes", "only_changes must be true or false.")
    return OutageOrder(seconds=seconds, only_changes=only_changes)


def read_reason(body: Mapping[str, object]) -> str:
    """Return the reason in the body of a rejection. Raise `Refused` (400)."""
    only(body, {"reason"})
    reason = text(body, "reason")
    if not reason.strip():
        raise Refused(400, "invalid_reason", "reason must not be empty: people want to know why.")
    return reason


def read_limit(text: str) -> int:
    """Return the booking in a body. Raise `Refused` (400)."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > MOST_LISTED:
        raise Refused(400, "invalid_limit", f"limit must be a whole number from 1 to {MOST_LISTED}.")
    return int(text)


def only(body: Mapping[str, object], fields: Collection[str]) -> None:
    """Raise `Refused` (400) where a body has other fields than these."""
    # If a field were silently dropped, the caller would believe that its value was recorded.
    if not body.keys() <= set(fields):
        known = ", ".join(sorted(fields))
        raise Refused(400, "unknown_field", f"There is a field that is not known here; send {known}.")


def word(body: Mapping[str, object], field: str, words: type[Word]) -> Word:
    """Return a field whose value is one of these words. Raise `Refused` (400)."""
    for known in words:
        if known.value == body.get(field):
            return known
    listed = ", ".join(known.value for known in words)
    raise Refused(400, f"invalid_{field}", f"{field} must be one of {listed}.")


def text(body: Mapping[str, object], field: str) -> str:
    """Return a field that is a text. Raise `Refused` (400)."""
    value = body.get(field)
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        raise Refused(400, f"invalid_{field}", f"{field} must be a text of at most {MOST_CHARACTERS:,} characters.")
    # Lone surrogates have no UTF-8, and SQLite's own functions end a text at NUL.
    if re.search(r"[\x00\ud800-\udfff]", value):
        raise Refused(
            400, f"invalid_{field}", f"{field} holds a character that is not text (NUL or half a surrogate pair)."
        )
    return value


def _no_number(name: str) -> object:
    raise ValueError(f"JSON has no {name}")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("the same field twice in one object")
    return read
