"""Reruns with a corrected input: a person puts the input of a case right, and it runs again as a new revision.

A new revision is delivered under a new key, which no system of record can tell from another case. So nothing of the
case may have been delivered, or be on its way, in any of its revisions.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NoReturn

from pydantic import BaseModel, JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, contents, deliveries, queue, runs, workflow_pauses
from store.governance import audit, teams
from store.schema import AuditRow
from store.states import STOPPED, DeliveryState, RunState
from store.subjects import SubjectKind
from workflows.documents.document import Document, documents_in, holds_documents
from workflows.engine.case import held_documents, notices
from workflows.engine.case.idempotency_keys import case_key
from workflows.engine.case.intake import INPUT_CORRECTED, Accepted, supersede_reviews
from workflows.engine.case.kept_content import REMOVED, kept_body
from workflows.engine.case.lookup import case_text, kept_json, key_in_channel, known_workflow, one_line_of
from workflows.engine.case.removed import refuse_removed
from workflows.engine.case.source.answers import keep_answers
from workflows.engine.case.transitions import move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.calls.author_code import called, within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.steps import START
from workflows.engine.deliver.delivery import ANSWER, REJECTION, SETTLED, show_review
from workflows.engine.errors import (
    AlreadyDelivered,
    BadReason,
    CountersignError,
    InvalidInput,
    Refused,
    Repeated,
    Stale,
    Unknown,
)
from workflows.engine.review.corrected.views import (
    AT_REST,
    MOST_SAID,
    CorrectedInput,
    CorrectedRerun,
    InputChange,
    InputView,
    RunAgainNote,
)
from workflows.engine.review.form.forms import entries_of
from workflows.engine.review.hiding import corrected_in_channel
from workflows.engine.text.canonical_json import canonical, unstorable_value
from workflows.engine.text.form_fields import form_of
from workflows.engine.text.salted_hash import new_salt

_WHY_NOT = {
    RunState.READY: "it waits for a worker; wait until it was worked on",
    RunState.RUNNING: "it is being worked on; wait until that has ended",
    RunState.DELIVERING: "it is being delivered; wait until that has ended",
    RunState.HOLDING: "it is decided, and its delivery is still to be made: whoever decided it can take it back within "
    "their time, and one that was announced can be stopped; otherwise it goes out",
    RunState.DOUBTFUL: "its delivery is in doubt; say first whether it happened",
}
_MOVED = "the case moved on since this was shown, and nothing was changed; look at it again"


class _Foreseen(Exception):  # no error: it leaves the transaction, so that nothing of it is kept
    """The rerun that would have been begun."""

    def __init__(self, rerun: CorrectedRerun) -> None:
        self.rerun = rerun
        super().__init__()


class _OtherKey(Exception):  # no error: it leaves the transaction, since the author's code makes the key
    """The input has another key than its case."""

    def __init__(self, workflow: AnyWorkflow, key: str, input: str) -> None:
        self.workflow, self.key, self.input = workflow, key, input
        super().__init__()


def input_view(context: Context, case: int) -> InputView:
    """Return the present input of a case, whether or not it can be put right now. Raise `Unknown`."""
    with context.database.read() as session:
        row, newest = cases.get(session, case, team=context.team), runs.newest(session, case, team=context.team)
        if row is None or newest is None:
            raise Unknown(f"there is no case {case}")
        workflow = known_workflow(context, teams.workflow_name(session, newest.workflow_id, team=context.team))
        input = kept_body(session, newest.input_id, team=context.team)
        moves = moves_of(audit.of_case(session, case, team=context.team))
    text = case_text(workflow, input)
    return InputView(
        generation=context.restores.number,
        case=case,
        key=row.key,
        run=newest.id,
        moves=moves,
        workflow=workflow.name,
        subject=one_line_of(text, row.key),
        text=text,
        values=entries_of(workflow.input, json.loads(input)),
    )


def present_documents(context: Context, case: int) -> Mapping[str, Sequence[Document]]:
    """Return field -> the documents in the present input of a case, at any depth of it. Raise `Unknown`."""
    with context.database.read() as session:
        newest = runs.newest(session, case, team=context.team)
        if newest is None:
            raise Unknown(f"there is no case {case}")
        workflow = known_workflow(context, teams.workflow_name(session, newest.workflow_id, team=context.team))
        body = kept_body(session, newest.input_id, team=context.team)
    form: type[BaseModel] = workflow.input
    return {name: _outer(value) for name, value in read(form, body)} if holds_documents(form) else {}


def _outer(value: object) -> Sequence[Document]:
    """Return the documents in a value, without those that are attached to others."""
    found = list(documents_in(value))
    attached = [inner for one in found for inner in one.all if inner is not one]
    return [one for one in found if not any(one is inner for inner in attached)]


def moves_of(trail: Sequence[AuditRow]) -> int:
    """Return the number of moves of a case's runs, from all rows of the audit about the case."""
    return sum(entry.subject.kind is SubjectKind.RUN for entry in trail)


def refuse_impossible(context: Context, case: int) -> None:
    """Raise `Refused` with the reason where the input of a case cannot be put right now; `AlreadyDelivered` where a
    correction of what was delivered is the way. It is asked again when the rerun is begun.
    """
    with context.database.read() as session:
        _refuse_impossible(session, context, case)


def rerun_corrected(
    context: Context, case: int, accepted: Accepted, *, by: str, reason: str, moves: int | None = None
) -> CorrectedRerun:
    """Run a case again with a corrected input, as a new revision of it. Called twice, it is done once.

    `accepted`: the input, as taken in from a source. `moves`: the number of moves that was shown. What waited for the
    earlier input is superseded; nothing that was decided about it counts. Raise `Unknown`, `Stale` where the case moved
    since, `Repeated` where that is since this was done, `AlreadyDelivered`, `InvalidInput` for another key,
    `BadReason`, or `Refused` with the reason.
    """
    said = _reason(reason)
    try:
        with context.database.write(urgent=True) as session:
            return _rerun(session, context, case, accepted, by=by, reason=said, moves=moves)
    except _OtherKey as other:
        raise _of_another_case(other, accepted) from None


def foresee_corrected(
    context: Context, case: int, accepted: Accepted, *, by: str, reason: str = "", moves: int | None = None
) -> CorrectedRerun:
    """Return what `rerun_corrected` would do, and do nothing: it is begun in a transaction that is rolled back.

    A reason may be left out. Raise alike.
    """
    said = _reason(reason) if reason.strip() else ""
    try:
        with context.database.write(urgent=True) as session:
            raise _Foreseen(_rerun(session, context, case, accepted, by=by, reason=said, moves=moves))
    except _Foreseen as foreseen:
        return foreseen.rerun
    except _OtherKey as other:
        raise _of_another_case(other, accepted) from None


def _of_another_case(other: _OtherKey, accepted: Accepted) -> InvalidInput:
    """Return the error for an input with another key. It stands at the fields that the key differs by."""
    said = f"its key would be {accepted.key}, and it has to stay {other.key}: with another key it is another case"
    return InvalidInput(said, errors=dict.fromkeys(_fields_of_key(other, accepted), said))


def _fields_of_key(other: _OtherKey, accepted: Accepted) -> list[str]:
    """Return the fields each of which gives back the key once it is as before; none where that cannot be found out."""
    workflow = other.workflow

    def find() -> list[str]:
        before, now = (read(workflow.input, body) for body in (other.input, accepted.body))
        found = []
        for name in type(now).model_fields:
            back = now.model_copy(update={name: getattr(before, name)})
            key: object = called(partial(workflow.key, back))
            if isinstance(key, str) and case_key(key) == other.key:
                found.append(name)
        return found

    try:
        return within(workflow, "its key", find)
    except (CountersignError, ValueError):
        return []


def corrected_input(
    session: Session, workflow: AnyWorkflow | None, trail: Sequence[AuditRow], all_runs: Sequence[schema.Run], run: int
) -> CorrectedInput | None:
    """Return what a person put right in the input with which a run began; None where it began otherwise.

    `trail`: all rows of the audit about the case. `workflow`: None where it is not known here.
    """
    entry = next((one for one in trail if one.action == INPUT_CORRECTED and one.details.get("run") == run), None)
    by_id = {one.id: one for one in all_runs}
    before, now = (by_id.get(entry.details["before"]), by_id.get(run)) if entry is not None else (None, None)
    if entry is None or before is None or now is None:
        return None
    team = now.team_id
    old, new = (contents.body(session, one.input_id, team=team) for one in (before, now))
    reason, form = contents.body(session, entry.details["reason"], team=team), workflow.input if workflow else None
    return CorrectedInput(
        case=now.case_id,
        revision=now.revision,
        by=entry.actor,
        at=entry.at,
        reason=str(json.loads(reason)) if reason is not None else REMOVED,
        changes=input_changes(form, json.loads(old), json.loads(new)) if old is not None and new is not None else [],
    )


def run_again_note(context: Context, about: Mapping[str, str]) -> RunAgainNote:
    """Return the news that a person runs a case again. `about`: as the note keeps it.

    Raise `Unknown` or `ContentRemoved`.
    """
    with context.database.read() as session:
        run = runs.get(session, int(about["run"]), team=context.team)
        case = cases.get(session, run.case_id, team=context.team) if run is not None else None
        if run is None or case is None:
            raise Unknown(f"there is no run {about['run']}")
        workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id, team=context.team))
        trail = audit.of_case(session, case.id, team=context.team)
        all_runs = runs.of_case(session, case.id, team=context.team)
        corrected = corrected_input(session, workflow, trail, all_runs, run.id)
        inputs = [kept_body(session, one.input_id, team=context.team) for one in all_runs if one.id <= run.id][-2:]
    # The author's code is called outside the transaction.
    return RunAgainNote(
        case=case.id,
        key=key_in_channel(workflow, inputs[-1], case.key),
        by=about["by"],
        by_itself=about["by"] == SYSTEM,
        from_step=about["from"],
        corrected=corrected_in_channel(corrected, workflow, inputs) if corrected is not None else None,
    )


def input_changes(
    form: type[BaseModel] | None, before: Mapping[str, JsonValue], now: Mapping[str, JsonValue]
) -> list[InputChange]:
    """Return the fields of an input that differ.

    `form`: None where it is not known; values are then as they are kept.
    """
    if form is None:
        names = {name: name for name in (*before, *now)}
        then, new = ({name: canonical(value) for name, value in kept.items()} for kept in (before, now))
    else:
        names = {field.name: field.label for field in form_of(form)}
        then, new = entries_of(form, before), entries_of(form, now)
    return [
        InputChange(name=name, label=label, before=then.get(name, ""), now=new.get(name, ""))
        for name, label in names.items()
        if before.get(name) != now.get(name)
    ]


def _rerun(
    session: Session,
    context: Context,
    case: int,
    accepted: Accepted,
    *,
    by: str,
    reason: str,
    moves: int | None,
) -> CorrectedRerun:
    team = context.team
    cases.hold(session, case, team=team)
    row, trail = cases.get(session, case, team=team), audit.of_case(session, case, team=team)
    if row is None:
        raise Unknown(f"there is no case {case}")
    if moves is not None and moves_of(trail) != moves:
        made = next((entry for entry in reversed(trail) if entry.action == INPUT_CORRECTED), None)
        if made is not None and made.actor == by and row.content_hash == accepted.content_hash(row.salt):
            raise Repeated("this arrived before, and is done")
        raise Stale(_MOVED)
    before = _refuse_impossible(session, context, case)
    workflow = known_workflow(context, teams.workflow_name(session, before.workflow_id, team=team))
    if accepted.key != row.key:
        raise _OtherKey(workflow, row.key, kept_body(session, before.input_id, team=team))
    if accepted.content_hash(row.salt) == row.content_hash:
        raise Refused(f"nothing differs from its present input; to run it again as it is: countersign rerun {case}")
    at, state, decided = context.clock(), before.state, before.resolution is not None
    stopped_for = before.cause_id if state in STOPPED else None
    old = kept_json(session, before.input_id, team=team)
    if not move_run(session, before, RunState.SUPERSEDED, at=at, actor=by):
        raise Stale(_MOVED)
    supersede_reviews(session, workflow, case, context=context, actor=by)
    show_review(session, before, workflow, context=context)
    revision, salt = row.revision + 1, row.salt or new_salt()
    content = accepted.content_hash(salt)
    cases.revise(session, team=team, case=case, revision=row.revision, content_hash=content, salt=salt)
    run = runs.add(
        session,
        team=team,
        case=case,
        workflow=before.workflow_id,
        revision=revision,
        input_id=contents.keep(session, team=team, case=case, kind="input", body=accepted.body),
        state=RunState.READY,
        code_version=context.registry.code_version(workflow),
        from_step=START,
        answers_id=keep_answers(session, case, team=team),
        asked_by=by,
        cause_id=stopped_for,
        origin_id=before.origin_id,
        at=at,
    )
    queue.enqueue(session, team=team, run=run, case=case)
    held = held_documents.hold(session, {case: accepted.documents}, team=team)
    changes = input_changes(workflow.input, old, json.loads(accepted.body))
    audit.record(
        session,
        team=team,
        at=at,
        actor=by,
        action=INPUT_CORRECTED,
        subject=SubjectKind.CASE.of(case),
        case=case,
        details={
            "revision": revision,
            "input": content,
            "run": run,
            "before": before.id,
            "fields": ",".join(change.name for change in changes),
            "reason": contents.keep(session, team=team, case=case, kind="reason", body=canonical(reason)),
            **held_documents.told(held.get(case, ()), salt=salt),
        },
    )
    notices.run_again(session, case, workflow.review, team=team, run=run, by=by, from_step=START, at=at)
    corrected = CorrectedInput(case=case, revision=revision, by=by, at=at, reason=reason, changes=changes)
    told = any(
        one.kind == REJECTION and one.state == DeliveryState.APPLIED
        for one in deliveries.of_case(session, case, team=team)
    )
    return CorrectedRerun(
        corrected=corrected,
        run=run,
        withdraws=state is RunState.WAITING,
        drops_decision=decided,
        rejection_was_told=told,
        is_paused=workflow_pauses.current(session, before.workflow_id, team=team) is not None,
    )


def _refuse_impossible(session: Session, context: Context, case: int) -> schema.Run:
    """Return the newest run of a case. Raise `Refused` or `AlreadyDelivered` as `refuse_impossible` does."""
    team, all_runs = context.team, runs.of_case(session, case, team=context.team)
    if not all_runs:
        raise Unknown(f"there is no case {case}")
    newest = all_runs[-1]
    refuse_removed(session, newest)
    for run in reversed(all_runs):
        if run.state in _WHY_NOT:
            whose = "" if run is newest else f"of its revision {run.revision}: "
            raise Refused(f"{whose}{_WHY_NOT[run.state]}")
    # Read after the runs: whoever begins a delivery has moved its run before.
    made = deliveries.of_case(session, case, team=team)
    for delivery in made:
        _refuse_maybe(delivery)
    if any(one.kind == ANSWER and one.state == DeliveryState.APPLIED for one in made):
        _refuse_delivered(session, newest, team=team)
    if newest.state not in AT_REST:
        raise Refused(f"the case is {newest.state}")
    _refuse_what_a_backup_forgot(session, context, newest)
    return newest


def _refuse_delivered(session: Session, newest: schema.Run, *, team: int) -> NoReturn:
    """Raise the error that says what is done in place of a corrected input, where the case was delivered."""
    delivered = runs.last_delivered(session, newest.case_id, team=team)
    is_of_newest = delivered is not None and delivered.revision == newest.revision
    if delivered is not None and (is_of_newest or newest.state in (RunState.DELIVERED, RunState.CLOSED)):
        raise AlreadyDelivered(delivered.id)
    raise Refused(
        "an earlier revision of it was delivered, and a corrected input would be delivered beside that: run it again "
        "as it is, or have its source send it again"
    )


def _refuse_maybe(delivery: schema.Delivery) -> None:
    """Raise `Refused` where a delivery may have been made, or is attempted again by itself."""
    if delivery.state == DeliveryState.DOUBTFUL:
        raise Refused(_WHY_NOT[RunState.DOUBTFUL])
    if delivery.state in (DeliveryState.ATTEMPTING, DeliveryState.WAITING):
        raise Refused(_WHY_NOT[RunState.DELIVERING])
    if delivery.maybe_applied:
        raise Refused(
            f"its delivery {delivery.key} may have happened, with the earlier input, and a corrected one would be "
            "delivered beside that: run it again from deliver, or look first and settle it as not-happened"
        )


def _refuse_what_a_backup_forgot(session: Session, context: Context, newest: schema.Run) -> None:
    """Raise `Refused` where a case may have been delivered after the database's backup, and nobody has looked since."""
    restored_at, team = context.restores.at, context.team
    if restored_at is None:
        return
    first = runs.first_of(session, newest.case_id, team=team, revision=newest.revision, correction=newest.correction)
    delivery = deliveries.of_run(session, newest.id, team=team)
    subject = SubjectKind.DELIVERY.of(delivery.id) if delivery is not None else None
    settled = audit.last(session, team=team, subject=subject, action=SETTLED) if subject is not None else None
    if first < restored_at and (settled is None or settled.at < restored_at):
        raise Refused(
            f"the database was restored from a backup at {restored_at:%Y-%m-%d %H:%M} UTC, and this case may have been "
            "delivered after the backup was made; run it again as it is, or have its source send it again"
        )


def _reason(reason: str) -> str:
    said = " ".join(reason.split())
    if not said or len(said) > MOST_SAID:
        raise BadReason(f"say why, in 1 to {MOST_SAID} characters")
    problem = unstorable_value(said)
    if problem is not None:
        raise BadReason(f"the reason {problem}")
    return said
