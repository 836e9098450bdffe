"""A server of one's own that speaks `/v1/messages` and holds no answer to a form, as llama.cpp's does."""

import json
import time
from decimal import Decimal

import pytest

from tests.integration.model.replies import Reply, message
from tests.integration.model.scene import Scene, filled_in
from tests.integration.model.server import Received
from workflows import Budget
from workflows.model.prices import OwnPrice, Prices
from workflows.model.vendors.anthropic.client import AnthropicVendor

OWN = "smollm2-135m"
FREE = Prices(own={OWN: OwnPrice(read=Decimal(0), written=Decimal(0))})


@pytest.fixture
def own(scene: Scene) -> Scene:
    scene.vendor.close()
    scene.vendor = AnthropicVendor(api_key="local", base_url=scene.server.url, timeout=30)
    scene.tell(model=OWN)
    scene.open_breakers(prices=FREE, states_form=True)
    return scene


def fenced(received: Received) -> Reply:
    """Return the reply of a small model that read the form in its prompt."""
    system = received.body["system"][0]["text"]
    assert "output_config" not in received.body
    assert json.loads(system.partition("JSON schema:\n")[2])["properties"]["answer"]["required"] == ["queue", "reply"]
    time.sleep(0.3)
    return message(f"<think>A ticket.</think>Here it is:\n\n```json\n{filled_in()}\n```\nIs there anything else?")


def test_its_form_is_stated_in_the_prompt_and_its_answer_found_in_a_fence(own: Scene) -> None:
    own.workflow.budget = Budget(per_case="0", per_day="0")
    own.server.will_always(fenced)
    assert own.world.state(own.case()) == "delivered"
    (row,) = own.requests()
    assert (row.model, row.cost, row.reserved, row.prices) == (OWN, Decimal(0), Decimal(0), "settings")
    assert row.milliseconds is not None
    assert row.milliseconds >= 300


def test_what_does_not_fit_the_form_is_refused_there_too(own: Scene) -> None:
    own.server.will_always(lambda _: message('```json\n{"answer": {"queue": "the moon", "reply": "a"}}\n```'))
    case = own.case()
    assert own.why(case)[0][0] == "garbage"
    assert "queue" in own.why(case)[0][1]
    assert len(own.server.requests) == 3


def test_a_model_of_ones_own_costs_what_is_set(own: Scene) -> None:
    own.open_breakers(prices=Prices(own={OWN: OwnPrice(read=Decimal(1), written=Decimal(4))}), states_form=True)
    usage = {"input_tokens": 1_000, "output_tokens": 100, "cache_read_input_tokens": 1_000}
    own.server.will(message(filled_in(), usage=usage))
    own.case()
    (row,) = own.requests()
    assert row.cost == Decimal("0.0024")


def test_a_key_that_may_stand_in_any_word_is_masked_nowhere(own: Scene) -> None:
    """A local server takes any key, and "local" is a word."""
    own.server.will(message(filled_in().replace("We look at it.", "Your local shop looks at it.")))
    case = own.case()
    proposal = own.world.case(case).newest.proposal
    assert proposal is not None
    assert proposal.output["reply"] == "Your local shop looks at it."


def test_a_confidence_in_words_is_one_of_four_and_counts_as_its_number(own: Scene) -> None:
    own.tell(model=OWN, confidence="words")
    sure = json.loads(filled_in())
    for word, why in {
        "certain": None,
        "unsure": "below_floor",
        "0.99": "no_confidence",
        "sure": "no_confidence",
    }.items():
        own.server.will(message(json.dumps(sure | {"confidence": {"queue": word, "reply": "Certain"}})))
        case = own.case(len(own.server.requests) + 1, text=f"I was charged twice ({word})")
        codes = [code for code, _ in own.why(case)] if own.world.state(case) == "waiting" else [None]
        assert why in codes, word


def test_a_time_out_that_is_set_is_waited_for(own: Scene) -> None:
    own.vendor.close()
    own.vendor._timeout = 0.5
    own.server.will(Reply(stalls=True), Reply(stalls=True))
    case = own.case()
    assert "did not answer in time" in own.why(case)[0][1]
