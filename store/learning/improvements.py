"""Improvements: patterns in what people corrected, and what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.learning.deployments import UNDER_WAY
from store.learning.labels import counting
from store.schema import Case, Decision, Deployment, ExampleRow, Improvement, Label, Proposal, Run
from store.states import DeploymentState, ExampleState, ImprovementState, Resolution, RunState
from store.types import literally

LOOKED_AT = 2_000
"""Newest runs of a team that are looked through for those that went alone with a deployment."""
# Parts of the statement: only then is the index of ended runs used.
_RESOLVED = tuple(literally(state) for state in (RunState.CLOSED, RunState.DELIVERED))


@dataclass(frozen=True, kw_only=True)
class JudgedCase:
    """A label that judges a proposal, with the contents that it is about."""

    case: int
    is_error: bool
    wrong: Sequence[str]
    input: int
    proposed: int
    output: int | None
    """Content with the right values; None where nobody said what is right."""
    reason: int | None
    """Content with the reason of a rejection; None where there is none."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """An improvement that is part of the live version, and nobody was told of it."""

    improvement: int
    change: int
    workflow: int
    deployment: int
    live_at: datetime
    cases: Sequence[int]


def judged_cases(
    session: Session,
    *,
    team: int,
    workflow: int,
    since: datetime,
    limit: int,
    among: Collection[int] | None = None,
) -> list[JudgedCase]:
    """Return the newest judged cases of a workflow whose content was not removed, newest first.

    `among`: only these; None: all.
    """
    query = (
        select(
            Label.case_id,
            Label.is_error,
            Label.wrong,
            Run.input_id,
            Proposal.content_id,
            Label.output_id,
            Decision.reason_id,
        )
        .outerjoin(Decision, Decision.id == Label.decision_id)
        .join(Run, Run.id == Label.run_id)
        .join(Case, Case.id == Label.case_id)
        .join(Proposal, Proposal.id == Label.proposal_id)
        .where(
            Label.team_id == team,
            Label.workflow_id == workflow,
            Label.at >= since,
            Label.is_error.is_not(None),
            Case.erased_at.is_(None),
            *counting(),
        )
        .order_by(Label.at.desc(), Label.id.desc())
        .limit(limit)
    )
    if among is not None:
        query = query.where(Label.case_id.in_(among))
    return [
        JudgedCase(
            case=case,
            is_error=bool(is_error),
            wrong=wrong,
            input=input,
            proposed=proposed,
            output=output,
            reason=reason,
        )
        for case, is_error, wrong, input, proposed, output, reason in session.execute(query)
        if input is not None and proposed is not None
    ]


def add(
    session: Session,
    *,
    team: int,
    workflow: int,
    kind: str,
    mark: str,
    facts: Mapping[str, Any],
    cases: Sequence[int],
    at: datetime,
) -> int | None:
    """Add a draft; returns its id, None where the pattern was proposed before. Any: plain values."""
    return rows.add_new(
        session,
        Improvement,
        ("workflow_id", "mark"),
        team_id=team,
        workflow_id=workflow,
        kind=kind,
        mark=mark,
        state=ImprovementState.DRAFT,
        change=1,
        facts=dict(facts),
        cases=list(cases),
        found_at=at,
    )


def get(session: Session, improvement: int, *, team: int) -> Improvement | None:
    """Return an improvement by its id."""
    return rows.get(session, Improvement, improvement, team=team)


def of_workflow(
    session: Session, *, team: int, workflow: int, states: Collection[ImprovementState], limit: int
) -> Sequence[Improvement]:
    """Return the newest improvements of a workflow in these states, newest first."""
    query = select(Improvement).where(
        Improvement.team_id == team, Improvement.workflow_id == workflow, Improvement.state.in_(states)
    )
    return session.scalars(query.order_by(Improvement.id.desc()).limit(limit)).all()


def decide(
    session: Session, improvement: int, state: ImprovementState, *, team: int, shown: int, by: str, at: datetime
) -> bool:
    """Take an improvement or leave it; False where it changed since it was shown, or is part of the live version."""
    change = (
        update(Improvement)
        .where(
            Improvement.id == improvement,
            Improvement.team_id == team,
            Improvement.change == shown,
            Improvement.state != ImprovementState.LIVE,
        )
        .values(state=state, change=Improvement.change + 1, decided_by=by, decided_at=at)
        .returning(Improvement.id)
    )
    return session.scalars(change).one_or_none() is not None


def keep_draft(session: Session, improvement: int, text: str, *, team: int) -> bool:
    """Keep the draft of a prompt, in place of an earlier one; False where nobody takes the improvement any more."""
    change = (
        update(Improvement)
        .where(
            Improvement.id == improvement,
            Improvement.team_id == team,
            Improvement.state.in_([ImprovementState.DRAFT, ImprovementState.TAKEN]),
        )
        .values(text=text)
        .returning(Improvement.id)
    )
    return session.scalars(change).one_or_none() is not None


def forget_drafts(session: Session, case: int, *, team: int) -> None:
    """Empty the drafts of prompts that a model wrote with a case before it."""
    of = select(Case.workflow_id).where(Case.id == case, Case.team_id == team).scalar_subquery()
    query = select(Improvement.id, Improvement.cases).where(
        Improvement.team_id == team, Improvement.workflow_id == of, Improvement.text.is_not(None)
    )
    found = [id for id, cases in session.execute(query) if case in cases]
    if found:
        emptied = update(Improvement).where(Improvement.team_id == team, Improvement.id.in_(found))
        session.execute(emptied.values(text=None))


def carried(session: Session, *, team: int, until: datetime, limit: int) -> list[Carried]:
    """Return the improvements of which nobody was told, and whose deployment is live since before a time."""
    query = (
        select(Improvement, Deployment.id, Deployment.live_at)
        .join(
            Deployment,
            (Deployment.improvement_id == Improvement.id) & (Deployment.workflow_id == Improvement.workflow_id),
        )
        .where(
            Improvement.team_id == team,
            Improvement.told_at.is_(None),
            Deployment.state == DeploymentState.LIVE,
            Deployment.live_at <= until,
        )
        .order_by(Improvement.id)
        .limit(limit)
    )
    return [
        Carried(
            improvement=row.id,
            change=row.change,
            workflow=row.workflow_id,
            deployment=deployment,
            live_at=live_at,
            cases=row.cases,
        )
        for row, deployment, live_at in session.execute(query)
        if live_at is not None
    ]


def go_live(session: Session, improvement: int, *, team: int, deployment: int, shown: int, at: datetime) -> bool:
    """Note that an improvement is live, and that people are told; False where it changed since it was read."""
    change = (
        update(Improvement)
        .where(
            Improvement.id == improvement,
            Improvement.team_id == team,
            Improvement.change == shown,
            Improvement.told_at.is_(None),
        )
        .values(state=ImprovementState.LIVE, change=Improvement.change + 1, deployment_id=deployment, told_at=at)
        .returning(Improvement.id)
    )
    return session.scalars(change).one_or_none() is not None


def correctors(session: Session, cases: Collection[int], *, team: int) -> dict[str, list[int]]:
    """Return who found which of these cases wrong: a person -> cases, in order."""
    query = (
        select(Label.by, Label.case_id)
        .where(Label.team_id == team, Label.case_id.in_(cases), Label.is_error.is_(True), *counting())
        .order_by(Label.by, Label.case_id)
    )
    found: dict[str, list[int]] = {}
    for by, case in session.execute(query):
        found.setdefault(by, []).append(case)
    return found


def alone_with(session: Session, *, team: int, deployment: int, since: datetime, limit: int) -> list[int]:
    """Return the inputs of the newest cases that went alone with a deployment. `since`: the time when it went live.

    Of all that ended since, the newest `LOOKED_AT` are looked through: runs have no index by deployment, which each
    settled run would have to write.
    """
    newest = (
        select(Run.id, Run.case_id, Run.input_id, Run.deployment_id, Run.resolution, Run.correction)
        .where(Run.team_id == team, Run.state.in_(_RESOLVED), Run.changed_at >= since)
        .order_by(Run.changed_at.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    query = (
        select(newest.c.input_id)
        .join(Case, Case.id == newest.c.case_id)
        .where(
            newest.c.deployment_id == deployment,
            newest.c.resolution == Resolution.ALONE,
            newest.c.correction == 0,
            Case.erased_at.is_(None),
        )
        .order_by(newest.c.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def kept_cases(session: Session, cases: Collection[int], *, team: int) -> set[int]:
    """Return those of these cases whose content was not removed."""
    query = select(Case.id).where(Case.team_id == team, Case.id.in_(cases), Case.erased_at.is_(None))
    return set(session.scalars(query))


def candidates_of(session: Session, cases: Collection[int], *, team: int) -> dict[int, int]:
    """Return the candidates, to be taken in as examples, that these cases made: candidate -> case, in order."""
    query = select(ExampleRow.id, ExampleRow.case_id).where(
        ExampleRow.team_id == team, ExampleRow.case_id.in_(cases), ExampleRow.state == ExampleState.CANDIDATE
    )
    return dict(session.execute(query.order_by(ExampleRow.id)).all())


def carriers(session: Session, ids: Collection[int], *, team: int) -> dict[int, int]:
    """Return the deployments on their way, or live, that carry these improvements: improvement -> its number."""
    query = select(Deployment.improvement_id, Deployment.number).where(
        Deployment.team_id == team, Deployment.improvement_id.in_(ids), Deployment.state.in_(UNDER_WAY)
    )
    found = session.execute(query.order_by(Deployment.id))
    return {improvement: number for improvement, number in found if improvement is not None}
