"""The signature under a charter: whoever answers for a workflow lets it go alone, on the terms that they were shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.governance import audit
from store.governance import terms as kept
from store.learning import volume_tests
from store.quality import baselines
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.charter import SHORT, How, Lack, missing_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.excerpts import shortened


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A signature that was given."""

    workflow: str
    version: str
    """Of the terms, as people are told it."""
    at: datetime


MOST = 500
"""Characters of a reason."""


class NeedsEvidence(Refused):
    """Nothing shows yet that a workflow may go alone, and no reason is given why it may all the same."""

    def __init__(self, workflow: str, lacks: Sequence[Lack]) -> None:
        """Keep the workflow, and what is lacking."""
        self.workflow, self.lacks = workflow, lacks
        said = " and ".join(NEEDED[one] for one in lacks)
        super().__init__(f"{workflow} would go alone without {said}: make that first, or sign with a reason")


NEEDED = {
    Lack.VOLUME_TEST: "a volume test whose newest report says go (countersign volume-test)",
    Lack.BASELINE: "a baseline (countersign baseline record)",
}


def lacking(session: Session, workflow: AnyWorkflow, row: int, *, team: int) -> Sequence[Lack]:
    """Return what a workflow has to have before its charter lets it go alone, and has not. `row`: its own.

    One that earns its autonomy lets nothing go alone by that: `lacking_to_go_alone` is asked once somebody lets it.
    """
    return lacking_to_go_alone(session, row, team=team) if workflow.autonomy.at_least is not None else []


def lacking_to_go_alone(session: Session, row: int, *, team: int) -> Sequence[Lack]:
    """Return the evidence that a workflow has to have before anything goes alone, and has not. `row`: its own."""
    tested = volume_tests.newest_reported(session, team=team, workflow=row)
    is_go = tested is not None and (tested.report or {}).get("verdict") == _GO
    has_baseline = bool(baselines.of_workflow(session, team=team, workflow=row))
    return [*([] if is_go else [Lack.VOLUME_TEST]), *([] if has_baseline else [Lack.BASELINE])]


_GO = "go"


def sign(
    context: Context, workflow: AnyWorkflow, terms: int, *, by: str, how: How, exception: str | None = None
) -> Signed:
    """Sign the charter of a workflow on the terms of this row, which were shown. It is audited.

    `exception`: reason why it goes alone without a volume test or a baseline; it is kept where one of them is lacking.
    Where autonomy is earned it may be given later, too: these terms are signed once more then.

    Raise `Unknown`, `Stale` where the terms have changed since, or `Refused` where they are signed already, or the
    charter is not complete; `NeedsEvidence` where it would go alone without a volume test or a baseline, or a reason.
    """
    reason = shortened(" ".join((exception or "").split()), MOST) or None
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
        is_open = row.signed_how in (None, How.SAMPLE.value)
        without = lacking(session, workflow, row.workflow_id, team=context.team) if is_open else []
        if without and reason is None:
            raise NeedsEvidence(workflow.name, without)
        # A shipped example is signed by no person, so a person may.
        in_place_of = [How.SAMPLE.value]
        if workflow.autonomy.is_earned and reason is not None:
            without = lacking_to_go_alone(session, row.workflow_id, team=context.team)
            in_place_of += list(How) if without and row.exception is None else []
        if not kept.sign(
            session,
            row.id,
            team=context.team,
            by=by,
            at=at,
            how=how.value,
            in_place_of=in_place_of,
            exception=reason if without else None,
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
            details={
                "terms": row.version,
                "number": row.number,
                "how": how.value,
                **({"without": ", ".join(without)} if without else {}),
            },
        )
        return Signed(workflow=workflow.name, version=row.version[:SHORT], at=at)
