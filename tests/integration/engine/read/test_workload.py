"""Runs that do not come on are told from those that take their time."""

from datetime import timedelta

from tests.conftest import MakeWorld
from tests.integration.engine.scene import sample
from tests.sample import Ticket, Triage
from workflows import Ask, Proposal, step
from workflows.engine.read.workload import stalled

HOUR = timedelta(hours=1)


def test_each_step_that_is_written_is_progress_of_its_run(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    clock, seen = scene.world.clock, list[list[timedelta]]()

    def look() -> None:
        seen.append([clock() - run.since for run in stalled(scene.world.context, longer_than=HOUR)])

    @step
    def find(number: int) -> int:
        return number

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        for number in (1, 2):
            clock.move(0.75 * HOUR)
            find(number)
            look()
        clock.move(1.25 * HOUR)
        look()
        return ask()

    scene.worked()
    *before, (since,) = seen
    assert before == [[], []]
    assert HOUR < since <= 1.25 * HOUR
