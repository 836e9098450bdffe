"""A model that is down is left alone, people are told once, and nobody is asked too often."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from pydantic import JsonValue

from store import schema
from store.slack import outbox
from tests.integration.model.scene import HAIKU, SONNET, Scene, filled_in
from tests.integration.model.server import Reply, failure, invalid, message
from tests.sample import Triage
from workflows.engine.propose.model_outages import outage_view
from workflows.model.asking.invalid_requests import IN_A_ROW
from workflows.model.circuit_breakers import FAILURES
from workflows.model.concurrency import Concurrency
from workflows.model.gateway import TRIES
from workflows.model.port import Account, Question

pytestmark = pytest.mark.slow


def test_several_failures_in_a_row_open_the_breaker_and_are_told_once(scene: Scene) -> None:
    """F36: the number of requests is exact, and cases reach people at once then."""
    scene.server.will(*[failure(529)] * 40)
    cases = [scene.case(number, text=f"text {number}") for number in range(1, 8)]
    assert len(scene.server.requests) == FAILURES * TRIES
    assert all(scene.world.state(case) == "waiting" for case in cases)
    assert "is not asked" in scene.why(cases[-1])[0][1]
    assert "HTTP 529" in scene.why(cases[-1])[0][1]
    (told,) = [row for row in scene.world.rows(schema.OutboxRow) if getattr(row, "kind", "") == outbox.OUTAGE]
    assert isinstance(told, schema.OutboxRow)
    assert (told.channel, told.wanted) == ("failures", 1)
    assert {row.cost for row in scene.requests()} == {Decimal(0)}


NO_MONEY_OR_NO_ACCESS = [
    failure(429, code="contract_spend_limit_reached"),
    failure(402),
    failure(401),
    invalid("Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."),
    invalid("You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."),
    invalid("This organization has been disabled."),
]


@pytest.mark.parametrize("reply", NO_MONEY_OR_NO_ACCESS)
def test_a_spend_limit_or_a_refused_key_opens_it_at_once(scene: Scene, reply: Reply) -> None:
    """F37: one request, one notice, and no other model of the same account is asked."""
    scene.tell(model=HAIKU, fallback_model=SONNET)
    scene.server.will(*[reply] * 5)
    for number in range(1, 5):
        scene.case(number, text=f"text {number}")
    models = [request.body["model"] for request in scene.server.requests]
    assert models.count(HAIKU) == 1
    assert len([row for row in scene.world.rows(schema.Outage) if getattr(row, "model", "") == HAIKU]) == 1


@pytest.mark.parametrize(
    ("number", "reply"),
    [
        (9, failure(413)),
        (9, failure(400, words="prompt is too long: 208310 tokens > 200000 maximum")),
        (9, failure(400, words="Output blocked by content filtering policy")),
        (IN_A_ROW - 1, failure(400)),
        (IN_A_ROW - 1, failure(422)),
    ],
)
def test_a_request_that_is_at_fault_itself_leaves_the_model_to_the_others(
    scene: Scene, number: int, reply: Reply
) -> None:
    """One letter that is too long, or a few that the provider does not understand."""
    scene.server.will(*[reply] * number, message(filled_in()))
    for case in range(number):
        scene.case(case, text=f"text {case}")
    assert scene.world.state(scene.case(10, text="short")) == "delivered"


def test_a_model_that_answers_again_ends_the_outage_whichever_process_notices(scene: Scene) -> None:
    scene.server.will(*[failure(529)] * FAILURES * TRIES, message(filled_in()))
    for number in (1, 2, 3, 4, 5):
        scene.case(number, text=f"text {number}")
    scene.world.clock.move(timedelta(minutes=10))
    scene.open_breakers()
    assert scene.world.state(scene.case(6, text="text 6")) == "delivered"
    (outage,) = scene.world.rows(schema.Outage)
    view = outage_view(scene.world.database, team=scene.world.context.team, outage=outage.id)
    assert view.ended_at == scene.world.clock()
    assert view.waiting == {"sample": 5}


def test_an_open_breaker_lets_a_trial_through_after_its_time(scene: Scene) -> None:
    scene.open_breakers(open_for=timedelta(0))
    scene.server.will(*[failure(529)] * FAILURES * TRIES, message(filled_in()))
    cases = [scene.case(number, text=f"text {number}") for number in range(FAILURES + 1)]
    assert [scene.world.state(case) for case in cases] == ["waiting"] * FAILURES + ["delivered"]
    assert len(scene.server.requests) == FAILURES * TRIES + 1


def test_no_more_is_asked_in_a_minute_than_is_set(scene: Scene) -> None:
    scene.open_breakers(concurrency=Concurrency(per_minute=2, sleep=scene.world.waits.append))
    scene.server.will(*[message(filled_in())] * 3)
    cases = [scene.case(number, text=f"text {number}") for number in (1, 2, 3)]
    assert len(scene.server.requests) == 2
    assert scene.why(cases[2])[0] == (
        "unavailable",
        f"{HAIKU} was asked 2 times within a minute, which is the limit in the settings.",
    )


def test_what_stands_says_why_it_stands_now(scene: Scene) -> None:
    """A spend limit that is met while the model rests for another reason is told all the same."""
    scene.outages.began(HAIKU, "It does not answer.")
    scene.outages.began(HAIKU, "It does not answer.")
    scene.outages.began(HAIKU, "The spend limit is reached.")
    (outage,) = scene.world.rows(schema.Outage)
    view = outage_view(scene.world.database, team=scene.world.context.team, outage=outage.id)
    assert view.reason == "The spend limit is reached."
    (told,) = [row for row in scene.world.rows(schema.OutboxRow) if isinstance(row, schema.OutboxRow)]
    assert told.wanted == 2


def test_while_a_model_rests_nothing_is_reserved_and_nobody_waits_for_a_turn(scene: Scene) -> None:
    scene.open_breakers(concurrency=Concurrency(per_minute=FAILURES * TRIES, sleep=scene.world.waits.append))
    scene.server.will(*[failure(529)] * FAILURES * TRIES)
    for number in range(FAILURES):
        scene.case(number, text=f"text {number}")
    before, waited = len(scene.requests()), len(scene.world.waits)
    case = scene.case(9, text="text 9")
    assert "is not asked" in scene.why(case)[0][1]
    assert (len(scene.requests()), len(scene.world.waits)) == (before, waited)


@pytest.mark.parametrize(
    ("reply", "requests"),
    [
        (invalid("The compiled grammar is too large, which would cause performance issues. Simplify your schemas."), 1),
        (invalid("output_config.effort: this model does not support the effort parameter."), 1),
        (invalid("Something that nobody has read before."), IN_A_ROW),
    ],
)
def test_what_is_wrong_with_each_question_of_a_workflow_pauses_it_and_is_told_once(
    scene: Scene, reply: Reply, requests: int
) -> None:
    scene.server.will(*[reply] * 9)
    cases = [scene.case(number, text=f"text {number}") for number in range(9)]
    assert len(scene.server.requests) == requests
    assert {scene.world.state(case) for case in cases} == {"waiting"}
    assert scene.why(cases[requests - 1])[0][0] == "unfit"
    assert scene.why(cases[-1])[0][0] == "paused"
    (told,) = scene.world.rows(schema.OutboxRow)
    assert isinstance(told, schema.OutboxRow)
    assert (told.kind, told.channel) == ("paused", "failures")
    assert scene.world.rows(schema.Outage) == []


@pytest.mark.slow
def test_a_second_of_overload_beside_eight_threads_sends_nobody_to_people(scene: Scene) -> None:
    """Each of forty questions under way meets one failure at most, and is asked again after its pause."""
    scene.open_breakers(sleep=time.sleep)
    began: list[float] = []
    overloaded, answered = failure(529), message(filled_in())

    def for_a_second(_: object) -> Reply:
        began.append(time.monotonic())
        return overloaded if began[-1] - began[0] < 1 else answered

    scene.server.will_always(for_a_second)
    account = Account(eval=1, per_case=Decimal(1), per_day=Decimal(1), timezone=UTC)
    prompt = scene.world.registry.prompt("sample")

    def ask(number: int) -> bool:
        data: dict[str, JsonValue] = {"number": number}
        question = Question(workflow="sample", output=Triage, prompt=prompt, data=data, text="", account=account)
        return scene.gateway.answer(question).values is not None

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(40)))
    assert len(scene.server.requests) > 40
    assert scene.world.rows(schema.Outage) == []


def test_a_burst_of_rate_limits_is_waited_for_and_is_no_outage(scene: Scene) -> None:
    scene.server.will(*[failure(429, headers={"retry-after": "2"}), message(filled_in())] * 8)
    cases = [scene.case(number, text=f"text {number}") for number in range(1, 9)]
    assert {scene.world.state(case) for case in cases} == {"delivered"}
    assert scene.world.rows(schema.Outage) == []
