"""Takes in an event with what follows from it, in one transaction, so that whoever sent it may be told: it is kept.

Told or not, it may come again; then nothing follows from it.
"""

from datetime import timedelta

from store.governance import audit
from store.slack import inbox
from store.subjects import SubjectKind
from workflows.engine.context import SYSTEM, Context

REMEMBERED = timedelta(days=7)
"""For how long an event is known again; who sends one again gives up within hours."""


def hear(context: Context, *, key: str, kind: str, audited: bool = False) -> bool:
    """Take in an event; False where it was heard before. `audited`: it is worth an entry in the audit."""
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
        return True
