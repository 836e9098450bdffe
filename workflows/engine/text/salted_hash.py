"""Hashes of a case's content that are kept for good, salted so that nobody can guess the content once it is gone.

A hash is the SHA-256, as 64 hex digits, over the RFC 8785 form of `{"of": ..., "salt": ..., "text": ...}`. `of` is what
the text is, so that two texts that mean different things never have one hash. `text` is the text as it is kept, which
for values is their canonical JSON. `salt` is the case's. Equal values of a case have equal hashes, whether they were
proposed, approved or delivered, and whoever is given the salt and the text can compute them again.
"""

import json
from enum import StrEnum
from hashlib import sha256
from secrets import token_hex


class Of(StrEnum):
    """The kind of a text that is hashed."""

    INPUT = "input"
    OUTPUT = "output"
    """Values that were proposed, approved or delivered."""
    SHOWN = "shown"
    """A proposal with its confidences, evidence and reasons, and the reasons why a person was asked."""
    REASON = "reason"
    """Reason of a rejection, as a person wrote it and as the system of record was told."""
    RECEIPT = "receipt"
    DOCUMENT = "document"
    """A file, given by its SHA-256 as 64 hex digits: whoever has the file needs the salt alone."""


def new_salt() -> str:
    """Return the salt of a new case: 32 random hex digits."""
    return token_hex(16)


def salted_hash(of: Of, text: str, *, salt: str) -> str:
    """Return the hash of a text of a case."""
    # Of three texts under these names, Python's JSON is the form of RFC 8785, and written in C.
    form = json.dumps({"of": of.value, "salt": salt, "text": text}, ensure_ascii=False, separators=(",", ":"))
    return sha256(form.encode()).hexdigest()


def hash_to_keep(of: Of, text: str, *, salt: str | None) -> str | None:
    """Return the hash of a text of a case; None where the case has no salt.

    Such a case is from before there were salts. A hash without one would let a few possible values be tried out.
    """
    return None if salt is None else salted_hash(of, text, salt=salt)


def shown_text(proposal: str | None, reasons: str | None) -> str:
    """Return what a person was shown as one text. Both are given as they are kept; None: there was none."""
    return json.dumps([proposal, reasons], ensure_ascii=False, separators=(",", ":"))
