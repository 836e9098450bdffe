"""A figure that is printed with another sign than its value has proves nothing, unless the place is declared so."""

from decimal import Decimal

import pytest
from pydantic import BaseModel

from workflows import Document, Place, Proposal, Workflow
from workflows.documents.document import FileKind, Page, ReadBy
from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.documents.places import Standing, places_in

TEXT = "Discount   -15.00\nPaid 20.00   and 20.00-\n"
FORM = Document(sha256="a" * 64, name="a.pdf", kind=FileKind.PDF, size=1, pages=(Page(text=TEXT, read_by=ReadBy.TEXT),))


class Delivered(BaseModel):
    form: Document


class Bill(BaseModel):
    discount: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)


def bills(*, any_sign: bool) -> Workflow[Delivered, Bill]:
    made = Workflow(
        name="bills", decision="What is due?", owner="U0MARIA", input=Delivered, output=Bill, key=lambda _: "1"
    )
    made.place("discount", "paid", any_sign=any_sign)(is_labelled)
    return made


def is_labelled(place: Place, value: Decimal) -> bool:
    return place.before.startswith(("Discount", "Paid"))


@pytest.mark.parametrize(
    ("value", "plainly", "with_any_sign"),
    [("15.00", Standing.REFUSED, Standing.FOUND), ("-15.00", Standing.FOUND, Standing.FOUND)],
)
def test_a_sign_differs_only_where_the_place_says_so(value: str, plainly: Standing, with_any_sign: Standing) -> None:
    read = Proposal(output=Bill(discount=Decimal(value)), confidence={}, evidence={"discount": "Discount -15.00"})
    for any_sign, expected in ((False, plainly), (True, with_any_sign)):
        assert places_in(bills(any_sign=any_sign), [FORM], read)["discount"].standing is expected


def test_the_figure_with_its_own_sign_comes_first() -> None:
    read = Proposal(output=Bill(paid=Decimal("-20.00")), confidence={}, evidence={"paid": "Paid 20.00 and 20.00-"})
    place = places_in(bills(any_sign=True), [FORM], read)["paid"].place
    assert place is not None
    assert TEXT[place.spans[0].start : place.spans[0].end] == "20.00-"


def test_another_figure_is_none_with_any_sign() -> None:
    read = Proposal(output=Bill(discount=Decimal("16.00")), confidence={}, evidence={"discount": "Discount -15.00"})
    assert places_in(bills(any_sign=True), [FORM], read)["discount"].standing is Standing.REFUSED


def test_it_is_a_term_of_the_workflow() -> None:
    answering = Answering(models=["one"])
    versions = {
        terms_of(bills(any_sign=any_sign), prompt=None, answering=answering).version for any_sign in (True, False)
    }
    assert len(versions) == 2
