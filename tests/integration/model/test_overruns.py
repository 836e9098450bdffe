"""F78: what took more than was reserved is booked as it was told, said once, and reserved for from then on."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.slack.renderer import draw
from store import schema
from store.slack import outbox
from tests.integration.model.scene import HAIKU, Scene, filled_in
from tests.integration.model.server import Reply, message
from workflows import Budget
from workflows.engine.propose.model_outages import recount
from workflows.engine.send.channel_queue import intent_of
from workflows.model.port import Usage
from workflows.model.vendors.anthropic.prices import price

MUCH = {"input_tokens": 1_000_000_000, "output_tokens": 10}


def told(scene: Scene) -> list[schema.OutboxRow]:
    rows = [row for row in scene.world.rows(schema.OutboxRow) if isinstance(row, schema.OutboxRow)]
    return [row for row in rows if row.kind == outbox.OVERRUN]


def test_an_overdrawn_day_asks_nothing_more_and_neither_does_the_next(scene: Scene) -> None:
    """A billion tokens of one question, on a day of ten cents."""
    scene.workflow.budget = Budget(per_case="0.05", per_day="0.10")
    scene.server.will_always(lambda _: message(filled_in(), usage=MUCH))
    cases = [scene.case(number, text=f"text {number}") for number in range(5)]
    cost = price(HAIKU, Usage(input_tokens=1_000_000_000, output_tokens=10))
    assert cost > 50
    assert scene.world.state(cases[0]) == "delivered"
    assert scene.spent("workflow:sample", "2026-11-20") == scene.spent(f"case:{cases[0]}") == cost
    assert {scene.why(case)[0][0] for case in cases[1:]} == {"over_budget"}
    scene.world.clock.move(timedelta(days=1))
    scene.open_breakers()
    assert scene.why(scene.case(9, text="the next day"))[0][0] == "over_budget"
    assert len(scene.server.requests) == 1
    (note,) = told(scene)
    assert (note.channel, note.wanted) == ("failures", 1)
    drawn = draw(scene.world.context, [intent_of(note)]).drawn
    assert drawn is not None
    assert f"cost ${cost:.4f}" in drawn.text
    assert f"countersign recount {HAIKU}" in str(drawn.blocks)


def test_as_many_times_more_is_reserved_as_it_took_until_somebody_says_that_it_was_a_mistake(scene: Scene) -> None:
    """Also in another process; one that takes less changes nothing, one that takes more is told in the same message."""
    scene.workflow.budget = Budget(per_case="5", per_day="50")
    replies = [message(filled_in(), usage={"input_tokens": tokens, "output_tokens": 10}) for tokens in (40_000, 100)]
    scene.server.will(*replies, message(filled_in(), usage={"input_tokens": 400_000, "output_tokens": 10}))
    for number in range(3):
        scene.open_breakers()
        scene.case(number, text=f"text {number}")
    first, second, third = scene.requests()
    assert first.cost is not None
    assert third.cost is not None
    assert second.reserved == third.reserved
    assert first.cost <= second.reserved < first.cost * Decimal("1.02")
    assert told(scene)[0].wanted == 2
    assert recount(scene.world.context, HAIKU, by="ana")
    assert not recount(scene.world.context, HAIKU, by="ana")
    assert draw(scene.world.context, [intent_of(row) for row in told(scene)]).drawn is None
    scene.server.will(message(filled_in()))
    scene.case(4, text="text 4")
    assert scene.requests()[-1].reserved == first.reserved


@pytest.mark.parametrize(
    "usage",
    [
        '{"input_tokens": -5, "output_tokens": 10}',
        '{"input_tokens": NaN, "output_tokens": 10}',
        '{"input_tokens": Infinity, "output_tokens": 10}',
        '{"input_tokens": 1e30, "output_tokens": 10}',
        '{"input_tokens": 99999999999999999999999, "output_tokens": 10}',
        '{"input_tokens": true, "output_tokens": 10}',
        '{"input_tokens": "many", "output_tokens": 10}',
        '{"input_tokens": 5, "output_tokens": 10, "cache_read_input_tokens": -1}',
        '{"input_tokens": 0.5, "output_tokens": 10}',
        '{"output_tokens": 10}',
        "null",
    ],
)
def test_what_can_be_no_number_of_tokens_is_none_and_the_reservation_stays(scene: Scene, usage: str) -> None:
    whole = message(filled_in(), usage="USAGE").body.decode().replace('"USAGE"', usage)
    scene.server.will(Reply(body=whole.encode()), message(filled_in()))
    case = scene.case()
    odd, answered = scene.requests()
    assert (odd.outcome, odd.cost, answered.outcome) == ("broken", None, "answered")
    assert answered.cost is not None
    assert scene.spent(f"case:{case}") == odd.reserved + answered.cost
    assert told(scene) == []


def test_a_whole_number_of_tokens_may_be_written_as_a_float(scene: Scene) -> None:
    scene.server.will(message(filled_in(), usage={"input_tokens": 100.0, "output_tokens": 10.0}))
    scene.case()
    (row,) = scene.requests()
    assert row.cost == price(HAIKU, Usage(input_tokens=100, output_tokens=10))
