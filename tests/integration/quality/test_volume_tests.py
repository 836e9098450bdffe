"""A volume test that broke off goes on with what is not kept, and is judged by the workflow's own rule."""

from collections import Counter
from collections.abc import Iterable

import pytest
from pydantic import JsonValue

from store import schema
from store.learning import volume_tests
from tests import volume
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from tests.sample import Ticket, Triage
from workflows import Ask, Proposal, step
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Repeated
from workflows.engine.read.declared.data_map import data_map_view
from workflows.errors import TryAgain
from workflows.model.port import Answer, Model, NoAnswer, Question
from workflows.model.sample_answers import SampleAnswers
from workflows.model.scripted import says
from workflows.quality.evals.eval import HOPELESS, Eval
from workflows.quality.evals.trials import Trial
from workflows.quality.volume import judging
from workflows.quality.volume.news import finish
from workflows.quality.volume.reports import is_to_report, newest_report, report
from workflows.quality.volume.trying import MOST_TRIES, Interrupted, Trying

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


class _Sampled(volume.Scripted):
    """Models of which each gives sample answers, and has none."""

    def __call__(self, workflow: AnyWorkflow) -> Model:
        return SampleAnswers([])


def test_an_input_without_a_sample_answer_is_a_failure_with_a_code_and_the_test_ends(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    number = HOPELESS + 2
    test = begun(scene, number)
    first = trying(scene)
    first.models = _Sampled(scene.world)
    assert first.run(test) is None
    assert {(one.outcome, one.code) for one in rows(scene.world, schema.VolumeCase)} == {("untried", "no_sample")}
    made = report(scene.world.context, test, promise=0.05, by="ops")
    assert (made.failures[0].kind, made.failures[0].count) == ("no_sample", number)


def test_an_input_whose_step_could_not_reach_its_system_is_tried_again_on_resumption_but_not_for_ever(
    make_world: MakeWorld,
) -> None:
    scene = sample(make_world)
    is_down = {"ticket number 1": 1, "ticket number 2": 100}

    @step(tries=1)
    def look_up(text: str) -> str:
        if is_down.get(text, 0):
            is_down[text] -= 1
            raise TryAgain("the desk is busy")
        return text

    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(text=look_up(ticket.text))

    scene.workflow.proposing = propose
    test = begun(scene, 3)
    assert trying(scene).run(test) == "2 could not be tried"
    assert trying(scene).run(test) == "1 could not be tried"
    for _ in range(MOST_TRIES - 2):
        assert trying(scene).run(test) is None
    found = {one.place: (one.outcome, one.code) for one in rows(scene.world, schema.VolumeCase)}
    assert sorted(found.values(), key=str) == [("proposed", None), ("proposed", None), ("untried", "TryAgain")]
    assert "failed" not in "".join(one.body or "" for one in rows(scene.world, schema.VolumeCase))


def test_a_report_and_the_session_agree_on_what_waits(make_world: MakeWorld) -> None:
    """Nobody is said to have to judge what is removed; and what has no proposal waits, though its verdict is known."""
    scene = sample(make_world, tell=_garbage_for_the_first)
    context = scene.world.context
    test = begun(scene, 3)
    assert trying(scene).run(test) is None
    made = report(context, test, promise=0.05, by="ops")
    assert made.waiting == judging.state_of(context, test).waiting == 3
    assert made.why_not == "unjudged"
    with context.database.write() as session:
        gone = [one.id for one in volume_tests.cases(session, test, team=context.team) if one.is_error is None]
        volume_tests.remove_text(session, gone, team=context.team)
    made = report(context, test, promise=0.05, by="ops")
    assert made.waiting == judging.state_of(context, test).waiting == 1
    assert made.why_not == "no_floor", "people can change nothing"
    (left,) = judging.pack(context, test, by="ops")
    judging.judge(context, test, left.place, by="U0ANA", right=Triage(queue="billing", reply="Hello"))
    assert finish(context, test, by="U0ANA") is not None, "the owner hears of the end"
    assert finish(context, test, by="U0ANA") is None
    newest = newest_report(context, scene.workflow)
    assert not is_to_report(judging.state_of(context, test), newest), "it is made once"


def _garbage_for_the_first(question: Question) -> Answer:
    if str(question.data["text"]).endswith(" 1"):
        return Answer(model="scripted", problem="no JSON", no_answer=NoAnswer.GARBAGE)
    return says({"queue": "billing", "reply": "Hello"}, confidence=0.9)


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
