"""The work on a review pack: the next case for a person, and what they say of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel, JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.governance import audit, teams
from store.learning import volume_tests
from store.learning.volume_tests import Claimant, WaitingPack
from store.subjects import SubjectKind
from workflows.engine.case.lookup import case_text, known_workflow, one_line_of
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.sameness import passes
from workflows.engine.errors import Refused, Repeated, Stale, Unknown
from workflows.engine.review.claims import CLAIM_LASTS
from workflows.engine.review.form.forms import defaults_of, entries_of
from workflows.engine.review.pages.documents import documents_of
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import form_of
from workflows.quality.examples.scores import score
from workflows.quality.volume.packs import Why
from workflows.quality.volume.views import NextCase, PackCase, PackPlace, PackState, PackView

READ = "volume_test.read"
"""The audit's word for a person who was shown cases of a review pack."""
JUDGED = "volume_test.judged"
TYPED = "typed"
"""Name of what somebody has typed so far, among the texts of a case: it goes with them."""


class TextRemoved(Refused):
    """The text of a case of a review pack is removed."""


def workflow_of(context: Context, test: int) -> AnyWorkflow:
    """Return the workflow of a volume test. Raise `Unknown`."""
    with context.database.read() as session:
        row = _test(session, context, test)
        return known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))


def pack(context: Context, test: int, *, by: str) -> Sequence[PackCase]:
    """Return all cases of a pack that nobody has judged, and record that somebody reads them."""
    with context.database.read() as session:
        row = _test(session, context, test)
        if row.ended_at is None:
            raise Refused(f"volume test {test} is not finished, so its pack is not drawn yet")
        found = volume_tests.to_judge(session, test, team=context.team, after=0, limit=row.size)
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
        views = [_view(row, one, name, waiting=len(found)) for one in found if one.body is not None]
    if views:
        record_reading(context, row, [one.place for one in views], by=by)
    return views


def state_of(context: Context, test: int) -> PackState:
    """Return the state of a volume test and its pack. Raise `Unknown`."""
    with context.database.read() as session:
        return _state(session, context, _test(session, context, test))


def newest_state(context: Context, workflow: AnyWorkflow) -> PackState | None:
    """Return the state of a workflow's newest volume test whose inputs are kept; None where there is none."""
    with context.database.read() as session:
        known = teams.find_workflow(session, team=context.team, name=workflow.name)
        row = volume_tests.newest_of(session, team=context.team, workflow=known) if known is not None else None
        return _state(session, context, row) if row is not None else None


def waiting_packs(context: Context) -> Sequence[WaitingPack]:
    """Return the packs of which cases wait for people: that of each workflow's newest test alone."""
    with context.database.read() as session:
        return volume_tests.waiting_packs(session, team=context.team)


def next_case(context: Context, test: int, *, by: str, after: int = 0) -> NextCase | None:
    """Return the next case of a pack for a person, who has it open from then on; None where there is none for them.

    What somebody else has open is left out for a while. It is recorded that the person reads it. `after`: place after
    which it stands. Raise `Unknown`, or `Refused` for a test that is not finished.
    """
    while True:
        at = context.clock()
        who = Claimant(by=by, at=at, lapsed=at - CLAIM_LASTS)
        with context.database.write(urgent=True) as session:
            row = _test(session, context, test)
            if row.ended_at is None:
                raise Refused(f"volume test {test} is not finished, so its pack is not drawn yet")
            one = volume_tests.next_to_judge(session, test, who, team=context.team, after=after)
            if one is None:
                return None
            is_new = one.claimed_by != by or one.claimed_at is None or one.claimed_at < who.lapsed
            if not volume_tests.claim(session, one.id, who, team=context.team):
                continue  # somebody else was faster
            if is_new:
                _note_reading(session, context, row, [one.place], by=by)
            kept = _kept(session, context, row, one)
            waiting = volume_tests.waiting(session, test, team=context.team)
        size = max(row.packed or 0, waiting)
        # The author's code is called outside the transaction.
        return NextCase(view=_shown(context, kept), number=size - waiting + 1, size=size)


def leave(context: Context, case: int, *, by: str) -> None:
    """Note that a person has a case of a pack open no longer."""
    with context.database.write(urgent=True) as session:
        volume_tests.leave(session, case, team=context.team, by=by)


def place_of(context: Context, case: int) -> PackPlace:
    """Return where a case of a pack stands, and who judged it. Raise `Unknown`."""
    with context.database.read() as session:
        one = _packed(session, context, case)
        row = _test(session, context, one.volume_test_id)
        return PackPlace(
            test=row.id,
            place=one.place,
            workflow=teams.workflow_name(session, row.workflow_id, team=context.team),
            judged_by=one.judged_by,
        )


def pack_view(context: Context, case: int, *, by: str) -> PackView:
    """Return a case of a pack that waits to be judged. It is recorded that a person reads it who had not got it.

    Raise `Unknown`, `Repeated` for one that they have judged, `Stale` where it was somebody else, or `TextRemoved`.
    """
    with context.database.read() as session:
        one = _packed(session, context, case)
        row = _test(session, context, one.volume_test_id)
        if one.judged_at is not None:
            if one.judged_by == by:
                raise Repeated(f"you have judged case {one.place} already")
            raise Stale(f"{one.judged_by or 'somebody'} has judged case {one.place} meanwhile; nothing was recorded")
        if one.body is None:
            raise _removed(one)
        kept, is_theirs = _kept(session, context, row, one), one.claimed_by == by
    if not is_theirs:
        record_reading(context, row, [kept.place], by=by)
    return _shown(context, kept)


def judge(context: Context, test: int, place: int, *, by: str, right: BaseModel | None) -> bool:
    """Keep what a person says of a case; return True if its proposal is right.

    `right`: the right values; None: those proposed are right. Raise `Unknown` for no case of the pack, `Repeated` for
    one that is judged already, `Refused` for a case without a proposal and without right values.
    """
    workflow = workflow_of(context, test)
    with context.database.read() as session:
        body: dict[str, Any] = json.loads(_open(session, context, test, place).body or "{}")
    proposed = body.get("output")
    body.pop(TYPED, None)
    if right is None and proposed is None:
        raise Refused(f"case {place} has no proposal: give the right values")
    # The author's code compares, so it is asked outside the transaction.
    wrong = _wrong(workflow, proposed, right) if right is not None and proposed is not None else []
    if right is not None:
        body["given"] = json.loads(right.model_dump_json())
    with context.database.write() as session:
        row, one = _test(session, context, test), _open(session, context, test, place)
        is_error, at = proposed is None or bool(wrong), context.clock()
        if not volume_tests.judge(
            session,
            one.id,
            team=context.team,
            body=canonical(body),
            is_error=is_error,
            wrong=wrong,
            judged_by=by,
            judged_at=at,
        ):
            raise Repeated(f"case {place} is judged already")
        audit.record(
            session,
            team=context.team,
            at=at,
            actor=by,
            action=JUDGED,
            subject=SubjectKind.WORKFLOW.of(row.workflow_id),
            case=None,
            details={"test": test, "place": place, "is_error": is_error},
        )
    return not is_error


def record_reading(context: Context, row: schema.VolumeTest, places: Sequence[int], *, by: str) -> None:
    """Record that a person is about to be shown cases of a pack."""
    with context.database.write() as session:
        _note_reading(session, context, row, places, by=by)


def _note_reading(
    session: Session, context: Context, row: schema.VolumeTest, places: Sequence[int], *, by: str
) -> None:
    audit.record(
        session,
        team=context.team,
        at=context.clock(),
        actor=by,
        action=READ,
        subject=SubjectKind.WORKFLOW.of(row.workflow_id),
        case=None,
        details={"test": row.id, "cases": len(places), "first": min(places), "last": max(places)},
    )


def _wrong(workflow: AnyWorkflow, proposed: Mapping[str, JsonValue], right: BaseModel) -> list[str]:
    """Return the names of the fields that differ, and that the workflow's own rule does not find the same."""
    output = read(workflow.output, canonical(proposed))
    truth = {name: getattr(right, name) for name in type(right).model_fields}
    scored = score(output, truth, same=partial(passes, workflow))
    return [name for name, is_right in scored.items() if not is_right]


def _open(session: Session, context: Context, test: int, place: int) -> schema.VolumeCase:
    """Return a case of the pack that can be judged. Raise `Unknown`, `Repeated` or `Refused` where it cannot."""
    one = volume_tests.case(session, test, place, team=context.team)
    if one is None or one.packed is None:
        raise Unknown(f"volume test {test} has no case {place} in its pack")
    if one.judged_at is not None:
        raise Repeated(f"case {place} is judged already")
    if one.body is None:
        raise _removed(one)
    return one


def _packed(session: Session, context: Context, case: int) -> schema.VolumeCase:
    """Return a case of a pack by the id of its row. Raise `Unknown`."""
    one = volume_tests.get_case(session, case, team=context.team)
    if one is None or one.packed is None:
        raise Unknown(f"there is no case {case} in a review pack")
    return one


def _removed(one: schema.VolumeCase) -> TextRemoved:
    return TextRemoved(f"the text of case {one.place} is removed, so nothing was recorded")


def _state(session: Session, context: Context, row: schema.VolumeTest) -> PackState:
    return PackState(
        generation=context.restores.number,
        test=row.id,
        workflow=teams.workflow_name(session, row.workflow_id, team=context.team),
        tried=row.ended_at is not None,
        removed=row.removed_at is not None,
        packed=row.packed or 0,
        waiting=volume_tests.waiting(session, row.id, team=context.team),
    )


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """A case of a pack as it is kept."""

    workflow: AnyWorkflow
    id: int
    test: int
    place: int
    body: Mapping[str, Any]
    confidence: float | None
    why: Why
    code: str | None
    reasons: Sequence[str]
    floor: float | None


def _kept(session: Session, context: Context, row: schema.VolumeTest, one: schema.VolumeCase) -> _Kept:
    name = teams.workflow_name(session, row.workflow_id, team=context.team)
    return _Kept(
        workflow=known_workflow(context, name),
        id=one.id,
        test=row.id,
        place=one.place,
        body=json.loads(one.body or "{}"),
        confidence=one.lowest,
        why=Why(one.packed or Why.RANDOM),
        code=one.code,
        reasons=[str(reason) for reason in one.reasons],
        floor=row.floor,
    )


def _shown(context: Context, kept: _Kept) -> PackView:
    """Return a case as a person is shown it. The author's code is called."""
    workflow, output = kept.workflow, kept.body.get("output")
    input = canonical(kept.body.get("input") or {})
    text = case_text(workflow, input)
    return PackView(
        generation=context.restores.number,
        id=kept.id,
        test=kept.test,
        place=kept.place,
        workflow=workflow.name,
        question=workflow.decision,
        subject=one_line_of(text, f"case {kept.place}"),
        text=text,
        fields=form_of(workflow.output, zone=workflow.timezone),
        values=defaults_of(workflow.output) if output is None else entries_of(workflow.output, output),
        has_proposal=output is not None,
        confidence=kept.confidence,
        why=kept.why,
        code=kept.code,
        reasons=kept.reasons,
        floor=kept.floor,
        documents=documents_of(workflow, input, answers=None),
    )


def _test(session: Session, context: Context, test: int) -> schema.VolumeTest:
    row = volume_tests.get(session, test, team=context.team)
    if row is None:
        raise Unknown(f"there is no volume test {test}")
    return row


def _view(row: schema.VolumeTest, one: schema.VolumeCase, workflow: str, *, waiting: int) -> PackCase:
    body = json.loads(one.body or "{}")
    return PackCase(
        test=row.id,
        place=one.place,
        workflow=workflow,
        input=body.get("input") or {},
        output=body.get("output"),
        why=one.packed or "",
        code=one.code,
        waiting=waiting,
    )
