"""Rollouts: proposals of versions that are only watched, and what labels say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from store.cases import contents
from store.db import rows
from store.schema import Content, Deployment, Label, LabelProgress, Proposal, Review, Run, ShadowProposal
from store.states import RunState

SPOT = ("spot_checked", "reported", "corrected")
"""Kinds of labels that judge what went alone, or was decided before; the others judge what people were shown."""
PACKED = "packed"
"""Kind of labels of what is looked at because autonomy was taken back: no random sample, so no comparison counts it."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A run of the workflow, on its way or past it."""

    id: int
    case: int
    state: RunState
    deployment: int | None
    """Deployment that proposes for it; None before a worker took it, or where none was live."""
    created_at: datetime
    has_proposed: bool
    """True if the deployment proposed. What was told of an earlier refusal, or what the source proposed, shows nothing
    of a version and is none.
    """


def newest_run(session: Session, *, team: int) -> int:
    """Return the newest run of a team; 0 before the first."""
    return session.scalar(select(Run.id).where(Run.team_id == team).order_by(Run.id.desc()).limit(1)) or 0


def runs_between(session: Session, workflow: int, *, team: int, after: int, until: int, limit: int) -> list[Passed]:
    """Return the runs of a workflow after one run, up to another, in the order in which they came."""
    query = (
        select(
            Run.id,
            Run.case_id,
            Run.state,
            Run.deployment_id,
            Run.created_at,
            Proposal.id.is_not(None) & Run.refused_id.is_(None) & Run.handed_id.is_(None) & (Run.correction == 0),
        )
        .outerjoin(Proposal, (Proposal.run_id == Run.id) & ~Proposal.sample)
        .where(Run.team_id == team, Run.workflow_id == workflow, Run.id > after, Run.id <= until)
        .order_by(Run.id)
        .limit(limit)
    )
    return [
        Passed(id=id, case=case, state=state, deployment=by, created_at=at, has_proposed=bool(has))
        for id, case, state, by, at, has in session.execute(query)
    ]


def asked_until(session: Session, deployment: int, *, team: int, run: int) -> None:
    """Note up to which run of the live version a deployment was asked beside it, or passed it over."""
    query = update(Deployment).where(Deployment.id == deployment, Deployment.team_id == team)
    session.execute(query.values(asked_until=run))


def add_shadow(
    session: Session,
    deployment: int,
    *,
    team: int,
    run: int,
    case: int,
    output: str | None,
    at: datetime,
    **values: Any,  # Any: columns of the row
) -> int | None:
    """Keep the proposal of a version that is only watched; None where it is kept already.

    `output`: its values as JSON; None where there are none.
    """
    if has_shadow(session, deployment, run, team=team):
        return None
    content = contents.keep(session, team=team, case=case, kind="shadow", body=output) if output is not None else None
    return rows.add_new(
        session,
        ShadowProposal,
        ("deployment_id", "run_id"),
        team_id=team,
        deployment_id=deployment,
        run_id=run,
        case_id=case,
        content_id=content,
        difference=None,
        label_id=None,
        at=at,
        **values,
    )


def has_shadow(session: Session, deployment: int, run: int, *, team: int) -> bool:
    """Tell whether a watched version was asked for a run."""
    row = ShadowProposal
    query = select(row.id).where(row.team_id == team, row.deployment_id == deployment, row.run_id == run)
    return session.scalar(query) is not None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Basis of a comparison. Where it has not changed, nothing has to be read again."""

    label: int
    """Newest label of the team."""
    revoked: datetime | None
    """Time up to which labels of decisions that were taken back are marked."""
    shadow: int
    """Newest proposal of a watched version."""


def mark(session: Session, *, team: int) -> Mark:
    """Return what all comparisons of a team rest on."""
    label = session.scalar(select(Label.id).where(Label.team_id == team).order_by(Label.id.desc()).limit(1))
    revoked = session.scalar(select(LabelProgress.revoked_until).where(LabelProgress.team_id == team))
    query = select(ShadowProposal.id).where(ShadowProposal.team_id == team)
    shadow = session.scalar(query.order_by(ShadowProposal.id.desc()).limit(1))
    return Mark(label=label or 0, revoked=revoked, shadow=shadow or 0)


@dataclass(frozen=True, kw_only=True)
class ToJudge:
    """A proposal of a watched version for a case that a person's word judges now."""

    id: int
    label: int
    live_is_wrong: bool
    body: str | None
    """Its output as JSON; None where there is none, or it was removed."""
    code: str | None
    """Code of the reason for a missing proposal."""
    live: str | None
    """The live version's proposal as JSON, whole; None where it was removed."""
    right: str | None
    """The right output as JSON; None where nobody said it, or it was removed."""


def to_judge(session: Session, deployment: int, *, team: int, limit: int) -> list[ToJudge]:
    """Return the proposals of a watched version that have a label now and were not judged, oldest label first."""
    watched, live, right = Content.__table__.alias(), Content.__table__.alias(), Content.__table__.alias()
    query = (
        select(
            ShadowProposal.id,
            Label.id,
            Label.is_error,
            watched.c.body,
            ShadowProposal.code,
            live.c.body,
            right.c.body,
        )
        # A case has few labels, and they are found by it.
        .join(Label, (Label.case_id == ShadowProposal.case_id) & (Label.run_id == ShadowProposal.run_id))
        .join(Proposal, Proposal.id == Label.proposal_id)
        .join(live, live.c.id == Proposal.content_id)
        .outerjoin(watched, watched.c.id == ShadowProposal.content_id)
        .outerjoin(right, right.c.id == Label.output_id)
        .where(
            ShadowProposal.team_id == team,
            ShadowProposal.deployment_id == deployment,
            ShadowProposal.label_id.is_(None),
            Label.revoked_at.is_(None),
            Label.is_error.is_not(None),
            Label.kind != PACKED,
        )
        .order_by(Label.id)
        .limit(limit)
    )
    return [
        ToJudge(
            id=id,
            label=label,
            live_is_wrong=bool(wrong),
            body=contents.kept(body) if body is not None else None,
            code=code,
            live=contents.kept(proposed),
            right=contents.kept(decided) if decided is not None else None,
        )
        for id, label, wrong, body, code, proposed, decided in session.execute(query)
    ]


def judge(session: Session, shadow: int, *, team: int, label: int, difference: int | None) -> bool:
    """Note what a label says of a watched proposal; False where another has said it. None: it does not tell."""
    row = ShadowProposal
    query = update(row).where(row.id == shadow, row.team_id == team, row.label_id.is_(None))
    changed = session.execute(query.values(label_id=label, difference=difference).returning(row.id))
    return changed.first() is not None


def take_back(session: Session, deployment: int, *, team: int) -> int:
    """Forget what labels said of a deployment's watched proposals whose decisions were taken back; return how many."""
    row = ShadowProposal
    revoked = select(Label.id).where(Label.id == row.label_id, Label.revoked_at.is_not(None)).exists()
    query = update(row).where(row.team_id == team, row.deployment_id == deployment, row.label_id.is_not(None), revoked)
    changed = session.execute(query.values(label_id=None, difference=None).returning(row.id))
    return len(changed.all())


def scores(session: Session, deployment: int, *, team: int, limit: int) -> list[float]:
    """Return the scores of a watched version's proposals, the newest first."""
    row = ShadowProposal
    query = select(row.score).where(row.team_id == team, row.deployment_id == deployment, row.score.is_not(None))
    return [score for score in session.scalars(query.order_by(row.run_id.desc()).limit(limit)) if score is not None]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A case for which both versions were asked and a person said what is right."""

    case: int
    difference: int
    """1 where only the new version is wrong, -1 where only the live one is, 0 where both are alike."""
    new_is_wrong: bool


def pairs(session: Session, deployment: int, *, team: int) -> list[Pair]:
    """Return the pairs of a watched version, in the order in which people's labels came."""
    query = (
        select(ShadowProposal.case_id, ShadowProposal.difference, Label.is_error)
        .join(Label, Label.id == ShadowProposal.label_id)
        .where(
            ShadowProposal.team_id == team,
            ShadowProposal.deployment_id == deployment,
            ShadowProposal.difference.is_not(None),
        )
        .order_by(Label.id)
    )
    return [
        Pair(case=case, difference=difference or 0, new_is_wrong=bool(wrong) + (difference or 0) > 0)
        for case, difference, wrong in session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Questions to a watched version, counted with their results."""

    asked: int
    unlabelled: int
    """Those for which no person's word came yet."""
    untold: int
    """Those whose label does not tell which of the two is right, and those that could not be asked."""
    cost: Decimal
    """US dollars."""


def asked(session: Session, deployment: int, *, team: int) -> Asked:
    """Count what a watched version was asked."""
    row = ShadowProposal
    query = select(
        func.count(),
        func.count().filter(row.label_id.is_(None)),
        func.count().filter(row.label_id.is_not(None), row.difference.is_(None)),
        func.sum(row.cost),
    ).where(row.team_id == team, row.deployment_id == deployment)
    number, unlabelled, untold, cost = session.execute(query).one()
    return Asked(asked=number, unlabelled=unlabelled, untold=untold, cost=cost or Decimal(0))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A person's word on a proposal of a version that was used."""

    id: int
    """Row of the label."""
    case: int
    is_error: bool
    is_spot: bool
    """True if it judges what went alone, or was decided before."""


_LABELS = (
    select(Label.id, Label.case_id, Label.is_error, Label.kind)
    .where(
        Label.team_id == bindparam("team"),
        Label.deployment_id == bindparam("deployment"),
        Label.is_error.is_not(None),
        Label.revoked_at.is_(None),
        Label.kind != PACKED,
    )
    .order_by(Label.id.desc())
    .limit(bindparam("most"))
)


def outcomes(
    session: Session,
    deployment: int,
    *,
    team: int,
    limit: int,
    since: datetime | None = None,
    ran_after: int | None = None,
) -> list[Outcome]:
    """Return what people's newest labels say of a deployment's proposals, oldest first.

    `since`: only of decisions from this time on. `ran_after`: only of runs after this one.
    """
    query = _LABELS
    if since is not None:
        query = query.where(Label.at >= since)
    if ran_after is not None:
        query = query.where(Label.run_id > ran_after)
    found = session.execute(query, {"team": team, "deployment": deployment, "most": limit}).all()
    return [
        Outcome(id=id, case=case, is_error=bool(wrong), is_spot=kind in SPOT) for id, case, wrong, kind in found[::-1]
    ]


def last_label(session: Session, deployment: int, *, team: int) -> int:
    """Return the newest label of a deployment's proposals; 0 before the first."""
    query = select(Label.id).where(Label.team_id == team, Label.deployment_id == deployment)
    return session.scalar(query.order_by(Label.id.desc()).limit(1)) or 0


def labels_between(session: Session, workflow: int, *, team: int, since: datetime, until: datetime) -> int:
    """Count the labels of a workflow in a time that judge a proposal."""
    query = select(func.count()).where(
        Label.team_id == team,
        Label.workflow_id == workflow,
        Label.at >= since,
        Label.at < until,
        Label.is_error.is_not(None),
        Label.kind != PACKED,
    )
    return session.scalar(query) or 0


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A review of a run, with the reasons why a person is asked."""

    review: int
    case: int
    reasons: str | None
    """JSON; None where they were removed."""


def reviews_of(
    session: Session, deployment: int, *, team: int, workflow: int, after: int, until: int, limit: int
) -> Sequence[Asking]:
    """Return the reviews of runs for which a deployment was asked, by id, between two reviews."""
    query = (
        select(Review.id, Review.case_id, Content.body)
        .join(Run, Run.id == Review.run_id)
        .join(Content, Content.id == Review.reasons_id)
        .where(
            Review.team_id == team,
            Review.workflow_id == workflow,
            Review.id > after,
            Review.id <= until,
            Run.deployment_id == deployment,
            Run.correction == 0,
        )
        .order_by(Review.id)
        .limit(limit)
    )
    found = session.execute(query)
    return [Asking(review=review, case=case, reasons=contents.kept(body)) for review, case, body in found]


def newest_review(session: Session, *, team: int) -> int:
    """Return the newest review; 0 before the first."""
    query = select(Review.id).where(Review.team_id == team)
    return session.scalar(query.order_by(Review.id.desc()).limit(1)) or 0


def first_review_since(session: Session, *, team: int, since: datetime) -> int:
    """Return the first review that was opened at a time or later; 0 where there is none."""
    query = select(Review.id).where(Review.team_id == team, Review.opened_at >= since)
    return session.scalar(query.order_by(Review.opened_at, Review.id).limit(1)) or 0
