"""Reports that something was wrong."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some


class Report(OfTeam, Base):
    """A person's word that something was wrong. It is kept whatever it is about, and whether or not that is there."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("team_id", "interaction_id"),
        Index("ix_reports_case_id", "case_id"),
        # Few reports wait to be taken up, and they are searched for again and again.
        index_of_some("ix_reports_waiting", "team_id", "at", where="outcome IS NULL"),
    )

    about: Mapped[str] = mapped_column(String(300))
    """The thing that the person named: a case as they wrote it, or a channel and a message in it."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    """Case that it is about; None where there is none, or the person may not read it."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    """Run of the case that was the newest when the report was taken up."""
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"), index=True)
    """Review on whose card it is shown."""
    by: Mapped[str] = mapped_column(String(100))
    said: Mapped[str]
    """The person's words. They stand here and not in `contents`, since a report may be about no case."""
    interaction_id: Mapped[str | None] = mapped_column(String(250))
    """Id of the interaction, which Slack may deliver twice; None where it cannot arrive twice."""
    at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """The outcome; None until it is taken up."""
