"""A delivered case is corrected by its rows, as a review is edited: changed, added, removed, turned, and kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import BaseModel, JsonValue

from store import schema
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, SUPPORT, Stage, buttons, inputs, words
from tests.slack.test_rows import TEXT, THREE, Bill, bills, item, press, said_by, until
from tests.world import sure
from workflows import Review
from workflows.engine.review.wrong import corrections

pytestmark = pytest.mark.slow


class Account(BaseModel):
    """Account that the money goes to."""

    holder: str
    number: int


class Invoice(Bill):
    """A bill with a nested record."""

    account: Account


ACCOUNT: JsonValue = {"holder": "Acme", "number": 7}


@pytest.fixture
def delivered() -> list[Invoice]:
    return []


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A Countersign whose model reads three line items."""
    return make_stage(sure(0.6, supplier="Acme", account=ACCOUNT, lines=THREE))


def booked(stage: Stage, delivered: list[Invoice], *, text: str = TEXT) -> int:
    """A case that was approved and delivered; its card has Correct."""
    case = stage.submit(stage.placed(bills(delivered, Invoice)), id=1, text=text)
    stage.press(ANA, "approve")
    stage.work()
    assert len(delivered) == 1
    return case


def opened(stage: Stage, user: str = ANA) -> None:
    stage.opened(user, "correct", card=0)


def without_first(stage: Stage, user: str = ANA) -> None:
    """Remove the first row."""
    press(stage, "remove_row", "row!lines.0.", user=user)
    until(stage, "1 removed", user=user)


def deliver_something_else(stage: Stage, case: int) -> None:
    other = Invoice(supplier="Other", account=Account(holder="Other", number=8), lines=[])
    corrections.correct(stage.world.context, case, other, by="cli:kim")
    stage.work()
    stage.press(BEN, "approve")
    stage.work()


def test_rows_and_a_nested_record_are_corrected_and_delivered_once_a_person_approved_it(
    stage: Stage, delivered: list[Invoice]
) -> None:
    booked(stage, delivered)
    opened(stage)
    said = said_by(stage)
    assert "Lines · 3 rows" in said
    assert "1. Valve · quantity 2 · price 10.00 · amount 20.00" in said
    assert "|" not in said
    assert "{" not in said
    assert list(inputs(stage.view(ANA))) == ["supplier.0.0", "account/holder.0.0", "account/number.0.0", "why!.0.0"]
    stage.person(ANA).type({"account/number.0.0": "9", "why!.0.0": "It was read wrongly"})

    press(stage, "change_row", "row!lines.0.")
    form = stage.view(ANA, deep=2)
    assert "Delivered: 20.00" in str(form.blocks)
    assert "nothing is proposed before you press Propose" in words(form.blocks)
    wrong = stage.person(ANA).submit({"quantity.0.0": "0", "amount.0.0": "30.00"})
    assert set(wrong.errors) == {"quantity.0.0"}
    wrong = stage.person(ANA).submit({"quantity.0.0": "4", "amount.0.0": "30.00"})
    assert wrong.errors == {"amount.0.0": "quantity times price is not the amount"}
    assert stage.person(ANA).submit({"quantity.0.0": "3", "amount.0.0": "30.00"}).outcome == "closed"
    assert "1. Changed: Valve · quantity 3 · price 10.00 · amount 30.00" in until(stage, "1 changed")
    assert "Delivered: 7." in str(inputs(stage.view(ANA))) + str(stage.view(ANA).blocks)

    press(stage, "remove_row", "row!lines.1.")
    until(stage, "1 changed, 1 removed")
    press(stage, "add_row")
    assert stage.view(ANA, deep=2).title["text"] == "Add a row"
    new: dict[str, JsonValue] = {"article.0.2": "Cap", "quantity.0.2": "1", "price.0.2": "5.50", "amount.0.2": "5.50"}
    assert stage.person(ANA).submit(new).outcome == "closed"
    until(stage, "3. Added: Cap")

    assert stage.person(ANA).submit().outcome == "updated"
    assert "waits for a decision, like any proposal" in said_by(stage)
    stage.work()
    assert stage.world.rows(schema.Draft) == []
    assert "It was read wrongly" in words(stage.cards()[-1].blocks)
    assert len(delivered) == 1
    stage.press(BEN, "approve")
    stage.work()
    second = delivered[1]
    assert (second.supplier, second.account.holder, second.account.number) == ("Acme", "Acme", 9)
    assert [(line.article, line.amount) for line in second.lines] == [
        ("Valve", Decimal("30.00")),
        ("Seal", Decimal("4.00")),
        ("Cap", Decimal("5.50")),
    ]


def test_a_form_that_was_closed_takes_up_what_was_typed_for_half_an_hour(
    stage: Stage, delivered: list[Invoice]
) -> None:
    booked(stage, delivered)
    opened(stage)
    without_first(stage)
    stage.person(ANA).type({"account/holder.0.1": "Acme Inc", "why!.0.1": "The pipe is not ours"})
    stage.person(ANA).close()
    stage.world.clock.move(timedelta(minutes=29))
    opened(stage)
    said, form = said_by(stage), stage.view(ANA)
    assert "Taken up from what you typed at" in said
    assert "Lines · 2 rows · 1 removed" in said
    assert form.values["account/holder.0.0"]["value"]["value"] == "Acme Inc"
    assert form.values["why!.0.0"]["value"]["value"] == "The pipe is not ours"
    opened(stage, BEN)
    assert "Taken up" not in said_by(stage, user=BEN)  # a draft is one person's

    assert stage.person(ANA).press_in_view("start_anew").acknowledged
    assert "Taken up" not in until(stage, "Lines · 3 rows")
    form = stage.view(ANA)
    assert form.values["account/holder.0.1"]["value"]["value"] == "Acme"
    assert "initial_value" not in inputs(form)["why!.0.1"]
    assert stage.world.rows(schema.Draft) == []

    without_first(stage)
    stage.person(ANA).close()
    stage.world.clock.move(timedelta(minutes=31))
    opened(stage)
    assert "Lines · 3 rows" in said_by(stage)


def test_a_form_in_which_only_the_reason_was_typed_takes_that_up(stage: Stage, delivered: list[Invoice]) -> None:
    booked(stage, delivered)
    opened(stage)
    stage.person(ANA).type({"why!.0.0": "The pipe is not ours"})
    stage.person(ANA).close()
    opened(stage)
    assert "Taken up" in said_by(stage)
    assert stage.view(ANA).values["why!.0.0"]["value"]["value"] == "The pipe is not ours"


def test_what_arrives_twice_is_done_once(stage: Stage, delivered: list[Invoice]) -> None:
    booked(stage, delivered)
    opened(stage)
    without_first(stage)
    press(stage, "add_row")
    stage.view(ANA, deep=2)
    stage.running.administrator.duplicate_envelopes()
    new: dict[str, JsonValue] = {"article.0.1": "Cap", "quantity.0.1": "1", "price.0.1": "4.00", "amount.0.1": "4.00"}
    assert stage.person(ANA).submit(new).outcome == "closed"
    until(stage, "3. Added: Cap")
    stage.work()
    assert "Lines · 3 rows · 1 added, 1 removed" in said_by(stage)

    press(stage, "remove_row", "row!lines.0.")
    until(stage, "2 removed")
    stage.work()
    assert "2. Added: Cap" in said_by(stage)

    assert stage.person(ANA).submit().outcome == "updated"
    stage.work()
    open_ones = [
        row for row in stage.world.rows(schema.Review) if isinstance(row, schema.Review) and row.state == "open"
    ]
    assert len(open_ones) == 1
    assert stage.world.rows(schema.Draft) == []


def test_two_people_have_rows_of_their_own_and_the_second_is_handed_back(
    stage: Stage, delivered: list[Invoice]
) -> None:
    booked(stage, delivered)
    opened(stage)
    opened(stage, BEN)
    without_first(stage)
    press(stage, "remove_row", "row!lines.1.", user=BEN)
    until(stage, "1 removed", user=BEN)
    assert "1. Pipe" in said_by(stage)
    assert "1. Valve" in said_by(stage, user=BEN)
    assert stage.person(ANA).submit().outcome == "updated"
    assert stage.person(BEN).submit({"supplier.0.1": "Acme Inc"}).outcome == "updated"
    said = said_by(stage, user=BEN)
    assert f"A correction of it waits already, in #{SUPPORT}; decide that one first." in said
    assert "You typed, for Supplier\nAcme Inc" in said
    assert "You typed, for Lines\n1. Valve · quantity 2 · price 10.00 · amount 20.00\n2. Seal" in said


@pytest.mark.parametrize("act", ["propose", "remove", "keep"])
def test_where_something_else_was_delivered_meanwhile_what_was_typed_is_handed_back(
    stage: Stage, delivered: list[Invoice], act: str
) -> None:
    case = booked(stage, delivered)
    opened(stage)
    without_first(stage)
    if act == "keep":
        press(stage, "change_row", "row!lines.0.")
        stage.view(ANA, deep=2)
    deliver_something_else(stage, case)
    match act:
        case "propose":
            stage.person(ANA).submit({"why!.0.1": "The pipe is not ours"})
        case "remove":
            press(stage, "remove_row", "row!lines.0.")
        case _:
            stage.person(ANA).submit({"article.0.1": "Gate valve"})
    said = until(stage, "Something else was delivered after this was shown")
    if act == "keep":
        assert "You typed, for Article\nGate valve" in said
    else:
        assert "You typed, for Lines\n1. Pipe · quantity 1 · price 5.50 · amount 5.50\n2. Seal" in said
    assert ("You typed, for What was wrong?\nThe pipe is not ours" in said) == (act == "propose")
    assert len(delivered) == 2
    assert "correct.refused" in [entry.action for entry in stage.world.case(case).audit]


def test_a_hundred_and_twenty_rows_are_turned_page_by_page(make_stage: MakeStage, delivered: list[Invoice]) -> None:
    many = [item(f"Part {place + 1}.", 1, "1.00", "1.00") for place in range(120)]
    stage = make_stage(sure(0.6, supplier="Acme", account=ACCOUNT, lines=[*many]))
    booked(stage, delivered, text="120 parts, 1 at 1.00 each; 7 at 1.00 are 7.00")
    opened(stage)
    assert "Lines · rows 1 to 20 of 120" in said_by(stage)
    for first in range(21, 120, 20):
        press(stage, "rows.on")
        until(stage, f"rows {first} to {first + 19} of 120")
    assert "rows.on" not in buttons(stage.view(ANA))
    press(stage, "change_row", "row!lines.119.")
    form = stage.view(ANA, deep=2)
    (quantity,) = [name for name in inputs(form) if name.startswith("quantity.")]
    (amount,) = [name for name in inputs(form) if name.startswith("amount.")]
    assert stage.person(ANA).submit({quantity: "7", amount: "7.00"}).outcome == "closed"
    assert "rows 101 to 120 of 120 · 1 changed" in until(stage, "1 changed")  # the same page
    assert stage.person(ANA).submit().outcome == "updated"
    stage.work()
    stage.press(BEN, "approve")
    stage.work()
    assert [line.quantity for line in delivered[1].lines] == [1] * 119 + [7]


def test_a_list_that_breaks_a_rule_as_a_whole_is_told_above_its_rows_with_what_was_typed_kept(
    make_stage: MakeStage, delivered: list[Invoice]
) -> None:
    many = [item(f"Part {place}", 1, "1.00", "1.00") for place in range(150)]
    stage = make_stage(sure(0.6, supplier="Acme", account=ACCOUNT, lines=[*many]))
    booked(stage, delivered, text="150 parts, 1 at 1.00 each")
    opened(stage)
    press(stage, "add_row")
    stage.view(ANA, deep=2)
    new: dict[str, JsonValue] = {"article.0.0": "One", "quantity.0.0": "1", "price.0.0": "1.00", "amount.0.0": "1.00"}
    assert stage.person(ANA).submit(new).outcome == "closed"
    until(stage, "151")
    assert stage.person(ANA).submit({"supplier.0.1": "Acme Inc", "why!.0.1": "One is missing"}).outcome == "updated"
    said = said_by(stage)
    assert "Not recorded. Correct: Lines." in said
    assert "150" in said.split("⚠ ", 1)[1]
    form = stage.view(ANA)
    assert form.values["supplier.0.2"]["value"]["value"] == "Acme Inc"
    assert form.values["why!.0.2"]["value"]["value"] == "One is missing"


def test_rows_that_are_not_known_any_more_are_shown_before_anything_is_proposed(
    stage: Stage, delivered: list[Invoice]
) -> None:
    booked(stage, delivered)
    opened(stage)
    without_first(stage)
    with stage.world.database.write() as session:
        session.query(schema.Draft).delete()
    assert stage.person(ANA).submit({"supplier.0.1": "Acme Inc"}).outcome == "updated"
    said = said_by(stage)
    assert "These rows were changed elsewhere" in said
    assert "Lines · 3 rows" in said
    assert len(stage.world.rows(schema.Review)) == 1
    assert stage.person(ANA).submit().outcome == "updated"
    assert len(stage.world.rows(schema.Review)) == 2


def test_a_form_from_the_list_has_room_for_no_more_modals_so_a_row_stands_in_its_place(
    stage: Stage, delivered: list[Invoice]
) -> None:
    """Three modals can be put on each other: the list, the review, and the form that corrects it."""
    stage.submit(stage.placed(bills(delivered, Invoice)), id=1, text=TEXT)
    person = stage.person(ANA)
    assert person.command("C0SUPPORT", "/countersign", "queue").acknowledged
    stage.view(ANA)
    assert person.press_in_view("review").acknowledged
    stage.view(ANA, deep=2)
    stage.press(BEN, "approve")
    stage.work()
    assert person.press_in_view("approve").acknowledged  # too late: the present card has Correct
    person.wait_until(lambda: "correct" in buttons(stage.view(ANA)))
    assert person.press_in_view("correct").acknowledged
    stage.view(ANA, deep=3)
    person.type({"why!.0.0": "The valves are three"})
    press(stage, "change_row", "row!lines.0.")
    until(stage, "nothing is proposed before you press Propose")
    assert len(person.views()) == 3
    assert person.press_in_view("back_to_form").acknowledged
    until(stage, "Lines · 3 rows")
    press(stage, "change_row", "row!lines.0.")
    until(stage, "nothing is proposed before you press Propose")
    generation = next(iter(inputs(stage.view(ANA)))).rpartition(".")[2]
    submitted = person.submit({f"quantity.0.{generation}": "3", f"amount.0.{generation}": "30.00"})
    assert submitted.outcome == "updated"
    assert "1. Changed: Valve · quantity 3" in said_by(stage)
    assert person.submit().outcome == "updated"
    stage.work()
    assert "The valves are three" in words(stage.cards()[-1].blocks)


def test_rows_of_a_delivery_are_changed_by_nobody_who_may_no_longer_read_it(
    stage: Stage, delivered: list[Invoice]
) -> None:
    """The right is looked at for each press, and what was refused stands in the audit."""
    case = booked(stage, delivered)
    opened(stage)
    press(stage, "change_row", "row!lines.0.")
    stage.view(ANA, deep=2)
    stage.world.registry.get("bills").review = Review(post_to=SUPPORT, reviewers=[BEN])
    with stage.world.database.write() as session:
        session.query(schema.Draft).delete()
    stage.person(ANA).submit({"article.0.0": "Gate valve"})
    said = until(stage, "You have no right to this, or it no longer exists.")
    assert "Gate valve" in said  # their own words
    stage.person(ANA).close()
    press(stage, "remove_row", "row!lines.0.")
    until(stage, "You have no right to this, or it no longer exists.")
    stage.person(ANA).close()
    assert stage.person(ANA).submit({"supplier.0.0": "Acme Inc"}).outcome == "updated"
    said = said_by(stage)
    assert "You have no right to this, or it no longer exists." in said
    assert "Valve" not in said
    assert stage.world.rows(schema.Draft) == []
    assert [entry.action for entry in stage.world.case(case).audit].count("correct.refused") == 3
