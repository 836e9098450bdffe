"""Line items as rows of a review's form: changed, added, removed, turned and kept, and what was typed survives."""

from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import pytest
from pydantic import BaseModel, Field, JsonValue, model_validator

from handlers.slack.interactions.forms import rows as row_listeners
from handlers.slack.payloads import submission
from store import schema
from tests.sample import Ticket
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, SUPPORT, Stage, buttons, inputs, words
from tests.world import sure
from workflows import Autonomy, Review, Run, Workflow
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows

pytestmark = pytest.mark.slow


class Item(BaseModel):
    article: str = Field(min_length=1, max_length=40)
    quantity: int = Field(ge=1)
    price: Decimal
    amount: Decimal

    @model_validator(mode="after")
    def _adds_up(self) -> "Item":
        if self.quantity * self.price != self.amount:
            raise ValueError("quantity times price is not the amount")
        return self


class Bill(BaseModel):
    supplier: str
    lines: list[Item] = Field(max_length=150)


def item(article: str, quantity: int, price: str, amount: str) -> dict[str, JsonValue]:
    return {"article": article, "quantity": quantity, "price": price, "amount": amount}


BillT = TypeVar("BillT", bound=Bill)
THREE: list[JsonValue] = [
    item("Valve", 2, "10.00", "20.00"),
    item("Pipe", 1, "5.50", "5.50"),
    item("Seal", 4, "1.00", "4.00"),
]
TEXT = "2 valves at 10.00 are 20.00, a pipe 5.50, 4 seals 1.00, together 4.00; 3 valves 30.00"


def bills(delivered: list[BillT], output: type[BillT]) -> AnyWorkflow:
    """Return an automation whose output has line items, at least."""
    workflow = Workflow(
        name="bills",
        decision="What does this bill say?",
        owner="U0MARIA",
        input=Ticket,
        output=output,
        key=lambda ticket: f"bill-{ticket.id}",
        autonomy=Autonomy.draft(),
    )

    @workflow.deliver(idempotent=True)
    def book(bill: BillT, run: Run[Ticket]) -> str:
        delivered.append(bill)
        return "booked"

    return workflow


@pytest.fixture
def delivered() -> list[Bill]:
    return []


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A Countersign whose model reads three line items."""
    return make_stage(sure(0.6, supplier="Acme", lines=THREE))


def opened(stage: Stage, delivered: list[Bill], *, text: str = TEXT) -> int:
    case = stage.submit(stage.placed(bills(delivered, Bill)), id=1, text=text)
    stage.opened(ANA, "edit")
    return case


def press(stage: Stage, action: str, row: str = "", *, user: str = ANA) -> None:
    """Press the button of a row, or of the list, by the beginning of its block."""
    (block,) = {
        str(block["block_id"])
        for block in stage.view(user).blocks
        if block["type"] == "actions" and str(block["block_id"]).startswith(row or "rows_end!")
    }
    assert stage.person(user).press_in_view(action, block_id=block).acknowledged


def said_by(stage: Stage, *, user: str = ANA) -> str:
    return words(stage.view(user).blocks)


def until(stage: Stage, part: str, *, user: str = ANA) -> str:
    """Wait until the form says something: it is drawn anew after the acknowledgement."""
    return stage.person(user).wait_until(lambda: said if part in (said := said_by(stage, user=user)) else None)


def test_a_row_is_changed_added_and_removed_and_what_stands_there_is_delivered(
    stage: Stage, delivered: list[Bill]
) -> None:
    opened(stage, delivered)
    said = said_by(stage)
    assert "Lines · 3 rows" in said
    assert "1. Valve · quantity 2 · price 10.00 · amount 20.00" in said
    assert "|" not in said
    assert "{" not in said
    stage.person(ANA).type({"supplier.0.0": "Acme Inc"})

    press(stage, "change_row", "row!lines.0.")
    form = stage.view(ANA, deep=2)
    assert form.title["text"] == "Row 1"
    assert list(inputs(form)) == ["article.0.0", "quantity.0.0", "price.0.0", "amount.0.0"]
    assert "Proposed: 20.00" in str(inputs(form)) + str(form.blocks)
    assert stage.person(ANA).submit({"quantity.0.0": "3", "amount.0.0": "30.00"}).outcome == "closed"
    said = until(stage, "1 changed")
    assert "1. Changed: Valve · quantity 3 · price 10.00 · amount 30.00" in said

    press(stage, "remove_row", "row!lines.1.")
    until(stage, "1 changed, 1 removed")
    press(stage, "add_row")
    assert stage.view(ANA, deep=2).title["text"] == "Add a row"
    new: dict[str, JsonValue] = {"article.0.2": "Cap", "quantity.0.2": "1", "price.0.2": "5.50", "amount.0.2": "5.50"}
    assert stage.person(ANA).submit(new).outcome == "closed"
    until(stage, "3. Added: Cap")

    assert stage.person(ANA).submit().outcome == "closed"
    stage.work()
    (bill,) = delivered
    assert bill.supplier == "Acme Inc"  # what was typed beside the rows is kept by each press
    assert [(line.article, line.amount) for line in bill.lines] == [
        ("Valve", Decimal("30.00")),
        ("Seal", Decimal("4.00")),
        ("Cap", Decimal("5.50")),
    ]
    assert stage.world.rows(schema.Draft) == []


def test_each_press_costs_one_call_and_a_submission_none_or_one(stage: Stage, delivered: list[Bill]) -> None:
    """Slack takes about a hundred of these a minute, for the whole workspace."""
    opened(stage, delivered)

    def calls() -> list[str]:
        return [call.method for call in stage.running.administrator.calls() if call.method.startswith("views.")]

    before = len(calls())
    press(stage, "change_row", "row!lines.0.")
    stage.view(ANA, deep=2)
    stage.person(ANA).submit({"quantity.0.0": "3", "amount.0.0": "30.00"})
    until(stage, "1 changed")
    press(stage, "remove_row", "row!lines.1.")
    until(stage, "1 removed")
    stage.person(ANA).submit({"supplier.0.2": ""})
    assert calls()[before:] == ["views.push", "views.update", "views.update"]


def test_the_values_of_a_row_are_held_against_the_items_own_validators_field_by_field(
    stage: Stage, delivered: list[Bill]
) -> None:
    opened(stage, delivered)
    press(stage, "change_row", "row!lines.1.")
    stage.view(ANA, deep=2)
    first = stage.person(ANA).submit({"article.0.0": "x" * 41, "quantity.0.0": "0"})
    assert first.outcome == "errors"
    assert set(first.errors) == {"article.0.0", "quantity.0.0"}
    whole = stage.person(ANA).submit({"article.0.0": "Pipe", "quantity.0.0": "2"})
    assert whole.errors == {"amount.0.0": "quantity times price is not the amount"}  # at the last input
    stage.person(ANA).close()
    assert "1 changed" not in said_by(stage)
    assert len(stage.person(ANA).views()) == 1


def test_a_list_that_breaks_a_rule_as_a_whole_is_told_above_its_rows_with_what_was_typed_kept(
    make_stage: MakeStage, delivered: list[Bill]
) -> None:
    """An error in Slack's own way needs an input, and rows are none."""
    many = [item(f"Part {place}", 1, "1.00", "1.00") for place in range(150)]
    stage = make_stage(sure(0.6, supplier="Acme", lines=[*many]))
    opened(stage, delivered, text="150 parts, 1 at 1.00 each")
    press(stage, "add_row")
    stage.view(ANA, deep=2)
    new: dict[str, JsonValue] = {"article.0.0": "One", "quantity.0.0": "1", "price.0.0": "1.00", "amount.0.0": "1.00"}
    assert stage.person(ANA).submit(new).outcome == "closed"
    until(stage, "151")
    assert stage.person(ANA).submit({"supplier.0.1": "Acme Inc"}).outcome == "updated"
    said = said_by(stage)
    assert "Not recorded. Correct: Lines." in said
    assert "150" in said.split("⚠ ", 1)[1]
    form = stage.view(ANA)
    assert form.values["supplier.0.2"]["value"]["value"] == "Acme Inc"
    assert delivered == []


def test_a_hundred_and_twenty_rows_are_turned_page_by_page_within_what_slack_takes(
    make_stage: MakeStage, delivered: list[Bill]
) -> None:
    many = [item(f"Part {place + 1}.", 1, "1.00", "1.00") for place in range(120)]
    stage = make_stage(sure(0.6, supplier="Acme", lines=[*many]))
    opened(stage, delivered, text="120 parts, 1 at 1.00 each; 7 at 1.00 are 7.00")
    assert "Lines · rows 1 to 20 of 120" in said_by(stage)
    assert len(stage.view(ANA).blocks) < 100
    for first in range(21, 120, 20):
        press(stage, "rows.on")
        until(stage, f"rows {first} to {first + 19} of 120")
    assert "rows.on" not in buttons(stage.view(ANA))
    press(stage, "change_row", "row!lines.119.")
    stage.view(ANA, deep=2)
    form = stage.view(ANA, deep=2)
    (quantity,) = [name for name in inputs(form) if name.startswith("quantity.")]
    (amount,) = [name for name in inputs(form) if name.startswith("amount.")]
    assert stage.person(ANA).submit({quantity: "7", amount: "7.00"}).outcome == "closed"
    assert "rows 101 to 120 of 120 · 1 changed" in until(stage, "1 changed")  # the same page
    press(stage, "rows.back")
    until(stage, "rows 81 to 100 of 120")
    assert stage.person(ANA).submit().outcome == "closed"
    stage.work()
    assert [line.quantity for line in delivered[0].lines] == [1] * 119 + [7]


def test_a_form_that_was_closed_takes_up_what_was_typed_for_half_an_hour(stage: Stage, delivered: list[Bill]) -> None:
    opened(stage, delivered)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    stage.person(ANA).type({"supplier.0.1": "Acme Inc"})
    stage.person(ANA).close()
    stage.world.clock.move(timedelta(minutes=29))
    form = stage.opened(ANA, "edit")
    said = words(form.blocks)
    assert "Taken up from what you typed at 2026-11-20 09:00 UTC." in said
    assert "Lines · 2 rows · 1 removed" in said
    assert form.values["supplier.0.0"]["value"]["value"] == "Acme Inc"
    assert "Taken up" not in words(stage.opened(BEN, "edit").blocks)  # a draft is one person's

    assert stage.person(ANA).press_in_view("start_anew").acknowledged
    said = until(stage, "Lines · 3 rows")
    assert "Taken up" not in said
    assert stage.view(ANA).values["supplier.0.1"]["value"]["value"] == "Acme"
    assert stage.world.rows(schema.Draft) == []


def test_a_draft_is_too_old_after_half_an_hour_and_of_no_use_for_another_version(
    stage: Stage, delivered: list[Bill]
) -> None:
    case = opened(stage, delivered)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    stage.person(ANA).close()
    stage.world.clock.move(timedelta(minutes=31))
    assert "Lines · 3 rows" in words(stage.opened(ANA, "edit").blocks)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    stage.person(ANA).close()
    review = stage.world.review(case)
    reviews.reject(stage.world.context, review.id, review.version, by=BEN, reason="wrong", follows=Follows.BY_HAND)
    stage.work()
    assert "Lines · 3 rows" in words(stage.opened(ANA, "edit").blocks)


def test_a_form_that_is_open_for_longer_decides_what_it_shows(stage: Stage, delivered: list[Bill]) -> None:
    """The half hour is for forms that are opened; what a person sees is what they decide."""
    opened(stage, delivered)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    stage.world.clock.move(timedelta(hours=3))
    assert stage.person(ANA).submit().outcome == "closed"
    stage.work()
    assert [line.article for line in delivered[0].lines] == ["Pipe", "Seal"]


def test_rows_that_are_not_known_any_more_are_shown_before_anything_is_decided(
    stage: Stage, delivered: list[Bill]
) -> None:
    opened(stage, delivered)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    with stage.world.database.write() as session:
        session.query(schema.Draft).delete()
    assert stage.person(ANA).submit().outcome == "updated"
    said = said_by(stage)
    assert "These rows were changed elsewhere" in said
    assert "Lines · 3 rows" in said
    assert delivered == []
    assert stage.person(ANA).submit().outcome == "closed"


def test_a_row_of_a_review_that_somebody_decided_meanwhile_hands_back_what_was_typed(
    stage: Stage, delivered: list[Bill]
) -> None:
    opened(stage, delivered)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    stage.press(BEN, "approve")
    assert stage.person(ANA).submit({"supplier.0.1": "Acme Inc"}).outcome == "updated"
    said = said_by(stage)
    assert "Already approved by @U0BEN" in said
    assert "You typed, for Supplier\nAcme Inc" in said
    assert "You typed, for Lines\n1. Pipe · quantity 1 · price 5.50 · amount 5.50\n2. Seal" in said


def test_a_row_whose_review_was_decided_meanwhile_is_handed_back_too(stage: Stage, delivered: list[Bill]) -> None:
    opened(stage, delivered)
    press(stage, "change_row", "row!lines.0.")
    stage.view(ANA, deep=2)
    stage.press(BEN, "approve")
    assert stage.person(ANA).submit({"article.0.0": "Gate valve"}).outcome == "updated"
    said = said_by(stage)
    assert "Already approved by @U0BEN" in said
    assert "You typed, for Article\nGate valve" in said


def test_a_form_from_the_list_has_room_for_no_more_modals_so_a_row_stands_in_its_place(
    stage: Stage, delivered: list[Bill]
) -> None:
    """Three modals can be put on each other: the list, the review, and its form."""
    stage.submit(stage.placed(bills(delivered, Bill)), id=1, text=TEXT)
    person = stage.person(ANA)
    assert person.command("C0SUPPORT", "/countersign", "queue").acknowledged
    stage.view(ANA)
    assert person.press_in_view("review").acknowledged
    stage.view(ANA, deep=2)
    assert person.press_in_view("edit").acknowledged
    stage.view(ANA, deep=3)
    person.type({"supplier.0.0": "Acme Inc"})
    press(stage, "change_row", "row!lines.0.")
    until(stage, "nothing is decided before you press Decide")
    assert len(person.views()) == 3
    assert person.press_in_view("back_to_form").acknowledged
    until(stage, "Lines · 3 rows")
    press(stage, "change_row", "row!lines.0.")
    until(stage, "nothing is decided before you press Decide")
    generation = next(iter(inputs(stage.view(ANA)))).rpartition(".")[2]
    submitted = person.submit({f"quantity.0.{generation}": "3", f"amount.0.{generation}": "30.00"})
    assert submitted.outcome == "updated"
    assert "1. Changed: Valve · quantity 3" in said_by(stage)
    assert person.submit().outcome == "closed"
    stage.work()
    assert (delivered[0].supplier, delivered[0].lines[0].quantity) == ("Acme Inc", 3)


def test_a_row_that_is_sent_twice_is_added_once(stage: Stage, delivered: list[Bill]) -> None:
    opened(stage, delivered)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    press(stage, "add_row")
    stage.view(ANA, deep=2)
    stage.running.administrator.duplicate_envelopes()
    new: dict[str, JsonValue] = {"article.0.1": "Cap", "quantity.0.1": "1", "price.0.1": "4.00", "amount.0.1": "4.00"}
    assert stage.person(ANA).submit(new).outcome == "closed"
    until(stage, "3. Added: Cap")
    stage.work()
    assert "Lines · 3 rows · 1 added, 1 removed" in said_by(stage)


def test_a_form_that_slack_closes_without_saying_what_stood_in_it_keeps_what_came_by_presses(
    stage: Stage, delivered: list[Bill]
) -> None:
    """Slack's documentation does not promise the values of a form that is closed."""
    opened(stage, delivered)
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "1 removed")
    stage.person(ANA).type({"supplier.0.1": "Acme Inc"})
    closed = submission(
        {
            "team": {"id": "T0SANDBOX"},
            "user": {"id": ANA},
            "view": {"id": "V1", "private_metadata": "1.1", "state": {"values": {}}},
        }
    )
    row_listeners._note_closed(stage.ears.slack_context, closed)
    (draft,) = stage.world.rows(schema.Draft)
    assert isinstance(draft, schema.Draft)
    assert draft.by == ANA


def test_a_row_is_changed_by_nobody_who_may_no_longer_decide(stage: Stage, delivered: list[Bill]) -> None:
    """The right is looked at for each press, and what was refused stands in the audit."""
    case = opened(stage, delivered)
    stage.world.registry.get("bills").review = Review(post_to=SUPPORT, reviewers=[BEN])
    press(stage, "remove_row", "row!lines.0.")
    assert "You have no right to this, or it no longer exists." in words(stage.view(ANA, deep=2).blocks)
    assert stage.world.rows(schema.Draft) == []
    assert "decide.refused" in [entry.action for entry in stage.world.case(case).audit]
