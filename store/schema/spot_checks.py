"""Tables of spot checks, and of the packs of them that are looked at after autonomy was taken back."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import SpotCheckState, SpotCheckWhy
from store.types import OneOf


class SpotCheck(OfTeam, Base):
    """A look at a case that went alone, by a person who answers it without seeing what was delivered."""

    __tablename__ = "spot_checks"
    __table_args__ = (
        # Few of all are still to be looked at, and the next one is the most urgent of them.
        index_of_some(
            "ix_spot_checks_undecided",
            "team_id",
            "due_at",
            "id",
            where="state IN ('answered', 'awaiting_second', 'open')",
        ),
        # What is to be opened for one is opened within moments, and searched for again and again.
        index_of_some("ix_spot_checks_to_correct", "team_id", "id", where="correction = 'due'"),
        Index("ix_spot_checks_case_id", "case_id"),
        # What they found is counted by workflow over all time.
        Index("ix_spot_checks_workflow_id", "workflow_id", "run_id"),
        # Those that ended of late are looked at again and again, to be labels.
        index_of_some("ix_spot_checks_ended", "team_id", "ended_at", where="state = 'decided'"),
        index_of_some("ix_spot_checks_pack_id", "pack_id", "id", where="pack_id IS NOT NULL"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    why: Mapped[SpotCheckWhy] = mapped_column(OneOf(SpotCheckWhy), server_default=SpotCheckWhy.DRAWN)
    pack_id: Mapped[int | None]
    """Pack that it belongs to; None where it was drawn. No foreign key: for it SQLite would make the table anew."""
    probability: Mapped[float]
    """Probability with which it was drawn, above 0 and at most 1. It is kept before anybody can know the outcome. 1
    where it was not drawn: then it stands for itself.
    """
    state: Mapped[SpotCheckState] = mapped_column(OneOf(SpotCheckState))
    version: Mapped[int]
    """Version that an answer or a grade has to name; raised by each of them."""
    drawn_at: Mapped[datetime]
    due_at: Mapped[datetime]
    opened_by: Mapped[str | None] = mapped_column(String(100))
    """The person who last opened its form; others are shown other spot checks for a while."""
    opened_at: Mapped[datetime | None]
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Output that the first person gave."""
    answered_by: Mapped[str | None] = mapped_column(String(100))
    answered_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    """Seconds from the opening of the form to the answer; None where they are not known."""
    grade: Mapped[str | None] = mapped_column(String(20))
    """The first person's grade of the difference; None where the answers are equal, or before it."""
    note_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    second_by: Mapped[str | None] = mapped_column(String(100))
    second_grade: Mapped[str | None] = mapped_column(String(20))
    second_right: Mapped[str | None] = mapped_column(String(20))
    """The answer that the second person finds right: what was delivered, the blind one, or neither; None where they
    find no difference that matters.
    """
    second_note_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    outcome: Mapped[str | None] = mapped_column(String(20))
    """Grade that counts: same, minor, major or critical; None until it is decided."""
    is_error: Mapped[bool | None]
    """True if what was delivered counts as an error; None until it is decided."""
    end: Mapped[str | None] = mapped_column(String(20))
    """Code of the way to its outcome, or of its end without one; None while somebody has to look at it."""
    ended_at: Mapped[datetime | None]
    correction: Mapped[str | None] = mapped_column(String(20))
    """State of the correction that follows from its outcome; None where none follows."""
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
    """Review of that correction; None where there is none."""


class SpotCheckPack(OfTeam, Base):
    """Cases that went alone before autonomy was taken back, and are looked at therefore."""

    __tablename__ = "spot_check_packs"
    __table_args__ = (
        # Few are not told of yet, and they are searched for again and again.
        index_of_some("ix_spot_check_packs_untold", "team_id", "id", where="told_at IS NULL"),
    )

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    number: Mapped[int]
    """Number of its spot checks."""
    made_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """Time when the owner was told what people found; None before."""
