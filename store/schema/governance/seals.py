"""The table of seals: batches of audit rows in a chain of hashes. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class Seal(OfTeam, Base):
    """A batch of audit rows, sealed by the root of their Merkle tree and by the seal before it."""

    __tablename__ = "seals"
    __table_args__ = (UniqueConstraint("team_id", "number"),)

    number: Mapped[int]
    """Place in the team's chain, from 1."""
    previous: Mapped[str] = mapped_column(String(64))
    """Head of the seal before, as hex digits; zeros for the first."""
    count: Mapped[int]
    """Number of its rows."""
    last_row: Mapped[int]
    """Greatest id of its rows: every row up to it is sealed."""
    row_ids: Mapped[bytes]
    """Ids of its rows in their order, 8 bytes each, big-endian."""
    leaves: Mapped[bytes]
    """Hashes of its rows in the same order, 32 bytes each: they tell which row was changed."""
    root: Mapped[str] = mapped_column(String(64))
    """Root of the Merkle tree over the leaves, as hex digits."""
    sealed_at: Mapped[datetime]
    head: Mapped[str] = mapped_column(String(64))
    """SHA-256 over number, previous head, count, last row, root, team and time, as hex digits."""
    key_id: Mapped[str | None] = mapped_column(String(64))
    """Fingerprint of the key that signed the head; None where there was no key."""
    signature: Mapped[str | None] = mapped_column(String(128))
    """Ed25519 signature of the head, as hex digits."""
