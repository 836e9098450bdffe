"""The moves of deployments: the only place where one goes live, is watched, or ends.

Each move is a compare-and-set, together with the workflow's row, which says what is used, and with its audit row. The
workflow's row is held first: two moves of one workflow follow each other, and all processes switch at the same commit.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.governance import audit, teams
from store.learning import deployments
from store.learning.deployments import Used
from store.states import DeploymentState
from store.subjects import SubjectKind
from workflows.engine.case import learning_notices
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale
from workflows.quality.autonomy import epochs
from workflows.quality.deployments.codes import Ended

_S = DeploymentState

DEPLOYMENT_MOVES: Mapping[DeploymentState, frozenset[DeploymentState]] = {
    _S.TRYING: frozenset({_S.PROPOSED, _S.REJECTED}),
    _S.PROPOSED: frozenset({_S.SHADOW, _S.SHARING, _S.LIVE, _S.REJECTED}),
    # Never to SHARING: processes remember how a version is used beside the live one.
    _S.SHADOW: frozenset({_S.LIVE, _S.ROLLED_BACK, _S.REJECTED}),
    _S.SHARING: frozenset({_S.LIVE, _S.ROLLED_BACK, _S.REJECTED}),
    _S.LIVE: frozenset({_S.REPLACED, _S.ROLLED_BACK}),
    _S.REPLACED: frozenset({_S.LIVE}),  # by a rollback
    _S.ROLLED_BACK: frozenset({_S.LIVE}),  # by a person who names it
    _S.REJECTED: frozenset(),
}
BESIDE = frozenset({_S.SHADOW, _S.SHARING})
"""States of the one that the workflow's row names beside the live one."""
Figures = Mapping[str, Any]
"""Figures and ids of cases that speak for a move. Any: plain values; no text of a case."""


def propose(session: Session, context: Context, deployment: schema.Deployment, *, by: str, **values: Any) -> None:
    """Have a deployment wait for signatures, in place of each other one of its workflow that does. Any: columns.

    Raise `Stale`.
    """
    _held(session, context, deployment)
    for older in deployments.in_states(session, deployment.workflow_id, team=context.team, states=[_S.PROPOSED]):
        _end(session, context, older, _S.REJECTED, by=by, why=Ended.REPLACED)
    _move(session, context, deployment, _S.PROPOSED, by=by, action="deployment.proposed", **values)


def go_live(session: Session, context: Context, deployment: schema.Deployment, *, by: str, why: str) -> None:
    """Have a deployment used for all new runs. The one that was live is replaced.

    `why`: code of the reason, such as signed or no_worse. Raise `Stale` where it is not as it was read.
    """
    used = _held(session, context, deployment)
    before = _live(session, context, used)
    if before is not None:
        _end(session, context, before, _S.REPLACED, by=by, why=Ended.REPLACED)
    beside = used.beside if used.beside != deployment.id else None
    if beside is not None:
        _end_beside(session, context, beside, by=by)
    _move(
        session,
        context,
        deployment,
        _S.LIVE,
        by=by,
        action="deployment.live",
        details={"why": why},
        live_at=context.clock(),
        before_id=before.id if before is not None else None,
    )
    _use(session, context, used, live=deployment.id, beside=None, by=by)


def begin_shadow(session: Session, context: Context, deployment: schema.Deployment, *, by: str) -> None:
    """Have a deployment asked beside the live one, and not used. Raise `Stale`, `Refused` where none is live."""
    _begin_beside(session, context, deployment, _S.SHADOW, by=by, action="deployment.shadow")


def begin_sharing(session: Session, context: Context, deployment: schema.Deployment, *, by: str) -> None:
    """Have a deployment used for its share of the cases. Raise `Stale`, `Refused` where none is live."""
    _begin_beside(session, context, deployment, _S.SHARING, by=by, action="deployment.sharing")


def end(
    session: Session,
    context: Context,
    deployment: schema.Deployment,
    *,
    by: str,
    why: str,
    figures: Figures | None = None,
) -> None:
    """End a deployment that is not live: it is not asked any more. Raise `Stale`, `Refused` for one that is live.

    `why`: an `Ended`. What was proposed, or is being tried, is rejected; what was watched is rolled back.
    """
    used = _held(session, context, deployment)
    if deployment.state is _S.LIVE:
        raise Refused(f"deployment {deployment.number} of {used.name} is live; countersign rollback takes it back")
    was_watched = deployment.state in BESIDE
    _end(session, context, deployment, _S.ROLLED_BACK if was_watched else _S.REJECTED, by=by, why=why, figures=figures)
    if used.beside == deployment.id:
        _use(session, context, used, live=used.live, beside=None, by=by)


def roll_back(
    context: Context,
    workflow: AnyWorkflow,
    *,
    to: int | None = None,
    by: str,
    why: str,
    figures: Figures | None = None,
) -> schema.Deployment:
    """Make the version before the live one live again, in a transaction of its own. Return the one that is live then.

    `to`: number of another version that was live once. `why`, `figures`: as for `end`. Runs that began keep theirs.
    Raise `Refused` where there is none to go back to.
    """
    with context.database.write(urgent=True) as session:
        row = teams.find_workflow(session, team=context.team, name=workflow.name)
        if row is None:
            raise Refused(f"nothing of {workflow.name} was ever deployed")
        return take_back(session, context, row, to=to, by=by, why=why, figures=figures)


def take_back(
    session: Session,
    context: Context,
    workflow: int,
    *,
    to: int | None = None,
    by: str,
    why: str,
    figures: Figures | None = None,
) -> schema.Deployment:
    """Make the version before the live one live again, in this transaction. `workflow`: its row.

    The rest is as for `roll_back`. A version that is watched beside the live one ends, too: what it was compared with
    is gone.
    """
    used = deployments.held(session, workflow, team=context.team)
    assert used is not None
    live = _live(session, context, used)
    target = _target(session, context, used, live, to)
    if used.beside is not None:
        _end_beside(session, context, used.beside, by=by, why=Ended.LIVE_LEFT)
    if live is not None:
        _end(session, context, live, _S.ROLLED_BACK, by=by, why=why, figures=figures)
    _move(
        session,
        context,
        target,
        _S.LIVE,
        by=by,
        action="deployment.live_again",
        details={"why": why},
        live_at=context.clock(),
        ended_at=None,
        ended_why=None,
        ended_by=None,
        ended_with=None,
    )
    _use(session, context, used, live=target.id, beside=None, by=by)
    return target


def _target(
    session: Session, context: Context, used: Used, live: schema.Deployment | None, to: int | None
) -> schema.Deployment:
    """Return the version to go back to. Raise `Refused` where there is none."""
    if to is not None:
        found = deployments.numbered(session, used.id, to, team=context.team)
        if found is None:
            raise Refused(f"{used.name} has no deployment {to}; see countersign deployments list {used.name}")
        if live is not None and found.id == live.id:
            raise Refused(f"deployment {to} of {used.name} is live already")
        if found.live_at is None:
            raise Refused(f"deployment {to} of {used.name} was never live, so nothing goes back to it")
        return found
    if live is None:
        raise Refused(f"no version of {used.name} is live; name one that was with --to N")
    before = deployments.get(session, live.before_id, team=context.team) if live.before_id is not None else None
    if before is None:
        raise Refused(f"deployment {live.number} is the first of {used.name}: there is none before it to go back to")
    return before


def _begin_beside(
    session: Session,
    context: Context,
    deployment: schema.Deployment,
    state: DeploymentState,
    *,
    by: str,
    action: str,
) -> None:
    used = _held(session, context, deployment)
    if used.live is None:
        raise Refused(f"no version of {used.name} is live, so there is none to watch another beside")
    if used.beside is not None and used.beside != deployment.id:
        _end_beside(session, context, used.beside, by=by)
    _move(session, context, deployment, state, by=by, action=action)
    sharing = deployment.id if state is _S.SHARING else None
    _use(session, context, used, live=used.live, beside=deployment.id, sharing=sharing, by=by)


def _end_beside(session: Session, context: Context, beside: int, *, by: str, why: Ended = Ended.REPLACED) -> None:
    found = deployments.get(session, beside, team=context.team)
    if found is not None and found.state in BESIDE:
        _end(session, context, found, _S.REJECTED, by=by, why=why)


def _end(
    session: Session,
    context: Context,
    deployment: schema.Deployment,
    state: DeploymentState,
    *,
    by: str,
    why: str,
    figures: Figures | None = None,
) -> None:
    _move(
        session,
        context,
        deployment,
        state,
        by=by,
        action=f"deployment.{state.value}",
        details={"why": str(why)},
        ended_at=context.clock(),
        ended_why=str(why),
        ended_by=by,
        ended_with=dict(figures) if figures is not None else None,
    )


def _move(
    session: Session,
    context: Context,
    deployment: schema.Deployment,
    state: DeploymentState,
    *,
    by: str,
    action: str,
    details: Mapping[str, str | int | None] | None = None,
    **values: Any,  # Any: columns of the row
) -> None:
    """Move a deployment that is still as it was read. Raise `Stale`, or `Refused` for a move that is none."""
    if state not in DEPLOYMENT_MOVES[deployment.state]:
        raise Refused(f"deployment {deployment.number} is {deployment.state.value} and cannot become {state.value}")
    was_shown = deployment.state is not _S.TRYING
    was, number = deployment.state, deployment.change
    to = {**values, "state": state}
    if not deployments.change(session, deployment.id, team=context.team, state=was, number=number, to=to):
        raise Stale(f"deployment {deployment.number} has changed since: look at it again")
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=action,
        subject=SubjectKind.DEPLOYMENT.of(deployment.id),
        case=None,
        details={"number": deployment.number, "version": deployment.name, **(details or {})},
    )
    if was_shown or state is _S.PROPOSED:
        name = teams.workflow_name(session, deployment.workflow_id, team=context.team)
        declared = context.registry.get(name).review if name in context.registry else None
        learning_notices.deployment(session, declared, team=context.team, deployment=deployment.id, at=context.clock())


def _held(session: Session, context: Context, deployment: schema.Deployment) -> Used:
    used = deployments.held(session, deployment.workflow_id, team=context.team)
    assert used is not None
    return used


def _live(session: Session, context: Context, used: Used) -> schema.Deployment | None:
    return deployments.get(session, used.live, team=context.team) if used.live is not None else None


def _use(
    session: Session,
    context: Context,
    used: Used,
    *,
    live: int | None,
    beside: int | None,
    by: str,
    sharing: int | None = None,
) -> None:
    """Have a workflow use these versions, each with an epoch where its autonomy is earned.

    `sharing`: the version beside the live one, where it is used for a share of the cases.
    """
    failpoints.before(Failpoint.DEPLOYMENT, used.name)
    deployments.use(session, used.id, team=context.team, live=live, beside=beside)
    epochs.follow(session, context, row=used.id, name=used.name, live=live, sharing=sharing, by=by)
    failpoints.after(Failpoint.DEPLOYMENT, used.name)
