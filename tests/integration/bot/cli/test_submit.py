"""`submit`: one case in, and what became of it out."""

import json

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow


def test_a_sure_case_is_resolved_alone_and_shown(countersign: CommandLine) -> None:
    said = countersign.submit(1)
    assert said.code == 0
    assert "run 1: delivered, alone" in said.out
    assert "delivery               applied: P-1  (key parcels/parcel-1, attempts 1)" in said.out
    assert list(countersign.effects()) == ["parcels/parcel-1"]


def test_the_input_may_come_from_standard_input(countersign: CommandLine) -> None:
    said = countersign.done("submit", "-", "--workflow", "parcels", input='{"id": 1, "text": "für die Tür 🎂"}')
    assert "für die Tür 🎂" in said.out
    assert countersign.effects()["parcels/parcel-1"]["note"] == "sender of 1: für die Tür 🎂"


def test_a_program_reads_the_same_as_json(countersign: CommandLine) -> None:
    said = countersign.done("submit", '{"id": 1, "text": "x"}', "--workflow", "parcels", "--json")
    case = said.json()
    assert (case["key"], case["workflow"], case["source"]) == ("parcel-1", "parcels", "command line")
    assert case["runs"][0]["state"] == "delivered"
    shown = countersign.case(1)
    # To show it is a reading, which the next one tells.
    assert {**case, "readers": 1, "audit": shown["audit"]} == shown
    assert case["audit"] == shown["audit"][: len(case["audit"])]


def test_the_same_input_again_is_the_same_case_and_another_is_its_revision(countersign: CommandLine) -> None:
    for _ in range(2):
        countersign.submit(1, "unsure")
    assert len(countersign.case(1)["runs"]) == 1
    countersign.submit(1, "certain now")
    case = countersign.case(1)
    assert case["revision"] == 2
    assert [run["state"] for run in case["runs"]] == ["superseded", "delivered"]
    assert list(countersign.effects()) == ["parcels/parcel-1/revision-2"]


def test_a_model_that_knows_nothing_leaves_the_case_to_a_person_with_the_reason(countersign: CommandLine) -> None:
    said = countersign.submit(1, "nobody knows")
    assert said.code == 0
    assert "nobody knows where it goes" in said.out
    assert "countersign edit 1 --set FIELD=VALUE, or reject 1 --reason WHY --then close" in said.out


@pytest.mark.parametrize(
    ("input", "why"),
    [
        ("", "the input is not valid JSON: "),
        ("{", "the input is not valid JSON: "),
        ("nonsense", "the input is not valid JSON: "),
        ("[" * 100_000, "the input is not valid JSON: "),
        ("1" * 5_000, "the input is not valid JSON: "),
        ("[1, 2]", "the input has to be a JSON object"),
        ("null", "the input has to be a JSON object"),
        ("{}", "id: is missing; text: is missing"),
        ('{"id": 0, "text": "x"}', "id: has to be more than 0"),
        ('{"id": "one", "text": "x"}', "id: has to be a whole number"),
        ('{"id": NaN, "text": "x"}', "id: has to be a number such as 1234.50"),
        ('{"id": 1e999, "text": "x"}', "id: has to be a number such as 1234.50"),
        ('{"id": 1, "text": ""}', "text: has to have at least 1 character"),
        ('{"id": 1, "text": "a\\u0000b"}', "text: holds a NUL character"),
        ('{"id": 1, "text": "\\ud800"}', "text: is not valid UTF-8"),
        ('{"id": 1, "text": "x", "more": ' + "[" * 60 + "]" * 60 + "}", "more: nested more than 50 deep"),
        (json.dumps({"id": 1, "text": "x" * 300_000}), "the limit for one input is 262,144"),
    ],
    ids=lambda value: value[:24],
)
def test_what_does_not_fit_is_refused_with_the_reason_and_not_taken_in(
    countersign: CommandLine, input: str, why: str
) -> None:
    assert why in countersign("submit", "-", "--workflow", "parcels", input=input).error()
    assert countersign.done("cases").out == "no cases\n"


def test_bytes_that_are_no_text_are_refused(countersign: CommandLine) -> None:
    said = countersign("submit", "-", "--workflow", "parcels", input=b'{"id": 1, "text": "caf\xe9"}')
    assert said.error()
    assert countersign.done("cases").out == "no cases\n"


def test_a_workflow_that_is_not_there_is_refused_with_those_that_are(countersign: CommandLine) -> None:
    error = countersign("submit", "{}", "--workflow", "letter").error()
    known = "agent-approval, agent-question, invoice-intake, letters, parcels, support-triage"
    assert error == f"there is no workflow 'letter'; known: {known}"
    assert countersign("submit", "{}").code == 2
