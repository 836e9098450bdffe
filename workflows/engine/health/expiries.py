"""The end of what lets us use a system, as its workflow's code says it, and the warnings before it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime

import structlog
from sqlalchemy.exc import IntegrityError

from store.faces import FAILURES
from store.slack import outbox
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.health.rules import DAYS
from workflows.engine.health.views import ExpiryView

log = structlog.get_logger()


def expiries(context: Context, workflows: Iterable[AnyWorkflow]) -> list[ExpiryView]:
    """Return the ends that these workflows' code names, the next one first.

    No author's code is called: what a function of theirs says, `ask` keeps.
    """
    found = []
    for workflow in workflows:
        expires = workflow.effect.expires if workflow.effect is not None else None
        day = context.ends.get(workflow.name) if callable(expires) else expires
        if day is not None:
            days = (day - context.clock().astimezone(workflow.timezone).date()).days
            found.append(
                ExpiryView(
                    system=workflow.target, workflow=workflow.name, owner=workflow.owner, expires_on=day, days=days
                )
            )
    return sorted(found, key=lambda one: (one.expires_on, one.system, one.workflow))


def ask(context: Context) -> None:
    """Ask the authors' functions for their days, each within a limit of time, and keep what they say."""
    for workflow in context.registry:
        expires = workflow.effect.expires if workflow.effect is not None else None
        if callable(expires):
            day = _said(workflow, expires)
            if day is None:
                context.ends.pop(workflow.name, None)
            else:
                context.ends[workflow.name] = day


def _said(workflow: AnyWorkflow, expires: Callable[[], date | None]) -> date | None:
    try:
        day = within(workflow, "saying when it expires", expires)
    except Exception as error:  # noqa: BLE001  # the author's error: no case depends on the day
        log.warning("expiry.not_known", workflow=workflow.name, error=type(error).__name__)
        return None
    if isinstance(day, datetime):
        return day.date()
    return day if isinstance(day, date) else None


def warn(context: Context) -> int:
    """Have people warned of what ends soon, once at each time of `DAYS`, and return the number of new warnings."""
    ask(context)
    warned = 0
    for view in expiries(context, context.registry):
        ahead = min((days for days in DAYS if view.days <= days), default=None)
        if ahead is None:
            continue
        occasion = f"{view.expires_on.isoformat()} {ahead}"
        subject = SubjectKind.WORKFLOW.unnumbered
        with context.database.read() as session:
            if outbox.was_noted(
                session,
                team=context.team,
                kind=outbox.EXPIRY,
                subject=subject,
                channel=FAILURES,
                occasion=f"{view.workflow} {occasion}",
            ):
                continue
        # Of two processes that warn at once, the later one finds it done.
        with suppress(IntegrityError), context.database.write() as session:
            outbox.add_note(
                session,
                team=context.team,
                kind=outbox.EXPIRY,
                subject=subject,
                channel=FAILURES,
                at=context.clock(),
                occasion=f"{view.workflow} {occasion}",
                about={"workflow": view.workflow, "on": view.expires_on.isoformat()},
            )
            warned += 1
    return warned


def expiry_view(context: Context, workflow: str, on: str) -> ExpiryView | None:
    """Return an end that was to be warned of; None where the workflow's code no longer names that day."""
    known = [context.registry.get(workflow)] if workflow in context.registry else []
    return next((one for one in expiries(context, known) if one.expires_on.isoformat() == on), None)
