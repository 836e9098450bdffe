"""Cases: found by key, taken in once, raised to a new revision."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from store.cases.samples import has_sample
from store.db import rows
from store.schema import Case, Delivery, Proposal, Run, Workflow
from store.states import DeliveryState, Resolution, RunState


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case in a list."""

    id: int
    key: str
    workflow: str
    revision: int
    state: RunState
    """State of the case's newest run."""
    resolution: Resolution | None
    received_at: datetime
    waits: bool
    """True if the case's delivery waits for a target."""
    not_confirmed: bool
    """True if the delivery waits or failed, and may have been made all the same."""


def find(session: Session, *, team: int, workflow: int, key: str) -> Case | None:
    """Return the case of a workflow with this key."""
    return session.scalar(select(Case).where(Case.team_id == team, Case.workflow_id == workflow, Case.key == key))


def get(session: Session, case: int, *, team: int) -> Case | None:
    """Return the case with this id."""
    return rows.get(session, Case, case, team=team)


def hold(session: Session, case: int, *, team: int) -> None:
    """Lock a case and what belongs to it until this transaction ends.

    On SQLite every writing transaction has that already. On PostgreSQL two transactions that take the same rows in a
    different order would block each other for ever.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(Case.id).where(Case.id == case, Case.team_id == team).with_for_update(key_share=True))


def with_key(session: Session, *, team: int, key: str) -> list[Case]:
    """Return the cases of all workflows with this key."""
    return list(session.scalars(select(Case).where(Case.team_id == team, Case.key == key).order_by(Case.id)))


def add(session: Session, *, team: int, workflow: int, key: str, content_hash: str, source: str, at: datetime) -> int:
    """Add a case at revision 1; returns its id. The unique key decides between two at once."""
    return rows.add(
        session,
        Case,
        team_id=team,
        workflow_id=workflow,
        key=key,
        revision=1,
        content_hash=content_hash,
        source=source,
        received_at=at,
    )


def revise(session: Session, *, team: int, case: int, revision: int, content_hash: str) -> None:
    """Raise the revision of a case by one, from the revision given. The case has to be locked by `hold`."""
    raised = {"revision": revision + 1, "content_hash": content_hash}
    rows.change(session, Case, case, where={"team_id": team, "revision": revision}, to=raised)


def lines(session: Session, *, team: int, workflow: str | None, state: RunState | None, limit: int) -> list[CaseLine]:
    """Cases with the state of their newest run, newest case first."""
    newest = select(func.max(Run.id)).where(Run.case_id == Case.id).correlate(Case).scalar_subquery()
    delivery = exists().where(Delivery.run_id == Run.id).correlate(Run)
    query = (
        select(
            Case.id,
            Case.key,
            Workflow.name,
            Case.revision,
            Run.state,
            Run.resolution,
            Case.received_at,
            delivery.where(Delivery.state == DeliveryState.WAITING).label("waits"),
            delivery.where(
                Delivery.state.in_((DeliveryState.WAITING, DeliveryState.FAILED)), Delivery.maybe_applied.is_(True)
            ).label("unconfirmed"),
        )
        .join(Workflow, Workflow.id == Case.workflow_id)
        .join(Run, Run.id == newest)
        .where(Case.team_id == team)
        .order_by(Case.id.desc())
        .limit(limit)
    )
    if workflow is not None:
        query = query.where(Workflow.name == workflow)
    if state is not None:
        query = query.where(Run.state == state)
    return [
        CaseLine(
            id=row.id,
            key=row.key,
            workflow=row.name,
            revision=row.revision,
            state=row.state,
            resolution=row.resolution,
            received_at=row.received_at,
            waits=bool(row.waits),
            not_confirmed=bool(row.unconfirmed),
        )
        for row in session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class CaseOutcome:
    """The result of a case so far."""

    case: int
    state: RunState
    resolution: Resolution | None
    proposal_id: int | None
    """Id of the content of its newest run's proposal."""
    sample: bool
    """True if an answer written by hand for a demonstration was ever proposed for the case."""


def outcomes(session: Session, ids: Collection[int], *, team: int) -> list[CaseOutcome]:
    """Return the results of these cases so far, by their newest runs."""
    theirs = select(func.max(Run.id).label("run")).where(Run.case_id.in_(ids), Run.team_id == team)
    newest = theirs.group_by(Run.case_id).subquery("newest")
    query = (
        select(Run.case_id, Run.state, Run.resolution, Proposal.content_id, has_sample(Run.case_id))
        .join(newest, newest.c.run == Run.id)
        .outerjoin(Proposal, Proposal.run_id == Run.id)
    )
    return [
        CaseOutcome(case=case, state=state, resolution=resolution, proposal_id=proposal, sample=sample)
        for case, state, resolution, proposal, sample in session.execute(query)
    ]
