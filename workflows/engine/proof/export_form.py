"""The form of an export: a line of JSON for each thing, each in canonical form. Pure.

So a changed byte is a change.

A header, each seal with all its rows after it, rows that are not sealed yet, receipts, a summary in words, and an end.
"""

from collections.abc import Mapping
from enum import StrEnum

from workflows.engine.proof.audit_form import canonical
from workflows.engine.proof.chain import SealRecord

FORMAT = "countersign audit export"
VERSION = 1
LONGEST_LINE = 2_000_000
"""Most bytes of a line. The longest is a seal with all its leaves, about 350,000."""


class Kind(StrEnum):
    """The kind of a line."""

    HEADER = "header"
    SEAL = "seal"
    ROW = "row"
    UNSEALED = "unsealed"
    """A row that is not sealed yet."""
    RECEIPT = "receipt"
    SUMMARY = "summary"
    END = "end"


def line_of(kind: Kind, **values: object) -> bytes:
    """Return a line, without its line feed."""
    return canonical({"kind": kind.value, **values})


def row_line(form: bytes, seal: int | None) -> bytes:
    """Return the line of an audit row in its form. `seal`: the number of its seal; None where it is not sealed yet."""
    if seal is None:
        return b'{"kind":"unsealed","row":%s}' % form
    return b'{"kind":"row","row":%s,"seal":%d}' % (form, seal)


def seal_line(seal: SealRecord) -> bytes:
    """Return the line of a seal."""
    said: Mapping[str, object] = {
        "team": seal.team,
        "number": seal.number,
        "previous": seal.previous,
        "count": seal.count,
        "last_row": seal.last_row,
        "root": seal.root,
        "sealed_at": seal.sealed_at,
        "row_ids": list(seal.row_ids),
        "leaves": b"".join(seal.leaves).hex(),
        "head": seal.head,
        "key_id": seal.key_id,
        "signature": seal.signature,
    }
    return line_of(Kind.SEAL, seal=said)
