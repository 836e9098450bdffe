"""Idempotency keys: which effects are the same effect."""

from hashlib import sha256
from urllib.parse import quote

MAX_CASE_KEY = 255
"""Characters in a case's key."""


def delivery_key(*, workflow: str, case: str, revision: int, correction: int = 0, rejection: bool = False) -> str:
    """The key of a delivery.

    A rerun keeps it; a newer revision, a correction and the news of a rejection are effects of their own. The case's
    key is percent-encoded, so that no key that somebody chose can pass for another case's correction, and the whole is
    printable ASCII, fit for an HTTP header. One that would be long stands as its hash, behind a
    colon, which no encoded key holds.
    """
    name = quote(case, safe="")
    if len(name) > 200:
        name = f"sha256:{sha256(case.encode()).hexdigest()}"
    parts = [workflow, name]
    if revision > 1:
        parts.append(f"revision-{revision}")
    if correction:
        parts.append(f"correction-{correction}")
    if rejection:
        parts.append("rejection")
    return "/".join(parts)
