"""Tables of deployments: versions of a workflow, their signatures, and what they learned from."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import DeploymentState
from store.types import OneOf


class Deployment(OfTeam, Base):
    """A version of a workflow that somebody wants to go live, and what became of it."""

    __tablename__ = "deployments"
    __table_args__ = (
        UniqueConstraint("workflow_id", "number"),
        # Few are on their way, and they are looked at every few seconds.
        index_of_some(
            "ix_deployments_under_way",
            "team_id",
            "state",
            "id",
            where="state IN ('live', 'proposed', 'shadow', 'sharing')",
        ),
    )

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    number: Mapped[int]
    """Place among the workflow's deployments, from 1. People name it by this."""
    state: Mapped[DeploymentState] = mapped_column(OneOf(DeploymentState))
    change: Mapped[int]
    """Raised by each change; a press names the one that it was shown."""
    name: Mapped[str] = mapped_column(String(16))
    """The first digits of a SHA-256 over its parts: the version, as people are told it."""
    parts: Mapped[dict[str, Any]]
    """All that changes what is proposed or what counts as an error: plain values, or hashes."""
    prompt_version: Mapped[str | None] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    """Model that is asked, exact enough to tell two apart."""
    training: Mapped[str | None] = mapped_column(String(64))
    """Key of the trained model that is kept; None for a model that is not trained here."""
    recall: Mapped[int] = mapped_column(server_default="0")
    """Past decisions that are told with a case."""
    weighing: Mapped[dict[str, Any] | None]
    """Numbers with which its confidence is weighed; None where what is stated counts."""
    eval_id: Mapped[int | None] = mapped_column(ForeignKey("evals.id"))
    against_id: Mapped[int | None] = mapped_column(ForeignKey("evals.id"))
    """Eval of the version that was live when it was tried, on the same examples."""
    evidence: Mapped[dict[str, Any] | None]
    """Figures that its owners were shown; no text of a case."""
    refused_for: Mapped[list[Any]]
    """Codes of what speaks against it so much that only a reason lets it pass: worse, regression, ..."""
    note: Mapped[str | None]
    """Words of the one who proposed it."""
    override_reason: Mapped[str | None]
    """Reason of the one who let it pass in spite of what it is refused for."""
    rollout: Mapped[dict[str, Any]]
    """The way in which it goes live, as declared when it was proposed."""
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime]
    live_at: Mapped[datetime | None]
    """Time when it last became live."""
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(40))
    """Code of the reason for its end: rejected, replaced, worse, errors, nevers, by hand, ..."""
    ended_by: Mapped[str | None] = mapped_column(String(100))
    ended_with: Mapped[dict[str, Any] | None]
    """Figures and cases that ended it."""
    before_id: Mapped[int | None] = mapped_column(ForeignKey("deployments.id"))
    """Deployment that was live before it, to which a rollback goes."""
    asked_until: Mapped[int | None]
    """Run up to which it was asked beside the live version, or passed over; None before it is watched."""
    improvement_id: Mapped[int | None]
    """Improvement that it carries out; None where there is none."""


class DeploymentSignature(OfTeam, Base):
    """A person's signature under a deployment."""

    __tablename__ = "deployment_signatures"
    __table_args__ = (UniqueConstraint("deployment_id", "by"),)

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    by: Mapped[str] = mapped_column(String(100))
    how: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class DeploymentExample(OfTeam, Base):
    """An example of the learning half that a deployment learned from or recalls. Rows are added once and stay."""

    __tablename__ = "deployment_examples"
    __table_args__ = (UniqueConstraint("deployment_id", "example_id"),)

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    example_id: Mapped[int] = mapped_column(ForeignKey("examples.id"), index=True)


class TrainedModel(OfTeam, Base):
    """A local model as it was trained, in a form that holds no code."""

    __tablename__ = "trained_models"
    __table_args__ = (UniqueConstraint("workflow_id", "key"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    key: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the body."""
    body: Mapped[bytes]
    made_at: Mapped[datetime]


class ShadowProposal(OfTeam, Base):
    """The proposal of a version that is only watched, for a case that another version proposed for."""

    __tablename__ = "shadow_proposals"
    __table_args__ = (UniqueConstraint("deployment_id", "run_id"), Index("ix_shadow_proposals_case_id", "case_id"))

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    content_id: Mapped[int | None] = mapped_column(ForeignKey("contents.id"))
    """Its output; None where there is none."""
    lowest: Mapped[float | None]
    """Lowest confidence of its fields."""
    alone: Mapped[bool]
    """True if it would have gone alone."""
    score: Mapped[float | None]
    """Highest floor at which it would have gone alone, 0 to 1; None where that was not kept."""
    code: Mapped[str | None] = mapped_column(String(100))
    """Code of the reason for a missing proposal."""
    nevers: Mapped[int]
    """Nevers that it breaks."""
    cost: Mapped[Decimal]
    """US dollars."""
    milliseconds: Mapped[float]
    difference: Mapped[int | None]
    """1 where it is wrong and the live version right, -1 the other way round, 0 where both are alike; None until a
    person's label tells, or where it cannot.
    """
    label_id: Mapped[int | None] = mapped_column(ForeignKey("labels.id"))
    at: Mapped[datetime]


class Probe(OfTeam, Base):
    """A day's answers of a live version to a few examples that stay the same."""

    __tablename__ = "probes"
    __table_args__ = (UniqueConstraint("deployment_id", "day"),)

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    day: Mapped[str] = mapped_column(String(10))
    """Local date as YYYY-MM-DD."""
    answers: Mapped[dict[str, Any]]
    """Hash of each example's input -> keyed hash of the answer, and whether it is right. No text of an answer."""
    asked: Mapped[int]
    """Examples with an answer."""
    changed: Mapped[int]
    """Answers that are others than those of the first day; on the first day, those that differ when asked again."""
    right: Mapped[int]
    models: Mapped[list[Any]]
    """Names of the models that answered, as the vendor gives them."""
    cost: Mapped[Decimal]
    at: Mapped[datetime]
