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
    said: str | None = None
    """What else is known: a head, or what is wrong with a line."""


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

    @property
    def is_right(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings
