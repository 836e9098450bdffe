"""The numbers that a monitoring system asks for, counted from the rows that all processes share."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from store.governance import metrics, seals
from store.sources import cursors
from store.sources.cursors import CursorLine
from store.states import NOT_ENDED, CauseState, DeliveryState, OutboxState, Resolution, RunState
from workflows.engine.case.backups import last_backup_in
from workflows.engine.context import Context
from workflows.engine.declare.incoming.fetching import source_name
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.health.views import Kind
from workflows.engine.read.metric_views import NumbersView, WorkflowNumbers

_Word = TypeVar("_Word", bound=StrEnum)
_UNSENT = tuple(state for state in OutboxState if state is not OutboxState.SENT)
_WEBHOOKS = (OutboxState.DUE, OutboxState.ATTEMPTING, OutboxState.DEAD)
_DELIVERIES = (DeliveryState.WAITING, DeliveryState.DOUBTFUL)
_NO_TIME = timedelta(0)
_UNSEALED = 100_000
"""Most audit rows that are counted as not sealed yet."""


def numbers_view(context: Context) -> NumbersView:
    """Return all numbers as they are now, in one reading. Raise `store.db.database.Unavailable`."""
    team, at = context.team, context.clock()
    with context.database.read() as session:
        unsent = metrics.unsent(session, team=team)
        due = unsent.get(OutboxState.DUE)
        webhooks = metrics.unsent(session, team=team, webhooks=True)
        untold = [webhooks[state].written for state in (OutboxState.DUE, OutboxState.ATTEMPTING) if state in webhooks]
        troubles, deliveries = metrics.troubles(session, team=team), metrics.deliveries(session, team=team)
        looks = _looks(session, context)
        unsealed = seals.unsealed(session, team=team, at_most=_UNSEALED)
        return NumbersView(
            at=at,
            workflows=_workflows(session, context, at=at),
            deliveries={state: deliveries.get(state, 0) for state in _DELIVERIES},
            messages={state: unsent[state].number if state in unsent else 0 for state in _UNSENT},
            late=max(at - due.due, _NO_TIME) if due is not None else _NO_TIME,
            webhooks={state: webhooks[state].number if state in webhooks else 0 for state in _WEBHOOKS},
            webhooks_oldest=max([_NO_TIME, *(at - written for written in untold)]),
            troubles={kind: troubles.get(kind, 0) for kind in Kind},
            models_down=metrics.models_down(session, team=team),
            targets_down=metrics.targets_down(session, team=team),
            fetches_failing=sum(line.error is not None for line in looks),
            fetches_late=max([_NO_TIME, *(at - line.next_at for line in looks)]),
            unsealed=unsealed.number,
            backed_up_at=last_backup_in(session, team=team),
            unsealed_for=max(at - unsealed.oldest, _NO_TIME) if unsealed.oldest is not None else _NO_TIME,
        )


def _looks(session: Session, context: Context) -> list[CursorLine]:
    """Return the cursors of what the workflows of this process look for."""
    names = [source_name(workflow.name, fetch.name) for workflow in context.registry for fetch in workflow.fetches]
    found = cursors.named(session, names, team=context.team) if names else {}
    return [line for line in found.values() if line.ended_at is None]


def _workflows(session: Session, context: Context, *, at: datetime) -> list[WorkflowNumbers]:
    """Return the numbers of each declared workflow, and those of all others together where there are any."""
    team = context.team
    declared = {one.name: one for one in sorted(context.registry, key=lambda one: one.name)}
    taken_in, resolved = metrics.taken_in(session, team=team), metrics.resolved(session, team=team)
    unfinished, causes = metrics.unfinished_runs(session, team=team), metrics.causes(session, team=team)
    runs = {key: one.number for key, one in unfinished.items()}
    ready = {name: one.since for (name, state), one in unfinished.items() if state is RunState.READY}
    reviews, paused = metrics.open_reviews(session, team=team, at=at), metrics.paused(session, team=team)
    left = _left_today(session, list(declared.values()), team=team, at=at)

    def of(names: Iterable[str], declared_as: AnyWorkflow | None) -> WorkflowNumbers:
        meant = set(names)
        waiting = [reviews[name] for name in meant if name in reviews]
        return WorkflowNumbers(
            workflow=declared_as.name if declared_as is not None else None,
            taken_in=sum(taken_in.get(name, 0) for name in meant),
            resolved=_summed(resolved, meant, tuple(Resolution)),
            runs=_summed(runs, meant, NOT_ENDED),
            oldest_ready=max([_NO_TIME, *(at - ready[name] for name in meant if name in ready)]),
            open_reviews=sum(one.number for one in waiting),
            overdue_reviews=sum(one.overdue for one in waiting),
            oldest_review=max((at - one.oldest for one in waiting), default=_NO_TIME),
            causes=_summed(causes, meant, tuple(CauseState)),
            is_paused=not meant.isdisjoint(paused),
            per_day=Decimal(declared_as.budget.per_day) if declared_as is not None else None,
            left_today=left[declared_as.name] if declared_as is not None else None,
        )

    found = {*taken_in, *reviews, *(name for name, _ in (*resolved, *runs, *causes))}
    others = found - set(declared)
    return [*(of([name], one) for name, one in declared.items()), *([of(others, None)] if others else [])]


def _summed(
    counted: Mapping[tuple[str, _Word], int], workflows: Iterable[str], words: Iterable[_Word]
) -> Mapping[_Word, int]:
    """Return the counts of some workflows together, with a zero where there are none: a missing one warns nobody."""
    meant = list(workflows)
    return {word: sum(counted.get((name, word), 0) for name in meant) for word in words}


def _left_today(
    session: Session, workflows: Iterable[AnyWorkflow], *, team: int, at: datetime
) -> Mapping[str, Decimal]:
    days = {one.name: at.astimezone(one.timezone).date().isoformat() for one in workflows}
    budgets = [f"workflow:{name}" for name in days]
    taken = metrics.taken(session, team=team, budgets=budgets, periods=set(days.values()))
    spent = {name: taken.get((f"workflow:{name}", day), Decimal(0)) for name, day in days.items()}
    return {one.name: max(Decimal(one.budget.per_day) - spent[one.name], Decimal(0)) for one in workflows}
