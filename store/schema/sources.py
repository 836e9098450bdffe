"""Tables of sources: where cases come from, with their keys, their cursors, and what follows a case."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import FollowUpState, SourceKind
from store.types import OneOf


class Source(OfTeam, Base):
    """A place that cases come from, and that questions and outcomes may go back to."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("team_id", "kind", "name"),)

    kind: Mapped[SourceKind] = mapped_column(OneOf(SourceKind))
    name: Mapped[str] = mapped_column(String(100))
    settings: Mapped[dict[str, Any]]
    """The choices of an operator for it, by the kind. No secret is among them."""
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(100))
    ended_at: Mapped[datetime | None]
    """Time from which nothing of it is taken in; None while it may hand in cases."""


class SourceKey(OfTeam, Base):
    """A bearer key of a source. The key itself is shown once and kept nowhere."""

    __tablename__ = "source_keys"
    __table_args__ = (UniqueConstraint("hash"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    prefix: Mapped[str] = mapped_column(String(20))
    """Its first characters, by which people tell keys apart."""
    hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the key, which is random."""
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(100))
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    """Time of its last use, within some minutes; None where it was never used."""


class Origin(OfTeam, Base):
    """The source of a case that is told of its outcome, and the place there. A case of a file has none."""

    __tablename__ = "origins"
    __table_args__ = (
        UniqueConstraint("case_id"),
        # A reply in a thread may answer a question about the case of its message.
        index_of_some("ix_origins_place", "team_id", "place", where="place IS NOT NULL"),
        index_of_some("ix_origins_follow_up", "follow_up_id", where="follow_up_id IS NOT NULL"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    place: Mapped[str | None] = mapped_column(String(200))
    """The place where the source is told, by its kind. Of Slack: channel and message, `C0INBOX/1700000000.000100`."""
    follow_up_id: Mapped[int | None]
    """The follow-up from which the case was made; None where it was handed in. It has no foreign key: see `runs`."""


class HandedIn(OfTeam, Base):
    """A request with an idempotency key that was answered: the same request again gets the same answer."""

    __tablename__ = "handed_in"
    __table_args__ = (UniqueConstraint("source_id", "key_hash"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    key_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the idempotency key."""
    request_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body, with the key: another request under the same key is refused."""
    answer: Mapped[dict[str, Any]]
    """The status and ids that were answered. Nothing of the case is among it."""
    at: Mapped[datetime] = mapped_column(index=True)


class HeardMessage(OfTeam, Base):
    """A message in a watched channel, from when it was heard until it was taken in. Failed ones lose their content."""

    __tablename__ = "heard_messages"
    __table_args__ = (
        # Few are due, and they are searched for every other second.
        index_of_some("ix_heard_messages_due", "team_id", "due_at", where="content IS NOT NULL"),
    )

    workflow: Mapped[str] = mapped_column(String(100))
    """Name of the workflow that watches the channel."""
    place: Mapped[str] = mapped_column(String(200))
    """The channel and the message, as in the place of an origin."""
    content: Mapped[str | None]
    """JSON of the message; None once it failed, and nothing more is made of it by itself."""
    due_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(String(100))
    """The name of the error's type; None where it did not fail."""
    heard_at: Mapped[datetime] = mapped_column(index=True)


class SourceCursor(OfTeam, Base):
    """The place up to which a scheduled source was looked at. It moves with what is taken in, in one transaction."""

    __tablename__ = "source_cursors"
    __table_args__ = (UniqueConstraint("source_id"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    cursor: Mapped[str | None]
    """The author's own word for the place; None before the first look that succeeded."""
    moves: Mapped[int]
    """Number of moves of the cursor: one that was read before another move is refused."""
    fetched_at: Mapped[datetime | None]
    """Time of the last look that succeeded."""
    next_at: Mapped[datetime]
    failures: Mapped[int]
    """Looks that failed since one succeeded."""
    error: Mapped[str | None] = mapped_column(String(100))
    """The name of the last error's type; None once one succeeded."""


class FollowUp(OfTeam, Base):
    """A case of another workflow that is made once a run is delivered: `@triage.then(refunds)`."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("run_id", "workflow"),
        # Few are due, and they are searched for every other second.
        index_of_some("ix_follow_ups_due", "team_id", "due_at", where="state = 'due'"),
        index_of_some("ix_follow_ups_made", "made_case_id", where="made_case_id IS NOT NULL"),
        # Few fail, and a cause asks whether any of them is left.
        index_of_some("ix_follow_ups_failed", "cause_id", where="state = 'failed'"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    """The case that was delivered."""
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    workflow: Mapped[str] = mapped_column(String(100))
    """Name of the workflow that follows."""
    state: Mapped[FollowUpState] = mapped_column(OneOf(FollowUpState))
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    made_case_id: Mapped[int | None]
    """The case that was made; None where none was, or none yet. It has no foreign key: see `runs`."""
    problem_id: Mapped[int | None]
    """Content with the reason why it could not be made."""
    cause_id: Mapped[int | None]
    """The cause that its failure was counted with; None where it never failed. It has no foreign key: see `runs`."""
    changed_at: Mapped[datetime]
