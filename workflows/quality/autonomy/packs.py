"""Packs: what went alone since the last good evidence is looked at, worst first, once autonomy was taken back.

They are spot checks that nobody drew: answered blind in the same session, and an error opens a correction. They are no
random sample, so no figure of errors, no certificate and no ledger counts them (docs/decisions/0102).
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from store.cases.review import spot_check_packs
from store.governance import audit, teams
from store.governance.audit import Act
from store.subjects import SubjectKind
from workflows.engine.case import learning_notices, notices
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.names import can_be_written_to
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.spot_checks.views import PackNote

MOST = 200
"""Most spot checks of a pack."""
AT_ONCE = 20
"""Packs of which people are told in one go."""


def make(session: Session, context: Context, workflow: AnyWorkflow, runs: Sequence[int]) -> int:
    """Have what went alone looked at, in the transaction that takes autonomy back; returns the number of cases.

    `runs`: worst first; the first `MOST` of them that nobody has looked at, or is to look at, become the pack.
    """
    row = teams.find_workflow(session, team=context.team, name=workflow.name)
    if row is None or not runs:
        return 0
    cases = spot_check_packs.undrawn(session, runs, team=context.team, workflow=row)
    worst = [(run, cases[run]) for run in dict.fromkeys(runs) if run in cases][:MOST]
    if not worst:
        return 0
    at = context.clock()
    checks = spot_check_packs.add(session, worst, team=context.team, workflow=row, at=at)
    acts = [
        Act(
            action="spot_check.packed",
            subject=SubjectKind.SPOT_CHECK.of(checks[run]),
            case=case,
            details={"run": run},
        )
        for run, case in worst
    ]
    audit.record_all(session, acts, team=context.team, at=at, actor=SYSTEM)
    if workflow.has_documents:
        for run, _ in worst:
            notices.pages_of_check(session, checks[run], workflow.review, team=context.team, at=at)
    if workflow.review.post_to is not None:
        notices.spot_checks(session, workflow.review.post_to, team=context.team, at=at)
    return len(worst)


def tell(context: Context) -> int:
    """Tell the owners of workflows what people found in packs that they have gone through; returns their number.

    Each pack is told of once. Raise `store.db.database.Unavailable`.
    """
    with context.database.read() as session:
        found = [pack.id for pack in spot_check_packs.done(session, team=context.team, limit=AT_ONCE)]
    return sum(_told(context, pack) for pack in found)


def pack_note(about: Mapping[str, str]) -> PackNote:
    """Return the news of a pack that has been looked at. `about`: the facts of the note."""
    figures = {name: int(about[name]) for name in ("number", "looked_at", "wrong", "to_correct")}
    return PackNote(workflow=about["workflow"], **figures)


def _told(context: Context, pack: int) -> bool:
    at = context.clock()
    with context.database.write() as session:
        row = spot_check_packs.get(session, pack, team=context.team)
        if row is None or not spot_check_packs.note_told(session, pack, team=context.team, at=at):
            return False
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        if name in context.registry and can_be_written_to(context.registry.get(name).owner):
            counted = spot_check_packs.counts(session, pack, team=context.team)
            learning_notices.pack_looked_at(
                session,
                team=context.team,
                owner=context.registry.get(name).owner,
                workflow=row.workflow_id,
                pack=pack,
                about={
                    "workflow": name,
                    "number": str(counted.number),
                    "looked_at": str(counted.looked_at),
                    "wrong": str(counted.wrong),
                    "to_correct": str(counted.to_correct),
                },
                at=at,
            )
    return True
