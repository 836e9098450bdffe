"""The sample ledger books once, knows its suppliers, and lets nothing change where they are paid."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from workflows.library.invoice_intake.sample_ledger.server import create_app, serve
from workflows.library.invoice_intake.sample_ledger.storage import Ledger

HERE = "http://127.0.0.1:8700"
LINE = {"description": "Haulage", "quantity": "2", "unit_price": "50.00", "amount": "100.00"}
BOOKING: dict[str, Any] = {
    "supplier": "Moosbach & Söhne KG",
    "number": "RE-1/26",
    "date": "2026-03-12",
    "currency": "EUR",
    "net": "100.00",
    "tax": "19.00",
    "total": "119.00",
    "due": "119.00",
    "lines": [LINE],
}
SUPPLIERS = [{"name": "Moosbach & Söhne KG", "accounts": ["DE00 1"], "booked": ["OLD-7"]}]


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime(2026, 3, 20, 10, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass(kw_only=True)
class Office:
    """A running ledger as its callers see it."""

    app: Starlette
    clock: Clock

    def ask(self, method: str, url: str, **said: Any) -> Any:
        return TestClient(self.app, base_url=HERE).request(method, url, **said)

    def book(self, invoice: str = "scan-1.pdf", *, key: str = "k", **other: Any) -> Any:
        said = {**BOOKING, **other}
        return self.ask("PUT", f"/invoices/{invoice}/booking", headers={"Idempotency-Key": key}, json=said)

    def reject(self, invoice: str = "scan-1.pdf", *, key: str = "k", reason: str = "No order.") -> Any:
        said = {"reason": reason}
        return self.ask("PUT", f"/invoices/{invoice}/rejection", headers={"Idempotency-Key": key}, json=said)

    def known(self, name: str, number: str = "RE-1/26", but: str = "other.pdf") -> Any:
        return self.ask("GET", "/suppliers", params={"name": name, "number": number, "but": but}).json()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    suppliers, clock = tmp_path / "suppliers.json", Clock()
    suppliers.write_text(json.dumps(SUPPLIERS))
    return Office(app=create_app(Ledger(tmp_path / "ledger.db"), suppliers=suppliers, clock=clock), clock=clock)


def refused(answer: Any, status: int, code: str) -> bool:
    return (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_booking_is_kept_with_its_lines_and_confirmed_by_a_receipt(office: Office) -> None:
    assert office.book().json() == {"receipt": "LG-000001", "invoice": "scan-1.pdf", "replayed": False}
    kept = office.ask("GET", "/invoices/scan-1.pdf").json()
    assert kept["status"] == "booked"
    assert {name: kept["history"][0][name] for name in BOOKING} == BOOKING


def test_the_same_booking_again_gets_the_same_receipt_and_books_nothing(office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: office.book().json(), range(8)))
    assert {one["receipt"] for one in said} == {"LG-000001"}
    assert sum(not one["replayed"] for one in said) == 1
    assert len(office.ask("GET", "/invoices/scan-1.pdf").json()["history"]) == 1


def test_a_key_that_stands_for_another_booking_is_refused(office: Office) -> None:
    office.book()
    assert refused(office.book(total="120.00"), 422, "idempotency_key_reused")
    assert refused(office.book("scan-2.pdf"), 422, "idempotency_key_reused")
    assert refused(office.reject(), 422, "idempotency_key_reused")


@pytest.mark.parametrize("name", ["Moosbach & Söhne KG", "MOOSBACH & SÖHNE KG", " Moosbach  &\nSöhne K.G. "])
def test_a_supplier_is_known_by_its_name_however_it_is_spaced_and_written_large(office: Office, name: str) -> None:
    assert office.known(name)["supplier"] == {"name": "Moosbach & Söhne KG", "accounts": ["DE00 1"]}


def test_another_booking_of_the_same_supplier_date_and_total_is_told(office: Office) -> None:
    """Under another number: the same invoice may have been read twice, once with a part of its number."""
    asked = {"name": "Tischlerei Moosbach", "number": "1", "but": "other.pdf", "date": "2026-03-16", "total": "119"}
    assert office.ask("GET", "/suppliers", params=asked).json()["alike"] is None
    office.book(supplier="Tischlerei Moosbach", date="2026-03-16")
    assert office.ask("GET", "/suppliers", params=asked).json()["alike"] == "LG-000001"
    for other in ({"but": "scan-1.pdf"}, {"name": "Moosbach"}, {"date": "2026-03-17"}, {"total": "119.01"}):
        assert office.ask("GET", "/suppliers", params={**asked, **other}).json()["alike"] is None
    assert office.ask("GET", "/suppliers", params={**asked, "date": "soon"}).status_code == 400


def test_another_supplier_is_not_known(office: Office) -> None:
    assert office.known("Moosbach & Sohn KG") == {"supplier": None, "booked": None, "alike": None}


def test_an_invoice_is_booked_already_under_its_number_but_not_as_itself(office: Office) -> None:
    assert office.known("Moosbach & Söhne KG")["booked"] is None
    office.book()
    assert office.known("moosbach & söhne kg", "re 1-26")["booked"] == "LG-000001"
    assert office.known("Moosbach & Söhne KG", but="scan-1.pdf")["booked"] is None
    assert office.known("Moosbach & Söhne KG", "RE-1/27")["booked"] is None
    assert office.known("Moosbach & Söhne KG", "OLD-7")["booked"] == "before this file"


def test_what_was_taken_back_or_corrected_is_not_booked_any_more(office: Office) -> None:
    office.book()
    office.book(key="k/correction-1", number="RE-2/26")
    assert office.known("Moosbach & Söhne KG", "RE-1/26")["booked"] is None
    assert office.known("Moosbach & Söhne KG", "RE-2/26")["booked"] == "LG-000002"
    office.reject(key="k/correction-2")
    assert office.known("Moosbach & Söhne KG", "RE-2/26")["booked"] is None
    assert office.ask("GET", "/invoices/scan-1.pdf").json()["status"] == "left to people"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("supplier", " "),
        ("supplier", "a\0b"),
        ("number", ""),
        ("date", "12.03.2026"),
        ("date", "2026-02-30"),
        ("currency", "eur"),
        ("currency", "€"),
        ("net", 100),
        ("tax", "1e3"),
        ("total", "119,00"),
        ("total", "NaN"),
        ("lines", None),
        ("lines", ["a"]),
        ("lines", [LINE] * 501),
    ],
)
def test_what_is_no_booking_is_refused(office: Office, field: str, value: Any) -> None:
    assert refused(office.book("scan-1.pdf", key="k", **{field: value}), 400, f"invalid_{field}")
    assert office.ask("GET", "/invoices").json() == {"invoices": []}


def test_a_field_or_a_part_of_a_line_that_is_not_known_is_refused(office: Office) -> None:
    assert refused(office.book(account="DE00 9"), 400, "unknown_field")
    assert refused(office.book(lines=[{**LINE, "vat": "19"}]), 400, "unknown_field")
    assert refused(office.book(lines=[{"description": "a"}]), 400, "invalid_quantity")
    assert refused(office.book("..%2f"), 400, "invalid_invoice") or refused(office.book("a b"), 400, "invalid_invoice")
    assert refused(office.ask("GET", "/suppliers"), 400, "invalid_name")


def test_an_outage_concerns_bookings_and_questions_and_not_the_page(office: Office) -> None:
    office.ask("POST", "/outage", json={"seconds": 30})
    assert refused(office.book(), 503, "outage")
    assert office.ask("GET", "/suppliers").status_code == 503
    assert "Out for another 30 s" in office.ask("GET", "/").text
    office.clock.now += timedelta(seconds=31)
    assert office.book().status_code == 200


def test_rates_discounts_and_payments_are_kept_and_shown_and_may_be_left_out(office: Office) -> None:
    """A caller from before the ledger took them sends the same booking as one that sends their defaults."""
    usual: dict[str, Any] = {
        "kind": "invoice",
        "taxes": [],
        **dict.fromkeys(("allowances", "charges", "prepaid", "rounding"), "0"),
    }
    assert not office.book().json()["replayed"]
    assert office.book(**usual).json()["replayed"]
    rates = [{"rate": "19", "net": "80", "tax": "15.20"}, {"rate": "7", "net": "20", "tax": "1.40"}]
    office.book("scan-2.pdf", key="k2", kind="credit note", taxes=rates, prepaid="20.00", allowances="5")
    kept = office.ask("GET", "/invoices/scan-2.pdf").json()["history"][0]
    assert (kept["kind"], kept["taxes"], kept["prepaid"]) == ("credit note", rates, "20.00")
    page = office.ask("GET", "/").text
    assert "Credit note dated " in page
    assert "19 % of 80: 15.20; 7 % of 20: 1.40" in page
    assert "allowances 5, prepaid 20.00" in page
    assert refused(office.book(key="k3", kind="receipt"), 400, "invalid_kind")
    assert refused(office.book(key="k3", taxes=[{"rate": "x", "net": "1", "tax": "1"}]), 400, "invalid_rate")


def test_the_page_shows_what_was_booked_and_runs_nothing_of_it(office: Office) -> None:
    office.book(supplier="<script>alert(1)</script>")
    office.reject("scan-2.pdf", key="k2")
    page = office.ask("GET", "/").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "119.00 EUR" in page
    assert "Left to people: " in page


def test_a_ledger_listens_on_loopback_only(tmp_path: Path) -> None:
    with create_server(("", 0)) as open_to_all, pytest.raises(ValueError, match="The sample ledger knows no users"):
        serve(tmp_path / "ledger.db", open_to_all)
