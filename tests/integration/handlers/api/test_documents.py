"""Documents over HTTP: handed in by themselves, and named in cases by the source that handed them in alone."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from store import schema
from store.db.database import Database
from tests.conftest import postgres_made
from tests.integration.handlers.api.served import Served, served
from tests.paper import claims, pdf
from workflows.documents.documents import Documents
from workflows.documents.limits import Limits
from workflows.documents.refusals import DocumentRefused, Why
from workflows.documents.shelf import FolderShelf
from workflows.engine.documents.keeping import keep_upload, refuse_more, uploaded_by
from workflows.engine.review import reviews
from workflows.engine.sources.programs import api_sources, keys
from workflows.engine.sources.told.outcomes import outcome_json, outcome_of

pytestmark = pytest.mark.slow

CASES = "/v1/workflows/claims/cases"
FORM = pdf("Claim 7\nAmount 12.00")
NOBODY = "sha256:" + "0" * 64
LARGEST = 300_000


@dataclass(frozen=True, kw_only=True)
class Office:
    """A server whose workflow takes documents, and two sources that hand in for it."""

    server: Served
    folder: Path
    bank: str
    """Key of one source."""
    court: str
    """Key of another one."""

    def uploaded(self, *pages: str, key: str = "") -> str:
        """Hand in a PDF; returns its reference."""
        told = self.server.upload(pdf(*pages), key=key or self.bank)
        assert told.status in (200, 201), told.body
        return str(told.json["document"])

    def source(self, key: str) -> int:
        """Return the id of the source of a key."""
        return keys.caller_of(self.server.world.context, key).source


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that the tests of this file share."""
    folder = tmp_path_factory.mktemp("documents")
    with ExitStack() as held:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "api.sqlite")
            url = f"sqlite:///{folder / 'api.sqlite'}"
        else:
            server: str = request.getfixturevalue("postgres_server")
            url = held.enter_context(postgres_made(server, template=request.getfixturevalue("migrated_postgres")))
        database = Database(url, connections=24)
        held.callback(database.close)
        documents = Documents(FolderShelf(folder / "shelf"), limits=Limits(size=LARGEST, pages=10))
        made = held.enter_context(served(database, answer={"amount": "12"}, documents=documents))
        made.world.registry.add(claims())
        given = []
        for name in ("bank", "court"):
            api_sources.add(made.world.context, name, by="tester", workflows=["claims"], per_minute=100_000)
            given.append(keys.make(made.world.context, name, by="tester").key)
        yield Office(server=made, folder=folder, bank=given[0], court=given[1])


def test_a_file_is_handed_in_and_named_in_a_case(office: Office) -> None:
    """The case holds it, and its outcome tells nothing of its content."""
    server, world = office.server, office.server.world
    told = server.upload(FORM, name="../claim 7.pdf", key=office.bank)
    assert told.status == 201
    assert told.json == {
        "document": told.json["document"],
        "name": "claim 7.pdf",
        "kind": "application/pdf",
        "size": len(FORM),
        "pages": 1,
        "read_by": {"text": 1, "ocr": 0, "nothing": 0},
        "attached": [],
        "left_out": [],
    }
    again = server.upload(FORM, name="../claim 7.pdf", key=office.bank)
    assert (again.status, again.json) == (200, told.json)
    body = {"input": {"number": "7", "form": told.json["document"]}}
    taken = server.ask("POST", CASES, body, key=office.bank)
    assert (taken.status, taken.json["result"]) == (202, "taken_in")
    assert server.ask("POST", CASES, body, key=office.bank).json["result"] == "duplicate"
    world.work()
    assert world.state(taken.json["id"]) == "waiting"
    outcome = server.ask("GET", f"/v1/cases/{taken.json['id']}", key=office.bank)
    for hidden in (b"Amount 12.00", b"claim 7.pdf", told.json["document"].encode()[7:]):
        assert hidden not in outcome.body
    with world.database.read() as session:
        assert session.query(schema.DocumentUse).filter_by(case_id=taken.json["id"]).count() == 1


def test_a_reference_names_only_what_its_own_source_handed_in(office: Office) -> None:
    """Another source's, a removed one, one of nobody and no reference at all: each is an error at its field.

    That of another source and that of nobody are told in the same words.
    """
    server = office.server
    theirs = office.uploaded("Confidential", key=office.court)
    removed = office.uploaded("Removed")
    with server.world.database.write() as session:
        row = session.query(schema.DocumentRow).filter_by(sha256=removed[7:]).one()
        session.query(schema.DocumentUpload).filter_by(document_id=row.id).delete()
        session.delete(row)
    said = {}
    for reference in (theirs, removed, NOBODY, "invoice.pdf", "../../shelf", theirs.upper(), theirs[7:]):
        refused = server.ask("POST", CASES, {"input": {"number": "8", "form": reference}}, key=office.bank)
        assert (refused.status, refused.type) == (422, "does-not-fit"), reference
        (error,) = refused.json["errors"]
        assert error["pointer"] == "/input/form"
        said[reference] = (error["detail"], refused.json["detail"])
    assert said[theirs] == said[removed] == said[NOBODY]
    own = office.uploaded("Mine")
    inside = {"number": "8", "form": own, "photos": [own, theirs]}
    refused = server.ask("POST", CASES, {"input": inside}, key=office.bank)
    assert [error["pointer"] for error in refused.json["errors"]] == ["/input/photos/1"]


def test_no_fields_of_a_document_are_taken_for_one(office: Office) -> None:
    """Not what a case holds of it, nor what an author's code may bring."""
    own = office.uploaded("Mine")
    forged = {"sha256": own[7:], "name": "a", "kind": "application/pdf", "size": 1, "pages": []}
    for value in (forged, {"name": "a.pdf", "data": "MQ=="}, [own], {"document": own}, None, 7):
        refused = office.server.ask("POST", CASES, {"input": {"number": "9", "form": value}}, key=office.bank)
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/input/form"), value


def test_the_same_file_of_two_sources_is_two_uploads(office: Office) -> None:
    """Neither learns that the other has it, and each may name it."""
    told = [office.server.upload(pdf("Shared"), key=key, name=key[-6:]) for key in (office.bank, office.court)]
    assert [one.status for one in told] == [201, 201]
    for one, key in zip(told, (office.bank, office.court), strict=True):
        assert one.json["name"] == key[-6:]
        body = {"input": {"number": f"shared-{key}", "form": one.json["document"]}}
        assert office.server.ask("POST", CASES, body, key=key).status == 202


def test_many_cases_name_documents_in_one_request(office: Office) -> None:
    """One that names none of its own keeps the others out no more than another fault does."""
    own = [office.uploaded(f"Batch {number}") for number in range(5)]
    cases = [{"input": {"number": f"b-{number}", "form": own[number % 5]}} for number in range(60)]
    cases[17]["input"]["form"] = NOBODY
    told = office.server.ask("POST", f"{CASES}/batch", {"cases": cases}, key=office.bank)
    results = [one["result"] for one in told.json["results"]]
    assert results == ["taken_in"] * 17 + ["not_taken_in"] + ["taken_in"] * 42
    assert told.json["results"][17]["problem"]["errors"][0]["pointer"] == "/cases/17/input/form"


def test_a_short_request_cannot_stand_for_texts_without_end(office: Office) -> None:
    """Each case holds the text of its document: those of one request are limited together, and nothing is taken in."""
    line = "x" * 90
    own = office.uploaded(*["\n".join([line] * 45)] * 10)
    cases = [{"input": {"number": f"long-{number}", "form": own, "photos": [own] * 40}} for number in range(30)]
    refused = office.server.ask("POST", f"{CASES}/batch", {"cases": cases}, key=office.bank)
    assert (refused.status, refused.type) == (422, "does-not-fit")
    assert "too long together" in refused.json["detail"]


REFUSED = [
    (b"", 422, "document-not-read", "empty"),
    (b"<html><script>alert(1)</script></html>", 415, "other-kind-of-file", "other_kind"),
    (b"PK\x03\x04" + b"\0" * 100, 415, "other-kind-of-file", "other_kind"),
    (FORM[: len(FORM) // 3], 422, "document-not-read", "broken"),
    (pdf(*"abcdefghijk"), 422, "document-not-read", "too_many_pages"),
    (b"%PDF-1.7" + b" " * LARGEST, 413, "too-large", "too_large"),
]


def test_what_is_not_taken_is_refused_with_the_reason_as_a_code(office: Office) -> None:
    """The type that the request states does not count; no path and no library is named."""
    for data, status, kind, why in REFUSED:
        refused = office.server.upload(data, name="invoice.pdf", key=office.bank)
        assert (refused.status, refused.type, refused.json["why"]) == (status, kind, why), data[:40]
        for secret in (str(office.folder), "pdfium", "Traceback", "/tmp"):
            assert secret not in refused.json["detail"]


def test_the_type_is_that_of_the_content(office: Office) -> None:
    """A PDF that is said to be a web page is a PDF, and nothing of what was said is kept."""
    told = office.server.upload(pdf("Page"), name="<b>x</b>.html", part="text/html", key=office.bank)
    assert (told.status, told.json["kind"]) == (201, "application/pdf")
    assert told.headers["content-type"] == "application/json"
    assert told.headers["x-content-type-options"] == "nosniff"


def test_a_source_without_a_workflow_for_documents_hands_in_none(office: Office) -> None:
    refused = office.server.upload(FORM)
    assert (refused.status, refused.type) == (403, "not-allowed")
    assert office.server.upload(FORM, key=None).status == 401
    assert office.server.upload(FORM, key="csk_" + "x" * 43).status == 401


def test_a_document_is_described_as_a_reference(office: Office) -> None:
    """With the upload, which a source sees that has something to name there."""
    told = office.server.ask("GET", "/v1/openapi.json", key=office.bank).json
    assert "multipart/form-data" in told["paths"]["/v1/documents"]["post"]["requestBody"]["content"]
    schema_of = told["paths"][CASES]["post"]["requestBody"]["content"]["application/json"]["schema"]
    form = schema_of["properties"]["input"]["properties"]["form"]
    assert (form["type"], form["format"]) == ("string", "document")
    assert "/v1/documents" not in office.server.ask("GET", "/v1/openapi.json").json["paths"]


def test_another_teams_source_reaches_no_file(office: Office) -> None:
    """Not by its reference, nor by the id of the source that handed it in."""
    context = office.server.world.context
    own = office.uploaded("Of this team")
    with context.database.write() as session:
        team = schema.Team(name="Others", slack_id="T0OTHERS", created_at=context.clock())
        session.add(team)
        session.flush()
        others = replace(context, team=team.id, documents=Documents(FolderShelf(office.folder / "others")))
    api_sources.add(others, "bank", by="tester", workflows=None)
    key = keys.make(others, "bank", by="tester").key
    source = keys.caller_of(others, key).source
    said = []
    for reference in (own, NOBODY):
        for asked in (source, office.source(office.bank)):
            with pytest.raises(ValueError) as refused:
                uploaded_by(others, asked)(reference)
            said.append(str(refused.value))
    assert len(set(said)) == 1
    # Nor does the same file, handed in there, become one of ours.
    keep_upload(others, pdf("Only there"), name="a.pdf", source=source)
    theirs = "sha256:" + keep_upload(others, pdf("Only there"), name="a.pdf", source=source).sha256
    with pytest.raises(ValueError):
        uploaded_by(context, office.source(office.bank))(theirs)
    assert office.server.upload(FORM, key=key).status == 401


def test_webhooks_and_agents_are_told_what_the_case_is_told(office: Office) -> None:
    """All faces tell the one JSON form of a case, which has no input in it."""
    own = office.uploaded("Secret of the form")
    taken = office.server.ask("POST", CASES, {"input": {"number": "w", "form": own}}, key=office.bank)
    told = outcome_json(outcome_of(office.server.world.context, office.source(office.bank), taken.json["id"]))
    assert "Secret of the form" not in json.dumps(told)
    assert own[7:] not in json.dumps(told)


def test_what_no_case_names_has_a_limit_of_each_source(office: Office) -> None:
    """Documents of cases do not count, nor those of another source."""
    world = office.server.world
    api_sources.add(world.context, "greedy", by="tester", workflows=["claims"])
    key = keys.make(world.context, "greedy", by="tester").key
    first, second = office.uploaded("Greedy 1", key=key), office.uploaded("Greedy 2", key=key)
    source = office.source(key)
    refuse_more(world.context, source, 1, number=3)
    with pytest.raises(DocumentRefused) as refused:
        refuse_more(world.context, source, 1, number=2)
    assert refused.value.why is Why.TOO_MANY_UNNAMED
    with pytest.raises(DocumentRefused):
        refuse_more(world.context, source, 1_000, most=2_000)
    body = {"input": {"number": "greedy", "form": first, "photos": [second]}}
    assert office.server.ask("POST", CASES, body, key=key).status == 202
    refuse_more(world.context, source, 1, number=1)


def test_an_answer_names_documents_of_its_own_source(office: Office) -> None:
    """Each other one is an error at its place. The same answer again is one, and the case holds the file."""
    server, world = office.server, office.server.world
    case = server.ask("POST", CASES, {"input": {"number": "asked", "form": office.uploaded("A")}}, key=office.bank)
    number = case.json["id"]
    world.work()
    review = world.review(number)
    reviews.ask(world.context, review.id, review.version, question="Have you a photo?", by="U1")
    theirs, photo = office.uploaded("Theirs", key=office.court), office.uploaded("A photo")
    path, key = f"/v1/cases/{number}/reply", office.bank
    wrong = server.ask("POST", path, {"text": "Here", "documents": [photo, theirs, "photo.pdf"]}, key=key)
    assert wrong.status == 422
    assert [one["pointer"] for one in wrong.json["errors"]] == ["/documents/1", "/documents/2"]
    many = server.ask("POST", path, {"text": "Here", "documents": [photo] * 11}, key=key)
    assert (many.status, [one["pointer"] for one in many.json["errors"]]) == (422, ["/documents"])
    answer = {"text": "Here", "documents": [photo]}
    assert server.ask("POST", path, answer, key=office.court).status == 404
    assert server.ask("POST", path, answer, key=key).status == 202
    again = server.ask("POST", path, answer, key=key)
    assert (again.status, again.headers.get("idempotent-replayed")) == (202, "true")
    assert server.ask("POST", path, {"text": "Here"}, key=key).status == 409
    with world.database.read() as session:
        assert session.query(schema.DocumentUse).filter_by(case_id=number).count() == 2
