"""An answer is given again to the very same question, and to no other."""

import json
from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from tests.integration.model.scene import HAIKU, Scene, filled_in
from tests.integration.model.server import Reply, message
from tests.sample import Triage
from workflows.engine.declare.calls.author_threads import Ended
from workflows.engine.review.rerun import reruns
from workflows.model.port import Account, Prompt, Question


def test_the_same_question_is_answered_once_and_given_again(scene: Scene) -> None:
    scene.server.will(message(filled_in()))
    world = scene.world
    first = scene.case(7)
    scene.workflow.key = lambda ticket: f"again-{ticket.id}"
    again = scene.case(7)
    assert first != again
    assert [world.state(first), world.state(again)] == ["delivered", "delivered"]
    assert len(scene.server.requests) == 1
    asked, given = scene.requests()
    assert (given.outcome, given.cached_from) == ("given_again", asked.id)
    assert given.cost == 0
    assert world.case(again).newest.proposal is not None


def test_a_rerun_of_the_models_step_goes_past_the_cache(scene: Scene) -> None:
    scene.server.will(message(filled_in("safety")), message(filled_in("billing")))
    case = scene.case()
    scene.world.clock.move(timedelta(minutes=1))
    reruns.rerun(scene.world.context, case, by="kim", from_step="ask")
    scene.world.work()
    assert len(scene.server.requests) == 2
    assert scene.world.state(case) == "delivered"


def test_an_answer_that_came_before_a_crash_is_not_paid_for_again(scene: Scene) -> None:
    """F4: the response was received and noted, the step was not."""
    scene.server.will(message(filled_in()))
    world = scene.world
    case = world.submit(scene.workflow, id=1, text="I was charged twice").case
    (claimed,) = world.claim()

    def end(seam: Failpoint, side: Side, name: str) -> None:
        if (seam, side, name) == (Failpoint.STEP, Side.AFTER, "ask"):
            raise Ended

    with failpoints.watched(end), pytest.raises(Ended):
        world.runner.advance(claimed)
    world.restart()
    world.work()
    assert world.state(case) == "delivered"
    assert len(scene.server.requests) == 1


@pytest.mark.parametrize("garbage", [message("delivery, I think"), message(filled_in("the moon"))])
def test_garbage_is_never_given_again(scene: Scene, garbage: Reply) -> None:
    scene.server.will(*[garbage] * 6)
    scene.case(7)
    scene.workflow.key = lambda ticket: f"again-{ticket.id}"
    scene.case(7)
    assert len(scene.server.requests) == 6


def test_another_version_of_the_prompt_is_another_question(scene: Scene) -> None:
    scene.server.will(message(filled_in()), message(filled_in()))
    scene.case(7)
    scene.world.registry._prompts["sample"] = Prompt(name="t.md", text="Sort.", version="ba9876543210", model=HAIKU)
    scene.workflow.key = lambda ticket: f"again-{ticket.id}"
    scene.case(7)
    assert len(scene.server.requests) == 2


def test_an_eval_gets_an_answer_of_its_own(scene: Scene) -> None:
    """Else its figures would be of another day, and cost nothing."""
    scene.server.will(message(filled_in()), message(filled_in()))
    case = scene.case()
    (asked,) = scene.requests()
    data = json.loads(str(scene.world.case(case).newest.asked[0].told).partition("<case>")[2].partition("</case>")[0])
    account = Account(eval=1, per_case=Decimal(1), per_day=Decimal(1), timezone=UTC)
    prompt = scene.world.registry.prompt("sample")
    question = Question(workflow="sample", output=Triage, prompt=prompt, data=data, text="", account=account)
    assert scene.gateway.answer(question).cost > 0
    assert len(scene.server.requests) == 2
    assert scene.requests()[1].input_hash == asked.input_hash
