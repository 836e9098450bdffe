"""Tables of Slack: installations, messages to show and shown, events heard, rate limits, and digests."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfSubject, OfTeam, index_of_some
from store.states import InstallationEnd, OutboxState
from store.types import OneOf


class OutboxRow(OfSubject, OfTeam, Base):
    """An intent to show something in Slack: its subject and place, never its look."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("team_id", "kind", "subject_kind", "subject_id", "channel", "occasion"),
        index_of_some("ix_outbox_unsent_state", "team_id", "state", where="state <> 'sent'"),
        index_of_some(
            "ix_outbox_unsent_channel", "team_id", "channel", "kind", "subject_kind", where="state <> 'sent'"
        ),
        # A direct message names several cases; with each removal those are searched that may name its case.
        index_of_some("ix_outbox_direct_reminders", "team_id", "created_at", where="kind = 'direct_reminder'"),
    )

    kind: Mapped[str] = mapped_column(String(30))
    face: Mapped[str] = mapped_column(String(20))
    """The face that shows it; see `store.faces`."""
    channel: Mapped[str] = mapped_column(String(60))
    """Channel id, or a role that the settings give a channel to."""
    occasion: Mapped[str] = mapped_column(String(200))
    """Name that tells a note from others of its kind about the same thing; empty for what is shown or said once."""
    about: Mapped[dict[str, Any]]
    """Facts of a note beside its subject: a time, a code, the name of what has no row."""
    state: Mapped[OutboxState] = mapped_column(OneOf(OutboxState))
    wanted: Mapped[int]
    """Number of the newest wish; it grows whenever a view has to be drawn anew. An older one that was sent does not
    settle it."""
    attempts: Mapped[int]
    not_before: Mapped[datetime]
    unsure_since: Mapped[datetime | None]
    """Start of the first attempt to send of which it is not known whether Slack took it; None where there is none."""
    error: Mapped[str | None] = mapped_column(String(100))
    """Slack's code for the refusal of the last attempt to send."""
    ts: Mapped[str | None] = mapped_column(String(32))
    """Slack's name for the note within its channel, so that it can be taken away; empty where no message stands. None
    for a view, for what is not sent yet, and for what an earlier version sent.
    """
    posted_in: Mapped[str | None] = mapped_column(String(60))
    """Channel in which the note stands: that of a role may be another by now, and a person has one of their own. Of a
    view, only where it is shown to a person.
    """
    created_at: Mapped[datetime]


class Installation(OfTeam, Base):
    """An installation of the app in a workspace, or in an organisation as a whole; one row for a team."""

    __tablename__ = "installations"
    __table_args__ = (UniqueConstraint("team_id"),)

    app_id: Mapped[str] = mapped_column(String(32))
    enterprise_id: Mapped[str | None] = mapped_column(String(32))
    """Organisation on Enterprise Grid that it belongs to."""
    is_whole: Mapped[bool]
    """True if the app is installed in the organisation as a whole."""
    bot_user: Mapped[str] = mapped_column(String(32))
    bot_id: Mapped[str] = mapped_column(String(32))
    scopes: Mapped[str]
    """Scopes that Slack granted, separated by commas."""
    sealed_token: Mapped[str | None]
    """The bot's token, encrypted; None once the installation has ended."""
    installed_by: Mapped[str | None] = mapped_column(String(32))
    """Person who installed it, by id; None where an operator added it by its token."""
    installed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Time when it was uninstalled, or its token was found revoked; None while it stands."""
    ended_why: Mapped[InstallationEnd | None] = mapped_column(OneOf(InstallationEnd))
    turn: Mapped[int]
    """Number of times that it was installed or ended: whoever serves it sees by it that something changed."""


class Invitation(Base):
    """An invitation to install the app, which is the state of one OAuth exchange. It belongs to no team yet."""

    __tablename__ = "invitations"

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of its secret, as hex digits."""
    for_workspace: Mapped[str | None] = mapped_column(String(32))
    """Workspace or organisation that alone may take it, by Slack's id; None: whoever has the link chooses."""
    made_by: Mapped[str] = mapped_column(String(100))
    """The operator who made it."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RateLimit(OfTeam, Base):
    """A rate limit of Slack's for a method, from its Retry-After."""

    __tablename__ = "rate_limits"
    __table_args__ = (UniqueConstraint("team_id", "method", "channel"),)

    method: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(60))
    """Channel id; empty where the method is limited in the whole workspace."""
    until: Mapped[datetime]


class InboxRow(OfTeam, Base):
    """An event that was heard and handled."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("team_id", "key"),)

    key: Mapped[str] = mapped_column(String(100))
    """Id of the event; an event with a known id is a repetition."""
    kind: Mapped[str] = mapped_column(String(60))
    received_at: Mapped[datetime] = mapped_column(index=True)


class Message(OfSubject, OfTeam, Base):
    """A message shown in a channel."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("team_id", "subject_kind", "subject_id", "channel"),
        UniqueConstraint("team_id", "channel", "ts"),
        index_of_some(
            "ix_messages_waiting",
            "team_id",
            "waits",
            "subject_kind",
            "channel",
            where="waits",
            on_sqlite="waits = 1",
        ),
    )

    channel: Mapped[str] = mapped_column(String(60))
    ts: Mapped[str] = mapped_column(String(32))
    """Slack's name for the message within the channel."""
    waits: Mapped[bool]
    """True if the message waits for a person; a channel has room for a few of these."""


class Digest(OfTeam, Base):
    """A digest of one period for a team lead. The figures are counts and ids, and never change."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("team_id", "job", "workflow", "period"),)

    job: Mapped[str] = mapped_column(String(40))
    workflow: Mapped[str] = mapped_column(String(100), server_default=text("''"))
    """Name of the only workflow that it is about; empty: it is about all."""
    period: Mapped[str] = mapped_column(String(10))
    """Last local date that the digest covers, as YYYY-MM-DD: one digest of a job and a workflow for each."""
    covers_from: Mapped[str] = mapped_column(String(10))
    """First local date that the digest covers; earlier than one period where digests were missed."""
    figures: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
