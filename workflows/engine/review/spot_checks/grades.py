"""Grades of a difference between the blind answer and what was delivered, and what follows from them.

The grade of the person who answered counts where it is *same*, or where nobody else may look. Otherwise a second person
grades, and theirs counts: disagreement between two people is no error. They are not told whose the answers are, so they
also say which one is right; where that is what was delivered, it is no error either.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents
from store.cases.review import spot_checks
from store.cases.review.spot_checks import DUE
from store.states import SpotCheckState
from workflows.engine.case.transitions import move_spot_check
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import BadReason, Refused, Repeated, Stale
from workflows.engine.review.own_cases import barred
from workflows.engine.review.spot_checks.comparison import is_error, origin_of, outcome_of
from workflows.engine.review.spot_checks.standing import (
    held,
    refuse_late,
    refuse_unfit,
    show,
    task_of,
    what_happened,
    workflow_of,
)
from workflows.engine.review.spot_checks.views import MAX_NOTE, TO_CORRECT, End, Grade, Origin, Right, Task
from workflows.engine.text.canonical_json import canonical, unstorable


class NotSaid(Refused):
    """A second person did not say which answer is right."""


def grade(
    context: Context,
    check: int,
    shown: int,
    given: Grade,
    *,
    by: str,
    people: Collection[str] | None,
    right: Right | None = None,
    note: str = "",
) -> SpotCheckState:
    """Grade the difference of a spot check, as the person who answered or as the second one; return its state now.

    `shown`: the version that the person saw. `people`: those who may decide the workflow's cases; None where that is
    not known now. Where there is no other one who may look at it, the first grade stands. `right`: the answer that a
    second person finds right; they have to say so, unless both can stand. `note`: their words for it. Raise `Unknown`,
    `Stale`, `Repeated`, `SamePerson`, `OwnCase`, `NotBlind`, `NotSaid`, or `BadReason` for a note that cannot be kept.
    """
    if len(note) > MAX_NOTE:
        raise BadReason(f"a note has at most {MAX_NOTE:,} characters")
    problem = unstorable({"the note": note})
    if problem is not None:
        raise BadReason(problem)
    with context.database.write(urgent=True) as session:
        row = held(session, context, check)
        if row.version == shown + 1 and by == (row.second_by or row.answered_by):
            raise Repeated("this arrived before, and is kept")
        refuse_late(session, row, shown)
        workflow = workflow_of(session, context, row)
        task = task_of(row, by=by, at=context.clock())
        if task is Task.ANSWER:
            raise Stale("nobody has answered this spot check yet")
        refuse_unfit(session, context, workflow, row, task or Task.GRADE, by=by)
        kept = _keep_note(session, row, note.strip())
        if task is Task.GRADE:
            to = _by_first(session, context, workflow, row, shown, given, by=by, people=people, note=kept)
        else:
            to = _by_second(session, context, row, shown, given, right, by=by, note=kept)
        if to is SpotCheckState.DECIDED:
            show(session, context, row)
        return to


def _by_first(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    row: schema.SpotCheck,
    shown: int,
    given: Grade,
    *,
    by: str,
    people: Collection[str] | None,
    note: int | None,
) -> SpotCheckState:
    changes: dict[str, Any] = {"grade": given, "note_id": note}
    if given is not Grade.SAME and _is_any_other(session, workflow, row, people, by=by):
        details = {"grade": given}
        # It waits for somebody else, so nobody is at it.
        changes |= {"opened_by": None, "opened_at": None}
        _move(session, context, row, SpotCheckState.AWAITING_SECOND, shown, by=by, details=details, changes=changes)
        return SpotCheckState.AWAITING_SECOND
    end = End.CHANGED if given is Grade.SAME else End.NO_OTHER
    return _decide(session, context, row, shown, given, end, by=by, changes=changes)


def _is_any_other(
    session: Session, workflow: AnyWorkflow, row: schema.SpotCheck, people: Collection[str] | None, *, by: str
) -> bool:
    """Tell whether a further person may look at a difference: one of these who does not know the case."""
    if people is None:
        return True
    left = sorted(set(people) - {by} - barred(session, workflow, row.run_id, team=row.team_id))
    return any(not spot_checks.knows(session, row, by=person) for person in left)


def _by_second(
    session: Session,
    context: Context,
    row: schema.SpotCheck,
    shown: int,
    given: Grade,
    right: Right | None,
    *,
    by: str,
    note: int | None,
) -> SpotCheckState:
    origin: Origin | None = None
    if given is not Grade.SAME:
        if right is None:
            raise NotSaid("say which of the two answers is right")
        origin = origin_of(right, seed=context.seed, check=row.id)
    changes = {"second_by": by, "second_grade": given, "second_right": origin, "second_note_id": note}
    outcome = outcome_of(given, origin)
    return _decide(session, context, row, shown, outcome, End.SECOND, by=by, changes=changes)


def _decide(
    session: Session,
    context: Context,
    row: schema.SpotCheck,
    shown: int,
    outcome: Grade,
    end: End,
    *,
    by: str,
    changes: dict[str, Any],
) -> SpotCheckState:
    changes |= {"outcome": outcome, "is_error": is_error(outcome), "end": end, "ended_at": context.clock()}
    # The correction is opened in a transaction of its own: the author's code looks at it first.
    changes |= {"correction": DUE} if outcome in TO_CORRECT else {}
    details = {"grade": outcome, "end": end}
    _move(session, context, row, SpotCheckState.DECIDED, shown, by=by, details=details, changes=changes)
    return SpotCheckState.DECIDED


def _move(
    session: Session,
    context: Context,
    row: schema.SpotCheck,
    to: SpotCheckState,
    shown: int,
    *,
    by: str,
    details: Mapping[str, str | int | None],
    changes: dict[str, Any],
) -> None:
    action = "spot_check.decided" if to is SpotCheckState.DECIDED else "spot_check.graded"
    at = context.clock()
    if not move_spot_check(session, row, to, at=at, actor=by, action=action, shown=shown, details=details, **changes):
        raise Stale(what_happened(row, None))


def _keep_note(session: Session, row: schema.SpotCheck, note: str) -> int | None:
    if not note:
        return None
    return contents.keep(session, team=row.team_id, case=row.case_id, kind="reason", body=canonical(note))
