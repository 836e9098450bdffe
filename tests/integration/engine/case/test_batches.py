"""A batch: taken in with a few statements, it comes to the same as its inputs one by one."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import schema
from store.cases.queue import TASK
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, empty, rows, sample
from tests.world import World
from workflows import InvalidInput
from workflows.engine.case import intake
from workflows.engine.case.intake import Accepted, Intake
from workflows.engine.text.salted_hash import Of, salted_hash

# Text without a character is refused.
BROUGHT = st.tuples(st.integers(1, 4), st.sampled_from(["", "a", "b", 'a "quoted" \\ {b}, NULL', "é😀"]))


def _again(scene: Scene) -> Scene:
    """Empty a scene's database, also of the jobs that earlier tests left there for runs with the same ids."""
    old = scene.world
    empty(old.database)
    if old.database.dialect == "postgresql":
        with old.database.write() as session:
            session.connection().exec_driver_sql("DELETE FROM procrastinate_jobs")
    scene.world = World(database=old.database, model=old.model, registry=old.registry)
    return scene


def _answers(scene: Scene, brought: list[tuple[int, str]], *, at_once: int) -> list[tuple[str, str]]:
    """Bring inputs, so many in one transaction; returns the answer to each with the key of its case."""
    answers: dict[int, tuple[str, str]] = {}
    accepted: list[tuple[int, Accepted]] = []
    for place, (id, text) in enumerate(brought):
        try:
            accepted.append((place, intake.accept(scene.workflow, {"id": id, "text": text})))
        except InvalidInput as error:
            answers[place] = ("refused", str(error))
    for start in range(0, len(accepted), at_once):
        chunk = accepted[start : start + at_once]
        receipts = intake.take_in(
            scene.world.context, scene.workflow, [one for _, one in chunk], source="test", actor="tester"
        )
        for (place, _), receipt in zip(chunk, receipts, strict=True):
            answers[place] = (str(receipt.intake), str(receipt.case))
    keys = {str(case.id): case.key for case in rows(scene.world, schema.Case)}
    answers = {place: (answer, keys.get(about, about)) for place, (answer, about) in answers.items()}
    return [answers[place] for place in range(len(brought))]


def _kept(scene: Scene) -> dict[str, object]:
    """Return everything that is kept of each case, without the ids of its rows."""
    kept: dict[str, object] = {}
    jobs = _jobs(scene)
    inputs = {content.id: content.body for content in rows(scene.world, schema.Content)}
    runs, audit = rows(scene.world, schema.Run), rows(scene.world, schema.AuditRow)
    for case in rows(scene.world, schema.Case):
        # Each time that a case is taken in it has another salt.
        texts = {salted_hash(Of.INPUT, body, salt=case.salt or ""): body for body in inputs.values()}
        ran = [(run.state, run.revision, inputs[run.input_id], jobs[run.id]) for run in runs if run.case_id == case.id]
        acts = [
            (
                row.actor,
                row.action,
                row.subject_kind,
                row.details.get("revision"),
                texts.get(str(row.details.get("input"))),
            )
            for row in audit
            if row.case_id == case.id
        ]
        kept[case.key] = (case.revision, texts[case.content_hash], case.source, ran, acts)
    return kept


def _jobs(scene: Scene) -> Counter[int]:
    """Count the jobs of each run, with the lock of its case; on SQLite there are none."""
    if scene.world.database.dialect != "postgresql":
        return Counter()
    owners = {run.id: run.case_id for run in rows(scene.world, schema.Run)}
    with scene.world.database.read() as session:
        found = session.connection().exec_driver_sql(
            "SELECT (args->>'run')::bigint, lock FROM procrastinate_jobs WHERE task_name = %s", (TASK,)
        )
        return Counter(run for run, lock in found if run in owners and lock == f"case-{owners[run]}")


@pytest.mark.slow
def test_a_batch_comes_to_the_same_as_its_inputs_one_by_one(make_world: MakeWorld) -> None:
    """New, known, changed and refused inputs in any mixture, after some that are kept already."""
    scene = sample(make_world)

    @settings(max_examples=12)
    @given(before=st.lists(BROUGHT, max_size=4), brought=st.lists(BROUGHT, min_size=1, max_size=10))
    def property(before: list[tuple[int, str]], brought: list[tuple[int, str]]) -> None:
        outcomes = []
        for at_once in (len(brought), 1):
            _again(scene)
            _answers(scene, before, at_once=1)
            outcomes.append((_answers(scene, brought, at_once=at_once), _kept(scene)))
        assert outcomes[0] == outcomes[1]

    property()


def test_overlapping_batches_at_once_leave_each_case_with_all_its_revisions(make_postgres_world: MakeWorld) -> None:
    """New keys, known ones and other content, in another order and another part for each who brings them."""
    scene = sample(make_postgres_world)
    _again(scene)
    bringers, ids = 8, 12
    for id in range(0, ids, 3):
        scene.submit(id=id, text="first")
    start = Barrier(bringers)

    def bring(number: int) -> list[tuple[int, Intake]]:
        chosen = random.Random(number)
        brought = [(id, chosen.choice(["first", "second"])) for id in chosen.sample(range(ids), 9)]
        accepted = [intake.accept(scene.workflow, {"id": id, "text": text}) for id, text in brought]
        start.wait()
        receipts = intake.take_in(scene.world.context, scene.workflow, accepted, source="test", actor="tester")
        return [(receipt.case, receipt.intake) for receipt in receipts]

    with ThreadPoolExecutor(bringers) as pool:
        answers = Counter(answer for answered in pool.map(bring, range(bringers)) for answer in answered)

    known = {case for case, intake in answers if answers[case, Intake.TAKEN_IN] == 0}
    cases = rows(scene.world, schema.Case)
    assert len(known) == len(range(0, ids, 3))
    for case in cases:
        assert answers[case.id, Intake.TAKEN_IN] == (0 if case.id in known else 1)
        runs = scene.world.case(case.id).runs
        assert case.revision == len(runs) == 1 + answers[case.id, Intake.REVISED]
        assert [run.state for run in runs] == ["superseded"] * (len(runs) - 1) + ["ready"]
    assert _jobs(scene) == Counter(run.id for run in rows(scene.world, schema.Run))
