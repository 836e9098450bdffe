"""The digest of what was approved, by which a program proves that it does exactly that.

It is the SHA-256 over the RFC 8785 form (JCS) of the workflow's name, the case's key and the values. Any language can
compute it: `docs/webhooks.md` has the form and vectors.
"""

from collections.abc import Mapping
from hashlib import sha256

import rfc8785
from pydantic import JsonValue

PREFIX = "sha256:"
"""Stands before the 64 hex digits, so that another hash can take its place one day."""


def digest_of(workflow: str, key: str, output: Mapping[str, JsonValue]) -> str:
    """Return the digest of the values that were approved for a case, as `sha256:` and 64 hex digits.

    Source: RFC 8785, JSON Canonicalization Scheme. Raise `ValueError` for values that have no such form, as an integer
    beyond 2^53 has none.
    """
    form = rfc8785.dumps({"workflow": workflow, "case": key, "output": dict(output)})
    return PREFIX + sha256(form).hexdigest()
