"""Volume tests of past tickets, with the scripted model of a world."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from pydantic import JsonValue

from tests.world import World
from workflows.documents.document import ArrivedIn, none_arrived_in
from workflows.engine.case.intake import accept
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.models import Models
from workflows.engine.text.canonical_json import content_hash
from workflows.model.choice import ModelSettings
from workflows.model.port import Model
from workflows.quality.volume.history import History, Past
from workflows.quality.volume.trying import PackSize, Trying


class Scripted(Models):
    """Models that are all the scripted one of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        super().__init__(ModelSettings(), database=world.database, team=world.context.team, clock=world.clock)

    def __call__(self, workflow: AnyWorkflow) -> Model:
        return self.world.model

    def learns(self, workflow: AnyWorkflow) -> bool:
        return False


def trying(world: World, workflow: AnyWorkflow) -> Trying:
    """Return the means to try a workflow; all cases come into the pack."""
    return Trying(
        context=world.context,
        models=Scripted(world),
        workflow=workflow,
        dollars=Decimal(5),
        threads=1,
        pack=PackSize(random=1_000, most_low=1_000),
    )


def begun(
    world: World,
    workflow: AnyWorkflow,
    inputs: Sequence[dict[str, JsonValue]],
    *,
    by: str = "U0MARIA",
    arrived: ArrivedIn = none_arrived_in,
) -> int:
    """Begin a test of these inputs; returns its id. `arrived`: gives the documents that they name."""
    history = History(inputs=[_past(workflow, values, arrived) for values in inputs])
    return trying(world, workflow).begin(history, Path("history.csv"), size=len(inputs), seed=1, by=by)


def tried(
    world: World,
    workflow: AnyWorkflow,
    inputs: Sequence[dict[str, JsonValue]],
    *,
    by: str = "U0MARIA",
    arrived: ArrivedIn = none_arrived_in,
) -> int:
    """Begin a test of these inputs and finish it; returns its id. `arrived`: as for `begun`."""
    test = begun(world, workflow, inputs, by=by, arrived=arrived)
    assert trying(world, workflow).run(test) is None
    return test


def _past(workflow: AnyWorkflow, values: dict[str, JsonValue], arrived: ArrivedIn) -> Past:
    taken = accept(workflow, values, arrived=arrived(values))
    return Past(body=taken.body, hash=content_hash(taken.body), known={}, documents=taken.documents)
