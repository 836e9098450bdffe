"""Labels: what decisions and spot checks say about proposals, and how far they were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from store.cases import contents
from store.db import rows
from store.schema import (
    Case,
    Content,
    Decision,
    Deployment,
    Label,
    LabelProgress,
    Proposal,
    Report,
    Review,
    Run,
    SpotCheck,
    Workflow,
)
from store.states import SpotCheckState, SpotCheckWhy
from store.types import literally


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Progress of the making of labels."""

    decision: int
    spot_checks_until: datetime | None
    revoked_until: datetime | None
    label: int
    """Labels up to this one were looked at for candidates."""


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    """A decision, with what its label depends on."""

    decision: int
    workflow: int
    name: str
    """Name of its workflow."""
    case: int
    run: int
    kind: str
    follows: str | None
    by: str
    at: datetime
    output: int | None
    """Content with the values that were decided."""
    confirms: bool
    unopened: bool
    is_revoked: bool
    correction: int
    """Number of the correction that it is about; 0 for none."""
    is_reported: bool
    """True if it is about something that was reported as wrong."""
    is_checked: bool
    """True if it is about a correction that a spot check opened."""
    blind: bool
    """True if the proposal was hidden from whoever decided."""
    after_by_hand: bool
    """True if the proposal was rejected before, so that an empty form was decided."""
    delivered: int | None
    """Content with the values that a correction corrects; None where it is none."""
    proposed_by: int | None
    """Run whose proposal is judged; None where there was none."""
    proposal: int | None
    proposed: int | None
    """Content with that proposal."""
    is_sample: bool
    is_handed: bool
    was_told: bool
    """True if the proposal was told of refused ones."""
    deployment: int | None


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """A spot check that was decided, with what its label depends on."""

    check: int
    workflow: int
    name: str
    case: int
    run: int
    by: str
    at: datetime
    is_error: bool
    right: str | None
    """The answer that a second person found right."""
    delivered: int | None
    answer: int | None
    proposal: int | None
    is_handed: bool
    is_drawn: bool
    """True if it was drawn; otherwise it is no random sample, and counts in no figure."""
    deployment: int | None


@dataclass(frozen=True, kw_only=True)
class LabelLine:
    """A label that counts."""

    label: int
    workflow: int
    case: int
    run: int
    proposal: int | None
    deployment: int | None
    kind: str
    saw: bool
    by: str
    is_error: bool | None
    wrong: Sequence[str]
    output: int | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LabelCount:
    """Labels that are alike, counted."""

    kind: str
    is_error: bool | None
    wrong: Sequence[str]
    deployment: int | None
    model: str | None
    prompt_version: str | None
    number: int


def _is_of(team: int) -> ColumnElement[bool]:
    """Tell that a decision is a team's. A sum, so that SQLite goes along the key: by an index of the team it would read
    all of its decisions each time.
    """
    return Decision.team_id + 0 == team


def progress(session: Session, *, team: int) -> Progress:
    """Return how far labels were made; from the beginning where none were."""
    query = select(LabelProgress).where(LabelProgress.team_id == team)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return Progress(decision=0, spot_checks_until=None, revoked_until=None, label=0)
    return Progress(
        decision=row.decision_id,
        spot_checks_until=row.spot_checks_until,
        revoked_until=row.revoked_until,
        label=row.label_id,
    )


def advance(session: Session, seen: Progress, to: Progress, *, team: int) -> bool:
    """Note how far labels were made; False where another process noted something since it was seen."""
    rows.add_new(session, LabelProgress, ("team_id",), team_id=team, decision_id=0, label_id=0)
    moved = (
        update(LabelProgress)
        .where(
            LabelProgress.team_id == team,
            LabelProgress.decision_id == seen.decision,
            LabelProgress.label_id == seen.label,
            LabelProgress.spot_checks_until.is_not_distinct_from(seen.spot_checks_until),
            LabelProgress.revoked_until.is_not_distinct_from(seen.revoked_until),
        )
        .values(
            decision_id=to.decision,
            label_id=to.label,
            spot_checks_until=to.spot_checks_until,
            revoked_until=to.revoked_until,
        )
        .returning(LabelProgress.id)
    )
    return session.scalars(moved).one_or_none() is not None


def last_decision(session: Session, *, team: int) -> int:
    """Return the id of the newest decision; 0 before the first."""
    query = select(Decision.id).where(_is_of(team)).order_by(Decision.id.desc()).limit(1)
    return session.scalar(query) or 0


def decisions_between(session: Session, *, team: int, after: int, until: int, limit: int) -> list[DecisionLine]:
    """Return decisions after one and up to another, by id."""
    judged, proposed, parent, earlier, own = (
        aliased(Run, name="judged"),
        aliased(Proposal, name="proposed"),
        aliased(Run, name="parent"),
        aliased(Decision, name="earlier"),
        aliased(Run, name="own"),
    )
    # A correction judges what the workflow itself had proposed for this content of the case.
    before = (
        select(func.max(own.id))
        .join(Proposal, Proposal.run_id == own.id)
        .where(own.case_id == Run.case_id, own.revision == Run.revision, own.correction == 0, own.id < Run.id)
        .correlate(Run)
        .scalar_subquery()
    )
    query = (
        select(
            Decision,
            Run,
            Review.blind,
            Workflow.name,
            judged.id,
            judged.handed_id,
            judged.refused_id,
            judged.deployment_id,
            proposed.id,
            proposed.content_id,
            proposed.sample,
            parent.output_id,
            select(Report.id).where(Report.review_id == Review.id).exists(),
            select(SpotCheck.id).where(SpotCheck.case_id == Run.case_id, SpotCheck.review_id == Review.id).exists(),
            select(earlier.id)
            .where(
                earlier.review_id == Review.id,
                earlier.version < Decision.version,
                earlier.follows == "by_hand",
                earlier.revoked_at.is_(None),
            )
            .exists(),
        )
        .join(Review, Review.id == Decision.review_id)
        .join(Run, Run.id == Review.run_id)
        .join(Workflow, Workflow.id == Run.workflow_id)
        .outerjoin(parent, parent.id == Run.parent_id)
        .outerjoin(judged, judged.id == case((Run.correction == 0, Run.id), else_=before))
        .outerjoin(proposed, proposed.run_id == judged.id)
        .where(_is_of(team), Decision.id > after, Decision.id <= until)
        .order_by(Decision.id)
        .limit(limit)
    )
    return [_decided(row) for row in session.execute(query)]


def _decided(row: Any) -> DecisionLine:  # Any: a row of many columns
    decision, run, blind, name, judged, handed, refused, deployment, proposal, content, sample, delivered, *flags = row
    reported, checked, by_hand = flags
    return DecisionLine(
        decision=decision.id,
        workflow=run.workflow_id,
        name=name,
        case=run.case_id,
        run=run.id,
        kind=decision.kind,
        follows=decision.follows,
        by=decision.by,
        at=decision.at,
        output=decision.output_id,
        confirms=decision.confirms,
        unopened=decision.unopened,
        is_revoked=decision.revoked_at is not None,
        correction=run.correction,
        is_reported=bool(reported),
        is_checked=bool(checked),
        blind=blind,
        after_by_hand=bool(by_hand),
        delivered=delivered if run.correction else None,
        proposed_by=judged if proposal is not None else None,
        proposal=proposal,
        proposed=content,
        is_sample=bool(sample),
        is_handed=handed is not None,
        was_told=refused is not None,
        deployment=deployment,
    )


def checks_to_label(session: Session, *, team: int, since: datetime | None, limit: int) -> list[CheckLine]:
    """Return the spot checks that were decided since a time and have no label, oldest first."""
    query = (
        select(SpotCheck, Workflow.name, Run.output_id, Run.handed_id, Run.deployment_id, Proposal.id)
        .join(Run, Run.id == SpotCheck.run_id)
        .join(Workflow, Workflow.id == SpotCheck.workflow_id)
        .outerjoin(Proposal, Proposal.run_id == Run.id)
        .where(
            SpotCheck.team_id == team,
            SpotCheck.state == literally(SpotCheckState.DECIDED),
            SpotCheck.is_error.is_not(None),
            SpotCheck.answered_by.is_not(None),
            ~select(Label.id).where(Label.spot_check_id == SpotCheck.id).exists(),
        )
        .order_by(SpotCheck.ended_at, SpotCheck.id)
        .limit(limit)
    )
    if since is not None:
        query = query.where(SpotCheck.ended_at >= since)
    return [
        CheckLine(
            check=check.id,
            workflow=check.workflow_id,
            name=name,
            case=check.case_id,
            run=check.run_id,
            by=check.answered_by or "",
            at=check.ended_at or check.drawn_at,
            is_error=bool(check.is_error),
            right=check.second_right,
            delivered=delivered,
            answer=check.answer_id,
            proposal=proposal,
            is_handed=handed is not None,
            is_drawn=check.why == SpotCheckWhy.DRAWN,
            deployment=deployment,
        )
        for check, name, delivered, handed, deployment, proposal in session.execute(query)
    ]


def add(
    session: Session,
    *,
    team: int,
    workflow: int,
    case: int,
    run: int,
    kind: str,
    saw: bool,
    by: str,
    is_error: bool | None,
    wrong: Sequence[str],
    output: int | None,
    at: datetime,
    proposal: int | None,
    deployment: int | None,
    decision: int | None = None,
    check: int | None = None,
) -> int | None:
    """Add a label of a decision or of a spot check; returns its id, None where there is one already."""
    return rows.add_new(
        session,
        Label,
        ("decision_id",) if decision is not None else ("spot_check_id",),
        team_id=team,
        decision_id=decision,
        spot_check_id=check,
        workflow_id=workflow,
        case_id=case,
        run_id=run,
        proposal_id=proposal,
        deployment_id=deployment,
        kind=kind,
        saw=saw,
        by=by,
        is_error=is_error,
        wrong=list(wrong),
        output_id=output,
        at=at,
    )


def revoke(session: Session, *, team: int, since: datetime | None, at: datetime) -> list[int]:
    """Note of labels that their decision was taken back since a time; returns the cases of these."""
    taken_back = select(Decision.id).where(Decision.team_id == team, Decision.revoked_at.is_not(None))
    if since is not None:
        taken_back = taken_back.where(Decision.revoked_at >= since)
    change = update(Label).where(Label.team_id == team, Label.revoked_at.is_(None), Label.decision_id.in_(taken_back))
    return list(session.scalars(change.values(revoked_at=at).returning(Label.case_id)))


def after(session: Session, *, team: int, label: int, limit: int) -> list[tuple[LabelLine, str]]:
    """Return labels after one, by id, also those that count no more, each with the key of its case."""
    query = select(Label, Case.key).join(Case, Case.id == Label.case_id)
    query = query.where(Label.team_id == team, Label.id > label).order_by(Label.id).limit(limit)
    return [(_line(row), key) for row, key in session.execute(query)]


def get(session: Session, label: int, *, team: int) -> Label | None:
    """Return a label by its id."""
    return rows.get(session, Label, label, team=team)


def of_workflow(
    session: Session, *, team: int, workflow: int, since: datetime | None = None, limit: int
) -> list[LabelLine]:
    """Return the newest labels of a workflow that count, newest first."""
    query = select(Label).where(Label.team_id == team, Label.workflow_id == workflow, *counting())
    if since is not None:
        query = query.where(Label.at >= since)
    return [_line(row) for row in session.scalars(query.order_by(Label.at.desc(), Label.id.desc()).limit(limit))]


def counts(session: Session, *, team: int, workflow: int, since: datetime) -> list[LabelCount]:
    """Count the labels of a workflow that count, since a time."""
    by = (Label.kind, Label.is_error, Label.wrong, Label.deployment_id, Proposal.model, Proposal.prompt_version)
    query = (
        select(*by, func.count())
        .outerjoin(Proposal, Proposal.id == Label.proposal_id)
        .where(Label.team_id == team, Label.workflow_id == workflow, Label.at >= since, *counting())
        .group_by(*by)
    )
    return [
        LabelCount(
            kind=kind,
            is_error=is_error,
            wrong=wrong,
            deployment=deployment,
            model=model,
            prompt_version=version,
            number=number,
        )
        for kind, is_error, wrong, deployment, model, version, number in session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class JudgedProposal:
    """A proposal of a deployed version with what people said of it."""

    label: int
    at: datetime
    key: str
    """Key of its case."""
    is_error: bool
    body: str | None
    """The proposal as JSON, whole; None where it was removed."""


def judged_proposals(
    session: Session, *, team: int, workflow: int, model: str, before: JudgedProposal | None, limit: int
) -> list[JudgedProposal]:
    """Return judged proposals of a workflow that versions with this model made, the newest labels first.

    `before`: the one after which they stand; None: from the newest.
    """
    query = (
        select(Label.id, Label.at, Case.key, Label.is_error, Content.body)
        .join(Case, Case.id == Label.case_id)
        .join(Proposal, Proposal.id == Label.proposal_id)
        .join(Deployment, Deployment.id == Label.deployment_id)
        .join(Content, Content.id == Proposal.content_id)
        .where(
            Label.team_id == team,
            Label.workflow_id == workflow,
            Label.is_error.is_not(None),
            Deployment.model == model,
            ~Proposal.sample,
            *counting(),
        )
    )
    if before is not None:
        query = query.where(or_(Label.at < before.at, and_(Label.at == before.at, Label.id < before.label)))
    found = session.execute(query.order_by(Label.at.desc(), Label.id.desc()).limit(limit))
    return [
        JudgedProposal(label=label, at=at, key=key, is_error=bool(is_error), body=contents.kept(body))
        for label, at, key, is_error, body in found
    ]


def counting() -> Sequence[ColumnElement[bool]]:
    """Return the conditions for labels that count: they stand, and no later one is about the same proposal."""
    later = aliased(Label, name="later")
    replaced = (
        select(later.id)
        .where(
            later.case_id == Label.case_id,
            later.proposal_id == Label.proposal_id,
            later.revoked_at.is_(None),
            or_(later.at > Label.at, and_(later.at == Label.at, later.id > Label.id)),
        )
        .correlate(Label)
        .exists()
    )
    return Label.revoked_at.is_(None), ~replaced


def _line(row: Label) -> LabelLine:
    return LabelLine(
        label=row.id,
        workflow=row.workflow_id,
        case=row.case_id,
        run=row.run_id,
        proposal=row.proposal_id,
        deployment=row.deployment_id,
        kind=row.kind,
        saw=row.saw,
        by=row.by,
        is_error=row.is_error,
        wrong=row.wrong,
        output=row.output_id,
        at=row.at,
    )
