"""A source is told how its cases stand, and of no other source's."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from store.sources import sources
from store.sources.origins import NewOrigin
from store.states import SourceKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, sample
from tests.world import sure
from workflows import Review
from workflows.engine.case import intake
from workflows.engine.errors import NotDone, OutcomeUnknown, Unknown
from workflows.engine.privacy.forgetting import forget
from workflows.engine.privacy.reach import reach_of
from workflows.engine.read.declared.data_map import data_map_view
from workflows.engine.review import reviews, undo
from workflows.engine.review.decisions import Follows
from workflows.engine.sources.told.approved_digest import digest_of
from workflows.engine.sources.told.outcomes import outcome_json, outcome_of, outcomes_of
from workflows.engine.sources.views import CaseOutcome, CaseState, DecidedBy, Effect

MINUTE = timedelta(minutes=1)


def a_source(scene: Scene, name: str = "shop", **settings: object) -> int:
    """Add a program as a source; returns its id."""
    context = scene.world.context
    with context.database.write() as session:
        return sources.add(
            session,
            team=context.team,
            kind=SourceKind.API,
            name=name,
            settings=settings,
            by="ann",
            at=context.clock(),
        )


def handed_in(scene: Scene, source: int, *ids: int) -> list[int]:
    """Take tickets in from a source; returns their cases."""
    accepted = [intake.accept(scene.workflow, {"id": id, "text": "charged twice"}) for id in ids]
    origin = NewOrigin(source=source)
    taken = intake.take_in(
        scene.world.context, scene.workflow, accepted, source="shop", actor="source:shop", origin=origin
    )
    return [receipt.case for receipt in taken]


def one(
    make_world: MakeWorld, *, name: str = "shop", webhook: str | None = None, **scene: Any
) -> tuple[Scene, int, int]:
    """Return a scene with one case of one source, worked on as far as it goes: the scene, the source, the case."""
    made = sample(make_world, **scene)
    source = a_source(made, name, webhook=webhook)
    [case] = handed_in(made, source, 1)
    made.world.work()
    return made, source, case


def told(scene: Scene, source: int, case: int) -> CaseOutcome:
    """Return what the source is told."""
    return outcome_of(scene.world.context, source, case)


def test_what_went_alone_is_told_with_its_digest_and_receipt(make_world: MakeWorld) -> None:
    """It was applied, nobody edited it, and the digest names exactly the values."""
    scene, source, case = one(make_world)
    outcome = told(scene, source, case)
    assert (outcome.state, outcome.effect, outcome.decided_by) == (
        CaseState.DELIVERED,
        Effect.APPLIED,
        DecidedBy.ALONE,
    )
    values = {"queue": "billing", "reply": "Hello"}
    assert outcome.proposed == outcome.approved == values
    assert outcome.digest == digest_of("sample", "ticket-1", values)
    assert outcome.receipt is not None
    assert "receipt for" in outcome.receipt
    assert not outcome.edited


def test_an_edit_is_told_with_the_fields_that_changed(make_world: MakeWorld) -> None:
    """Proposed and approved are two records, and the digest is of what was approved."""
    scene, source, case = one(make_world, autonomy=DRAFT)
    assert told(scene, source, case).state is CaseState.NEEDS_PERSON
    assert told(scene, source, case).approved is None
    scene.edit(case, queue="delivery", reply="Hello")
    scene.world.work()
    outcome = told(scene, source, case)
    assert (outcome.decided_by, outcome.edited, outcome.changed) == (DecidedBy.PERSON, True, ["queue"])
    assert outcome.digest == digest_of("sample", "ticket-1", {"queue": "delivery", "reply": "Hello"})
    assert outcome.decided_at == scene.world.clock()


def test_a_decision_that_can_be_taken_back_is_none_yet(make_world: MakeWorld) -> None:
    """Within the grace period the source hears of no decision, so that it acts on none that is undone."""
    review = Review(grace=MINUTE)
    scene, source, case = one(make_world, autonomy=DRAFT, review=review)
    scene.approve(case)
    assert told(scene, source, case).state is CaseState.NEEDS_PERSON
    assert told(scene, source, case).digest is None
    row = scene.decided(case)
    undo.undo(scene.world.context, row.id, row.version, by="U1")
    assert told(scene, source, case).state is CaseState.NEEDS_PERSON


def test_recorded_applied_and_apply_failed_are_three_words(make_world: MakeWorld) -> None:
    """A decision that could not be applied is told as such, with the approved values."""
    scene, source, case = one(make_world, autonomy=DRAFT)
    scene.desk.errors.append(NotDone("no such ticket"))
    scene.approve(case)
    assert (told(scene, source, case).state, told(scene, source, case).effect) == (
        CaseState.IN_PROGRESS,
        Effect.RECORDED,
    )
    scene.world.work()
    failed = told(scene, source, case)
    assert (failed.state, failed.effect, failed.reason) == (CaseState.FAILED, Effect.FAILED, None)
    assert failed.approved == {"queue": "billing", "reply": "Hello"}


def test_nobody_knows_is_told_as_such(make_world: MakeWorld) -> None:
    """An unknown outcome is neither delivered nor failed."""
    scene, source, case = one(make_world, autonomy=DRAFT, idempotent=False)
    scene.desk.errors.append(OutcomeUnknown("it hung up"))
    scene.approve(case)
    scene.world.work()
    outcome = told(scene, source, case)
    assert (outcome.state, outcome.effect) == (CaseState.IN_DOUBT, Effect.IN_DOUBT)


def test_a_rejection_tells_its_reason_and_a_lapse_is_none(make_world: MakeWorld) -> None:
    """Closed by a person has a reason; closed because nobody answered is another word."""
    scene, source, case = one(make_world, autonomy=DRAFT)
    scene.reject(case, Follows.CLOSE, reason="not ours")
    scene.world.work()
    outcome = told(scene, source, case)
    assert (outcome.state, outcome.reason, outcome.decided_by) == (CaseState.CLOSED, "not ours", DecidedBy.PERSON)
    assert (outcome.approved, outcome.effect, outcome.digest) == (None, None, None)


def test_a_lapse_is_no_refusal(make_world: MakeWorld) -> None:
    """A case that closed because nobody answered is told by another word than one that a person rejected."""
    scene, source, case = one(make_world, autonomy=DRAFT)
    review = scene.review(case)
    reviews.lapse(scene.world.context, review.id, review.version, approve=False)
    scene.world.work()
    outcome = told(scene, source, case)
    assert (outcome.state, outcome.reason, outcome.decided_by) == (CaseState.EXPIRED, None, DecidedBy.LAPSE)


def test_what_was_removed_is_told_as_removed(make_world: MakeWorld) -> None:
    """A forgotten case tells its state, and nothing of its content."""
    scene, source, case = one(make_world)
    forget(scene.world.context, case, by="U0DPO")
    outcome = told(scene, source, case)
    assert outcome.removed
    assert (outcome.proposed, outcome.approved, outcome.receipt, outcome.digest) == (None, None, None, None)
    assert outcome.state is CaseState.DELIVERED


def test_another_source_is_told_nothing_and_cannot_tell_why(make_world: MakeWorld) -> None:
    """A case of another source, one of a file and none at all are one answer."""
    scene, _, case = one(make_world)
    other, of_file = a_source(scene, "crm"), scene.submit(id=7)
    said = []
    for number in (case, of_file, 9_999):
        with pytest.raises(Unknown) as refused:
            outcome_of(scene.world.context, other, number)
        said.append(str(refused.value).replace(str(number), "N"))
    assert set(said) == {"there is no case N"}


def test_many_cases_take_as_many_queries_as_one(make_sqlite_world: MakeWorld) -> None:
    """The long poll asks every half second, whatever waits."""
    scene = sample(make_sqlite_world, sure(0.95, queue="billing"), autonomy=DRAFT)
    source = a_source(scene)
    cases = handed_in(scene, source, *range(12))
    scene.world.work()
    counted: list[str] = []

    @event.listens_for(scene.world.database.engine, "before_cursor_execute")
    def count(*given: object) -> None:
        counted.append(str(given[2]))

    try:
        assert len(outcomes_of(scene.world.context, source, cases[:1])) == 1
        for_one = len(counted)
        assert len(outcomes_of(scene.world.context, source, cases)) == 12
        assert len(counted) - for_one == for_one
    finally:
        event.remove(scene.world.database.engine, "before_cursor_execute", count)


def test_the_json_form_holds_every_field_as_plain_values(make_world: MakeWorld) -> None:
    """Its names are a contract, and a person's id is not among its values."""
    scene, source, case = one(make_world, autonomy=DRAFT)
    scene.approve(case, by="U0SECRETIVE")
    scene.world.work()
    form = outcome_json(told(scene, source, case))
    assert list(form) == [
        *("id", "workflow", "key", "revision", "state", "effect", "received_at", "changed_at", "decided_by"),
        *("decided_at", "reason", "question", "proposed", "approved", "edited", "changed", "receipt", "digest"),
        *("correction", "being_corrected", "removed"),
    ]
    assert form["decided_by"] == "person"
    assert "U0SECRETIVE" not in str(form)


def test_the_data_map_and_a_removal_name_the_programs_that_are_told(make_world: MakeWorld) -> None:
    """Programs that were told are beyond reach, so whoever removes content hears whom to ask."""
    scene, _, case = one(make_world, name="shop", webhook="https://shop.example/hook")
    of_file = scene.worked(id=7)
    context = scene.world.context
    assert [(told.source, told.host) for told in data_map_view(context, scene.workflow).told] == [
        ("shop", "shop.example")
    ]
    assert reach_of(context, [case, of_file]).sources == ["shop"]
    assert reach_of(context, [of_file]).sources == []
