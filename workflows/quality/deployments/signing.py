"""Signatures under deployments: who answers for a workflow lets a version go live, or refuses it.

One signature is the owner's or their backup's. Where two are wanted, the other one is another person's, who may be an
engineer: so nobody who proposed a version lets it pass alone.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.governance import audit
from store.learning import deployments
from store.states import DeploymentState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.excerpts import shortened
from workflows.quality.deployments.codes import As, Ended
from workflows.quality.deployments.moves import begin_shadow, begin_sharing, end, go_live

SIGNED = "signed"
"""The reason for which a version is live at once."""
LONGEST = 2_000
"""Most characters of a reason."""
_ANSWER_FOR_IT = (As.OWNER, As.BACKUP, As.OPERATOR)


@dataclass(frozen=True, kw_only=True)
class SignedDeployment:
    """A signature that was given, and what became of the deployment."""

    workflow: str
    number: int
    state: DeploymentState
    """proposed: another signature is wanted."""
    missing: int
    """Signatures that are still wanted."""
    at: datetime


def sign(
    context: Context,
    workflow: AnyWorkflow,
    deployment: int,
    *,
    change: int,
    by: str,
    how: As,
    override: str | None = None,
) -> SignedDeployment:
    """Sign a deployment as it was shown. With the last signature it goes on its way. It is audited.

    `change`: of what was shown. `override`: reason to let it pass in spite of what it is refused for. Raise `Unknown`,
    `Stale`, or `Refused`.
    """
    with context.database.write(urgent=True) as session:
        row = _waiting(session, context, workflow, deployment, change)
        reason = _reason(row, override)
        given = deployments.signatures(session, [row.id], team=context.team)
        wanted = int(row.rollout["signatures"])
        _refuse(row, [As(one.how) for one in given], [one.by for one in given], wanted=wanted, by=by, how=how)
        at = context.clock()
        if not deployments.sign(session, row.id, team=context.team, by=by, how=how.value, at=at):
            raise Refused(f"you have signed deployment {row.number} of {workflow.name} already")
        failpoints.before(Failpoint.DEPLOYMENT, "signature")
        to = {"override_reason": reason}
        if not deployments.change(session, row.id, team=context.team, state=row.state, number=row.change, to=to):
            raise Stale(f"deployment {row.number} of {workflow.name} has changed since: look at it again")
        missing = wanted - len(given) - 1
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action="deployment.signed",
            subject=SubjectKind.DEPLOYMENT.of(row.id),
            case=None,
            details={
                "number": row.number,
                "version": row.name,
                "how": how.value,
                "refused_for": ",".join(row.refused_for) or None,
            },
        )
        if missing <= 0:
            _start(session, context, row, by=by)
        failpoints.after(Failpoint.DEPLOYMENT, "signature")
        is_first = row.state is DeploymentState.LIVE and row.before_id is None
        signed = SignedDeployment(
            workflow=workflow.name, number=row.number, state=row.state, missing=max(0, missing), at=at
        )
    if is_first:
        # From now on deployments say what is asked: the charter's signature is carried over before anybody reads it.
        context.charters.begin(workflow)
    return signed


def reject(
    context: Context, workflow: AnyWorkflow, deployment: int, *, change: int, by: str, reason: str | None = None
) -> None:
    """Refuse a deployment as it was shown. It is audited. Raise `Unknown`, `Stale`."""
    with context.database.write(urgent=True) as session:
        row = _waiting(session, context, workflow, deployment, change)
        said = {"said": shortened(reason.strip(), LONGEST)} if reason and reason.strip() else None
        end(session, context, row, by=by, why=Ended.REJECTED, figures=said)


def _waiting(
    session: Session, context: Context, workflow: AnyWorkflow, deployment: int, change: int
) -> schema.Deployment:
    """Return a deployment that waits for signatures, with its workflow held."""
    row = deployments.get(session, deployment, team=context.team)
    used = deployments.held(session, row.workflow_id, team=context.team) if row is not None else None
    if row is None or used is None or used.name != workflow.name:
        raise Unknown(f"{workflow.name} has no such deployment")
    row = deployments.get(session, deployment, team=context.team)
    assert row is not None
    if row.state is not DeploymentState.PROPOSED:
        raise Stale(f"deployment {row.number} of {workflow.name} waits for no signature: it is {row.state.value}")
    if row.change != change:
        raise Stale(f"deployment {row.number} of {workflow.name} has changed since: look at it again")
    return row


def _reason(row: schema.Deployment, override: str | None) -> str | None:
    """Return the reason that is kept. Raise `Refused` where one is wanted and none is given."""
    if not row.refused_for or row.override_reason:
        return row.override_reason
    reason = (override or "").strip()
    if not reason:
        against = ", ".join(row.refused_for)
        raise Refused(f"deployment {row.number} is refused ({against}): it passes only with a reason, which is kept")
    return shortened(reason, LONGEST)


def _refuse(row: schema.Deployment, hows: list[As], names: list[str], *, wanted: int, by: str, how: As) -> None:
    """Raise `Refused` for a person whose signature does not count here."""
    if by in names:
        raise Refused(f"you have signed deployment {row.number} already; another person signs, too")
    if how is As.ENGINEER and wanted < 2:
        raise Refused(f"deployment {row.number} is signed by the owner or their backup")
    if how is As.ENGINEER and len(hows) + 1 >= wanted and not any(one in _ANSWER_FOR_IT for one in hows):
        raise Refused(f"deployment {row.number} has an engineer's signature: the owner or their backup signs now")


def _start(session: Session, context: Context, row: schema.Deployment, *, by: str) -> None:
    """Send a signed deployment on its way."""
    used = deployments.used(session, row.workflow_id, team=context.team)
    way = row.rollout["way"]
    if used is None or used.live is None or way == "at once":
        go_live(session, context, row, by=by, why=SIGNED)
    elif way == "share":
        begin_sharing(session, context, row, by=by)
    else:
        begin_shadow(session, context, row, by=by)
