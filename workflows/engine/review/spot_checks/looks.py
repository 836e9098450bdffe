"""Spot checks as they are looked at: what waits for whom, the case without its answer, and two answers side by side."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, runs
from store.cases.review import spot_check_packs, spot_checks
from store.cases.review.spot_checks import PASSED_ON, SEEN
from store.governance import audit, teams
from store.states import UNDECIDED
from store.subjects import SubjectKind
from workflows.engine.case.kept_content import kept_body
from workflows.engine.case.lookup import case_text, one_line_of
from workflows.engine.case.source.answers import answers_body
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale
from workflows.engine.review.form.forms import defaults_of
from workflows.engine.review.own_cases import barred
from workflows.engine.review.pages.documents import documents_of
from workflows.engine.review.spot_checks.comparison import differences, is_delivered_first
from workflows.engine.review.spot_checks.standing import (
    held,
    in_turn,
    known,
    looks_of,
    refuse_late,
    refuse_unfit,
    task_of,
    workflow_of,
)
from workflows.engine.review.spot_checks.views import (
    Became,
    BlindView,
    ChecksOfChannel,
    ChecksOfPerson,
    ComparisonView,
    End,
    Grade,
    PackPlace,
    SpotCheckView,
    Task,
    WaitingCheck,
)

MOST_COUNTED = 1_000
"""Spot checks of a person that are counted."""
_AT_ONCE = 10
"""Spot checks that are looked at in one query."""


@dataclass(frozen=True, kw_only=True)
class Next:
    """The spot check that comes next for a person."""

    check: int
    version: int
    task: Task
    waiting: int
    """Number of those that wait for the person, up to `MOST_COUNTED`."""


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A case as it was when it went alone."""

    workflow: AnyWorkflow
    key: str
    input: str
    """As JSON."""
    answers: str | None
    """Those of its source, as JSON; None where it was asked nothing."""


def next_of(context: Context, *, by: str, workflows: Collection[str], without: Collection[int] = ()) -> Next | None:
    """Return the next spot check for a person; None where none waits.

    Their own differences come first, then by the time when they are due. What a colleague has open is left out for a
    while; and so is what is new where they answered the last ones in a row, so that nobody gets all of them.
    `workflows`: those whose cases the person may decide. `without`: not these.
    """
    left_out, looks = set(without), looks_of(context, by=by, workflows=workflows)
    with context.database.read() as session:
        looks = in_turn(session, context, looks)
        while True:
            found = spot_checks.following(session, looks, team=context.team, limit=_AT_ONCE, without=left_out)
            for row in found:
                task = task_of(row, by=by, at=looks.at)
                if task is not None and not _is_barred(session, context, row, by=by):
                    waiting = spot_checks.count(session, looks, team=context.team, at_most=MOST_COUNTED)
                    return Next(check=row.id, version=row.version, task=task, waiting=waiting.number)
            left_out |= {row.id for row in found}
            if len(found) < _AT_ONCE:
                return None


def waiting_for(context: Context, *, by: str, workflows: Collection[str], limit: int) -> Sequence[WaitingCheck]:
    """Return the spot checks that wait for a person, in the order of `next_of`."""
    looks = looks_of(context, by=by, workflows=workflows)
    with context.database.read() as session:
        found = []
        for line in spot_checks.lines(session, looks, team=context.team, limit=limit):
            row, task = line.check, task_of(line.check, by=by, at=looks.at)
            if task is None or _is_barred(session, context, row, by=by):
                continue
            found.append(
                WaitingCheck(
                    check=row.id,
                    version=row.version,
                    task=task,
                    case=row.case_id,
                    key=line.key,
                    workflow=line.workflow,
                    why=row.why,
                    drawn_at=row.drawn_at,
                    due_at=row.due_at,
                )
            )
        return found


def count_for(context: Context, *, by: str, workflows: Collection[str]) -> ChecksOfPerson:
    """Count the spot checks that wait for a person, up to `MOST_COUNTED`."""
    if not workflows:
        return ChecksOfPerson()
    looks = looks_of(context, by=by, workflows=workflows)
    with context.database.read() as session:
        turn = in_turn(session, context, looks)
        counted = spot_checks.count(session, turn, team=context.team, at_most=MOST_COUNTED)
        all = counted
        if turn.others_first:
            all = spot_checks.count(session, looks, team=context.team, at_most=MOST_COUNTED)
    for_others = all.number - counted.number
    return ChecksOfPerson(number=counted.number, packed=counted.packed, for_others=for_others)


def checks_of_channel(context: Context, channel: str) -> ChecksOfChannel | None:
    """Return the spot checks of the workflows that post to a channel; None where nobody has to look at any."""
    workflows = [one.name for one in context.registry if one.review.post_to == channel]
    with context.database.read() as session:
        found = spot_checks.undecided(session, team=context.team, workflows=workflows)
    if not found.number:
        return None
    return ChecksOfChannel(channel=channel, number=found.number, due_at=found.due_at, packed=found.packed)


def spot_check_view(context: Context, check: int) -> SpotCheckView:
    """Return a spot check as it is now. Raise `Unknown`."""
    with context.database.read() as session:
        return _view(session, context, known(session, context, check))


def spot_checks_of(context: Context, case: int) -> Sequence[SpotCheckView]:
    """Return the spot checks of a case, oldest first."""
    with context.database.read() as session:
        return [_view(session, context, row) for row in spot_checks.of_case(session, case, team=context.team)]


def blind_view(context: Context, check: int, *, by: str, shown: int | None = None) -> BlindView:
    """Return the case of a spot check for a person who is to answer it, without anything that was said of it.

    `shown`: the version that the person saw. Raise `Unknown`, `Stale`, `SamePerson`, `OwnCase` or `NotBlind`.
    """
    with context.database.read() as session:
        row, seen = _admitted(session, context, check, Task.ANSWER, by=by, shown=shown)
        version, case, due_at, pack = row.version, row.case_id, row.due_at, _pack(session, row)
    # The author's code is called outside the transaction.
    text = case_text(seen.workflow, seen.input)
    return BlindView(
        generation=context.restores.number,
        check=check,
        version=version,
        case=case,
        key=seen.key,
        workflow=seen.workflow.name,
        question=seen.workflow.decision,
        subject=one_line_of(text, seen.key),
        text=text,
        due_at=due_at,
        values=defaults_of(seen.workflow.output),
        documents=documents_of(seen.workflow, seen.input, answers=seen.answers),
        pack=pack,
    )


def _pack(session: Session, row: schema.SpotCheck) -> PackPlace | None:
    if row.pack_id is None:
        return None
    counted = spot_check_packs.counts(session, row.pack_id, team=row.team_id)
    return PackPlace(number=counted.number, left=counted.left)


def comparison_view(context: Context, check: int, *, by: str, shown: int | None = None) -> ComparisonView:
    """Return the two answers to a case for a person who is to grade how they differ.

    `shown`: the version that the person saw. Raise `Unknown`, `Stale`, `SamePerson`, `OwnCase` or `NotBlind`.
    """
    with context.database.read() as session:
        now = known(session, context, check)
        task = task_of(now, by=by, at=context.clock())
        if task is Task.ANSWER:
            raise Stale("nobody has answered this spot check yet")
        row, seen = _admitted(session, context, check, task or Task.GRADE, by=by, shown=shown)
        run = runs.get(session, row.run_id, team=context.team)
        if run is None or run.output_id is None or row.answer_id is None:
            raise Refused("what was delivered is not there any more")
        delivered, answered = (
            kept_body(session, content, team=context.team) for content in (run.output_id, row.answer_id)
        )
        version, case = row.version, row.case_id
    is_second = task is Task.SECOND
    if is_second and not is_delivered_first(context.seed, check):
        delivered, answered = answered, delivered
    text = case_text(seen.workflow, seen.input)
    return ComparisonView(
        generation=context.restores.number,
        check=check,
        version=version,
        case=case,
        key=seen.key,
        workflow=seen.workflow.name,
        subject=one_line_of(text, seen.key),
        text=text,
        differences=differences(seen.workflow, delivered, answered),
        is_second=is_second,
        documents=documents_of(seen.workflow, seen.input, answers=seen.answers),
    )


def text_of(context: Context, check: int) -> str:
    """Return the case of a spot check as plain text, as it was when it went alone. Raise `Unknown`."""
    with context.database.read() as session:
        row = known(session, context, check)
        workflow, run = workflow_of(session, context, row), runs.get(session, row.run_id, team=context.team)
        assert run is not None
        input = kept_body(session, run.input_id, team=context.team)
    return case_text(workflow, input)


def open_it(context: Context, check: int, *, by: str) -> None:
    """Note that a person has a spot check open: for a while, others are shown other ones. It bars nobody."""
    with context.database.write(urgent=True) as session:
        row = held(session, context, check)
        if row.state not in UNDECIDED:
            return
        spot_checks.note_opened(session, check, team=context.team, by=by, at=context.clock())
        if row.opened_by != by:
            _note(session, context, row, "spot_check.opened", by=by)


def leave(context: Context, check: int, *, by: str) -> None:
    """Note that a person has a spot check open no longer."""
    with context.database.write(urgent=True) as session:
        row = held(session, context, check)
        if row.opened_by == by and row.state in UNDECIDED:
            spot_checks.note_left(session, check, team=context.team, by=by)


def pass_on(context: Context, check: int, *, by: str) -> None:
    """Note that a person leaves a spot check to others: they are not asked again. Raise `Unknown`."""
    with context.database.write(urgent=True) as session:
        row = held(session, context, check)
        if row.state not in UNDECIDED or spot_checks.knows(session, row, by=by):
            return
        _note(session, context, row, PASSED_ON, by=by)
        spot_checks.note_left(session, check, team=context.team, by=by)


def note_seen(context: Context, case: int, *, by: str) -> None:
    """Note that a person was shown what was delivered for a case, so that they are not asked to look at it blind."""
    with context.database.read() as session:
        unseen = [row for row in spot_checks.of_case(session, case, team=context.team) if _is_unseen(session, row, by)]
    if unseen:
        with context.database.write(urgent=True) as session:
            for row in unseen:
                _note(session, context, row, SEEN, by=by)


def _is_unseen(session: Session, row: schema.SpotCheck, by: str) -> bool:
    # Whoever answered may see it now; the difference is theirs to grade.
    is_theirs = row.answered_by == by
    return row.state in UNDECIDED and not is_theirs and not spot_checks.knows(session, row, by=by)


def _admitted(
    session: Session, context: Context, check: int, task: Task, *, by: str, shown: int | None
) -> tuple[schema.SpotCheck, _Seen]:
    """Return a spot check that a person may act on, with its case as it went alone."""
    row = known(session, context, check)
    workflow = workflow_of(session, context, row)
    refuse_late(session, row, shown)
    refuse_unfit(session, context, workflow, row, task, by=by)
    case, run = cases.get(session, row.case_id, team=context.team), runs.get(session, row.run_id, team=context.team)
    assert case is not None
    assert run is not None
    input, answers = kept_body(session, run.input_id, team=context.team), answers_body(session, run)
    return row, _Seen(workflow=workflow, key=case.key, input=input, answers=answers)


def _is_barred(session: Session, context: Context, row: schema.SpotCheck, *, by: str) -> bool:
    workflow = workflow_of(session, context, row)
    return by in barred(session, workflow, row.run_id, team=context.team)


def _view(session: Session, context: Context, row: schema.SpotCheck) -> SpotCheckView:
    case = cases.get(session, row.case_id, team=context.team)
    assert case is not None
    return SpotCheckView(
        generation=context.restores.number,
        check=row.id,
        version=row.version,
        state=row.state,
        case=row.case_id,
        key=case.key,
        workflow=teams.workflow_name(session, row.workflow_id, team=context.team),
        drawn_at=row.drawn_at,
        due_at=row.due_at,
        answered_by=row.answered_by,
        second_by=row.second_by,
        outcome=Grade(row.outcome) if row.outcome is not None else None,
        end=End(row.end) if row.end is not None else None,
        correction=Became(row.correction) if row.correction is not None else None,
        review=row.review_id,
    )


def _note(session: Session, context: Context, row: schema.SpotCheck, action: str, *, by: str) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=action,
        subject=SubjectKind.SPOT_CHECK.of(row.id),
        case=row.case_id,
    )
