"""The inbox of events: an event is kept in one transaction with its consequences, before its sender gets an answer.

The sender may send an event again, even after an answer. A repeated event has no consequences.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from store.governance import audit
from store.slack import inbox
from store.subjects import SubjectKind
from workflows.engine.context import SYSTEM, Context

REMEMBERED = timedelta(days=7)
"""Time for which an event is recognised. Senders stop repeating an event within hours."""


def hear(
    context: Context,
    *,
    key: str,
    kind: str,
    audited: bool = False,
    also: Callable[[Session], None] = lambda _: None,
) -> bool:
    """Record an event, and tell whether it is new.

    `audited`: it gets an entry in the audit. `also`: done in the same transaction, where it is new.
    """
    with context.database.write(urgent=True) as session:
        at = context.clock()
        if not inbox.add(session, team=context.team, key=key, kind=kind, at=at):
            return False
        inbox.forget(session, team=context.team, before=at - REMEMBERED)
        if audited:
            subject = SubjectKind.TEAM.of(context.team)
            audit.record(
                session, team=context.team, at=at, actor=SYSTEM, action=f"heard.{kind}", subject=subject, case=None
            )
        also(session)
        return True


def is_known(context: Context, *, key: str) -> bool:
    """Tell whether an event was heard before."""
    with context.database.read() as session:
        return inbox.is_known(session, team=context.team, key=key)


def unhear(context: Context, *, key: str) -> None:
    """Forget an event that came to nothing, so that it is new when it comes again."""
    with context.database.write(urgent=True) as session:
        inbox.remove(session, team=context.team, key=key)
