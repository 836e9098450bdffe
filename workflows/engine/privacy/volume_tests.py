"""Removal of the inputs and proposals of volume tests: their figures stay.

They are customers' data: they go when the workflow's retention of inputs is over, by command, and with the words of a
person who is to be forgotten.
"""

from collections.abc import Collection
from datetime import timedelta

from store.governance import audit, teams
from store.learning import volume_tests
from store.subjects import SubjectKind
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.retention import Retention
from workflows.engine.errors import Unknown

REMOVED = "volume_test.content_removed"
_AT_ONCE = 500
"""Cases whose texts are removed in one transaction."""


def forget(context: Context, test: int, *, by: str) -> int:
    """Remove the inputs and proposals of a volume test; returns how many cases had any. Raise `Unknown`."""
    with context.database.read() as session:
        row = volume_tests.get(session, test, team=context.team)
    if row is None:
        raise Unknown(f"there is no volume test {test}")
    number = 0
    while True:
        with context.database.write() as session:
            some = volume_tests.text_of_test(session, test, team=context.team, limit=_AT_ONCE)
            number += volume_tests.remove_text(session, some, team=context.team)
            if len(some) == _AT_ONCE:
                continue
            at = context.clock()
            volume_tests.removed(session, test, team=context.team, at=at)
            if number or row.removed_at is None:
                audit.record(
                    session,
                    team=context.team,
                    at=at,
                    actor=by,
                    action=REMOVED,
                    subject=SubjectKind.WORKFLOW.of(row.workflow_id),
                    case=None,
                    details={"test": test, "cases": number},
                )
            return number


def look(context: Context, *, held: Collection[int] = ()) -> int:
    """Remove what is kept for longer than its workflow keeps inputs or proposals; returns how many cases had any.

    `held`: workflows under a legal hold.
    """
    due: list[int] = []
    with context.database.read() as session:
        for row in teams.workflows(session, team=context.team):
            retention = context.registry.get(row.name).retention if row.name in context.registry else Retention()
            days = [one for one in (retention.input, retention.output) if one is not None]
            if not days or row.id in held:
                continue
            before = context.clock() - timedelta(days=min(days))
            found = volume_tests.kept_before(session, team=context.team, workflow=row.id, before=before)
            due += [one.id for one in found]
    return sum(forget(context, test, by=SYSTEM) for test in due)
