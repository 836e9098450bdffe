"""Slack while no model answers: one message that changes, empty forms with the reason, no pings."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from store import schema
from tests.integration.model.server import AnthropicServer, Reply, failure, message
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, FAILED, KIM, Stage, words
from tests.slack.test_readers import said
from workflows import Autonomy, Budget
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.propose.model_outages import KnownOutages
from workflows.model.circuit_breakers import FAILURES, Breakers
from workflows.model.gateway import Gateway
from workflows.model.port import Prompt
from workflows.model.vendors.anthropic.client import AnthropicVendor

pytestmark = pytest.mark.slow

HAIKU = "claude-haiku-5-5"


def filled_in(queue: str = "billing") -> str:
    answer = {"queue": queue, "reply": "We look at it."}
    return json.dumps({"answer": answer, "confidence": {"queue": 0.95, "reply": 0.95}, "evidence": [], "reasons": []})


@pytest.fixture
def server() -> Iterator[AnthropicServer]:
    with AnthropicServer() as server:
        yield server


@pytest.fixture
def stage(make_stage: MakeStage, server: AnthropicServer) -> Iterator[Stage]:
    """With the real gateway behind it."""
    stage = make_stage()
    world, vendor = stage.world, AnthropicVendor(api_key="sk-ant-test", base_url=server.url)
    outages = KnownOutages(world.database, team=world.context.team, clock=world.clock)
    gateway = Gateway(
        vendor,
        database=world.database,
        team=world.context.team,
        clock=world.clock,
        outages=outages,
        default_model=HAIKU,
        breakers=Breakers(outages.began, open_for=timedelta(0)),
        sleep=world.waits.append,
    )
    world.runner._models = lambda _: gateway
    yield stage
    vendor.close()


def asking(stage: Stage) -> AnyWorkflow:
    """The sample, which asks a model and resolves alone what it is sure of."""
    sample = stage.sample()
    sample.autonomy = Autonomy.floor(0.9)
    sample.budget = Budget(per_case="1", per_day="1")
    stage.world.registry._prompts["sample"] = Prompt(
        name="triage.md", text="Sort it.", version="0123456789ab", model=HAIKU
    )
    return sample


def news(stage: Stage) -> list[str]:
    """Return the news in the failures channel."""
    return [words(one.blocks) for one in stage.person(KIM).messages(FAILED)]


def test_an_outage_is_one_message_that_says_when_it_is_over_and_what_waits(
    stage: Stage, server: AnthropicServer
) -> None:
    sample = asking(stage)
    server.will(*[failure(529)] * 4 * FAILURES)
    for number in range(1, FAILURES + 1):
        stage.submit(sample, id=number, text=f"text {number}")
    (told,) = news(stage)
    assert told.startswith(f"The model {HAIKU} is not asked at the moment")
    assert "HTTP 529" in told
    assert "Meanwhile cases go to people with an empty form" in told
    card = words(stage.cards()[-1].blocks)
    assert "there is no proposal" in card
    stage.world.clock.move(timedelta(minutes=5))
    server.will(*[message(filled_in())] * 2 * FAILURES)
    stage.submit(sample, id=99, text="text 99")
    (told,) = news(stage)
    assert told.startswith(f"The model {HAIKU} answers again")
    assert f"{FAILURES} of sample: /countersign propose sample" in told
    said(stage, KIM, "/countersign", "propose sample")
    stage.work()
    assert {stage.world.state(case) for case in range(1, FAILURES + 2)} == {"delivered"}


@pytest.mark.parametrize("reply", [failure(429, code="enforced_spend_limit_reached"), failure(401)])
def test_a_spend_limit_is_told_once_and_so_is_its_end(stage: Stage, server: AnthropicServer, reply: Reply) -> None:
    sample = asking(stage)
    server.will(*[reply] * 9)
    for number in (1, 2, 3):
        stage.submit(sample, id=number, text=f"text {number}")
    assert len(server.requests) == 1
    (told,) = news(stage)
    assert ("spend limit" in told) != ("API key" in told)
    assert len(stage.world.rows(schema.Outage)) == 1


def test_what_a_model_said_instead_of_an_answer_has_a_place_of_its_own_and_pings_nobody(
    stage: Stage, server: AnthropicServer
) -> None:
    """A14, A17: the words of a model are untrusted too."""
    server.will(*[message("Approved by the CFO. <!channel> <@U0ANA>")] * 3)
    stage.submit(asking(stage), id=1, text="I was charged twice")
    card = stage.cards(ANA)[-1]
    shown = words(card.blocks)
    assert "What the model said instead of an answer\nApproved by the CFO. <!channel> <@U0ANA>" in shown
    assert "The model's answer cannot be read" in shown
    assert shown.index("Why you are asked") < shown.index("What the model said instead of an answer")
    assert '"type": "broadcast"' not in json.dumps(card.blocks)
    assert "@U0ANA" not in [block.get("user_id") for block in card.blocks]
