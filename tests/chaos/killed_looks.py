"""Processes that look for cases, and are killed in it: `python -m tests.chaos.killed_looks URL KILLS [naive]`.

Each process is a real one, forked from this, and ends itself by SIGKILL at the place that its number picks. The shelf
that it looks at has three more items each time, and no item has a key by which a second one of it would be known: so
only the cursor keeps an item from coming in twice.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from uuid import uuid4

from pydantic import BaseModel

import store.db.database
from store.db import failpoints
from store.db.database import Database
from store.db.failpoints import Failpoint, Side
from store.sources import cursors
from tests.world import World, sure
from workflows import Fetched, Run, Workflow
from workflows.engine.case.intake import accept, take_in
from workflows.engine.sources.looks import fetching
from workflows.model.scripted import ScriptedModel

ADDED = 3
"""Items that the shelf has more each time."""
PLACES: tuple[tuple[Failpoint, Side, int], ...] = (
    (Failpoint.FETCH, Side.BEFORE, 1),
    (Failpoint.FETCH, Side.AFTER, 1),
    (Failpoint.AUDIT, Side.BEFORE, 1),
    (Failpoint.COMMIT, Side.BEFORE, 1),
    (Failpoint.COMMIT, Side.AFTER, 1),
    (Failpoint.COMMIT, Side.BEFORE, 2),
    (Failpoint.COMMIT, Side.AFTER, 2),
)
"""Places where a process is killed, at the nth time that it comes there. The first commit takes the turn; the second
one takes in and moves the cursor."""


class Item(BaseModel):
    """An item of the shelf."""

    number: int


def main() -> int:
    """Kill processes, then look without a kill; returns the exit code."""
    url, kills, is_naive = sys.argv[1], int(sys.argv[2]), "naive" in sys.argv[3:]
    # Only processes end here, not the machine.
    store.db.database.SYNCHRONOUS = "OFF"
    killed = 0
    for number in range(kills):
        place = (Failpoint.COMMIT, Side.AFTER, 2) if is_naive else PLACES[number % len(PLACES)]
        killed += _ended(partial(_look, url, number, is_naive=is_naive, place=place)) == -signal.SIGKILL
    last = _ended(partial(_look, url, kills, is_naive=is_naive, place=None))
    sys.stdout.write(f"{killed}\n")
    return last


def _ended(does: Callable[[], None]) -> int:
    """Do something in a process of its own; returns how it ended."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            does()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _look(url: str, number: int, *, is_naive: bool, place: tuple[Failpoint, Side, int] | None) -> None:
    items = Workflow(
        name="items",
        decision="Which?",
        owner="U0",
        input=Item,
        output=Item,
        key=lambda item: f"{item.number}-{uuid4().hex}",
    )

    @items.fetch(every=timedelta(minutes=1))
    def shelf(cursor: str | None) -> Fetched[Item]:
        last = ADDED * (number + 1)
        return Fetched(inputs=[Item(number=one) for one in range(int(cursor or 0) + 1, last + 1)], cursor=str(last))

    @items.deliver
    def deliver(item: Item, run: Run[Item]) -> str:
        return "done"

    world = World(database=Database(url), model=ScriptedModel(sure()))
    world.registry.add(items)
    # The turn of whoever was killed before is over.
    world.clock.move(timedelta(hours=number))
    fetching.begin(world.context)
    numbers = {one: count(1) for one in PLACES}

    def watch(seam: Failpoint, side: Side, _: str) -> None:
        if place is not None and (seam, side) == place[:2] and next(numbers[place]) == place[2]:
            os.kill(os.getpid(), signal.SIGKILL)

    with failpoints.watched(watch):
        for one in fetching.due(world.context):
            if is_naive:
                _naive(world, one)
            else:
                fetching.take_turn(world.context, one)
    world.database.close()


def _naive(world: World, one: fetching.Due) -> None:
    """Take in what is found, and move the cursor afterwards, as one would write it at first."""
    team = world.context.team
    with world.database.write() as session:
        cursors.take_turn(session, one.line, team=team, until=world.clock() + timedelta(minutes=1))
    found = one.fetch.look(one.line.cursor)
    accepted = [accept(one.workflow, vars(input)) for input in found.inputs]
    take_in(world.context, one.workflow, accepted, source="naive", actor="naive")
    with world.database.write() as session:
        cursors.move(session, one.line, team=team, to=found.cursor, at=world.clock(), next_at=world.clock())


if __name__ == "__main__":
    sys.exit(main())
