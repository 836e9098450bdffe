"""Readings: a person was shown what is in a case, beyond what its card shows everybody in its channel.

A reading is a row of the audit, with the case as its subject and the way in its details. Who may have seen a card is
not recorded: who is in a channel is Slack's. One person who looks at one case in one way several times within a quarter
of an hour has read it once.
"""

from collections.abc import Sequence
from datetime import timedelta

from store.governance import audit
from store.governance.audit import READ, Act
from store.subjects import SubjectKind
from workflows.engine.case.reading_ways import Way
from workflows.engine.context import Context

WITHIN = timedelta(minutes=15)
"""Time within which a person's readings of a case in one way count as one."""
_AT_ONCE = 200
"""Most readings that one transaction keeps."""


def record_reading(context: Context, *cases: int, by: str, way: Way) -> None:
    """Record that a person was, or is about to be, shown what is in these cases. Raise `Unavailable`.

    At the command line call it before anything is printed, so that what cannot be recorded is not shown. What the same
    person read in the same way lately is not recorded again.
    """
    for some in _in_parts(cases):
        at = context.clock()
        # Most looks are repeated ones, and those do not take the write lock.
        with context.database.read() as session:
            lately = audit.readings_lately(
                session, team=context.team, actor=by, cases=some, since=at - WITHIN, until=at
            )
        known = {row.subject_id for row in lately if row.details.get("way") == way}
        acts = [
            Act(action=READ, subject=SubjectKind.CASE.of(case), case=case, details={"way": way})
            for case in some
            if case not in known
        ]
        if acts:
            with context.database.write(urgent=True) as session:
                audit.record_all(session, acts, team=context.team, at=at, actor=by)


def _in_parts(cases: Sequence[int]) -> list[Sequence[int]]:
    distinct = list(dict.fromkeys(cases))
    return [distinct[first : first + _AT_ONCE] for first in range(0, len(distinct), _AT_ONCE)]
