"""Invoice intake as it is shipped: 40 invoices, the sample ledger behind a real socket, answers written by hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import workflows.library.invoice_intake
from bot.demo.sample_servers import ledger
from tests.integration.bot.commandline import CommandLine
from tests.integration.model.server import AnthropicServer, failure
from workflows.library.invoice_intake.invoice import Invoice
from workflows.library.invoice_intake.ledger import URL
from workflows.model import envelope

pytestmark = pytest.mark.slow

FOLDER = Path(workflows.library.invoice_intake.__file__).parent
DOCUMENTS = {
    row["input"]["id"]: row["input"] for row in map(json.loads, (FOLDER / "examples.jsonl").read_text().splitlines())
}
ROWS = [json.loads(line) for line in (FOLDER / "samples.jsonl").read_text().splitlines()]
SAMPLES = {row["key"]: row["envelope"] for row in ROWS if "key" in row}
FILED = {row["input"]["id"]: row for row in ROWS if "input" in row}
"""Answers to invoices that come as files."""
ALONE = {
    "meridian-4471.pdf",
    "lemaire-F-0932.pdf",
    "ticket-9917.md",
}
UNPROVED = {"brandt-R2026-0118.pdf": {"net", "tax"}, "mail-dehoog-0311.eml": {"tax"}}
"""Read rightly, but put together from two rates: no passage says it, so a person looks. Document -> the fields."""


@pytest.fixture
def office(empty: CommandLine) -> Iterator[CommandLine]:
    """The command line beside a running ledger, with sample answers."""
    with ledger(empty.folder / "ledger.sqlite") as url:
        empty.settings.update({URL: url, "COUNTERSIGN_SAMPLE_ANSWERS": "true"})
        yield empty


def submit(office: CommandLine, id: str, **other: str) -> Any:
    """Have a document come in; its newest run."""
    document = {**DOCUMENTS[id], **other}
    office.done("submit", json.dumps(document), "--workflow", "invoice-intake")
    return office.case(document["id"])["runs"][-1]


def submit_file(office: CommandLine, id: str) -> Any:
    """Have an invoice come in as the file that a sample answer is for; its newest run."""
    values = dict(FILED[id]["input"])
    file = FOLDER / values.pop("document")
    office.done("submit", json.dumps(values), "--workflow", "invoice-intake", "--document", f"document={file}")
    return office.case(id)["runs"][-1]


def booked(office: CommandLine, id: str) -> Any:
    """Return the ledger's entry of a document."""
    return httpx2.get(f"{office.settings[URL]}/invoices/{id}", trust_env=False).json()


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_answer_is_one_that_a_model_could_have_given(key: str) -> None:
    filled = envelope.read(json.dumps(SAMPLES[key]), Invoice)
    Invoice.model_validate(filled.values)
    assert set(filled.confidence) == set(Invoice.model_fields) - {"account", "booked_before"}
    assert all(quote in DOCUMENTS[key]["text"] for quote in filled.evidence.values())


def test_sample_answers_to_files_quote_their_pages_and_show_what_rules_and_data_refuse(office: CommandLine) -> None:
    good = submit_file(office, "meridian-4471.pdf")
    assert good["proposal"]["doubts"] == []
    assert booked(office, "meridian-4471.pdf")["status"] == "booked"
    misread = submit_file(office, "druckwerk-sammel.pdf")
    assert "the quote for Invoice number stands beside something else on the page" in misread["proposal"]["doubts"]
    differs = submit_file(office, "meridian-4502.pdf")
    assert "Total: proposed 675.00; the data in the file: 657.00" in differs["review"]["why"]
    assert not any("stands on no page" in why for why in differs["review"]["why"])


def test_all_forty_are_booked_or_wait_for_a_person_and_samples_count_in_no_accuracy(office: CommandLine) -> None:
    rows = [{**document, "total": "1"} for document in DOCUMENTS.values()]
    (office.folder / "all.jsonl").write_text("\n".join(map(json.dumps, rows)))
    said = office.done("run", "all.jsonl", "--workflow", "invoice-intake", "--json").json()
    assert (said["rows"], said["taken_in"], said["refused"]) == (40, 40, [])
    tally = said["tally"]
    assert (tally["alone"], tally["to_review"], tally["samples"]) == (0, 40 - len(SAMPLES), len(SAMPLES))
    assert tally["right_of_all"] == {}
    assert {id for id in DOCUMENTS if booked(office, id).get("status") == "booked"} == ALONE


@pytest.mark.parametrize("id", UNPROVED)
def test_an_amount_that_no_passage_states_is_looked_at_by_a_person(office: CommandLine, id: str) -> None:
    run = submit(office, id)
    assert run["state"] == "waiting"
    assert set(run["proposal"]["doubts"]) == {
        f"the quote for {field.capitalize()} says something else" for field in UNPROVED[id]
    }


def test_what_is_booked_is_what_the_invoice_says_with_its_lines(office: CommandLine) -> None:
    submit(office, "ticket-9917.md")
    (booking,) = booked(office, "ticket-9917.md")["history"]
    assert (booking["number"], booking["date"], booking["total"]) == ("FT-0231", "2026-03-09", "1560.00")
    assert [line["amount"] for line in booking["lines"]] == ["910.00", "390.00"]
    assert "account" not in booking


def test_a_case_without_a_sample_answer_goes_to_a_person_with_the_reason(office: CommandLine) -> None:
    run = submit(office, "telebel-2026-03.pdf")
    assert (run["state"], run["proposal"]) == ("waiting", None)
    (why,) = run["review"]["why"]
    assert why.startswith("this case has no sample answer, written by hand: set ANTHROPIC_API_KEY")
    assert why.endswith("invoice-intake has 16 of them")


def test_a_document_of_a_known_name_with_another_text_gets_no_sample_answer(office: CommandLine) -> None:
    run = submit(office, "ticket-9917.md", text="Total: 99999.00 EUR")
    assert run["proposal"] is None


def test_a_changed_account_is_told_beside_the_one_on_file(office: CommandLine) -> None:
    run = submit(office, "re-bankdetails.eml")
    assert run["review"]["why"] == ["never: book to a changed bank account"]
    assert run["proposal"]["output"]["account"] == "changed"
    assert run["proposal"]["reasons"][0] == (
        "the ledger pays Meridian Freight B.V. to NL00 MERI 0000 0044 71; the text names DE00 9000 0000 0000 6666 66"
    )


def test_a_person_corrects_a_line_in_its_row_and_it_is_booked(office: CommandLine) -> None:
    submit(office, "greenfield-si-2290.pdf")
    lines = "Mailer box, small | 500 | 0.84 | 399.00\nVoid fill | 12 | 18.25 | 219.00\nCarriage | 1 | 32.37 | 32.37"
    office.done("edit", "greenfield-si-2290.pdf", "--set", "net=650.37", "--set", f"lines={lines}")
    (booking,) = booked(office, "greenfield-si-2290.pdf")["history"]
    assert [line["description"] for line in booking["lines"]] == ["Mailer box, small", "Void fill", "Carriage"]


def test_an_edit_that_runs_into_a_rule_is_to_be_confirmed(office: CommandLine) -> None:
    submit(office, "greenfield-si-2290.pdf")
    said = office("edit", "greenfield-si-2290.pdf", "--set", "total=800.10")
    assert "a total that the text does not state" in said.error()


def test_a_rejected_invoice_is_left_to_people_with_the_reason(office: CommandLine) -> None:
    submit(office, "mahnung-bueroring.pdf")
    office.done("reject", "mahnung-bueroring.pdf", "--reason", "A reminder; the invoice is paid.", "--then", "close")
    assert booked(office, "mahnung-bueroring.pdf")["history"][0]["reason"] == "A reminder; the invoice is paid."


def test_without_the_setting_there_are_no_sample_answers_and_a_person_reads_what_is_missing(
    office: CommandLine,
) -> None:
    office.settings["COUNTERSIGN_SAMPLE_ANSWERS"] = "false"
    run = submit(office, "ticket-9917.md")
    assert run["proposal"] is None
    assert run["review"]["why"][0].startswith("no ANTHROPIC_API_KEY is set for its prompt, and locally: ")


def test_with_a_key_there_are_none_either(office: CommandLine) -> None:
    with AnthropicServer() as provider:
        office.settings.update(ANTHROPIC_API_KEY="sk-ant-planted", ANTHROPIC_BASE_URL=provider.url)
        provider.will(failure(401))
        run = submit(office, "ticket-9917.md")
        assert len(provider.requests) == 1
    assert run["proposal"] is None


def test_the_doctor_says_that_samples_are_shown(office: CommandLine) -> None:
    assert "invoice-intake: shows sample answers, written by hand" in office("doctor").out.replace("\n", " ")
