"""A delivery of which nobody knows whether it happened is asked of a person, on a card, and never sent by itself."""

from typing import cast

import pytest
from pydantic import JsonValue

from store import schema
from tests.sample import sample_workflow
from tests.slack.stage import ANA, BEN, EVE, FAILED, KIM, LEE, SUPPORT, Stage, buttons, words
from workflows import Autonomy, OutcomeUnknown
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.doubts import settle

pytestmark = pytest.mark.slow


def in_doubt(stage: Stage, number: int = 1, *, workflow: AnyWorkflow | None = None) -> list[int]:
    """Cases that were decided, and whose delivery is in doubt."""
    sample = workflow or stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), idempotent=False))
    stage.desk.errors += [OutcomeUnknown("no answer came") for _ in range(number)]
    inputs: list[dict[str, JsonValue]] = [{"id": id, "text": f"Where is parcel {id}?"} for id in range(1, number + 1)]
    receipts = stage.world.submit_all(sample, inputs)
    stage.work()
    return [receipt.case for receipt in receipts]


def doubts(stage: Stage, channel: str = SUPPORT) -> list[int]:
    """Return the places of the cards of a channel that ask about a doubt."""
    return [place for place, card in enumerate(stage.cards(channel=channel)) if "happened" in buttons(card)]


def audited(stage: Stage, action: str) -> list[str]:
    """Return the people who did something."""
    rows = cast(list[schema.AuditRow], stage.world.rows(schema.AuditRow))
    return [row.actor for row in rows if row.action == action]


def test_the_card_says_what_was_sent_and_what_went_wrong_and_asks_what_one_finds(stage: Stage) -> None:
    in_doubt(stage)
    (card,) = stage.cards()
    said = words(card.blocks)
    assert card.text.startswith("Look: did this happen?: Where is parcel 1?")
    assert "Nobody knows whether this was delivered" in said
    assert "no answer came" in said
    assert "Queue: billing" in said
    assert buttons(card) == ["happened", "not_happened", "look"]


def test_that_it_happened_ends_the_case_and_the_card_says_who_said_so(stage: Stage) -> None:
    (case,) = in_doubt(stage)
    assert stage.press(ANA, "happened", confirmed=True).acknowledged
    stage.work()
    assert stage.world.state(case) == "delivered"
    said = words(stage.cards()[0].blocks)
    assert "It happened, said by @U0ANA" in said
    assert buttons(stage.cards()[0]) == ["look"]
    assert stage.desk.attempts == ["sample/ticket-1"]


def test_that_it_did_not_happen_sends_nothing_until_somebody_has_it_delivered_again(stage: Stage) -> None:
    (case,) = in_doubt(stage)
    assert stage.press(ANA, "not_happened", confirmed=True).acknowledged
    stage.work()
    card = stage.cards()[0]
    assert "It had not happened, said by @U0ANA" in words(card.blocks)
    assert "Nothing is delivered until somebody says so." in words(card.blocks)
    assert buttons(card) == ["deliver_again", "look"]
    assert stage.desk.attempts == ["sample/ticket-1"]
    assert stage.press(ANA, "deliver_again").acknowledged
    stage.work()
    assert stage.world.state(case) == "delivered"
    assert stage.desk.attempts == ["sample/ticket-1"] * 2
    assert "Applied: receipt for sample/ticket-1" in words(stage.cards()[0].blocks)
    assert buttons(stage.cards()[0]) == ["look"]


def test_a_person_who_looked_too_late_is_told_and_shown_what_was_found(stage: Stage) -> None:
    (case,) = in_doubt(stage)
    settle(stage.world.context, case, happened=True, by=BEN)
    assert stage.press(ANA, "not_happened", confirmed=True).acknowledged
    assert "Somebody answered this already" in stage.told(ANA)
    assert "It happened, said by @U0BEN" in words(stage.cards()[0].blocks)
    assert stage.world.state(case) == "delivered"
    assert audited(stage, "delivery.settled") == [BEN]


@pytest.mark.parametrize("user", [ANA, KIM])
def test_reviewers_and_engineers_may_settle(stage: Stage, user: str) -> None:
    (case,) = in_doubt(stage)
    assert stage.press(user, "happened", confirmed=True).acknowledged
    assert stage.world.state(case) == "delivered"


@pytest.mark.parametrize("action", ["happened", "not_happened", "look"])
def test_nobody_else_may_and_that_is_audited(stage: Stage, action: str) -> None:
    (case,) = in_doubt(stage)
    stage.press(EVE, action, confirmed=True)
    assert "Only reviewers, engineers and the owner may" in stage.told(EVE)
    assert stage.world.state(case) == "doubtful"
    assert audited(stage, "read.refused" if action == "look" else "settle.refused") == [EVE]


def test_a_person_who_may_not_settle_cannot_have_it_delivered_again(stage: Stage) -> None:
    in_doubt(stage)
    stage.press(ANA, "not_happened", confirmed=True)
    stage.work()
    stage.press(LEE, "deliver_again")
    assert "Only reviewers, engineers and the owner may" in stage.told(LEE)
    assert len(stage.desk.attempts) == 1


def test_a_card_of_an_earlier_attempt_settles_nothing(stage: Stage) -> None:
    """It failed in the same way once more; what was pressed is about the time before."""
    (case,) = in_doubt(stage)
    (card,) = stage.cards()
    stage.press(ANA, "not_happened", confirmed=True)
    stage.desk.errors.append(OutcomeUnknown("again no answer"))
    stage.work()
    stage.press(ANA, "deliver_again")
    stage.world.work()
    stage.person(BEN).press(SUPPORT, card.ts, "look")
    stage.send()
    assert stage.world.state(case) == "doubtful"
    assert "again no answer" in words(stage.cards()[0].blocks)
    assert buttons(stage.cards()[0]) == ["happened", "not_happened", "look"]


def test_look_shows_all_that_is_known(stage: Stage) -> None:
    in_doubt(stage)
    said = words(stage.opened(ANA, "look").blocks)
    for part in ("sample/ticket-1", "no answer came", "Where is parcel 1?", "We look into it."):
        assert part in said


def test_where_a_workflow_posts_nowhere_the_failures_channel_is_asked(stage: Stage) -> None:
    sample = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), idempotent=False)
    stage.world.registry.add(sample)
    in_doubt(stage, workflow=sample)
    assert stage.cards() == []
    assert len(doubts(stage, FAILED)) == 1


def test_an_outage_asks_three_questions_at_a_time(stage: Stage) -> None:
    in_doubt(stage, 8)
    assert len(doubts(stage)) == 3
    assert "8 are in doubt" in words(stage.cards(channel=FAILED)[0].blocks)
    for _ in range(8):
        stage.press(ANA, "happened", card=doubts(stage)[0], confirmed=True)
        stage.work()
    assert doubts(stage) == []
    assert len(stage.cards()) == 8


def test_open_doubts_keep_no_review_from_its_card(stage: Stage) -> None:
    in_doubt(stage, 4)
    stage.submit(stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="other")), id=9, text="Hi")
    assert "approve" in buttons(stage.cards()[-1])


def test_one_that_was_settled_before_it_was_asked_is_not_asked(stage: Stage) -> None:
    sample = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), idempotent=False))
    stage.desk.errors.append(OutcomeUnknown("no answer came"))
    case = stage.world.submit(sample, id=1, text="x").case
    stage.world.work()
    settle(stage.world.context, case, happened=True, by="cli:kim")
    stage.send()
    assert stage.cards() == []
