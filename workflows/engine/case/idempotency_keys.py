"""Idempotency keys. Two effects with one key are the same effect."""

import unicodedata
from hashlib import sha256
from urllib.parse import quote

from workflows.invisible import is_invisible

MAX_CASE_KEY = 255
"""Characters in a case's key."""


def case_key(text: str) -> str:
    """Return a case's key in its normal form: composed (Unicode's NFC), with single spaces between its words.

    Two keys that a person cannot tell apart are one case. Raise `ValueError` for a key that is empty, too long, or has
    a character that cannot be seen.
    """
    key = " ".join(unicodedata.normalize("NFC", text).split())
    unseen = next((one for one in text.strip() if is_invisible(one)), None)
    unseen = unseen or next((one for one in key if not one.isprintable()), None)
    if key and len(key) <= MAX_CASE_KEY and unseen is None:
        return key
    if unseen is not None:
        found = f"has the character U+{ord(unseen):04X}, which cannot be seen"
    else:
        found = f"has {len(key):,}" if key else "is empty"
    raise ValueError(f"has to be 1 to {MAX_CASE_KEY} characters that can be seen; it {found}")


def delivery_key(
    *,
    workflow: str,
    case: str,
    revision: int,
    correction: int = 0,
    rejection: bool = False,
    namespace: str | None = None,
) -> str:
    """Return the idempotency key of a delivery.

    A rerun keeps the key; a newer revision, a correction and the news of a rejection have keys of their own. The case's
    key is percent-encoded: so no chosen key looks like another case's correction, and the whole is printable ASCII, fit
    for an HTTP header. A long key is replaced by its hash, after a colon, which no encoded key holds. `namespace`: the
    workspace whose effect it is, where the key has to say so.
    """
    parts = [*_first(namespace), workflow, _encoded(case)]
    if revision > 1:
        parts.append(f"revision-{revision}")
    if correction:
        parts.append(f"correction-{correction}")
    if rejection:
        parts.append("rejection")
    return "/".join(parts)


def question_key(*, workflow: str, case: str, number: int, namespace: str | None = None) -> str:
    """Return the idempotency key of a question to the source of a case. `number`: of the question, from 1."""
    return "/".join([*_first(namespace), workflow, _encoded(case), f"question-{number}"])


def _first(namespace: str | None) -> list[str]:
    """Return what stands before the workflow. Slack's ids are capitals, and no name of a workflow holds one."""
    return [namespace] if namespace is not None else []


def _encoded(case: str) -> str:
    name = quote(case, safe="")
    return name if len(name) <= 200 else f"sha256:{sha256(case.encode()).hexdigest()}"
