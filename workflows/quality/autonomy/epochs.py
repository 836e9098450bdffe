"""Epochs: the time over which the cases of a version are alike, from its first use to its end, and their beginning.

An epoch begins with the version that is used, in the same transaction. What was known of an earlier time of the same
version does not count: the world may have changed since. Other reviewers, another budget or channel begin none.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from store.governance import audit
from store.learning import epochs as kept
from store.schema import Epoch
from store.states import Level
from store.subjects import SubjectKind
from workflows.engine.case import learning_notices
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.autonomy.certifying.certifier import SCORES, Floor, Promise, fixed_grid, grid
from workflows.quality.autonomy.certifying.earning import FEWEST, Earning
from workflows.quality.autonomy.codes import Began, End
from workflows.quality.autonomy.kept_state import state_of
from workflows.quality.autonomy.known_scores import known_scores
from workflows.quality.autonomy.prior import prior


def begin(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    *,
    row: int,
    deployment: int,
    by: str,
    why: Began,
    level: Level | None = None,
) -> Epoch:
    """Begin the epoch of a version that is used from now on, with the evidence of its volume tests. It is audited.

    `row`, `deployment`: rows of the workflow, which is held or whose open epoch was, and of the version. `level`: left
    out, the one at which the workflow's versions begin.
    """
    autonomy, at = workflow.autonomy, context.clock()
    assert autonomy.wrong is not None
    promise = Promise(wrong=autonomy.wrong, sure=autonomy.sure)
    floors = floors_for(session, promise, row=row, deployment=deployment, team=context.team)
    earning = Earning.begin(promise, floors, fewest=FEWEST)
    earning.work_in_all(prior(session, context, row, deployment, at=at))
    permitted = earning.permitted
    number = kept.last_number(session, row, team=context.team) + 1
    begun = kept.begin(
        session,
        team=context.team,
        workflow=row,
        deployment=deployment,
        number=number,
        wrong=promise.wrong,
        sure=promise.sure,
        level=level or Level(autonomy.begin),
        probability=earning.probability(autonomy.spot_checks),
        state=state_of(earning, None),
        at=at,
    )
    if earning.labels:
        known = {"looked_at": earning.labels, "permitted": permitted.at if permitted is not None else None}
        kept.note(session, begun, team=context.team, **known)
    audit.record(
        session,
        team=context.team,
        at=at,
        actor=by,
        action="epoch.began",
        subject=SubjectKind.EPOCH.of(begun),
        case=None,
        details={
            "number": number,
            "deployment": deployment,
            "why": why,
            "level": (level or Level(autonomy.begin)).value,
            "wrong": str(promise.wrong),
            "sure": str(promise.sure),
        },
    )
    epoch = kept.get(session, begun, team=context.team)
    assert epoch is not None
    return epoch


def end(session: Session, context: Context, epoch: Epoch, *, by: str, why: End, **figures: int) -> None:
    """End an epoch that is held: what it permitted holds for no further case. Its row keeps its evidence.

    `figures`: those that speak for it, for the audit.
    """
    at = context.clock()
    to = {"ended_at": at, "end": why, "asked_at": None}
    kept.change(session, epoch.id, team=context.team, seen=epoch.change, **to)
    audit.record(
        session,
        team=context.team,
        at=at,
        actor=by,
        action="epoch.ended",
        subject=SubjectKind.EPOCH.of(epoch.id),
        case=None,
        details={
            "number": epoch.number,
            "deployment": epoch.deployment_id,
            "why": why,
            "level": epoch.level.value,
            "floor": _said(epoch.floor),
            "labels": epoch.looked_at,
            **figures,
        },
    )
    learning_notices.question_over(session, team=context.team, epoch=epoch.id, at=at)


def _said(floor: float | None) -> str | None:
    return str(floor) if floor is not None else None


def floors_for(session: Session, promise: Promise, *, row: int, deployment: int, team: int) -> Sequence[Floor]:
    """Return the floors that an epoch tests, from scores that are known before its first label; fixed ones without
    any.
    """
    scores = known_scores(session, workflow=row, deployment=deployment, team=team)
    return grid(scores, promise) if len(scores) >= SCORES else fixed_grid(promise)


def follow(
    session: Session,
    context: Context,
    *,
    row: int,
    name: str,
    live: int | None,
    sharing: int | None,
    by: str,
    why: Began | None = None,
) -> None:
    """End the epochs of versions that are not used any more, and begin those of versions that are.

    `row`, `name`: of the workflow, whose row is held. `sharing`: the version that is used for a share of the cases. A
    version that is used already keeps its epoch. `why`: left out, it follows from how it is used.
    """
    workflow = context.registry.get(name) if name in context.registry else None
    is_earned = workflow is not None and workflow.autonomy.is_earned
    opened = kept.open_of_workflow(session, row, team=context.team)
    if not opened and not is_earned:
        return
    used = [one for one in (live, sharing) if one is not None]
    standing = set[int]()
    for epoch in opened:
        over = _over(workflow, epoch, used)
        if over is None:
            standing.add(epoch.deployment_id)
        else:
            end(session, context, epoch, by=by, why=over)
            why = why or (Began.PROMISE if over is End.PROMISE else None)
    if workflow is None or not is_earned:
        return
    for deployment in used:
        if deployment not in standing:
            is_again = kept.had_one(session, deployment, team=context.team)
            usual = Began.AGAIN if is_again else Began.SHARING if deployment == sharing else Began.LIVE
            begin(session, context, workflow, row=row, deployment=deployment, by=by, why=why or usual)


def _over(workflow: AnyWorkflow | None, epoch: Epoch, used: Sequence[int]) -> End | None:
    """Return why an epoch is over; None while it lasts. A workflow that is not known here says nothing."""
    if epoch.deployment_id not in used:
        return End.REPLACED
    if workflow is None:
        return None
    autonomy = workflow.autonomy
    if not autonomy.is_earned:
        return End.NOT_EARNED
    return End.PROMISE if (epoch.wrong, epoch.sure) != (autonomy.wrong, autonomy.sure) else None
