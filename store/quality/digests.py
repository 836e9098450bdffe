"""Digests, and the queries for their figures. A span of time begins with `since` and ends just before `until`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.cases import contents
from store.cases.samples import has_sample
from store.db import rows
from store.model import requests
from store.schema import Case, Content, Digest, DigestLook, ModelRequest, Proposal, Review, Run, Step, Workflow
from store.states import Resolution, ReviewState, RunState
from store.types import literally


@dataclass(frozen=True, kw_only=True)
class UnproposedLine:
    """A review that was opened without a proposal, and never had one."""

    workflow: int
    case: int
    reasons: str | None
    """JSON; None where they were removed."""
    state: ReviewState


def add(
    session: Session,
    *,
    team: int,
    job: str,
    workflow: str,
    period: str,
    covers_from: str,
    figures: Mapping[str, Any],
    at: datetime,
) -> int | None:
    """Add a digest; returns its id, or None where the job has one of this workflow and period already.

    `workflow`: empty for a digest about all.

    Its unique key decides between two at once: the later transaction waits for the other, then goes on without a
    digest.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Digest).values(
        team_id=team,
        job=job,
        workflow=workflow,
        period=period,
        covers_from=covers_from,
        figures=dict(figures),
        made_at=at,
    )
    there_already = statement.on_conflict_do_nothing(index_elements=["team_id", "job", "workflow", "period"])
    return session.scalar(there_already.returning(Digest.id))


def get(session: Session, digest: int, *, team: int) -> Digest | None:
    """Return the digest with this id."""
    return rows.get(session, Digest, digest, team=team)


def latest_period(session: Session, *, team: int, job: str, workflow: str, until: str) -> str | None:
    """Return the last local date (YYYY-MM-DD), no later than `until`, that a digest of the job covers.

    None before the first. A digest of a later date was made while a clock was wrong, and covers none of these days.
    """
    theirs = (Digest.team_id == team, Digest.job == job, Digest.workflow == workflow)
    return session.scalar(select(func.max(Digest.period)).where(*theirs, Digest.period <= until))


def ahead(session: Session, *, team: int, job: str, of: str) -> list[Digest]:
    """Return the digests of a job for local dates after this one (YYYY-MM-DD)."""
    query = select(Digest).where(Digest.team_id == team, Digest.job == job, Digest.period > of)
    return list(session.scalars(query.order_by(Digest.id)))


def latest(session: Session, *, team: int, job: str, workflow: str, until: str, limit: int) -> list[Digest]:
    """Return the last digests of a job for local dates up to this one (YYYY-MM-DD), the newest first."""
    theirs = (Digest.team_id == team, Digest.job == job, Digest.workflow == workflow, Digest.period <= until)
    return list(session.scalars(select(Digest).where(*theirs).order_by(Digest.period.desc()).limit(limit)))


def look(session: Session, digest: int, *, team: int, by: str, at: datetime) -> bool:
    """Keep that a person looked at a digest; False where they had said so before."""
    values = {"team_id": team, "digest_id": digest, "by": by, "at": at, "note": None}
    return rows.add_new(session, DigestLook, ("digest_id", "by"), **values) is not None


def note_look(session: Session, digest: int, *, team: int, by: str, note: str) -> None:
    """Keep what a person who looked at a digest says about it, in the place of what they said before."""
    theirs = (DigestLook.team_id == team, DigestLook.digest_id == digest, DigestLook.by == by)
    session.execute(update(DigestLook).where(*theirs).values(note=note))


def looks(session: Session, digest: int, *, team: int) -> list[DigestLook]:
    """Return who looked at a digest, the first one first."""
    theirs = (DigestLook.team_id == team, DigestLook.digest_id == digest)
    return list(session.scalars(select(DigestLook).where(*theirs).order_by(DigestLook.at, DigestLook.id)))


# Written out as in the index of these rows.
RESOLVED = [literally(state) for state in (RunState.CLOSED, RunState.DELIVERED)]
"""The states of a run that resolved its case."""


def in_state(session: Session, *, team: int, state: RunState) -> dict[int, int]:
    """Count the runs in a state now, by workflow id, without sample answers."""
    query = select(Run.workflow_id, func.count()).where(
        Run.team_id == team, Run.state == state, ~has_sample(Run.case_id)
    )
    return dict(session.execute(query.group_by(Run.workflow_id)).all())


def taken_in(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the cases taken in, by workflow id, without sample answers. A new revision is no new case."""
    return _taken_in(session, ~has_sample(Case.id), team=team, since=since, until=until)


def samples(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, int]:
    """Count the cases of a demonstration that were taken in, by workflow id."""
    return _taken_in(session, has_sample(Case.id), team=team, since=since, until=until)


def _taken_in(
    session: Session, which: ColumnElement[bool], *, team: int, since: datetime, until: datetime
) -> dict[int, int]:
    # The index of times is by workflow; a team has few.
    theirs = select(Workflow.id).where(Workflow.team_id == team)
    query = select(Case.workflow_id, func.count()).where(
        Case.workflow_id.in_(theirs), Case.received_at >= since, Case.received_at < until, which
    )
    return dict(session.execute(query.group_by(Case.workflow_id)).all())


def resolved(
    session: Session, *, team: int, since: datetime, until: datetime
) -> dict[tuple[int, Resolution | None], int]:
    """Count the cases that were delivered or closed, by (workflow id, resolution), sample answers left out.

    A correction resolves no case anew.
    """
    query = select(Run.workflow_id, Run.resolution, func.count(Run.case_id.distinct())).where(
        Run.team_id == team,
        Run.state.in_(RESOLVED),
        Run.correction == 0,
        Run.changed_at >= since,
        Run.changed_at < until,
        ~has_sample(Run.case_id),
    )
    found = session.execute(query.group_by(Run.workflow_id, Run.resolution))
    return {(workflow, resolution): number for workflow, resolution, number in found}


def cost(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, Decimal]:
    """Return the cost of a span in US dollars, by workflow id: requests to models, and steps that made no request.

    Requests are counted by themselves: one whose process ended, or that an eval made, belongs to no finished step.
    """
    asked = select(ModelRequest.id).where(ModelRequest.run_id == Step.run_id).exists()
    query = (
        select(Run.workflow_id, func.sum(Step.cost))
        .join(Run, Run.id == Step.run_id)
        .where(Step.team_id == team, Step.recalled_from.is_(None), Step.started_at >= since, Step.started_at < until)
        .where(Step.cost != literal_column("0"), ~asked)
        .group_by(Run.workflow_id)
    )
    spent = dict(session.execute(query).all())
    for workflow, dollars in requests.dollars(session, team=team, since=since, until=until).items():
        spent[workflow] = spent.get(workflow, Decimal(0)) + dollars
    return spent


def unproposed(session: Session, *, team: int, since: datetime, until: datetime) -> list[UnproposedLine]:
    """Return the reviews opened in a span that never had a proposal."""
    query = (
        select(Review.workflow_id, Review.case_id, Content.body, Review.state)
        .join(Content, Content.id == Review.reasons_id)
        .outerjoin(Proposal, Proposal.run_id == Review.run_id)
        .where(
            Review.team_id == team,
            Review.opened_at >= since,
            Review.opened_at < until,
            Review.proposal_id.is_(None),
            Proposal.id.is_(None),
        )
        .order_by(Review.id)
    )
    return [
        UnproposedLine(workflow=workflow, case=case, reasons=contents.kept(body), state=state)
        for workflow, case, body, state in session.execute(query)
    ]
