"""The evidence of an epoch as its rows tell it, and whether what is kept of it is the same."""

from sqlalchemy.orm import Session

from store.learning import epochs as kept
from store.schema import Epoch
from workflows.engine.context import Context
from workflows.quality.autonomy.certifying.earning import Earning, Looked
from workflows.quality.autonomy.certifying.recomputed import recomputed
from workflows.quality.autonomy.prior import prior


def evidence_of(session: Session, context: Context, epoch: Epoch, *, until: int) -> Earning:
    """Return the evidence of an epoch from the rows of its cases, of which those up to one were worked in."""
    team = context.team
    start = prior(session, context, epoch.workflow_id, epoch.deployment_id, at=epoch.began_at)
    return recomputed(
        Earning.read(epoch.state),
        start=start,
        cases=(
            Looked(score=one.score, is_error=bool(one.is_error), probability=one.probability, least=one.least)
            for one in kept.worked_in(session, epoch.id, team=team, until=until)
        ),
        checks=[one.is_error for one in kept.checks_of(session, epoch.id, team=team)],
    )
