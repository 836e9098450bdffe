"""The fingerprint of a failure: what it has in common with others that have the same cause. Pure.

It follows how error trackers group what has no stack trace of its own: the type of the error and its message, with all
that changes from one occurrence to the next taken out (Sentry: https://docs.sentry.io/concepts/data-management/
event-grouping/, and its parameterization of messages: e-mail addresses, URLs, host addresses, UUIDs, hashes, dates,
durations, numbers, quoted values). Here the workflow, the step and the other system are a part of it, as a fingerprint
rule of a tracker would say; and every value gets the same mark, so that one place in a message which holds a number now
and a name then stays one place.
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256

from workflows.redaction import CASE_TEXT, SECRET

VALUE = "…"
"""Stands in place of all that changes from one failure to the next."""
LENGTH = 32
"""Hex digits of a fingerprint."""
NAME = 8
"""Hex digits of it that people are shown, and type."""
MOST = 200
"""Characters of a normalised message."""
_SCHEME = "1"
"""The way in which fingerprints are made. Another way makes new causes, and leaves the old ones alone."""
_LOOKED_AT = 2_000
"""Characters of a message that are looked at."""
_ROUNDS = 8
"""Most times that a message is gone through: what is taken out may bring together what is left."""

_DAYS = "mon|tue|wed|thu|fri|sat|sun"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec"
_BESIDE_A_NUMBER = (
    rf"(?:(?:{_DAYS})(?:day|sday|nesday|rsday|urday)?"
    rf"|(?:{_MONTHS})(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?|am|pm|utc|gmt|ms|sec|secs)"
)
"""Words that are a part of a time when a number stands beside them."""
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # Of a URL only the system is kept. A user in it, a port, a path and a query belong to one occurrence.
    (
        re.compile(r"\b([a-z][a-z+.-]{1,15}://)(?:[^\s/@]{0,200}@)?([a-z0-9.-]{1,200})[^\s\"'<>)\]]{0,2000}", re.I),
        r"\1\2",
    ),
    # Whatever touches what was masked before belongs to it.
    (
        re.compile(
            rf"[^\s(\[{{\"'<>]{{0,200}}(?:{'|'.join(map(re.escape, (CASE_TEXT, SECRET, '[hidden]', '[personal]')))})"
            r"[^\s)\]}\"'<>]{0,200}"
        ),
        VALUE,
    ),
    (re.compile(r"[^\s<>(),;:\"']{1,100}@[^\s<>(),;:\"']{1,200}"), VALUE),
    # A quotation mark within a word, as in “doesn't”, quotes nothing.
    (re.compile(r"(?<!\w)(['\"`])(?!\s)[^\n]{1,500}?(?<!\s)\1(?!\w)"), rf"\g<1>{VALUE}\g<1>"),
    (re.compile(r"([“„‘«‹])[^“”„‘’«»‹›]{1,500}([”’»›])"), rf"\1{VALUE}\2"),
    (re.compile(r"(?<=\w=)[^\s,;)\]}]{1,500}"), VALUE),
    (re.compile(r"\b[a-f]{8,}\b|\b[A-F]{8,}\b"), VALUE),
    (re.compile(rf"\b{_BESIDE_A_NUMBER}\b[.,]?[ ]?(?={VALUE})|(?<={VALUE})[.,]?[ ]?\b{_BESIDE_A_NUMBER}\b", re.I), ""),
    # Several values in a row are one: how many there are belongs to the occurrence.
    (re.compile(rf"{VALUE}(?:[\s,;:/|.\\_+*~=%-]{{0,5}}{VALUE})+"), VALUE),
)
_TOKEN = re.compile(r"[^\s()\[\]{}<>\"'`“”„‘’«»‹›,;!?=|…]+")
"""A piece of a message between spaces and marks."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A failure, as far as it has something in common with others. It holds nothing of a case."""

    workflow: str
    step: str
    """The step that failed, or the part of the way: `propose`, `deliver`."""
    error: str
    """The error's type."""
    dependency: str | None
    """The other system that it is about; None where that is not known."""
    message: str
    """The normalised message."""

    @property
    def fingerprint(self) -> str:
        """The mark of all failures that are alike."""
        parts = [_SCHEME, self.workflow, self.step, self.error, self.dependency, self.message.casefold()]
        return sha256(json.dumps(parts).encode()).hexdigest()[:LENGTH]


def normalised(message: str) -> str:
    """Return a message on one line without all that changes from one occurrence to the next. It takes any text.

    No digit is left in it, and normalised again it stays as it is.
    """
    text = " ".join(message[:_LOOKED_AT].split())
    for _ in range(_ROUNDS):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    for pattern, mask in _RULES:
        text = pattern.sub(mask, text)
    text = _TOKEN.sub(_without_number, text)
    return " ".join(text[:MOST].split())


def _without_number(found: re.Match[str]) -> str:
    """Return a piece of a message, or the mark of a value where a digit of any script is in it."""
    piece = found[0]
    if not any(char.isnumeric() or char.isdigit() for char in piece):
        return piece
    # A full stop or a colon after it belongs to the sentence.
    return VALUE + piece[len(piece.rstrip(".:")) :]
