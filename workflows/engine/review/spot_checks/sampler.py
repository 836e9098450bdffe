"""The one sampler of what went alone: with a probability that is fixed and kept before a label can exist.

A draw follows from a secret of the team and the run's id. So a run that is resolved again after a crash draws the same,
and whoever writes a workflow cannot know beforehand which cases are looked at. All figures of what went alone, and all
evidence for it, rest on these draws (docs/decisions/0050).
"""

import hmac
from hashlib import sha256

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import spot_checks
from store.governance import audit
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.proposer import AnyProposal
from workflows.engine.propose.standing import Standing

_BITS = 53
"""Bits of a draw: as many as a float holds exactly."""


def probability_of(workflow: AnyWorkflow, proposal: AnyProposal, *, standing: Standing | None = None) -> float | None:
    """Return the probability with which a case that goes alone now is looked at; None where no draw is made for it.

    A sample answer, written by hand for a demonstration, shows nothing of how good the workflow is. `standing`: that of
    the version where its autonomy is earned.
    """
    if proposal.sample:
        return None
    return standing.probability if standing is not None else workflow.autonomy.spot_checks


def draw(
    session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow, *, probability: float | None
) -> None:
    """Draw whether a run that is resolved alone now is looked at, and keep its spot check where it is.

    `probability`: kept with the run, too, whether or not it is drawn. None: no draw is made.
    """
    if not probability or not falls(context.seed, run.id, probability, restores=context.restores.number):
        return
    at = context.clock()
    drawn = spot_checks.add(
        session,
        team=run.team_id,
        run=run.id,
        case=run.case_id,
        workflow=run.workflow_id,
        probability=probability,
        at=at,
        due_at=workflow.spot_check_by(at),
    )
    audit.record(
        session,
        team=run.team_id,
        at=at,
        actor=SYSTEM,
        action="spot_check.drawn",
        subject=SubjectKind.SPOT_CHECK.of(drawn),
        case=run.case_id,
        details={"run": run.id},
    )
    if workflow.has_documents:
        notices.pages_of_check(session, drawn, workflow.review, team=run.team_id, at=at)


def falls(seed: str, run: int, probability: float, *, restores: int = 0) -> bool:
    """Tell whether a run is drawn. The same seed and run always draw the same.

    `restores`: number of restores from a backup: after one, ids are given out again.
    """
    digest = hmac.digest(seed.encode(), f"{restores}/{run}".encode(), sha256)
    drawn: int = int.from_bytes(digest[:8]) >> (64 - _BITS)
    return drawn < probability * (1 << _BITS)
