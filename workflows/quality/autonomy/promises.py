"""Promises of workflows as their evidence has them, for charters and digests, which know no certificate."""

from sqlalchemy.orm import Session

from workflows.engine.context import Context
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.declare.registry import AnyWorkflow
from workflows.quality.autonomy.certificates import facts_of


class EarnedPromises:
    """The promises of workflows, as their certificates say them."""

    def of(self, session: Session, context: Context, workflow: AnyWorkflow) -> PromiseFacts | None:
        """Return how a workflow stands; None where it earns nothing, or nothing of it is live."""
        return facts_of(session, context, workflow)
