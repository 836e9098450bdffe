"""A quote is looked for on the pages, and only the value within it is the place."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.engine.documents.pages import Bill, Post, bills, paper, read, texts_of
from workflows import Document, Place, Proposal, Workflow
from workflows.engine.documents.places import QuotePlace, Standing, documents_of, fields_of, places_in

SUMS = (
    "ACME  Ltd          Invoice  A-17\n3 March 2026\n\n"
    "Net  473.00     VAT 19 %   56.87    Total  529.87 EUR\nTo pay by 1 April: 529.87\n"
)
TERMS = "Terms\nTotal turnover 9,000.00\nNet 473.00\n"
NOTE = "Delivery note L-5\nTotal 17 parcels\nTotal 529.87\n"


def found_in(
    proposal: Proposal[Bill], *pages: str, others: tuple[Document, ...] = (), rules: bool = True
) -> Mapping[str, QuotePlace]:
    return places_in(bills(rules=rules), (paper(*(pages or (SUMS, TERMS))), *others), proposal)


def marked(found: Mapping[str, QuotePlace], field: str) -> tuple[int, list[str]]:
    """Return the page of a field's place, and what stands there."""
    place = found[field].place
    assert place is not None
    spans = [(span.start, span.end) for span in place.spans]
    return place.page, texts_of(place.document, place.page, spans)


def test_of_a_row_that_is_quoted_whole_only_the_fields_own_figure_is_marked() -> None:
    row = "Net 473.00 VAT 19 % 56.87 Total 529.87 EUR"
    bill = Bill(net=Decimal("473"), tax=Decimal("56.87"), total=Decimal("529.87"), currency="EUR")
    found = found_in(read(bill, net=row, tax=row, total=row, currency=row))
    assert {name: marked(found, name) for name in found} == {
        "net": (1, ["473.00"]),
        "tax": (1, ["56.87"]),
        "total": (1, ["529.87"]),
        "currency": (1, ["EUR"]),
    }


def test_a_quote_is_found_whatever_its_spaces_and_characters_and_marks_what_is_on_the_page() -> None:
    page = "Müller\u00a0&  Söhne   GmbH\nRechnungs\u00adnummer:  ＡＢ‑17\nvom 3. März 2026\n"
    bill = Bill(supplier="müller & söhne gmbh", number="AB-17", issued=date(2026, 3, 3))
    quotes = {
        "supplier": "Mu\u0308ller & Söhne GmbH",
        "number": "Rechnungsnummer: AB‐17",
        "issued": "vom 3. März 2026",
    }
    found = found_in(read(bill, **quotes), page)
    assert marked(found, "supplier") == (1, ["Müller\u00a0&  Söhne   GmbH"])
    assert marked(found, "issued") == (1, ["3. März 2026"])


def test_a_value_that_stands_in_two_rows_is_one_place() -> None:
    found = found_in(
        read(Bill(supplier="Acme Holding Europe GmbH"), supplier="Acme Holding\nEurope GmbH"),
        "Acme Holding\nEurope GmbH\n",
    )
    assert marked(found, "supplier") == (1, ["Acme Holding\nEurope GmbH"])


def test_all_parts_of_a_list_are_marked_each_at_a_place_of_its_own() -> None:
    bill = Bill(amounts=(Decimal("5"), Decimal("7.50"), Decimal("5")))
    found = found_in(read(bill, amounts="5.00 and 7.50 and 5.00"), "5.00 and 7.50 and 5.00\n")
    assert marked(found, "amounts") == (1, ["5.00", "7.50", "5.00"])


@pytest.mark.parametrize(
    ("quote", "pages", "standing"),
    [
        ("529.88", (SUMS,), Standing.NOWHERE),
        ("529", (SUMS,), Standing.NOWHERE),
        ("Total 529.87", ("so the Total\n", "529.87\n"), Standing.NOWHERE),
        ("56.87", (SUMS,), Standing.REFUSED),
        ("To pay by 1 April: 529.87", (SUMS,), Standing.REFUSED),
        ("529.87", (SUMS,), Standing.FOUND),
        ("Total", (SUMS,), Standing.REFUSED),
    ],
)
def test_a_quote_counts_where_one_page_has_it_and_the_rule_allows_the_place(
    quote: str, pages: tuple[str, ...], standing: Standing
) -> None:
    value = Decimal("56.87") if quote == "56.87" else Decimal("529.87")
    found = found_in(read(Bill(total=value), total=quote), *pages)
    assert found["total"].standing is standing
    assert (found["total"].place is not None) == (standing is Standing.FOUND)


def test_a_rule_chooses_among_the_places_and_knows_the_document() -> None:
    note = paper(NOTE, name="note.pdf")
    bill, quotes = Bill(total=Decimal("529.87"), net=Decimal("473")), {"total": "529.87", "net": "473.00"}
    ours = found_in(read(bill, **quotes), others=(note,))
    assert marked(ours, "total") == (1, ["529.87"])
    theirs = places_in(bills(), (note,), read(bill, **quotes))
    assert theirs["total"].standing is Standing.REFUSED
    assert theirs["net"].standing is Standing.NOWHERE


def test_a_rule_is_told_the_value_the_row_and_what_is_before_it() -> None:
    told: list[tuple[Place, object]] = []
    workflow = bills(rules=False)

    @workflow.place("tax")
    def look(place: Place, tax: Decimal) -> bool:
        told.append((place, tax))
        return True

    places_in(workflow, (paper(SUMS),), read(Bill(tax=Decimal("56.87")), tax="VAT 19 % 56.87"))
    ((place, value),) = told
    assert value == Decimal("56.87")
    assert (place.document, place.page) == ("invoice.pdf", 1)
    assert place.before.split() == ["Net", "473.00", "VAT", "19", "%"]
    assert place.row.startswith("Net  473.00     VAT")


def test_a_rule_that_fails_or_takes_too_long_allows_nothing() -> None:
    workflow = bills(rules=False)

    @workflow.place("total")
    def fails(place: Place, total: Decimal) -> bool:
        raise SystemExit

    found = places_in(workflow, (paper(SUMS),), read(Bill(total=Decimal("529.87")), total="529.87"))
    assert found["total"].standing is Standing.UNCHECKED


def test_two_fields_with_one_value_may_share_a_place_and_take_two_where_there_are_two() -> None:
    bill, quotes = Bill(tax=Decimal("529.87"), total=Decimal("529.87")), {"tax": "529.87", "total": "529.87"}
    apart = found_in(read(bill, **quotes), rules=False)
    assert apart["tax"].place != apart["total"].place
    shared = found_in(read(bill, **quotes), "Total 529.87\n", rules=False)
    assert shared["tax"].place == shared["total"].place is not None


def test_one_place_is_no_evidence_of_two_values() -> None:
    bill = Bill(net=Decimal("1.234"), total=Decimal("1234"))
    found = found_in(read(bill, net="1.234", total="1.234"), "Total 1.234\n", rules=False)
    assert [(one.standing, one.place, one.shared_with) for one in found.values()] == [
        (Standing.SHARED, None, "total"),
        (Standing.SHARED, None, "net"),
    ]


def test_a_quote_that_supports_a_choice_is_marked_whole_unless_another_value_stands_in_it() -> None:
    bill = Bill(urgent=True, topic="a refund", total=Decimal("50"))
    page = "I want my 50.00 back today\nPlease hurry, and tell me when\n"
    quotes = {"urgent": "Please hurry", "topic": "I want my 50.00 back", "total": "50.00"}
    found = found_in(read(bill, **quotes), page, rules=False)
    assert marked(found, "urgent") == (1, ["Please hurry"])
    assert found["topic"].place is None
    assert found["topic"].standing is Standing.FOUND


def test_a_number_that_a_quote_does_not_state_is_marked_nowhere() -> None:
    found = found_in(read(Bill(tax=Decimal("99")), tax="VAT 19 % 56.87"), rules=False)
    assert found["tax"] == QuotePlace(standing=Standing.FOUND)


def test_a_document_that_an_input_holds_twice_is_looked_at_once() -> None:
    one = paper(SUMS)
    assert documents_of(Post(invoice=one, delivery_note=one)) == (one,)


def test_a_rule_is_told_which_field_holds_the_document() -> None:
    """So a figure of the delivery note is none of the invoice, whatever its file is called."""
    invoice, note = paper(SUMS), paper(NOTE)
    post, workflow, asked = Post(invoice=invoice, delivery_note=note), bills(rules=False), list[str]()

    @workflow.place("total")
    def is_of_invoice(place: Place, total: Decimal) -> bool:
        asked.append(place.field)
        return place.field == "invoice"

    proposal = read(Bill(total=Decimal("529.87")), total="Total 529.87")
    found = places_in(workflow, documents_of(post), proposal, fields=fields_of(post))
    assert sorted(asked) == ["delivery_note", "invoice"]
    assert found["total"].place is not None
    assert found["total"].place.document == invoice
    alone = places_in(workflow, (note,), proposal, fields=fields_of(post))
    assert alone["total"].standing is Standing.REFUSED


def test_an_input_without_documents_has_none() -> None:
    workflow: Workflow[Bill, Bill] = Workflow(
        name="none", decision="?", owner="U0MARIA", input=Bill, output=Bill, key=lambda _: "1"
    )
    assert documents_of(workflow.input()) == ()
