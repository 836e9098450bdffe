"""A volume test that broke off goes on with what is not kept, and is judged by the workflow's own rule."""

from collections import Counter
from collections.abc import Iterable

import pytest
from pydantic import JsonValue

from store import schema
from tests import volume
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from tests.sample import Triage
from workflows.engine.errors import Repeated
from workflows.engine.read.declared.data_map import data_map_view
from workflows.quality.evals.eval import Eval
from workflows.quality.evals.trials import Trial
from workflows.quality.volume import judging
from workflows.quality.volume.trying import Interrupted, Trying

pytestmark = pytest.mark.slow


def trying(scene: Scene) -> Trying:
    return volume.trying(scene.world, scene.workflow)


def begun(scene: Scene, number: int) -> int:
    """Begin a test of so many inputs; returns its id."""
    tickets: list[dict[str, JsonValue]] = [{"id": one, "text": f"ticket number {one}"} for one in range(1, number + 1)]
    return volume.begun(scene.world, scene.workflow, tickets)


def test_one_that_was_interrupted_asks_nothing_again(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    test = begun(scene, 6)

    def killed(trials: Eval) -> Iterable[Trial]:
        for number, trial in enumerate(trials.run(), start=1):
            yield trial
            if number == 2:
                raise KeyboardInterrupt

    first = trying(scene)
    first.watch = killed
    with pytest.raises(Interrupted):
        first.run(test)
    tried = rows(scene.world, schema.VolumeCase)
    kept = [one for one in tried if one.outcome == "proposed"]
    assert 2 <= len(kept) < 6
    assert len(scene.world.model.questions) == len(kept), "what was under way is kept, too"
    assert trying(scene).run(test) is None
    assert trying(scene).run(test) is None, "a test that is finished stays so"
    asked = Counter(str(question.data["text"]) for question in scene.world.model.questions)
    assert set(asked) == {f"ticket number {one}" for one in range(1, 7)}
    assert set(asked.values()) == {1}
    assert {one.outcome for one in rows(scene.world, schema.VolumeCase)} == {"proposed"}
    assert scene.desk.attempts == [], "nothing is delivered"


def test_people_judge_by_the_workflows_own_same(make_world: MakeWorld) -> None:
    scene = sample(make_world)

    @scene.workflow.same("reply")
    def reworded(proposed: str, decided: str) -> bool:
        return proposed.lower() == decided.lower()

    test = begun(scene, 2)
    assert trying(scene).run(test) is None
    context = scene.world.context
    assert judging.judge(context, test, 1, by="U0ANA", right=Triage(queue="billing", reply="HELLO"))
    assert not judging.judge(context, test, 2, by="U0ANA", right=Triage(queue="delivery", reply="HELLO"))
    assert [(one.is_error, one.wrong) for one in rows(scene.world, schema.VolumeCase)] == [
        (False, []),
        (True, ["queue"]),
    ]
    with pytest.raises(Repeated):
        judging.judge(context, test, 1, by="U0BEN", right=None)


def test_the_data_map_counts_the_tests_whose_inputs_are_kept(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    assert data_map_view(scene.world.context, scene.workflow).volume_tests == 0
    begun(scene, 1)
    assert data_map_view(scene.world.context, scene.workflow).volume_tests == 1
