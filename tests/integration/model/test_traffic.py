"""The counts of this process's requests to models say what the ledger's rows say."""

from collections import Counter
from decimal import Decimal

import pytest

from tests.integration.model.scene import HAIKU, SONNET, Scene, filled_in
from tests.integration.model.server import failure, message
from workflows import Budget
from workflows.model.traffic import Route, Traffic

pytestmark = pytest.mark.slow


def test_what_was_asked_is_counted_as_it_is_booked(scene: Scene) -> None:
    """Retries, another model, an answer that was given before, and what was too expensive to be sent."""
    traffic = Traffic()
    scene.open_breakers(traffic=traffic)
    scene.tell(model=SONNET, fallback_model=HAIKU)
    usage = {"input_tokens": 100, "output_tokens": 20}
    scene.server.will(*[failure(529)] * 4, message(filled_in(), usage=usage), message(filled_in(), usage=usage))
    scene.case(1)
    scene.workflow.key = lambda ticket: f"second-{ticket.id}"
    scene.case(1)
    scene.workflow.key = lambda ticket: f"third-{ticket.id}"
    scene.case(1)
    scene.workflow.budget = Budget(per_case="0", per_day="0")
    scene.case(2, text="Something else")
    counts, booked = traffic.counts(), scene.requests()
    told = Counter(
        {(route.model, str(outcome)): n for route, one in counts.items() for outcome, n in one.outcomes.items()}
    )
    unsent = {(model, "unaffordable"): 1 for model in (SONNET, HAIKU)}
    assert told == Counter(scene.outcomes()) + Counter(unsent)
    dollars = sum((one.dollars for one in counts.values()), Decimal(0))
    assert dollars == sum((row.cost if row.cost is not None else row.reserved for row in booked), Decimal(0))
    assert sum(one.usage.input_tokens for one in counts.values()) == sum(row.input_tokens for row in booked)
    sent = counts[Route(workflow="sample", model=SONNET)]
    assert sent.sent == 5
    assert told[SONNET, "given_again"] == 1
    assert sent.seconds > 0
