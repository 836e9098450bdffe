"""Figures on money: the factor that a model's reservations are multiplied by, and the cost of a workflow today."""

from decimal import Decimal

from store.model import overruns, spending
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow


def reserved_factor(context: Context, model: str) -> Decimal:
    """Return how often what is reckoned for a question to a model is reserved; 1 where it never took more."""
    with context.database.read() as session:
        return Decimal(overruns.factor(session, team=context.team, model=model))


def spent_today(context: Context, workflow: AnyWorkflow) -> Decimal:
    """Return the US dollars of a workflow's daily budget that are taken, in its own time zone's day."""
    today = context.clock().astimezone(workflow.timezone).date().isoformat()
    with context.database.read() as session:
        return spending.taken(session, team=context.team, budget=f"workflow:{workflow.name}", period=today)
