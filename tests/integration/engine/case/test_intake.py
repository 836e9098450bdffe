"""Intake: an accepted input is committed, a batch is one transaction, and a refused input leaves nothing."""

import pytest
from sqlalchemy.exc import SQLAlchemyError

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows, sample
from tests.world import World, sure
from workflows import InvalidInput
from workflows.engine.case import intake
from workflows.engine.case.intake import Accepted, Intake, Receipt
from workflows.engine.errors import QueueFull, Refused, Unknown
from workflows.engine.read.history import find_case


def test_a_case_is_taken_in_with_its_run(make_world: MakeWorld) -> None:
    scene = sample(make_world)

    receipt = scene.world.submit(scene.workflow, id=7, text="hello")

    assert receipt.intake is Intake.TAKEN_IN
    view = scene.world.case(receipt.case)
    assert (view.key, view.workflow, view.revision, view.source) == ("ticket-7", "sample", 1, "test")
    assert view.received_at == scene.world.clock()
    (run,) = view.runs
    assert (run.state, run.input) == ("ready", {"id": 7, "language": "en", "text": "hello"})
    (entry,) = view.audit
    assert (entry.actor, entry.action, entry.subject) == ("tester", "case.taken_in", f"case:{receipt.case}")


def test_a_batch_has_a_receipt_for_each_in_its_order(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    receipts = scene.world.submit_all(
        scene.workflow,
        [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}, {"id": 1, "text": "a"}, {"id": 2, "text": "c"}],
    )
    assert receipts == [
        Receipt(case=1, intake=Intake.TAKEN_IN),
        Receipt(case=2, intake=Intake.TAKEN_IN),
        Receipt(case=1, intake=Intake.DUPLICATE),
        Receipt(case=2, intake=Intake.REVISED),
    ]
    scene.world.work()
    assert set(scene.deliveries()) == {"sample/ticket-1", "sample/ticket-2/revision-2"}


def test_what_does_not_fit_leaves_nothing_behind(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    with pytest.raises(InvalidInput, match="text: is missing"):
        scene.world.submit_all(scene.workflow, [{"id": 1, "text": "a"}, {"id": 2}])
    assert rows(scene.world, schema.Case) == []
    assert rows(scene.world, schema.Content) == []


def test_a_batch_that_the_database_refuses_is_refused_whole(make_postgres_world: MakeWorld) -> None:
    """Here by a key that never went through the check."""
    scene = sample(make_postgres_world)
    good, bad = Accepted(key="fine", body="{}"), Accepted(key="x" * 300, body="{}")
    with pytest.raises(SQLAlchemyError):
        intake.take_in(scene.world.context, scene.workflow, [good, bad], source="test", actor="tester")
    for table in (schema.Case, schema.Run, schema.Content, schema.AuditRow):
        assert rows(scene.world, table) == []


def test_an_empty_batch_is_none(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    assert scene.world.submit_all(scene.workflow, []) == []


def test_a_key_is_kept_as_it_is(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.workflow.key = lambda ticket: ticket.text
    for key in ("x" * 255, "😀" * 255, "ﷺ", "'; DROP TABLE cases; --", "a/../b", "{}", "%s %(x)s", "1"):
        case = scene.worked(text=key)
        assert scene.world.case(case).key == key
        assert scene.run(case).state == "delivered"
        assert scene.submit(text=key) == case


def test_keys_that_can_be_told_apart_are_different_cases_and_others_one(make_world: MakeWorld) -> None:
    """Also to a database with an opinion about letters. The last one is Cyrillic."""
    scene = sample(make_world)
    scene.workflow.key = lambda ticket: ticket.text
    forms = [["a", " a", "a "], ["A"], ["á", "a\u0301"], ["а"]]
    cases = [{scene.worked(text=key) for key in form} for form in forms]
    assert [len(case) for case in cases] == [1, 1, 1, 1]
    assert len(set.union(*cases)) == len(forms)


def test_unusual_text_is_kept_unchanged(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    texts = ["‮evil", "zero​width", "😀", "a\x1b[31mb", "<!channel>", "\r\n", "x" * 200_000]
    for number, text in enumerate(texts):
        case = scene.worked(id=number, text=text)
        assert scene.run(case).input["text"] == text
        assert scene.run(case).state == "delivered"


def test_workflows_do_not_share_their_keys(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    other = type(scene.workflow)(
        name="other",
        decision="?",
        owner="U1",
        input=scene.workflow.input,
        output=scene.workflow.output,
        key=scene.workflow.key,
    )
    first = scene.submit()
    second = scene.world.submit(other, id=1, text="charged twice")
    assert second.intake is Intake.TAKEN_IN
    assert second.case != first
    with pytest.raises(Refused, match=f"ticket-1.*{first}.*{second.case}"):
        find_case(scene.world.context, "ticket-1")


def test_a_case_is_found_by_its_number_or_its_key(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.submit(id=7)
    assert find_case(scene.world.context, str(case)) == find_case(scene.world.context, "ticket-7") == case
    for reference in ("ticket-8", "99", "", "²", "9" * 30, "-1", "ticket-7'; --"):
        with pytest.raises(Unknown, match="there is no case"):
            find_case(scene.world.context, reference)


def test_a_number_that_means_two_cases_is_refused(make_world: MakeWorld) -> None:
    """One case's number is another one's key: guessing would rerun or correct the wrong one."""
    scene = sample(make_world)
    scene.workflow.key = lambda ticket: str(ticket.id)
    assert [scene.submit(id=number) for number in (2, 1)] == [1, 2]
    with pytest.raises(Refused):
        find_case(scene.world.context, "1")


def test_hundreds_of_cases_in_one_batch(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    receipts = scene.world.submit_all(scene.workflow, [{"id": number, "text": "x"} for number in range(300)])
    assert len({receipt.case for receipt in receipts}) == 300
    assert {receipt.intake for receipt in receipts} == {Intake.TAKEN_IN}


def test_more_than_the_workers_may_have_to_do_is_refused_with_a_count(make_world: MakeWorld) -> None:
    """F57: what waits for people does not count, and once there is room more is taken in."""
    scene = sample(make_world, sure(0.5, queue="billing"))
    world = World(database=scene.world.database, model=scene.world.model, registry=scene.world.registry, queue_limit=5)
    world.submit_all(scene.workflow, [{"id": id, "text": "x"} for id in range(4)])
    with pytest.raises(QueueFull, match="4 cases wait for work, and 5 is the limit: 2 more were not taken in"):
        world.submit_all(scene.workflow, [{"id": 7, "text": "x"}, {"id": 8, "text": "x"}])
    assert len(rows(world, schema.Case)) == 4
    world.work()
    assert {run.state for run in rows(world, schema.Run)} == {"waiting"}
    world.submit_all(scene.workflow, [{"id": id, "text": "x"} for id in range(10, 15)])
