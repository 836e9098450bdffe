"""Intake of a case: validation, key, rows. An accepted input is committed; any other is refused with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, JsonValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from store.cases import cases, contents, queue, reviews, runs
from store.governance import audit, teams
from store.states import ReviewState, RunState
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.idempotency_keys import case_key
from workflows.engine.case.transitions import move_review, move_run
from workflows.engine.context import Context
from workflows.engine.declare.author_code import called, within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import checked, kept
from workflows.engine.errors import AuthorFailed, InvalidInput, Misfit, QueueFull, TimeLimitPassed
from workflows.engine.text.canonical_json import MAX_BYTES, content_hash, larger_than, unstorable

_MOST_GIVEN = 4 * MAX_BYTES
"""Most bytes of an input, including the fields that the form does not have. A larger one is not examined."""


class Intake(StrEnum):
    """The result of taking in an input."""

    TAKEN_IN = "taken_in"
    DUPLICATE = "duplicate"
    """The case exists with the same content; nothing was done."""
    REVISED = "revised"
    """The case existed with other content; its open review and runs are superseded."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The case of an input, and whether it is new."""

    case: int
    intake: Intake


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An input that fits and is ready to be taken in."""

    key: str
    body: str
    """Canonical JSON."""


def accept(workflow: AnyWorkflow, values: Mapping[str, JsonValue]) -> Accepted:
    """Check an input against the workflow's form. Raise `InvalidInput`, naming the field.

    An error of the author's code refuses this input only.
    """
    problem = unstorable(values)
    if problem is not None:
        raise InvalidInput(problem)
    if larger_than(values, _MOST_GIVEN):
        raise InvalidInput(f"too large, the limit for one input is {MAX_BYTES:,} bytes")
    try:
        return within(workflow, "taking in an input", lambda: _accepted(workflow, values))
    except TimeLimitPassed as error:
        raise InvalidInput(str(error)) from error


def _accepted(workflow: AnyWorkflow, values: Mapping[str, JsonValue]) -> Accepted:
    form: type[BaseModel] = workflow.input
    try:
        made = kept(form, checked(lambda: form.model_validate(values)), a="input")
    except Misfit as error:
        raise InvalidInput(str(error)) from error
    return Accepted(key=_key(workflow, made.value), body=made.body)


def _key(workflow: AnyWorkflow, input: BaseModel) -> str:
    try:
        key: object = called(lambda: workflow.key(input))
    except AuthorFailed as error:
        raise InvalidInput(f"no key can be made of it: {error}") from error
    if not isinstance(key, str):
        raise InvalidInput(f"its key has to be a text, it is {type(key).__name__}")
    try:
        return case_key(key)
    except ValueError as error:
        raise InvalidInput(f"its key {error}") from error


@retry(retry=retry_if_exception_type(IntegrityError), stop=stop_after_attempt(5), reraise=True)
def take_in(
    context: Context,
    workflow: AnyWorkflow,
    inputs: Sequence[Accepted],
    *,
    source: str,
    actor: str,
    options: Mapping[str, JsonValue] | None = None,
) -> list[Receipt]:
    """Take inputs in, all in one transaction, and return a receipt for each, in their order. Raise `QueueFull`.

    Where two processes bring the same new key at once, the unique key stops the later one, which then starts again.
    `options`: the settings from which the workflow's declaration was made, if there are any.
    """
    with context.database.write() as session:
        _refuse_flood(session, context, len(inputs))
        at = context.clock()
        row = teams.workflow_id(session, team=context.team, name=workflow.name, options=options, at=at)
        # By key, so that two processes with the same cases lock them in the same order and cannot deadlock.
        by_key = sorted(range(len(inputs)), key=lambda place: inputs[place].key)
        receipts = {place: _take_in(session, context, workflow, row, inputs[place], source, actor) for place in by_key}
        return [receipts[place] for place in range(len(inputs))]


def _refuse_flood(session: Session, context: Context, number: int) -> None:
    """Raise `QueueFull` where more cases would wait for work than is allowed."""
    limit = context.queue_limit
    ready = runs.count_ready(session, team=context.team, at_most=limit)
    if ready + number > limit:
        raise QueueFull(
            f"{ready:,} cases wait for work, and {limit:,} is the limit: {number:,} more were not taken in; "
            "bring them again later"
        )


def _take_in(
    session: Session,
    context: Context,
    workflow: AnyWorkflow,
    workflow_row: int,
    accepted: Accepted,
    source: str,
    actor: str,
) -> Receipt:
    at, team = context.clock(), context.team
    hashed = content_hash(accepted.body)
    known = cases.find(session, team=team, workflow=workflow_row, key=accepted.key)
    if known is not None:
        cases.hold(session, known.id, team=team)
        session.refresh(known)
    if known is None:
        revision, intake = 1, Intake.TAKEN_IN
        case = cases.add(
            session,
            team=team,
            workflow=workflow_row,
            key=accepted.key,
            content_hash=hashed,
            source=source,
            at=at,
        )
    elif known.content_hash == hashed:
        return Receipt(case=known.id, intake=Intake.DUPLICATE)
    else:
        revision, intake, case = known.revision + 1, Intake.REVISED, known.id
        cases.revise(session, team=team, case=case, revision=known.revision, content_hash=hashed)
        supersede(session, workflow, case, context=context, actor=actor)
    input_id = contents.keep(session, team=team, case=case, kind="input", body=accepted.body)
    run = runs.add(
        session,
        team=team,
        case=case,
        workflow=workflow_row,
        revision=revision,
        input_id=input_id,
        state=RunState.READY,
        code_version=context.registry.code_version(workflow),
        at=at,
    )
    queue.enqueue(session, run=run, case=case)
    audit.record(
        session,
        team=team,
        at=at,
        actor=actor,
        action=f"case.{intake}",
        subject=SubjectKind.CASE.of(case),
        case=case,
        details={"revision": revision, "input": hashed, "run": run},
    )
    return Receipt(case=case, intake=intake)


_REPLACEABLE = (RunState.READY, RunState.RUNNING, RunState.WAITING, RunState.FAILED, RunState.PARKED)


def supersede(session: Session, workflow: AnyWorkflow, case: int, *, context: Context, actor: str) -> None:
    """Supersede the open runs and reviews of a case. A resolved run is still delivered: no decision is lost."""
    at = context.clock()
    for run in runs.of_case_in(session, case, _REPLACEABLE, team=context.team):
        on_its_way = run.resolution is not None and run.state in (RunState.READY, RunState.RUNNING)
        if not on_its_way:
            move_run(session, run, RunState.SUPERSEDED, at=at, actor=actor)
    supersede_reviews(session, workflow, case, context=context, actor=actor)


def supersede_reviews(session: Session, workflow: AnyWorkflow, case: int, *, context: Context, actor: str) -> None:
    """Supersede the open reviews of a case, and have their cards show it."""
    at = context.clock()
    for review in reviews.of_case_in(session, case, (ReviewState.OPEN, ReviewState.AWAITING_SECOND), team=context.team):
        if move_review(session, review, ReviewState.SUPERSEDED, at=at, actor=actor, action="review.superseded"):
            notices.card(session, review, workflow.review, at=at)
