"""Cards that are missing are wanted in pages: between two of them others write."""

from dataclasses import replace

import pytest
from sqlalchemy import event, insert, select

from store.schema import Delivery, OutboxRow
from store.states import DeliveryState
from tests.conftest import MakeWorld
from tests.heard import heard
from tests.sample import Desk, sample_workflow
from tests.world import World, sure
from workflows.engine.send import reconciliation
from workflows.engine.send.reconciliation import reconcile

REVIEWS, DOUBTS, PAGE = 7, 5, 3


@pytest.fixture
def world(make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> World:
    """Seven reviews are open and five deliveries in doubt, and their workflow gets a channel only now."""
    monkeypatch.setattr(reconciliation, "AT_ONCE", PAGE)
    world = make_world(sure(0.5, queue="billing", reply="Hello"))
    workflow = sample_workflow(Desk())
    world.registry.add(workflow)
    for id in range(REVIEWS):
        world.submit(workflow, id=id, text="charged twice")
    world.work()
    run = world.case(1).newest
    with world.database.write() as session:
        assert session.scalars(select(OutboxRow.id)).first() is None, "nothing is shown without a channel"
        for number in range(DOUBTS):
            doubt = {"team_id": 1, "case_id": 1, "run_id": run.id, "key": f"doubt-{number}", "kind": "answer"}
            doubt |= {"state": DeliveryState.DOUBTFUL, "attempts": 1, "maybe_applied": True, "output_id": 1}
            session.execute(insert(Delivery).values(**doubt, created_at=world.clock(), changed_at=world.clock()))
    workflow.review = replace(workflow.review, post_to="C0SUPPORT")
    return world


def test_all_open_reviews_and_doubts_get_a_card_a_page_in_each_transaction(world: World) -> None:
    """The largest transaction holds the database no longer than for a page."""
    transactions: list[int] = []
    with heard(world.database.engine) as said:

        def end(*_: object) -> None:
            wanted = sum(statement.startswith("INSERT INTO outbox") for statement, _ in said)
            if wanted > sum(transactions):
                transactions.append(wanted - sum(transactions))

        # A connection goes back to the pool after each transaction.
        event.listen(world.database.engine, "checkin", end)
        reconcile(world.context)
    rows = [row for row in world.rows(OutboxRow) if isinstance(row, OutboxRow)]
    assert sorted(row.kind for row in rows) == ["card"] * REVIEWS + ["doubt"] * DOUBTS
    assert {row.channel for row in rows} == {"C0SUPPORT"}
    assert transactions == [3, 2, 3, 3, 1]
    reconcile(world.context)
    assert len(world.rows(OutboxRow)) == REVIEWS + DOUBTS, "nothing is wanted twice"
