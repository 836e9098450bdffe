"""Regulars: people who decided a workflow's reviews lately. They stand for the user groups that it names.

Only a face knows who is in a group. Whether a regular is in it still is asked when they are written to.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cache

from sqlalchemy.orm import Session

from store.cases.review import reminders
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.names import is_group, names_in, persons_in

Regulars = Callable[[str], Sequence[str]]
"""Function that returns the regulars of a workflow, by its name."""
LATELY = timedelta(days=14)
"""Time for which whoever decided counts as a regular."""
_AMONG = 1_000
"""Decisions of the team, the last ones, that are looked at."""


def regulars_in(session: Session, context: Context) -> Regulars:
    """Return the function that looks regulars up in this transaction, once for each workflow."""

    @cache
    def of(workflow: str) -> Sequence[str]:
        since = context.clock() - LATELY
        return reminders.recent_deciders(
            session, team=context.team, workflow=workflow, since=since, among=_AMONG, without=[SYSTEM]
        )

    return of


def people_in(written: str | Iterable[str] | None, workflow: str, regulars: Regulars) -> Sequence[str]:
    """Return the people whom a workflow names, and its regulars where it names a group."""
    names = names_in(written)
    known = regulars(workflow) if any(is_group(name) for name in names) else ()
    return list(dict.fromkeys((*persons_in(names), *known)))
