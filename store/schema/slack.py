"""What stands in Slack, what was heard from it, and what team leads are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfSubject, OfTeam
from store.states import OutboxState
from store.types import OneOf


class OutboxRow(OfSubject, OfTeam, Base):
    """An intent to show something in Slack: what about and where, never how it looks."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("team_id", "kind", "subject_kind", "subject_id", "channel", "occasion"),
        Index("ix_outbox_state_not_before", "state", "not_before"),
        Index("ix_outbox_channel_state", "channel", "state"),
    )

    kind: Mapped[str] = mapped_column(String(30))
    face: Mapped[str] = mapped_column(String(20))
    """Which face shows it; see `store.slack.faces`."""
    channel: Mapped[str] = mapped_column(String(60))
    """A channel's id, or the name of a role that the settings give a channel."""
    occasion: Mapped[str] = mapped_column(String(200))
    """What tells a note from others of its kind about the same thing; empty for what is shown or said once."""
    about: Mapped[dict[str, Any]]
    """What a note is about beside its subject: a time, a code, the name of what has no row."""
    state: Mapped[OutboxState] = mapped_column(OneOf(OutboxState))
    wanted: Mapped[int]
    """Grows whenever a view has to be drawn anew; what is sent for an older number is not the end of it."""
    attempts: Mapped[int]
    not_before: Mapped[datetime]
    unsure_since: Mapped[datetime | None]
    """When the first attempt began of which nobody knows whether Slack took it; None where there is none."""
    error: Mapped[str | None] = mapped_column(String(100))
    """What Slack said to the last attempt that it refused: its code."""
    created_at: Mapped[datetime]


class Pause(OfTeam, Base):
    """Until when Slack wants to be left alone with a method."""

    __tablename__ = "pauses"
    __table_args__ = (UniqueConstraint("team_id", "method", "channel"),)

    method: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(60))
    """Empty where the method is limited in the whole workspace."""
    until: Mapped[datetime]


class InboxRow(OfTeam, Base):
    """An event that was heard, and taken in with what follows from it."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("team_id", "key"),)

    key: Mapped[str] = mapped_column(String(100))
    """The event's id: heard again, it is the same one."""
    kind: Mapped[str] = mapped_column(String(60))
    received_at: Mapped[datetime] = mapped_column(index=True)


class Message(OfSubject, OfTeam, Base):
    """A message that stands in a channel."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("team_id", "subject_kind", "subject_id", "channel"),
        UniqueConstraint("team_id", "channel", "ts"),
    )

    channel: Mapped[str] = mapped_column(String(60))
    ts: Mapped[str] = mapped_column(String(32))
    """Slack's name for the message within the channel."""
    waits: Mapped[bool]
    """It shows something that waits for a person; a channel has room for a few of these."""


class Digest(OfTeam, Base):
    """What a team lead is told of a period. The figures are counts and ids, and never change."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("team_id", "job", "period"),)

    job: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(10))
    """The last local date that it covers, as YYYY-MM-DD: one digest of a job for each."""
    covers_from: Mapped[str] = mapped_column(String(10))
    """The first local date that it covers; an earlier one where digests were missed."""
    figures: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
