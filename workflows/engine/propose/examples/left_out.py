"""Examples that the local model no longer learns from: words in them were to be forgotten.

The file of examples is the author's, and is never changed. A mark of each such row is kept in the audit: a hash of the
row under a secret of the team, from which nobody learns what the row says. Once the row is taken out of the file, its
mark means nothing any more.
"""

import hmac
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from store.governance import audit, teams
from store.learning import deployments
from store.subjects import SubjectKind
from workflows.engine.declare.workflow import Example
from workflows.engine.text.canonical_json import canonical

LEFT_OUT = "examples.left_out"
"""The audit's word for it."""
_LENGTH = 32
"""Hex digits of a mark."""
_MARKS = "marks"


def mark_of(example: Example, *, seed: str) -> str:
    """Return the mark of an example. `seed`: the team's secret."""
    said = canonical({"input": example.input, "output": example.output})
    return hmac.new(seed.encode(), said.encode(), sha256).hexdigest()[:_LENGTH]


def marks_of(session: Session, workflow: str, *, team: int) -> frozenset[str]:
    """Return the marks of all examples of a workflow that are left out."""
    row = teams.find_workflow(session, team=team, name=workflow)
    if row is None:
        return frozenset()
    last = audit.last(session, team=team, subject=SubjectKind.WORKFLOW.of(row), action=LEFT_OUT)
    return frozenset(str(last.details[_MARKS]).split(",")) if last is not None else frozenset()


def leave_out(session: Session, marks: Collection[str], workflow: str, *, team: int, by: str, at: datetime) -> bool:
    """Leave out the examples of a workflow with these marks too; False where all of them are, or it took in nothing."""
    known, row = marks_of(session, workflow, team=team), teams.find_workflow(session, team=team, name=workflow)
    if row is None or known >= set(marks):
        return False
    audit.record(
        session,
        team=team,
        at=at,
        actor=by,
        action=LEFT_OUT,
        subject=SubjectKind.WORKFLOW.of(row),
        case=None,
        details={_MARKS: ",".join(sorted(known | set(marks)))},
    )
    deployments.forget_trained(session, workflow, team=team)
    return True
