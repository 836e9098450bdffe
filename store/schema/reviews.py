"""Tables of proposals, reviews, decisions and deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfSubject, OfTeam, index_of_some
from store.states import DeliveryState, ReviewState
from store.types import OneOf


class Proposal(OfTeam, Base):
    """A proposal of the model or, in a correction, of a person."""

    __tablename__ = "proposals"
    __table_args__ = (index_of_some("ix_proposals_sample", "run_id", where="sample", on_sqlite="sample = 1"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    confidence: Mapped[float | None]
    """Lowest confidence of the fields, 0 to 1."""
    model: Mapped[str] = mapped_column(String(200))
    prompt_version: Mapped[str | None] = mapped_column(String(64))
    sample: Mapped[bool] = mapped_column(server_default=false())
    """True if it was written by hand for a demonstration. No figure counts it."""
    created_at: Mapped[datetime]


class Review(OfTeam, Base):
    """A review, with its decisions."""

    __tablename__ = "reviews"
    __table_args__ = (
        # The next one to review is the first of those that are open, of however many.
        Index("ix_reviews_state_precedence_answer_by", "state", "precedence", "answer_by"),
        # What one person has in hand is shown to them whenever they open their Home.
        index_of_some("ix_reviews_claimed", "team_id", "claimed_by", "state", where="claimed_by IS NOT NULL"),
        index_of_some("ix_reviews_due", "team_id", "state", "due_at", where="due_at IS NOT NULL"),
        index_of_some("ix_reviews_remind", "team_id", "state", "remind_at", where="remind_at IS NOT NULL"),
        index_of_some("ix_reviews_assigned", "team_id", "state", "assignee", where="assignee IS NOT NULL"),
        index_of_some("ix_reviews_to_assign", "team_id", "state", "assign_at", where="assign_at IS NOT NULL"),
        # The cases that are alike are counted and found by their mark.
        index_of_some("ix_reviews_alike", "team_id", "state", "workflow_id", "alike", where="alike IS NOT NULL"),
        # A digest asks what people were asked on a day. With the team before it, SQLite would search by the team alone
        # where a state finds few.
        Index("ix_reviews_opened_at", "opened_at"),
        index_of_some("ix_reviews_unproposed", "team_id", "opened_at", where="proposal_id IS NULL"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    version: Mapped[int]
    """Version that a decision has to name; raised whenever the card changes."""
    state: Mapped[ReviewState] = mapped_column(OneOf(ReviewState))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    """Proposal shown; None for an empty form."""
    blind: Mapped[bool] = mapped_column(server_default=false())
    """True if nobody sees the proposal of its run before it is decided, and both are compared then."""
    out_of_scope: Mapped[bool] = mapped_column(server_default=false())
    """True if its workflow was not to look at the case, so that no proposal is missing."""
    reasons_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    """Reasons for which a person is asked."""
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    claimed_at: Mapped[datetime | None]
    second: Mapped[int | None]
    """Place, from 0, of the declared second person that it waits for; None while it waits for none."""
    second_error: Mapped[str | None] = mapped_column(String(200))
    """Type of the error of the rule that says whether a second person is needed; None where it raised none."""
    precedence: Mapped[int] = mapped_column(server_default="1")
    """0 for a correction, since something wrong is live: it stands before all others. 1: by its deadline."""
    alike: Mapped[str | None] = mapped_column(String(32))
    """Digest of what its workflow says makes cases alike; None for one that stands alone, or has no proposal."""
    opened_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """Time at which something is to be done about it by itself; None where nothing is, or where it is decided."""
    remind_at: Mapped[datetime | None]
    """Time at which people are reminded of it; None where they are not, or where it is decided."""
    reminders: Mapped[int] = mapped_column(server_default="0")
    """Number of reminders since it was opened, or opened again, with those that were missed."""
    escalated_to: Mapped[str | None] = mapped_column(String(500))
    """The people to whom it went, with spaces between them; None where it was not escalated."""
    escalated_by: Mapped[str | None] = mapped_column(String(100))
    escalated_at: Mapped[datetime | None]
    assignee: Mapped[str | None] = mapped_column(String(100))
    """The person who is to decide it while it is open; None where that is anybody. It bars nobody."""
    assigned_by: Mapped[str | None] = mapped_column(String(100))
    assignments: Mapped[int] = mapped_column(server_default="0")
    """Number of times that its assignee changed."""
    assign_at: Mapped[datetime | None]
    """Time at which somebody is to be assigned by itself; None where nobody is."""
    decided_at: Mapped[datetime | None]


class DirectReminder(OfTeam, Base):
    """The direct messages by which a person is reminded of reviews: several reviews are told together."""

    __tablename__ = "direct_reminders"
    __table_args__ = (UniqueConstraint("team_id", "person"),)

    person: Mapped[str] = mapped_column(String(100))
    wanted_at: Mapped[datetime | None]
    """Time at which the next one is to be made; None where none is wanted."""
    sent_at: Mapped[datetime | None]
    """Time at which the last one was sent; None where none was."""


class Decision(OfTeam, Base):
    """The decision about one version of a review: a person's, or a lapse, which is nobody's."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("review_id", "version"),
        Index("ix_decisions_team_id_by_at", "team_id", "by", "at"),
        # Digests ask what people decided on a day, or in a week.
        Index("ix_decisions_team_id_at", "team_id", "at"),
        # Few are taken back, and their labels are looked for again and again.
        index_of_some("ix_decisions_revoked", "team_id", "revoked_at", where="revoked_at IS NOT NULL"),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    follows: Mapped[str | None] = mapped_column(String(20))
    """Consequence of a rejection: by hand, close or propose again."""
    by: Mapped[str] = mapped_column(String(100))
    interaction_id: Mapped[str | None] = mapped_column(String(250))
    """Id of the interaction, which Slack may deliver twice: its person, message, button and time."""
    output_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    confirmed: Mapped[list[Any]]
    """Nevers that the person was warned of and confirmed."""
    confirms: Mapped[bool] = mapped_column(server_default=false())
    """True if it only confirms the values of the decision before it, as a second person does."""
    revoked_at: Mapped[datetime | None]
    """Time when it was taken back or overruled, so that it counts for nothing; None while it stands."""
    revoked_by: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[datetime]
    seconds: Mapped[float | None]
    """Seconds from the opening of the form, or of the step of a review session, to the decision; None where it is not
    known, as for a press on a card.
    """
    unopened: Mapped[bool] = mapped_column(server_default=false())
    """True if it was approved together with others, and the person never opened it: it is no label to learn from."""


class Opening(OfTeam, Base):
    """A person who has a review's form open, or a step of their review session."""

    __tablename__ = "openings"
    __table_args__ = (UniqueConstraint("review_id", "by"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]


class Draft(OfTeam, OfSubject, Base):
    """Values that a person has typed in a form and not sent yet. They decide nothing."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("team_id", "subject_kind", "subject_id", "by"),)

    version: Mapped[int]
    """Version of the subject that the form shows."""
    by: Mapped[str] = mapped_column(String(100))
    interaction_id: Mapped[str | None] = mapped_column(String(250))
    """Id of the interaction that last changed a row, which Slack may deliver twice."""
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    written_at: Mapped[datetime]


class Delivery(OfTeam, Base):
    """One effect in the system of record. One row for each idempotency key."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        # Few deliveries wait, and they are searched for every other second.
        index_of_some("ix_deliveries_waiting", "team_id", "state", "next_at", where="next_at IS NOT NULL"),
        index_of_some("ix_deliveries_doubtful", "team_id", "state", where="state = 'doubtful'"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    """Run that last attempted the delivery."""
    key: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(20))
    """Kind: the answer, or the news of a rejection."""
    state: Mapped[DeliveryState] = mapped_column(OneOf(DeliveryState))
    attempts: Mapped[int]
    maybe_applied: Mapped[bool]
    """True if a failed attempt may have been applied all the same: only the same values may be sent under its key."""
    target: Mapped[str | None] = mapped_column(String(100))
    """Name of the target that it waits for, or last waited for; None where it never waited."""
    waiting_since: Mapped[datetime | None]
    """Time when it first had to wait; None where it never did."""
    rounds: Mapped[int] = mapped_column(server_default="0")
    """Number of failed attempts at the delivery since then: each makes the next backoff longer."""
    next_at: Mapped[datetime | None]
    """Time of the next attempt at the delivery; None while it does not wait."""
    output_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
