"""A person waits for the statements of their decision, so each of them says here that it is there."""

from collections import Counter
from dataclasses import replace
from itertools import takewhile
from typing import Any

from sqlalchemy import event

from store.db.database import Database
from tests.sample import Desk, sample_workflow
from tests.world import World, sure
from workflows import Autonomy
from workflows.engine.review import reviews
from workflows.model.scripted import ScriptedModel


def test_an_approval_takes_so_many_statements(migrated_sqlite_url: str) -> None:
    """One reads all that is to be decided. The review is read again once its case is held; the run, the channels of its
    card and the key of the case are read for the move, the card and the delivery.
    """
    database, said = Database(migrated_sqlite_url), list[str]()

    def connected(driver: Any, _record: object) -> None:
        driver.set_trace_callback(said.append)

    event.listen(database.engine, "connect", connected)
    world = World(database=database, model=ScriptedModel(sure(0.6, queue="billing", reply="We look into it.")))
    workflow = sample_workflow(Desk(), autonomy=Autonomy.draft())
    workflow.review = replace(workflow.review, post_to="C0SUPPORT")
    world.registry.add(workflow)
    case = world.submit(workflow, id=1, text="Where is my money?").case
    world.work()
    review = world.review(case)
    said.clear()
    reviews.approve(world.context, review.id, review.version, by="U0ANA", interaction_id="once")
    database.close()
    reading = takewhile(lambda statement: not statement.startswith("BEGIN IMMEDIATE"), said)
    assert sum(statement.startswith("SELECT") for statement in reading) == 1
    words = Counter(statement.split(maxsplit=1)[0].upper() for statement in said)
    assert (words["BEGIN"], words["SELECT"]) == (2, 5)
    assert (words["INSERT"], words["UPDATE"]) == (5, 3)
