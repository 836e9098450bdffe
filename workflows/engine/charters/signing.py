"""The signature under a charter: whoever answers for a workflow lets it go alone, on the terms that they were shown."""

from dataclasses import dataclass
from datetime import datetime

from store.governance import audit
from store.governance import terms as kept
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.charter import SHORT, How, missing_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale, Unknown


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A signature that was given."""

    workflow: str
    version: str
    """Of the terms, as people are told it."""
    at: datetime


def sign(context: Context, workflow: AnyWorkflow, terms: int, *, by: str, how: How) -> Signed:
    """Sign the charter of a workflow on the terms of this row, which were shown. It is audited.

    Raise `Unknown`, `Stale` where the terms have changed since, or `Refused` where they are signed already, or the
    charter is not complete.
    """
    if missing := missing_in(workflow):
        lacks = ", ".join(part.declared for part in missing)
        raise Refused(f"the charter of {workflow.name} is not complete: write into its declaration {lacks}")
    with context.database.write(urgent=True) as session:
        row, at = kept.get(session, terms, team=context.team), context.clock()
        newest = kept.newest(session, team=context.team, workflow=workflow.name)
        if row is None or newest is None or row.workflow_id != newest.workflow_id:
            raise Unknown(f"{workflow.name} has no such terms")
        if row.id != newest.id:
            raise Stale(f"the terms of {workflow.name} have changed since: read its charter again")
        # A shipped example is signed by no person, so a person may.
        if not kept.sign(
            session, row.id, team=context.team, by=by, at=at, how=how.value, in_place_of=(How.SAMPLE.value,)
        ):
            raise Refused(f"these terms of {workflow.name} are signed already")
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action="charter.signed",
            subject=SubjectKind.WORKFLOW.of(row.workflow_id),
            case=None,
            details={"terms": row.version, "number": row.number, "how": how.value},
        )
        return Signed(workflow=workflow.name, version=row.version[:SHORT], at=at)
