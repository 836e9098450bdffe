"""The table of questions to the sources of cases."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import QuestionState
from store.types import OneOf


class Question(OfTeam, Base):
    """A person's question to the source of a case, and the source's answer."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        # Few questions are open, and they are searched for every other second.
        index_of_some("ix_questions_due", "team_id", "due_at", where="due_at IS NOT NULL"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    """Run that waits for the answer."""
    number: Mapped[int]
    """Number of the question among those of the case, from 1."""
    revision: Mapped[int]
    """Revision of the case that it was asked of."""
    text_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    asked_by: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    """Time after which the review opens again without an answer."""
    state: Mapped[QuestionState] = mapped_column(OneOf(QuestionState))
    attempts: Mapped[int]
    """Number of attempts at sending it."""
    maybe_sent: Mapped[bool]
    """True if a failed attempt may have sent it all the same."""
    due_at: Mapped[datetime | None]
    """Time of the next attempt at sending it, or after which it has no answer; None where nothing is waited for."""
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Receipt of the system that it was sent through."""
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Error of the last attempt at sending it."""
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    answered_by: Mapped[str | None] = mapped_column(String(100))
    answered_at: Mapped[datetime | None]
