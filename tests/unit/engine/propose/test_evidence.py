"""Quotes and checks: what caps a model's confidence, and what is said of it."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, JsonValue

from tests.sample import Desk, Ticket, Triage, sample_workflow
from workflows import BadDeclaration, Proposal
from workflows.engine.propose.checks import held_against_checks
from workflows.engine.propose.evidence.quotes import CAP, with_evidence
from workflows.engine.text.stated_values import says

SHOWN: JsonValue = {
    "invoice": "INVOICE  2026-117\nof 3 March 2026\nTotal due:\u00a01.234,50 €\nMüller & Söhne GmbH",
    "orders": [{"number": "A-1", "total": 12}],
}


class Urgency(StrEnum):
    HIGH = "very urgent"


class Item(BaseModel):
    name: str | None
    price: Decimal | None


class Invoice(BaseModel):
    number: str = "2026-117"
    issued: date = date(2026, 3, 3)
    total: Decimal = Decimal("1234.50")
    currency: str = "EUR"
    supplier: str = "Müller & Söhne GmbH"
    note: str | None = None


QUOTES = {
    "number": "INVOICE 2026-117",
    "issued": "of 3 March 2026",
    "total": "Total due: 1.234,50 €",
    "currency": "1.234,50 €",
    "supplier": "Müller & Söhne GmbH",
}


def proposal(evidence: dict[str, str], **values: Any) -> Proposal[Invoice]:
    output = Invoice(**values)
    return Proposal(output=output, confidence=dict.fromkeys(Invoice.model_fields, 0.97), evidence=evidence)


def examined(evidence: dict[str, str], **values: Any) -> Proposal[Any]:
    return with_evidence(proposal(evidence, **values), shown=SHOWN, needed=["note", *QUOTES])


def test_true_quotes_leave_the_confidence_as_it_is() -> None:
    found = examined(QUOTES)
    assert found.doubts == ()
    assert found.lowest == 0.97


@pytest.mark.parametrize(
    ("field", "quote", "doubt"),
    [
        ("total", "Total due: 9.999,00 €", "the quote for Total is not in the case"),
        ("total", "", "there is no quote for Total"),
        ("total", "  ", "there is no quote for Total"),
        ("total", "INVOICE 2026-117", "the quote for Total says something else"),
        ("issued", "INVOICE 2026-117", "the quote for Issued says something else"),
        ("number", "Total due: 1.234,50 €", "the quote for Number says something else"),
        ("supplier", "of 3 March 2026", "the quote for Supplier says something else"),
    ],
)
def test_a_quote_that_proves_nothing_caps_its_field_and_says_so(field: str, quote: str, doubt: str) -> None:
    found = examined({**QUOTES, field: quote})
    assert doubt in found.doubts
    assert found.field_confidence()[field] == CAP
    assert found.lowest == CAP
    assert [number for name, number in found.field_confidence().items() if name != field] == [0.97] * 5


def test_a_value_that_the_quote_does_not_say_is_not_trusted_although_the_quote_is_true() -> None:
    assert examined(QUOTES, total=Decimal("1234.05")).doubts == ("the quote for Total says something else",)
    assert examined(QUOTES, issued=date(2026, 3, 4)).doubts == ("the quote for Issued says something else",)


def test_a_field_without_a_value_needs_no_quote_and_one_that_nobody_asked_for_only_a_true_one() -> None:
    assert examined(QUOTES).field_confidence()["note"] == 0.97
    loose = with_evidence(proposal({"supplier": "made up"}), shown=SHOWN, needed=[])
    assert loose.doubts == ("the quote for Supplier is not in the case",)


def test_what_nobody_sees_does_not_make_a_quote_another_one() -> None:
    quotes = {**QUOTES, "supplier": "Mu\u0308ller\u200b &\n So\u0308hne GmbH"}
    assert examined(quotes).doubts == ()


def test_a_confidence_that_is_not_known_stays_unknown() -> None:
    unknown = Proposal(output=Invoice(), confidence={"total": None}, evidence={})
    found = with_evidence(unknown, shown=SHOWN, needed=["total"])
    assert found.field_confidence()["total"] is None
    assert found.doubts == ("there is no quote for Total",)


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("Summe EUR 1 234,50", Decimal("1234.50")),
        ("CHF 1'234.50", Decimal("1234.5")),
        ("合計 ¥1,200", Decimal("1200")),
        ("3 pieces", 3),
        ("vom 03.03.2026", date(2026, 3, 3)),
        ("2026年3月3日", date(2026, 3, 3)),
        ("le 3 mars 2026", date(2026, 3, 3)),
        ("MÜLLER & SÖHNE GMBH", "Müller & Söhne GmbH"),
        ("$ or EUR 5.00", "EUR"),
        ("paid: yes", True),
        ("order 0191b8a2-7c3e-7d00-8000-0000000000aa of", UUID("0191b8a2-7c3e-7d00-8000-0000000000aa")),
        ("sizes 3, 4 and XL", [3, "xl"]),
        ("2 x Kettle 12.50", Item(name="kettle", price=Decimal("12.50"))),
        ("2 x Kettle 12.50, 1 x Lid 3.00", [Item(name="Kettle", price=Decimal("12.5")), Item(name="Lid", price=None)]),
        ("opens at 08:30:00", time(8, 30)),
        ("very urgent", Urgency.HIGH),
    ],
)
def test_a_value_is_found_whatever_its_format(quote: str, value: object) -> None:
    assert says(quote, value)


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        ["a list"],
        ["A-1", "anything"],
        UUID("0191b8a2-7c3e-7d00-8000-0000000000aa"),
        Item(name="anything", price=Decimal(1)),
        [Item(name="Kettle", price=None)],
        [Item(name=None, price=None)],
        {"a": "b"},
        time(8, 30),
        Urgency.HIGH,
    ],
    ids=str,
)
def test_a_quote_that_does_not_hold_every_part_of_a_value_proves_nothing(value: object) -> None:
    assert not says("anything", value)


def test_what_is_no_text_is_doubted_like_any_other_field() -> None:
    class Order(BaseModel):
        id: UUID = UUID("0191b8a2-7c3e-7d00-8000-0000000000aa")
        lines: list[Item] = Field(default=[Item(name="Kettle", price=Decimal(12))])
        is_paid: bool = True
        notes: list[str] = Field(default=[])

    made = Proposal(
        output=Order(),
        confidence=dict.fromkeys(Order.model_fields, 0.97),
        evidence=dict.fromkeys(Order.model_fields, "abc"),
    )
    found = with_evidence(made, shown="abc", needed=list(Order.model_fields))
    assert found.doubts == tuple(f"the quote for {field} says something else" for field in ("Id", "Lines", "Is paid"))


@pytest.mark.parametrize(("quote", "is_enough"), [("a", False), ("12", False), ("n 12", True), ("合計", True)])
def test_a_quote_of_less_than_three_letters_or_digits_proves_nothing(quote: str, is_enough: bool) -> None:
    class Note(BaseModel):
        text: str = quote

    made = Proposal(output=Note(), confidence={"text": 0.97}, evidence={"text": quote})
    found = with_evidence(made, shown="a 12 n 12 合計", needed=["text"])
    assert (found.doubts == ()) == is_enough


# Checks


def held(output: Triage, **checks: Any) -> Proposal[Any]:
    workflow = sample_workflow(Desk())
    for sentence, holds in checks.items():
        workflow.check(sentence.replace("_", " "), fields=["reply"], cap=0.3)(holds)
    made = Proposal(output=output, confidence={"queue": 0.9, "reply": 0.8})
    return held_against_checks(workflow, Ticket(id=1, text="a"), made)


def test_a_check_that_does_not_hold_caps_its_fields_and_says_so() -> None:
    found = held(Triage(queue="billing"), the_reply_is_polite=lambda ticket, triage: False)
    assert found.field_confidence() == {"queue": 0.9, "reply": 0.3}
    assert found.doubts == ("it does not hold that the reply is polite",)


def test_a_check_that_cannot_be_made_leaves_its_doubt() -> None:
    found = held(Triage(queue="billing"), it_is_so=lambda ticket, triage: 1 / 0)
    assert found.field_confidence()["reply"] == 0.3


def test_a_check_that_holds_changes_nothing_and_none_raises_a_confidence() -> None:
    made = held(Triage(queue="billing"), it_is_so=lambda ticket, triage: True)
    assert (made.doubts, made.field_confidence()) == ((), {"queue": 0.9, "reply": 0.8})
    low = held(Triage(queue="billing"), it_is_so=lambda ticket, triage: False)
    assert all((number or 0) <= 0.9 for number in low.field_confidence().values())


@pytest.mark.parametrize(
    ("sentence", "more"), [(" ", {}), ("so", {"fields": ["nothing"]}), ("so", {"cap": 1.5}), ("so", {"cap": -1})]
)
def test_a_check_that_cannot_work_is_refused(sentence: str, more: dict[str, Any]) -> None:
    with pytest.raises(BadDeclaration):
        sample_workflow(Desk()).check(sentence, **more)
