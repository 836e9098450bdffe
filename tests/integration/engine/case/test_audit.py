"""The trail: each change of a state has its row, along the table, and no row but a content tells what a case says."""

import pytest
from sqlalchemy import inspect, select

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Crash, Office, Scene, office_scene, rows
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Triage
from tests.world import World
from workflows import NotDone, OutcomeUnknown
from workflows.engine.errors import Refused
from workflows.engine.review import claims, doubts, reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections
from workflows.model.port import Answer, ModelUnavailable, Question
from workflows.model.scripted import says

MARK = "MARKED-XYZZY"
"""Stands in everything that a case says and that is said about one."""


MARKED = {"queue": "billing", "reply": f"reply {MARK}"}


def answer(_: Question) -> Answer:
    """The model's usual answer."""
    return says(
        MARKED,
        confidence=0.5,
        alternatives={"reply": {f"other {MARK}": 0.1}},
        evidence={"queue": f"evidence {MARK}"},
        reasons=[f"reason {MARK}"],
    )


def eventful(make_world: MakeWorld, *, idempotent: bool) -> Scene:
    """A world in which nearly everything has happened once."""
    office = Office()
    scene = office_scene(make_world, office, answer, autonomy=DRAFT, idempotent=idempotent, review=CARDS)
    world, context = scene.world, scene.world.context

    def begun(number: int) -> int:
        return scene.worked(id=number, text=f"text {MARK} {number}")

    def decided(number: int) -> int:
        case = begun(number)
        scene.approve(case)
        world.work()
        return case

    decided(1)
    scene.edit(begun(2), queue="delivery", reply=f"edited {MARK}", by="U0EVE")
    by_hand = begun(3)
    claims.claim(context, scene.review(by_hand).id, by="U0EVE")
    scene.reject(by_hand, Follows.BY_HAND, reason=f"wrong {MARK}")
    scene.edit(by_hand, queue="delivery", reply=f"answered {MARK}")
    scene.reject(begun(4), Follows.CLOSE, reason=f"spam {MARK}")
    scene.reject(begun(5), Follows.PROPOSE_AGAIN, reason=f"think {MARK}")
    world.work()

    office.will("find_customer", ValueError(f"step {MARK}"))
    failed = begun(6)
    reruns.rerun(context, failed, by="U0DEV")
    world.work()
    for number, error in enumerate((NotDone(f"no {MARK}"), OutcomeUnknown(f"lost {MARK}"), ValueError(f"bad {MARK}"))):
        office.will("book", error, error, error)
        stopped = decided(10 + number)
        office.turns.clear()
        if scene.run(stopped).state == "doubtful":
            doubts.settle(context, stopped, happened=False, by="U0EVE")
        reruns.rerun(context, stopped, by="U0DEV", from_step="deliver")
        world.work()
    office.will("book", *[OutcomeUnknown(f"lost {MARK}")] * 3)
    doubtful = decided(20)
    office.turns.clear()
    if scene.run(doubtful).state == "doubtful":
        doubts.settle(context, doubtful, happened=True, by="U0EVE")

    office.will("booked", Crash())
    scene.approve(begun(21))
    scene.crash()
    world.work()
    office.will("last_orders", Crash())
    scene.submit(id=22, text=f"text {MARK}")
    scene.crash()
    world.work()
    world.model.enqueue(
        ModelUnavailable(f"down {MARK}"),
        Answer(model="m", problem=f"refused {MARK}", raw=f"raw {MARK}"),
        says({**MARKED, "queue": f"nowhere {MARK}"}),
    )
    for number in range(30, 33):
        begun(number)

    revised = begun(40)
    scene.submit(id=40, text=f"revised {MARK}")
    world.work()
    scene.approve(revised)
    scene.submit(id=41, text=f"first {MARK}")
    scene.submit(id=41, text=f"second {MARK}")
    world.work()
    for number, follows in enumerate((None, Follows.CLOSE, Follows.BY_HAND)):
        corrected = decided(50 + number)
        output = Triage(queue="delivery", reply=f"corrected {MARK}")
        corrections.correct(context, corrected, output, by="U0EVE", reasons=[f"reason {MARK}"])
        if follows is None:
            scene.approve(corrected)
        else:
            scene.reject(corrected, follows, reason=f"right {MARK}")
        world.work()

    scene.workflow.propose(lambda ticket, ask: 1 / 0)  # type: ignore[arg-type,return-value]  # on purpose
    begun(60)
    reruns.rerun(context, failed, by="U0DEV", from_step="ask")
    scene.workflow.propose(lambda ticket, ask: ask(text=ticket.text))
    world.work()
    assert scene.run(failed).state == "parked"
    return scene


def test_the_trail(make_world: MakeWorld, capfd: pytest.CaptureFixture[str]) -> None:
    """One world is enough for all that is to be seen in it, and it takes a while to make."""
    _look(eventful(make_world, idempotent=True), capfd)


def test_the_trail_where_the_target_knows_no_keys(
    make_sqlite_world: MakeWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    _look(eventful(make_sqlite_world, idempotent=False), capfd)


def _look(scene: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    _nothing_that_a_case_says_is_logged(*capfd.readouterr())
    _every_state_was_met(scene)
    follow_the_trail(scene.world)
    _no_other_table_tells_what_a_case_says(scene.world)
    _what_was_decided_can_be_explained(scene)


def _nothing_that_a_case_says_is_logged(out: str, err: str) -> None:
    """Not even when everything goes wrong."""
    assert "run.stopped" in out + err
    assert MARK not in out + err


def _every_state_was_met(scene: Scene) -> None:
    """Else the checks below would prove little."""
    met = {row.action.removeprefix("run.") for row in rows(scene.world, schema.AuditRow) if row.subject_kind == "run"}
    assert met >= {"running", "ready", "waiting", "delivering", "delivered", "closed", "failed", "superseded", "parked"}


def _no_other_table_tells_what_a_case_says(world: World) -> None:
    """Two tables hold it. The others have ids and hashes only, so that it can be erased without touching the trail."""
    with world.database.read() as session:
        names = inspect(world.database.engine).get_table_names()
        assert set(schema.Base.metadata.tables) <= set(names)
        for name, table in schema.Base.metadata.tables.items():
            found = [line for line in session.execute(select(table)).all() if MARK in repr(line)]
            assert bool(found) == (name in ("contents", "steps")), f"{name}: {found[:1]}"


def _what_was_decided_can_be_explained(scene: Scene) -> None:
    """By whom, when, and about which version: each decision stands in the audit with its person."""
    entries = [(str(row.subject), row.action, row.actor) for row in rows(scene.world, schema.AuditRow)]
    for decision in rows(scene.world, schema.Decision):
        assert (f"review:{decision.review_id}", f"review.{decision.kind}", decision.by) in entries


def test_a_refusal_leaves_no_trail_of_a_change(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office, autonomy=DRAFT)
    case = scene.worked()
    review = scene.review(case)
    before = len(rows(scene.world, schema.AuditRow))
    with pytest.raises(Refused):
        reviews.approve(scene.world.context, review.id, 99, by="U1")
    with pytest.raises(Refused):
        reruns.rerun(scene.world.context, case, by="U1", from_step="nowhere")
    with pytest.raises(Refused):
        doubts.settle(scene.world.context, case, happened=True, by="U1")
    assert len(rows(scene.world, schema.AuditRow)) == before


def test_an_audit_row_is_never_changed_by_what_follows(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office, autonomy=DRAFT)
    case = scene.worked()

    def written() -> list[tuple[object, ...]]:
        columns = [column.name for column in inspect(schema.AuditRow).columns]
        return [tuple(getattr(row, name) for name in columns) for row in rows(scene.world, schema.AuditRow)]

    before = written()
    scene.approve(case)
    scene.world.work()
    scene.submit(text="another")
    scene.world.work()
    assert written()[: len(before)] == before
