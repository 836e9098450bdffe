"""The status of all: what waits for people, what failed, what is paused, what is down, and what was spent today."""

from collections.abc import Sequence
from decimal import Decimal

from store.cases import homes, workflow_pauses
from store.documents import documents
from store.learning import announcements
from store.sources import follow_ups
from store.states import RunState
from workflows.documents.shelf import FolderShelf
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.delivery_status import targets_down, waiting_deliveries
from workflows.engine.deliver.workflow_pauses import pause_of
from workflows.engine.health.systems import system_views
from workflows.engine.propose.budgets import spent_today
from workflows.engine.propose.model_outages import open_outages
from workflows.engine.read.declared.prompts_from import prompts_from
from workflows.engine.read.status_views import KeptDocuments, StatusView, WorkflowStatus

_IN_WORK = (RunState.READY, RunState.RUNNING, RunState.DELIVERING)
_COUNTED = (*_IN_WORK, RunState.FAILED, RunState.PARKED, RunState.DOUBTFUL, RunState.HOLDING)


def status_view(context: Context, workflows: Sequence[AnyWorkflow], *, counts_documents: bool = False) -> StatusView:
    """Return how these workflows stand, by their names. The caller says which a person may know of.

    `counts_documents`: also those of other workflows, for whoever runs all of it.
    """
    names, team = sorted(one.name for one in workflows), context.team
    with context.database.read() as session:
        pauses = {line.workflow: line for line in workflow_pauses.all_current(session, team=team)}
        numbers = workflow_pauses.numbers(session, team=team, states=_COUNTED)
        waiting = {one.workflow: one for one in homes.waiting(session, team=team, workflows=names)}
        announced = {one.workflow: one.number for one in announcements.counts(session, team=team)}
        following = {one.workflow: one for one in follow_ups.standing(session, team=team)}
    late = waiting_deliveries(context)
    lines = []
    for workflow in sorted(workflows, key=lambda one: one.name):
        name = workflow.name
        waits = waiting.get(name)
        counted = {state: numbers.get((name, state), 0) for state in _COUNTED}
        lines.append(
            WorkflowStatus(
                workflow=name,
                owner=workflow.owner,
                decision=workflow.decision,
                pause=pause_of(pauses.get(name)),
                waiting=waits.number if waits is not None else 0,
                oldest=waits.oldest if waits is not None else None,
                answer_by=waits.answer_by if waits is not None else None,
                in_work=sum(counted[state] for state in _IN_WORK),
                failed=counted[RunState.FAILED] + counted[RunState.PARKED],
                doubtful=counted[RunState.DOUBTFUL],
                # One whose time is over is on its way already.
                held=max(counted[RunState.HOLDING] - announced.get(name, 0), 0),
                announced=announced.get(name, 0),
                tried_again=sum(line.number for line in late if line.workflow == name),
                follow_ups_due=following[name].due if name in following else 0,
                follow_ups_failed=following[name].failed if name in following else 0,
                spent=spent_today(context, workflow),
                per_day=Decimal(workflow.budget.per_day),
            )
        )
    concerned = {line.target for line in late if line.workflow in names}
    return StatusView(
        at=context.clock(),
        workflows=lines,
        models=open_outages(context),
        targets=[one for one in targets_down(context) if one.target in concerned],
        systems=system_views(context, workflows),
        documents=_documents(context) if counts_documents else None,
        prompts=prompts_from(context, workflows),
    )


def _documents(context: Context) -> KeptDocuments:
    """Count the documents that are kept. It reads all their rows, and no file."""
    with context.database.read() as session:
        counted = documents.counted(session, team=context.team)
    shelf = context.documents.shelf
    return KeptDocuments(
        number=counted.number,
        size=counted.size,
        unheld=counted.unheld,
        has_shelf=shelf is not None,
        folder=str(shelf.folder) if isinstance(shelf, FolderShelf) else None,
    )
