"""Volume tests of past tickets, with the scripted model of a world."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from tests.world import World
from workflows.engine.case.files.columns import reading_for
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.models import Models
from workflows.model.choice import ModelSettings
from workflows.model.port import Model
from workflows.quality.volume.history import read_history
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


def begun(world: World, workflow: AnyWorkflow, folder: Path, texts: Sequence[str], *, by: str = "U0MARIA") -> int:
    """Begin a test of these tickets; returns its id."""
    file = folder / "history.csv"
    file.write_text("id,text\n" + "".join(f'{number},"{text}"\n' for number, text in enumerate(texts, 1)))
    history = read_history(workflow, file, reading_for(workflow))
    return trying(world, workflow).begin(history, file, size=len(texts), seed=1, by=by)


def tried(world: World, workflow: AnyWorkflow, folder: Path, texts: Sequence[str], *, by: str = "U0MARIA") -> int:
    """Begin a test of these tickets and finish it; returns its id."""
    test = begun(world, workflow, folder, texts, by=by)
    assert trying(world, workflow).run(test) is None
    return test
