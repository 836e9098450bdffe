"""Pause and resumption of a workflow.

Paused means one thing: no model is asked, nothing is resolved alone, people get empty forms, and decided cases are
still delivered, unless the pause holds deliveries too. When Countersign itself pauses a workflow, people are told once,
with what to do; only a person can resume it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.cases import bulk_reruns, causes, unproposed, workflow_pauses
from store.cases.workflow_pauses import PauseLine
from store.governance import audit, teams
from store.states import RunState
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.causes import counting
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.review import Review
from workflows.engine.deliver.holds import release_all
from workflows.engine.errors import BadReason, Stale, Unknown
from workflows.engine.pauses import HandNote, Pause, Paused, PauseStatus, Resumed
from workflows.engine.text.canonical_json import unstorable
from workflows.engine.text.choices import choices
from workflows.engine.text.sanitize import one_line

MAX_REASON = 300
"""Most characters of the reason for a pause."""
_PAUSED, _HELD, _RESUMED = "workflow.paused", "workflow.deliveries_held", "workflow.resumed"
"""The audit's words for the actions."""


def paused(session: Session, workflow: int, *, team: int, held: bool = False) -> Pause | None:
    """Return the pause of a workflow's row; None where it is not paused. `held`: it stays so until the transaction
    ends.
    """
    return pause_of(workflow_pauses.current(session, workflow, team=team, held=held))


def pause_of(line: PauseLine | None) -> Pause | None:
    """Return a pause as the engine sees it."""
    if line is None:
        return None
    return Pause(
        workflow=line.workflow,
        at=line.at,
        by=line.by,
        by_itself=line.by == SYSTEM,
        reason=line.reason,
        holds_deliveries=line.holds_deliveries,
    )


def pause(context: Context, workflow: str, *, by: str, reason: str, deliveries: bool = False) -> Paused:
    """Pause a workflow. A second request changes nothing: the first reason stays.

    `deliveries`: deliveries are held too, also where it is paused already. Raise `Unknown`, or `BadReason`.
    """
    said = _reason(reason)
    with context.database.write(urgent=True) as session:
        row = _row(session, context, workflow)
        changed = _pause(session, context, row, by=by, reason=said, deliveries=deliveries)
        if changed:
            declared, at = _review(context, workflow), context.clock()
            notices.paused_by_hand(session, declared, team=context.team, workflow=row, at=at)
            _show_reruns(session, context, row, at=at)
        now = paused(session, row, team=context.team)
        assert now is not None
        return Paused(pause=now, changed=changed)


def stop(context: Context, workflow: str, reason: str, *, deliveries: bool = False) -> None:
    """Pause a workflow in Countersign's own name, and have people told once, even if several replicas do it."""
    with context.database.write() as session:
        row = workflow_pauses.row_of(session, team=context.team, name=workflow, at=context.clock())
        stop_within(session, context, row, reason, deliveries=deliveries)


def stop_within(session: Session, context: Context, row: int, reason: str, *, deliveries: bool = False) -> None:
    """Pause a workflow's row like `stop`, within the transaction of its cause.

    Call it before any case or run is changed.
    """
    said = one_line(reason, MAX_REASON)
    if _pause(session, context, row, by=SYSTEM, reason=said, deliveries=deliveries):
        notices.paused(session, team=context.team, workflow=row, at=context.clock())


def _pause(session: Session, context: Context, row: int, *, by: str, reason: str, deliveries: bool) -> bool:
    """Pause, or have a pause hold deliveries too; False where it already does."""
    at = context.clock()
    action = _PAUSED
    if not workflow_pauses.pause(
        session, row, team=context.team, by=by, reason=reason, holds_deliveries=deliveries, at=at
    ):
        before = paused(session, row, team=context.team)
        if not deliveries or before is None:
            return False
        action, both = _HELD, one_line(f"{before.reason}; {reason}", MAX_REASON)
        if not workflow_pauses.hold_deliveries(session, row, team=context.team, reason=both):
            return False
    details: dict[str, str | int | None] = {"deliveries": "held" if deliveries else "made"}
    _record(session, context, row, by=by, action=action, details=details)
    return True


def resume(context: Context, workflow: str, *, by: str) -> Resumed:
    """Resume a workflow, and release all deliveries that it held. A second request changes nothing. Raise `Unknown`."""
    resumed = lift(context, workflow, by=by)
    release_all(context, by=by)
    return resumed


def lift(context: Context, workflow: str, *, by: str, shown: int | None = None) -> Resumed:
    """Resume a workflow; `release_all` releases what it held.

    `shown`: the time of the pause that the person saw, in seconds from 1970; None for any. Raise `Unknown`, or `Stale`
    where it is paused by another pause now.
    """
    with context.database.write(urgent=True) as session:
        row = _row(session, context, workflow)
        now = paused(session, row, team=context.team, held=True)
        if shown is not None and now is not None and int(now.at.timestamp()) != shown:
            raise Stale(f"{workflow} was resumed since this was shown, and paused again: {now.reason}")
        changed = workflow_pauses.lift(session, row, team=context.team)
        if changed:
            _record(session, context, row, by=by, action=_RESUMED, details={})
            declared, at = _review(context, workflow), context.clock()
            notices.resumed(session, declared, team=context.team, workflow=row, at=at)
            _show_reruns(session, context, row, at=at)
    (status,) = pause_statuses(context, [workflow])
    return Resumed(status=status, changed=changed)


def _show_reruns(session: Session, context: Context, workflow: int, *, at: datetime) -> None:
    """Have the cards of causes drawn anew whose reruns wait while a workflow is paused: they say so."""
    for bulk in bulk_reruns.active(session, team=context.team):
        cause = causes.get(session, bulk.cause_id, team=context.team)
        if cause is not None and cause.workflow_id == workflow:
            counting.show(session, cause.id, team=context.team, at=at)


def is_paused(context: Context, workflow: str) -> bool:
    """Tell whether a workflow is paused."""
    with context.database.read() as session:
        return any(line.workflow == workflow for line in workflow_pauses.all_current(session, team=context.team))


def pause_statuses(context: Context, workflows: list[str]) -> list[PauseStatus]:
    """Return the status of these workflows, in their order."""
    with context.database.read() as session:
        pauses = {line.workflow: pause_of(line) for line in workflow_pauses.all_current(session, team=context.team)}
        states = (RunState.WAITING, RunState.HOLDING)
        runs = workflow_pauses.numbers(session, team=context.team, states=states)
        empty = unproposed.count_empty(session, team=context.team)
    return [
        PauseStatus(
            workflow=name,
            pause=pauses.get(name),
            waiting=runs.get((name, RunState.WAITING), 0),
            empty=empty.get(name, 0),
            held=runs.get((name, RunState.HOLDING), 0),
        )
        for name in workflows
    ]


@dataclass(frozen=True, kw_only=True)
class PauseNote:
    """The content of the note about a pause that Countersign made."""

    workflow: str
    pause: Pause | None
    """The pause; None: it was resumed since."""


def pause_note(context: Context, workflow: int) -> PauseNote:
    """Return the note about Countersign's pause of a workflow's row."""
    with context.database.read() as session:
        return PauseNote(
            workflow=teams.workflow_name(session, workflow, team=context.team),
            pause=paused(session, workflow, team=context.team),
        )


def hand_note(context: Context, workflow: int, at: datetime, *, resumed: bool) -> HandNote:
    """Return the note about a person's pause of a workflow's row at a time; `resumed`: about its end."""
    actions = (_RESUMED,) if resumed else (_PAUSED, _HELD)
    with context.database.read() as session:
        subject = SubjectKind.WORKFLOW.of(workflow)
        by = audit.actor_at(session, team=context.team, subject=subject, actions=actions, at=at)
        name, pause = (
            teams.workflow_name(session, workflow, team=context.team),
            paused(session, workflow, team=context.team),
        )
    return HandNote(workflow=name, by=by or SYSTEM, at=at, pause=pause)


def _review(context: Context, workflow: str) -> Review | None:
    """Return the review settings of a workflow; None where it is no longer known here."""
    return context.registry.get(workflow).review if workflow in context.registry else None


def _row(session: Session, context: Context, workflow: str) -> int:
    """Return the row of a workflow that is known here, or has cases. Raise `Unknown`."""
    if workflow not in context.registry:
        names = [row.name for row in teams.workflows(session, team=context.team)]
        if workflow not in names:
            known = choices(sorted({*names, *(declared.name for declared in context.registry)}), typed=workflow)
            raise Unknown(f"there is no workflow {workflow!r}; known: {known}")
    return workflow_pauses.row_of(session, team=context.team, name=workflow, at=context.clock())


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    if not said or len(said) > MAX_REASON:
        raise BadReason(f"a pause needs a reason of 1 to {MAX_REASON} characters")
    problem = unstorable({"the reason": said})
    if problem is not None:
        raise BadReason(problem)
    return said


def _record(
    session: Session, context: Context, row: int, *, by: str, action: str, details: dict[str, str | int | None]
) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=action,
        subject=SubjectKind.WORKFLOW.of(row),
        case=None,
        details=details,
    )
