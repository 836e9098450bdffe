"""Examples grow from decisions: masked, taken by people, each in one half for ever."""

import json
from datetime import timedelta

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.heard import heard
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.sample import Triage
from workflows.engine.case.files.columns import reading_for
from workflows.engine.errors import Refused
from workflows.engine.privacy.forgetting import forget
from workflows.engine.propose.examples.taken_examples import marks_taken, read_taken
from workflows.engine.review.wrong import corrections
from workflows.quality.evals.bench import examples_to_try
from workflows.quality.examples.candidates import gather
from workflows.quality.examples.labelled import of_list
from workflows.quality.examples.split import Half, half_of
from workflows.quality.examples.taking import groups, leave, take, taken, waiting
from workflows.quality.examples.views import Taken, Why
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow

TEXTS = {
    1: "My kettle from order 4711 arrived broken and the box was open, please send a new one to my address",
    2: "My kettle from order 93 arrived broken and the box was open, please send a new one to my address!",
    3: "The invoice of last month names a wrong amount and nobody answers my mails about the refund, call me",
    4: "Where is the parcel that you promised for Tuesday, the tracking page shows nothing since three days",
    5: "I want to change the mail address of my account, the old one is ana@example.org and nobody reads it",
}


def grown(make_world: MakeWorld) -> Scene:
    """Return a scene in which five tickets were decided with other values, as labels and candidates."""
    scene = sample(make_world, autonomy=DRAFT)
    for number, text in TEXTS.items():
        scene.edit(scene.worked(id=number, text=text), queue="delivery", reply="Hello")
    scene.world.work()
    make_labels(scene.world.context)
    assert gather(scene.world.context).candidates == 5
    return scene


def ids(scene: Scene) -> dict[str, int]:
    return {one.key: one.id for group in groups(scene.world.context, "sample") for one in group.candidates}


def test_edits_are_candidates_with_near_duplicates_together_and_masked(make_world: MakeWorld) -> None:
    scene = grown(make_world)
    context = scene.world.context
    found = groups(context, "sample")
    assert sorted(len(group.candidates) for group in found) == [1, 1, 1, 2]
    assert waiting(context, "sample") == 5
    alike = next(group.candidates for group in found if len(group.candidates) == 2)
    assert {one.half for one in alike} == {half_of("sample", "ticket-1")}, "the first one's"
    assert {one.why for group in found for one in group.candidates} == {Why.EDITED}
    kept = [row.body for row in rows(scene.world, schema.Content) if row.kind == "example"]
    assert len(kept) == 5
    assert not any("ana@example.org" in body for body in kept)
    assert all(json.loads(body)["output"]["queue"] == "delivery" for body in kept)
    assert gather(context).candidates == 0, "each only once"
    assert {one.otherwise["queue"] for group in found for one in group.candidates if one.otherwise} == {"billing"}


def test_examples_that_are_there_are_read_once_for_a_batch_and_not_for_each_candidate(make_world: MakeWorld) -> None:
    scene = grown(make_world)
    context = scene.world.context
    for number in range(6, 9):
        scene.edit(scene.worked(id=number, text=TEXTS[1].replace("kettle", "iron" * number)), queue="delivery")
    scene.world.work()
    make_labels(context)
    with heard(context.database.engine) as said:
        assert gather(context).candidates == 3
    assert sum("FROM examples JOIN cases" in statement for statement, _ in said) == 1
    added = [group.candidates for group in groups(context, "sample") if len(group.candidates) > 1]
    assert [len(candidates) for candidates in added] == [5], "near to each other, also those of one batch"


def test_what_is_taken_is_of_its_half_however_often_and_in_whatever_order(make_world: MakeWorld) -> None:
    scene = grown(make_world)
    context, known = scene.world.context, ids(scene)
    half = {row.id: row.half for row in rows(scene.world, schema.ExampleRow)}

    def keys(which: Half) -> set[int]:
        return {one.id for one in taken(context, "sample", which)}

    for order in (sorted(known.values()), sorted(known.values(), reverse=True)):
        for one in order:
            take(context, [one], by="U0MARIA")
        leave(context, order[:2], by="U0MARIA")
        take(context, order[:2], by="U0MARIA")
        assert keys(Half.LEARNING) == {one for one in known.values() if half[one] == Half.LEARNING}
        assert keys(Half.MEASURING) == {one for one in known.values() if half[one] == Half.MEASURING}
    leave(context, list(known.values()), by="U0MARIA")
    assert not keys(Half.LEARNING) | keys(Half.MEASURING)


def test_a_critical_example_is_one_that_is_measured(make_world: MakeWorld) -> None:
    scene = grown(make_world)
    context = scene.world.context
    halves = {row.half: row.id for row in rows(scene.world, schema.ExampleRow)}
    take(context, [halves[Half.MEASURING]], by="U0MARIA", critical=True)
    (one,) = taken(context, "sample", Half.MEASURING)
    assert one.critical
    with pytest.raises(Refused, match="cannot be critical"):
        take(context, [halves[Half.LEARNING]], by="U0MARIA", critical=True)


def test_versions_are_tried_on_the_measuring_half_and_the_local_model_learns_from_the_other(
    make_world: MakeWorld,
) -> None:
    scene = grown(make_world)
    context, workflow = scene.world.context, scene.workflow
    before = examples_to_try(context, workflow, None, reading_for(workflow))
    rows_by_half = {half: [row.id for row in rows(scene.world, schema.ExampleRow) if row.half == half] for half in Half}
    take(context, rows_by_half[Half.LEARNING], by="U0MARIA")
    assert examples_to_try(context, workflow, None, reading_for(workflow)).hash == before.hash
    take(context, rows_by_half[Half.MEASURING], by="U0MARIA", critical=True)
    after = examples_to_try(context, workflow, None, reading_for(workflow))
    assert len(after.labelled) == len(before.labelled) + len(rows_by_half[Half.MEASURING])
    assert len(after.critical) == len(rows_by_half[Half.MEASURING])
    with scene.world.database.read() as session:
        learned = read_taken(session, marks_taken(session, "sample", team=context.team), team=context.team)
    assert [one.input for one in learned] == [one.example.input for one in taken(context, "sample", Half.LEARNING)]
    tried = {one.input_hash for one in after.labelled}
    assert not tried & {one.input_hash for one in of_list(workflow, learned).labelled}


def test_a_correction_makes_a_taken_example_a_candidate_again_with_the_later_answer(make_world: MakeWorld) -> None:
    scene = grown(make_world)
    context, known = scene.world.context, ids(scene)
    take(context, list(known.values()), by="U0MARIA")
    case = next(row.case_id for row in rows(scene.world, schema.ExampleRow))
    corrections.correct(context, case, Triage(queue="safety", reply="Hello"), by="U2")
    scene.approve(case, by="U3")
    scene.world.clock.move(timedelta(minutes=1))
    make_labels(context)
    gather(context)
    (group,) = groups(context, "sample")
    assert [(one.case, one.why, one.output["queue"]) for one in group.candidates] == [(case, Why.CORRECTED, "safety")]


def test_an_example_goes_with_the_content_of_its_case(make_world: MakeWorld) -> None:
    scene = grown(make_world)
    context, known = scene.world.context, ids(scene)
    take(context, list(known.values()), by="U0MARIA")

    def all_taken() -> list[Taken]:
        return [one for half in Half for one in taken(context, "sample", half)]

    case = all_taken()[0].case
    forget(context, case, by="U1")
    assert case not in {one.case for one in all_taken()}
    assert len(all_taken()) == 4
