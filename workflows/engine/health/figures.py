"""The figures of other systems: what is kept of their calls, and of requests to models."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from store.governance import health
from store.governance.health import Calls
from store.model.requests import ASKED
from workflows.engine.context import Context
from workflows.engine.health.rules import Figures
from workflows.engine.meter import slot_of
from workflows.model.outcomes import Outcome

SLACK = "Slack"
"""Name under which the calls of Slack are counted."""
_FAILED = (Outcome.TRANSIENT, Outcome.THROTTLED, Outcome.SPENT, Outcome.LOCKED_OUT, Outcome.RETIRED)
"""Outcomes of a request to a model that did not get through, or was not accepted from us."""
_BROKEN = (Outcome.GARBAGE, Outcome.BROKEN)
"""Outcomes of a request whose answer does not have the agreed form."""
_LEFT_OUT = (ASKED, Outcome.NOT_ASKED, Outcome.UNAFFORDABLE, Outcome.GIVEN_AGAIN)
"""Outcomes of a request that is under way, or was not sent."""


def of_systems(session: Session, context: Context, *, since: datetime) -> list[Calls]:
    """Return the calls of all systems but models, in slots that begin between a time and now.

    Where the clock was put back, what was counted before lies ahead, and says nothing of now.
    """
    return health.calls(session, team=context.team, since=slot_of(since), until=context.clock())


def of_models(session: Session, context: Context, *, since: datetime) -> list[Calls]:
    """Return the requests to models that began between a time and now."""
    return health.model_calls(
        session,
        team=context.team,
        since=since,
        until=context.clock(),
        failed=_FAILED,
        broken=_BROKEN,
        left_out=_LEFT_OUT,
    )


def figures(of: Calls) -> Figures:
    """Return calls as figures."""
    return Figures(
        answered=of.answered,
        failed=of.failed,
        broken=of.broken,
        last_ok_at=of.last_ok_at,
        last_bad_at=of.last_bad_at,
    )


def watched(context: Context) -> Collection[str]:
    """Return the systems whose outages are rows of their own: the targets of the workflows that are known here."""
    return {name for workflow in context.registry for name in (workflow.target, workflow.rejection_target)}
