"""Tables of volume tests: past inputs that went through everything but delivery."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some


class VolumeTest(OfTeam, Base):
    """A volume test of a workflow, with its report."""

    __tablename__ = "volume_tests"
    __table_args__ = (Index("ix_volume_tests_workflow_id", "workflow_id", "id"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    by: Mapped[str] = mapped_column(String(100))
    file: Mapped[str] = mapped_column(String(300))
    """Name of the file, without its folder."""
    eval_id: Mapped[int] = mapped_column(ForeignKey("evals.id"))
    """The eval on whose account all is asked."""
    seed: Mapped[int]
    """Seed of its draws."""
    per_day: Mapped[float | None]
    """Cases of a day, as somebody said it or as the dates in the file tell; None where neither does."""
    size: Mapped[int]
    """Inputs that were drawn from the file."""
    rows: Mapped[int]
    """Inputs in the file."""
    version: Mapped[dict[str, Any]]
    """Parts of the version that was tried, as of a deployment."""
    floor: Mapped[float | None]
    """The workflow's floor then."""
    in_batches: Mapped[bool] = mapped_column(server_default=false())
    """True if a vendor is asked in batches: at half the price, and nobody knows how long a case takes."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Time when all inputs had been tried; None before."""
    packed: Mapped[int | None]
    """Cases of its review pack; None until that is drawn."""
    report: Mapped[dict[str, Any] | None]
    """Figures of the newest report; no text of a case."""
    reported_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """Time when its inputs and proposals were removed; its figures stay."""


class VolumeCase(OfTeam, Base):
    """One input of a volume test, and what came of it. It is no case: nothing is delivered."""

    __tablename__ = "volume_cases"
    __table_args__ = (
        UniqueConstraint("volume_test_id", "place"),
        # The next of the review pack is one of those that nobody has judged.
        index_of_some(
            "ix_volume_cases_to_judge", "volume_test_id", "place", where="packed IS NOT NULL AND judged_at IS NULL"
        ),
    )

    volume_test_id: Mapped[int] = mapped_column(ForeignKey("volume_tests.id"))
    place: Mapped[int]
    input_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[str | None]
    """Input, proposal, known and given answer, and what somebody has typed so far, as JSON; None once removed.

    While a test in batches is under way also the replies to its questions, and the results of its steps.
    """
    outcome: Mapped[str] = mapped_column(String(20))
    """Result; `due` until it was tried."""
    code: Mapped[str | None] = mapped_column(String(100))
    reasons: Mapped[list[Any]]
    lowest: Mapped[float | None]
    alone_up_to: Mapped[float | None]
    """Highest floor of the table at which it would go alone; None: at none."""
    score: Mapped[float | None]
    """Highest floor of all at which it would go alone, 0 to 1; None where that was not kept."""
    learned: Mapped[bool | None]
    """True if the version learned from the like of it, or recalls it; None where nobody looked."""
    cost: Mapped[Decimal]
    milliseconds: Mapped[float]
    is_error: Mapped[bool | None]
    """True if the proposal is wrong, by the known answer or by a person; None while nobody knows."""
    wrong: Mapped[list[Any]]
    """Names of the output's fields that are not right."""
    packed: Mapped[str | None] = mapped_column(String(20))
    """Reason why it is in the review pack; None where it is not."""
    probability: Mapped[float]
    """Probability with which it came into the pack, 0 to 1, kept before anybody judged it."""
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    """The person who last had it open; others are shown other cases for a while."""
    claimed_at: Mapped[datetime | None]
    judged_by: Mapped[str | None] = mapped_column(String(100))
    judged_at: Mapped[datetime | None]


class VolumeDocument(OfTeam, Base):
    """A document that an input of a volume test holds, until its text is removed."""

    __tablename__ = "volume_documents"
    __table_args__ = (UniqueConstraint("volume_case_id", "document_id"),)

    volume_case_id: Mapped[int] = mapped_column(ForeignKey("volume_cases.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
