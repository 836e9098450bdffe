"""F24: what is typed into a form and does not fit is told at its field; nothing changes, and what was typed stays."""

from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, JsonValue

from store import schema
from tests.sample import Ticket
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, Stage, inputs
from tests.world import sure
from workflows import Ask, Autonomy, Proposal, Run, Workflow


class Refund(BaseModel):
    amount: Annotated[Decimal, Field(gt=0, le=100)]
    parts: Annotated[int, Field(ge=1)]
    words: Annotated[str, Field(min_length=3, max_length=4_000)]


def refunds() -> Workflow[Ticket, Refund]:
    """An automation with a form of numbers and a text, each with bounds."""
    made = Workflow(
        name="refunds",
        decision="How much?",
        owner="U0MARIA",
        input=Ticket,
        output=Refund,
        key=lambda ticket: f"ticket-{ticket.id}",
        autonomy=Autonomy.draft(),
    )

    @made.propose
    def propose(ticket: Ticket, ask: Ask[Refund]) -> Proposal[Refund]:
        return ask(text=ticket.text)

    @made.deliver(idempotent=True)
    def deliver(refund: Refund, run: Run[Ticket]) -> str:
        return f"paid {refund.amount}"

    return made


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A case of it that waits for a person."""
    stage = make_stage(sure(0.5, amount="20", parts=1, words="x" * 3_990))
    stage.submit(stage.placed(refunds()), id=1, text="It broke")
    return stage


FITS: dict[str, JsonValue] = {"amount.0.0": "20", "parts.0.0": "1", "words.0.0": "We pay", "words.1.0": ""}
WRONG: dict[str, dict[str, JsonValue]] = {
    "has to be at most 100": {"amount.0.0": "101"},
    "has to be more than 0": {"amount.0.0": "0"},
    "has to be at least 1": {"parts.0.0": "0"},
    "is missing": {"words.0.0": "  ", "words.1.0": "  "},
    # Two boxes, since one holds 3,000.
    "has to have at most 4000 characters": {"words.0.0": "x" * 3_000, "words.1.0": "x" * 1_001},
}
"""Error that a person is told -> what they typed."""


def test_what_does_not_fit_is_told_at_its_field_and_changes_nothing(stage: Stage) -> None:
    stage.opened(ANA, "edit")
    for said, typed in WRONG.items():
        told = stage.person(ANA).submit(FITS | typed)
        ((place, words),) = told.errors.items()
        assert (told.outcome, place.split(".")[0]) == ("errors", next(iter(typed)).split(".")[0])
        assert said in words
    assert stage.world.rows(schema.Decision) == []
    assert len(stage.person(ANA).views()) == 1


def test_what_slack_s_own_client_does_not_let_through_is_no_matter_for_the_form(stage: Stage) -> None:
    """Letters in a box for a number, 3,001 characters in one box, and a box that is left empty."""
    boxes = inputs(stage.opened(ANA, "edit"))
    assert boxes["amount.0.0"]["type"] == boxes["parts.0.0"]["type"] == "number_input"
    assert boxes["words.0.0"]["max_length"] == 3_000
    for box, typed in (("amount.0.0", "much"), ("parts.0.0", "1.5"), ("words.0.0", "x" * 3_001), ("parts.0.0", "")):
        assert stage.person(ANA).submit({box: typed}).outcome == "incomplete"
    assert stage.world.rows(schema.Decision) == []
