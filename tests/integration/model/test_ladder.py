"""The ladder of models where one is down or too expensive, and the cost that counts where it is unknown."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.integration.model.scene import HAIKU, SONNET, Scene, filled_in
from tests.integration.model.server import Reply, failure, message
from tests.sample import Triage
from workflows import Budget
from workflows.engine.declare.calls.author_threads import Ended
from workflows.engine.review import reviews

pytestmark = pytest.mark.slow


def test_a_model_that_is_down_leaves_the_case_to_the_prompts_other_one_and_to_a_person(scene: Scene) -> None:
    scene.tell(model=SONNET, fallback_model=HAIKU, effort="low", thinking="disabled")
    scene.server.will(*[failure(529)] * 4, message(filled_in()))
    case = scene.case()
    assert [request.body["model"] for request in scene.server.requests] == [SONNET] * 4 + [HAIKU]
    first, *_, other = (request.body for request in scene.server.requests)
    assert (first["output_config"]["effort"], first["thinking"]) == ("low", {"type": "disabled"})
    assert ("effort" in other["output_config"], "thinking" in other) == (False, False)
    assert scene.world.review(case).has_proposal
    (reason,) = scene.why(case)
    assert reason[0] == "fallback"
    assert "HTTP 529" in reason[1]
    assert HAIKU in reason[1]


def test_over_budget_the_cheaper_model_is_asked_and_then_nobody(scene: Scene) -> None:
    scene.tell(model=SONNET, fallback_model=HAIKU, max_tokens=1_000)
    scene.workflow.budget = Budget(per_case="0.005", per_day="0.0025")
    scene.server.will(*[message(filled_in(), usage={"input_tokens": 100, "output_tokens": 1_000})] * 9)
    cases = [scene.case(number, text=f"text {number}") for number in range(1, 9)]
    assert {request.body["model"] for request in scene.server.requests} == {HAIKU}
    assert scene.why(cases[0])[0][0] == "fallback"
    assert scene.why(cases[-1])[0][0] == "over_budget"
    assert "this workflow's budget for the day" in scene.why(cases[-1])[0][1]
    assert scene.spent("workflow:sample", "2026-11-20") <= Decimal("0.0025")


def test_what_was_answered_before_costs_nothing_and_is_given_although_the_budget_is_spent(scene: Scene) -> None:
    scene.server.will(message(filled_in()))
    scene.case(7)
    scene.workflow.budget = Budget(per_case="0", per_day="0")
    scene.workflow.key = lambda ticket: f"again-{ticket.id}"
    assert scene.world.state(scene.case(7)) == "delivered"
    assert scene.world.state(scene.case(8, text="Something else")) == "waiting"


def test_a_flood_that_burns_the_budget_stops_the_automatic_path_and_review_goes_on(scene: Scene) -> None:
    """A33."""
    scene.tell(model=HAIKU, max_tokens=1_000)
    scene.workflow.budget = Budget(per_case="0.01", per_day="0.002")
    scene.server.will(*[message(filled_in(), usage={"input_tokens": 100, "output_tokens": 1_000})] * 50)
    cases = [scene.case(number, text=f"flood {number}") for number in range(1, 31)]
    assert scene.spent("workflow:sample", "2026-11-20") <= Decimal("0.002")
    assert len(scene.server.requests) < 10
    waiting = [case for case in cases if scene.world.state(case) == "waiting"]
    assert len(waiting) > 20
    review = scene.world.review(waiting[-1])
    reviews.edit(scene.world.context, review.id, review.version, Triage(queue="billing", reply="By hand."), by="ana")
    scene.world.work()
    assert scene.world.state(waiting[-1]) == "delivered"
    scene.world.clock.move(timedelta(days=1))
    assert scene.world.state(scene.case(99, text="The next day")) == "delivered"


def test_more_tokens_are_asked_for_only_where_the_budget_has_them(scene: Scene) -> None:
    scene.tell(model=HAIKU, max_tokens=4_000)
    scene.workflow.budget = Budget(per_case="0.003", per_day="1")
    scene.server.will(*[message(filled_in(), stop_reason="max_tokens")] * 3)
    case = scene.case()
    assert len(scene.server.requests) == 1
    assert scene.why(case)[0][0] == "over_budget"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(stalls=True),
        Reply(body=message(filled_in()).body, drops=True),
        Reply(body=b"<html>It works!</html>", headers={"content-type": "text/html"}),
    ],
)
def test_a_request_of_unknown_outcome_keeps_its_reservation(scene: Scene, reply: Reply) -> None:
    if reply.stalls:
        scene.hurry()
    scene.server.will(reply, message(filled_in()))
    case = scene.case()
    unknown, answered = scene.requests()
    assert (unknown.cost, answered.outcome) == (None, "answered")
    assert answered.cost is not None
    assert scene.spent(f"case:{case}") == unknown.reserved + answered.cost
    (step,) = [step for step in scene.world.case(case).newest.steps if step.name == "ask"]
    assert step.cost == unknown.reserved + answered.cost


def test_a_provider_that_was_never_reached_costs_nothing(scene: Scene) -> None:
    scene.vendor.close()
    scene.vendor._base_url = "http://127.0.0.1:1"
    case = scene.case()
    assert [row.cost for row in scene.requests()] == [Decimal(0)] * 4
    assert scene.spent(f"case:{case}") == 0


def test_a_process_that_dies_while_it_asks_leaves_the_reservation_standing(scene: Scene) -> None:
    """F3: one more request is paid for, and both count."""

    class Dying(Ended):
        pass

    def die(_: object) -> None:
        raise Dying

    case = scene.world.submit(scene.workflow, id=1, text="I was charged twice").case
    (claimed,) = scene.world.claim()
    send, scene.vendor.send = scene.vendor.send, die  # type: ignore[method-assign,assignment]  # the end of a process
    with pytest.raises(Dying):
        scene.world.runner.advance(claimed)
    scene.vendor.send = send  # type: ignore[method-assign]
    scene.server.will(message(filled_in()))
    scene.world.restart()
    scene.world.work()
    assert scene.world.state(case) == "delivered"
    lost, answered = scene.requests()
    assert (lost.outcome, lost.cost, answered.outcome) == ("asked", None, "answered")
    assert answered.cost is not None
    assert scene.spent(f"case:{case}") == lost.reserved + answered.cost


def test_a_fallback_that_is_gone_does_not_stop_a_workflow_whose_own_model_only_rests(scene: Scene) -> None:
    scene.tell(model=SONNET, fallback_model=HAIKU)
    scene.server.will(*[failure(529)] * 4, failure(404, words="no such model"))
    case = scene.case()
    ((code, text),) = scene.why(case)
    assert code == "unavailable"
    assert "HTTP 529" in text
    assert "no such model" in text
    scene.server.will(message(filled_in()))
    assert scene.world.state(scene.case(2, text="The next one")) == "delivered"


@pytest.mark.parametrize("reason", ["refusal", "max_tokens", "model_context_window_exceeded"])
def test_a_reply_that_does_not_say_what_it_took_keeps_its_reservation(scene: Scene, reason: str) -> None:
    scene.tell(model=HAIKU, max_tokens=100)
    scene.server.will(*[message("", content=[], stop_reason=reason, usage=None)] * 3)
    scene.case()
    assert {row.cost for row in scene.requests()} == {None}


def test_a_provider_that_calls_itself_something_endless_loses_no_answer(scene: Scene) -> None:
    headers = {"content-type": "application/json", "request-id": "r" * 900}
    scene.server.will(Reply(body=message(filled_in(), model="m" * 900).body, headers=headers))
    assert scene.world.state(scene.case()) == "delivered"
    (row,) = scene.requests()
    assert len(row.answered_by or "") == len(row.request_id or "") == 200
