"""Cases whose content was removed, as their cards show them."""

from store.cases import cases, deliveries
from store.governance import teams
from store.states import DeliveryState
from store.subjects import Subject, SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import ContentRemoved, Unknown
from workflows.engine.review.views import RemovedView


def removed_view(context: Context, subject: Subject, gone: ContentRemoved) -> RemovedView:
    """Return what is left to show of a review or a delivery. Raise `Unknown`."""
    team, is_delivery = context.team, subject.kind is SubjectKind.DELIVERY
    with context.database.read() as session:
        case = cases.get(session, gone.case, team=team)
        if case is None:
            raise Unknown(f"there is no case {gone.case}")
        delivery = deliveries.get(session, subject.id, team=team) if is_delivery else None
        return RemovedView(
            case=case.id,
            workflow=teams.workflow_name(session, case.workflow_id, team=team),
            at=case.erased_at,
            is_in_doubt=delivery is not None and delivery.state == DeliveryState.DOUBTFUL,
        )
