"""The work on a review pack: the next case for a person, and what they say of it."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel, JsonValue
from sqlalchemy.orm import Session

from store import schema
from store.governance import audit, teams
from store.learning import volume_tests
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.sameness import passes
from workflows.engine.errors import Refused, Repeated, Unknown
from workflows.engine.text.canonical_json import canonical
from workflows.quality.examples.scores import score
from workflows.quality.volume.views import PackCase

READ = "volume_test.read"
"""The audit's word for a person who was shown cases of a review pack."""
JUDGED = "volume_test.judged"


def workflow_of(context: Context, test: int) -> AnyWorkflow:
    """Return the workflow of a volume test. Raise `Unknown`."""
    with context.database.read() as session:
        row = _test(session, context, test)
        return context.registry.get(teams.workflow_name(session, row.workflow_id, team=context.team))


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


def judge(context: Context, test: int, place: int, *, by: str, right: BaseModel | None) -> bool:
    """Keep what a person says of a case; return True if its proposal is right.

    `right`: the right values; None: those proposed are right. Raise `Unknown` for no case of the pack, `Repeated` for
    one that is judged already, `Refused` for a case without a proposal and without right values.
    """
    workflow = workflow_of(context, test)
    with context.database.read() as session:
        body: dict[str, Any] = json.loads(_open(session, context, test, place).body or "{}")
    proposed = body.get("output")
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
        raise Refused(f"the text of case {place} is removed")
    return one


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
