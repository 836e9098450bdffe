"""The charter of a workflow: what it decides, what it may do, what it never does, and who answers for it."""

from collections.abc import Sequence
from decimal import Decimal

from store.cases import workflow_pauses
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.workflow_pauses import pause_of
from workflows.engine.read.charter_views import CharterView, SecondPerson


def charter_view(context: Context, workflow: AnyWorkflow) -> CharterView:
    """Return the charter of a workflow, with its present pause."""
    with context.database.read() as session:
        paused = {line.workflow: line for line in workflow_pauses.all_current(session, team=context.team)}
    review, budget = workflow.review, workflow.budget
    return CharterView(
        workflow=workflow.name,
        decision=workflow.decision,
        owner=workflow.owner,
        may=list((workflow.may or {}).values()),
        does=[] if workflow.may else sorted(workflow.allowed),
        nevers=[never.sentence for never in workflow.nevers],
        at_least=workflow.autonomy.at_least,
        second_opinion=workflow.autonomy.second_opinion,
        spot_checks=workflow.autonomy.spot_checks,
        is_scoped=workflow.scope is not None,
        pause=pause_of(paused.get(workflow.name)),
        per_case=Decimal(budget.per_case),
        per_day=Decimal(budget.per_day),
        zone=workflow.timezone.key,
        reviewers=_names(review.reviewers),
        answer_within=review.answer_within,
        seconds=[
            SecondPerson(sentence=second.sentence, always=second.when is None, by=_names(second.by))
            for second in review.seconds
        ],
        grace=review.grace,
        self_approval=review.self_approval,
        can_ask=workflow.source_effect is not None,
    )


def _names(given: str | Sequence[str] | None) -> Sequence[str]:
    return [name for name in ((given,) if isinstance(given, str) else given or ()) if name]
