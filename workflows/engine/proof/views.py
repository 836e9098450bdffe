"""Read models of the sealed audit and of what verifies it, frozen, the same for every face. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class HeadView:
    """The head of a seal: one hash that stands for every row up to its last."""

    number: int
    """Place of the seal in the chain, from 1."""
    head: str
    """As hex digits."""
    last_row: int
    sealed_at: datetime
    key_id: str | None
    """Fingerprint of the key that signed it; None where there was none."""


@dataclass(frozen=True, kw_only=True)
class SealStatus:
    """The state of the sealing: what is sealed, and what is not yet."""

    newest: HeadView | None
    """None before the first seal."""
    unsealed: int
    """Rows that are not sealed yet, at most `COUNTED`."""
    oldest: timedelta | None
    """Age of the first of them; None where all are sealed."""


COUNTED = 100_000
"""Most rows that are counted as not sealed yet: with so many, nothing seals."""


class FindingKind(StrEnum):
    """A way in which an audit is not as it was sealed."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    INSERTED = "inserted"
    DOUBLED = "doubled"
    SEAL_ALTERED = "seal_altered"
    SEAL_REMOVED = "seal_removed"
    CHAIN_BROKEN = "chain_broken"
    """A seal names another one before it than there is."""
    BAD_SIGNATURE = "bad_signature"
    NOT_SIGNED = "not_signed"
    """A seal without a signature after one that has one."""
    UNKNOWN_HEAD = "unknown_head"
    """A head that somebody kept is not in the chain."""
    CUT_OFF = "cut_off"
    """An export that ends before its end."""
    UNREADABLE = "unreadable"
    """A line of an export that is none of ours."""
    RECEIPT_EDITED = "receipt_edited"
    """A receipt that is not as it was written, or says otherwise than the audit rows that it names."""
    RECEIPT_DOUBLED = "receipt_doubled"
    RECEIPT_LEFT_OUT = "receipt_left_out"
    """There is a delivery of a case, and no receipt of it."""
    RECEIPT_OUTSIDE = "receipt_outside"
    """A receipt from elsewhere that names a row which is not among the sealed ones of the export."""
    CONTENT_CHANGED = "content_changed"
    """A content in the database has another hash than the audit keeps of it."""
    EVIDENCE_CHANGED = "evidence_changed"
    """A version's evidence, or its reach, does not follow from the rows of its cases."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The first thing that is not as it was."""

    kind: FindingKind
    row: int | None = None
    """Id of the audit row."""
    other: int | None = None
    """Id of the row whose place or content it has."""
    seal: int | None = None
    """Number of the seal."""
    line: int | None = None
    """Line of the export, from 1."""
    case: int | None = None
    """Id of the case, where it is about a receipt."""
    said: str | None = None
    """Further facts: a head, what is wrong with a line, or the name of a hash."""


ALARMS = 100
"""Most cases that are named where something was delivered that nobody approved."""


@dataclass(frozen=True, kw_only=True)
class ReceiptTally:
    """The result of holding receipts against the audit."""

    receipts: int
    decisions: int
    """Decided runs in them: each has its three hashes."""
    fit: int
    """Decisions whose delivered values are those that were decided, or by rule those that were proposed."""
    undelivered: int
    """Decisions after which nothing was delivered, or not yet."""
    unknown: int
    """Decisions whose hashes were not kept yet."""
    not_approved: int
    """Receipts of which something was delivered that nobody approved: no tampering, and an alarm."""
    alarms: Sequence[int]
    """Their cases, at most `ALARMS`."""
    remade: int
    """Hashes that were made again from their texts; in an export there are no texts."""
    outside: int
    """Audit rows that receipts name and that are not among the sealed ones of the export."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of a verification."""

    findings: Sequence[Finding]
    """The first thing that is wrong with rows and seals, and each head that is not in the chain; none: all is right."""
    seals: int
    rows: int
    """Rows that are as they were sealed; up to the first finding."""
    first: int | None
    """Number of the first seal that was looked at."""
    newest: HeadView | None
    """The last seal that was right."""
    unsealed: int
    """Rows after the last seal: nothing shows whether they are as they were."""
    signed: int
    """Seals whose signature was checked, and is right."""
    unchecked: int
    """Seals that are signed by a key that is not known here."""
    unsigned: int
    """Seals without a signature."""
    heads: int
    """Heads from elsewhere that are in the chain."""
    heads_outside: int
    """Heads from elsewhere of seals that an export does not cover."""
    bad_heads: int
    """Lines of the file of heads that are none."""
    backdated: int
    """Rows that are dated long before a row that was written before them."""
    first_backdated: int | None
    own_key: bool
    """True if signatures were checked with the key that the export itself brings."""
    restored_at: datetime | None
    """Time at which the database was last put back from a backup; None where it never was, or is not known."""
    receipts: ReceiptTally | None = None
    """None where no receipt was looked at."""
    epochs: int | None = None
    """Versions whose evidence was computed again from its rows; None where none was looked at."""
    held: int = 0
    """Receipts from elsewhere that say what the export says."""

    @property
    def is_right(self) -> bool:
        """Tell whether all is as it was sealed and written."""
        return not self.findings

    @property
    def is_good(self) -> bool:
        """Tell whether, besides, there are seals where there are rows, and all that was delivered was approved."""
        is_unsealed = not self.seals and self.unsealed > 0
        return self.is_right and not is_unsealed and not (self.receipts is not None and self.receipts.not_approved)
