"""Cases are handed in over HTTP, each once, and whoever handed one in is told how it stands."""

from http.client import HTTPConnection
from itertools import count

import pytest

from tests.integration.handlers.api.served import TICKET, TRIAGE, Served
from workflows.engine.review import reviews
from workflows.engine.sources.programs import api_sources, keys
from workflows.engine.sources.programs.keys import caller_of
from workflows.engine.sources.told.outcomes import outcome_json, outcome_of

pytestmark = pytest.mark.slow

numbers = count(1)


def test_a_case_that_is_handed_in_is_told_of_until_it_is_delivered(shared: Served) -> None:
    """202 with its id and key and the path where it is, then what was proposed, approved and answered."""
    number = next(numbers)
    taken = shared.hand_in(number)
    assert taken.status == 202
    case = taken.json["id"]
    assert taken.json == {"id": case, "key": f"ticket-{number}", "result": "taken_in"}
    assert taken.headers["location"] == f"/v1/cases/{case}"
    assert shared.ask("GET", taken.headers["location"]).json["state"] == "in_progress"
    shared.world.work()
    waits = shared.ask("GET", taken.headers["location"]).json
    assert (waits["state"], waits["proposed"], waits["approved"]) == ("needs_person", TRIAGE, None)
    review = shared.world.review(case)
    reviews.approve(shared.world.context, review.id, shown=review.version, by="U0ANNA")
    shared.world.work()
    done = shared.ask("GET", taken.headers["location"])
    assert (done.json["state"], done.json["effect"], done.json["approved"]) == ("delivered", "applied", TRIAGE)
    assert done.json["digest"].startswith("sha256:")
    assert b"U0ANNA" not in done.body
    # The very form that webhooks and agents get.
    source = caller_of(shared.world.context, shared.key).source
    assert done.json == outcome_json(outcome_of(shared.world.context, source, case))


def test_the_same_again_is_a_duplicate_and_other_content_a_revision(shared: Served) -> None:
    number = next(numbers)
    first, again = shared.hand_in(number), shared.hand_in(number)
    assert (again.status, again.json["result"], again.json["id"]) == (202, "duplicate", first.json["id"])
    other = {"input": TICKET | {"id": number, "text": "Where is it now?"}}
    refused = shared.ask("POST", "/v1/workflows/sample/cases?on_conflict=refuse", other)
    assert (refused.status, refused.type, refused.json["id"]) == (409, "conflict", first.json["id"])
    revised = shared.ask("POST", "/v1/workflows/sample/cases", other)
    assert (revised.status, revised.json["result"]) == (202, "revised")


def test_several_at_once_have_a_result_each(shared: Served) -> None:
    """A misfit is named by its place, and keeps none of the others out."""
    first, second = next(numbers), next(numbers)
    cases = [{"input": TICKET | {"id": first}}, {"input": {"id": "x"}}, {"input": TICKET | {"id": second}}]
    taken = shared.ask("POST", "/v1/workflows/sample/cases/batch", {"cases": cases})
    assert taken.status == 200
    one, wrong, two = taken.json["results"]
    assert [one["key"], two["key"]] == [f"ticket-{first}", f"ticket-{second}"]
    assert [one["result"], wrong["result"], two["result"]] == ["taken_in", "not_taken_in", "taken_in"]
    assert {error["pointer"] for error in wrong["problem"]["errors"]} == {"/cases/1/input/id", "/cases/1/input/text"}


def test_what_is_wrong_is_named_by_its_place_and_not_repeated(shared: Served) -> None:
    sent = {"input": {"id": 1, "text": "", "language": {"secret": "hunter2 hunter2"}}}
    wrong = shared.ask("POST", "/v1/workflows/sample/cases", sent)
    assert (wrong.status, wrong.type) == (422, "does-not-fit")
    assert [error["pointer"] for error in wrong.json["errors"]] == ["/input/text", "/input/language"]
    assert b"hunter2" not in wrong.body
    assert b"input_value" not in wrong.body


def test_a_request_with_a_key_is_answered_once_and_repeated(shared: Served) -> None:
    number = next(numbers)
    first = shared.hand_in(number, Idempotency_Key=f"order-{number}")
    again = shared.hand_in(number, Idempotency_Key=f"order-{number}")
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status, again.body, again.headers["location"]) == (202, first.body, first.headers["location"])
    other = shared.hand_in(next(numbers), Idempotency_Key=f"order-{number}")
    assert (other.status, other.type) == (422, "idempotency-key-reused")


def test_nobody_else_sees_a_case_or_a_workflow(shared: Served) -> None:
    """One answer, to the byte, whether it is somebody else's or does not exist."""
    case = shared.hand_in(next(numbers)).json["id"]
    theirs = shared.ask("GET", f"/v1/cases/{case}", key=shared.other)
    nobodys = shared.ask("GET", "/v1/cases/999999999", key=shared.other)
    assert (theirs.status, theirs.body) == (404, nobodys.body)
    body = {"input": TICKET}
    hidden = shared.ask("POST", "/v1/workflows/sample/cases", body, key=shared.other)
    missing = shared.ask("POST", "/v1/workflows/missing/cases", body, key=shared.other)
    assert (hidden.status, hidden.body) == (404, missing.body)
    replied = shared.ask("POST", f"/v1/cases/{case}/reply", {"text": "yes"}, key=shared.other)
    assert (replied.status, replied.body) == (404, theirs.body)
    listed = shared.ask("GET", "/v1/workflows", key=shared.other).json
    assert [one["name"] for one in listed["workflows"]] == ["another"]


def test_a_case_of_another_source_is_not_told_of(shared: Served) -> None:
    """Its key is taken, whatever the content, and nothing more is said: alone, and in a batch."""
    number, context = next(numbers), shared.world.context
    first = shared.hand_in(number)
    api_sources.add(context, f"second-{number}", by="tester", workflows=["sample"])
    key = keys.make(context, f"second-{number}", by="tester").key
    for text in (TICKET["text"], "other content"):
        sent = {"input": TICKET | {"id": number, "text": text}}
        refused = shared.ask("POST", "/v1/workflows/sample/cases", sent, key=key)
        assert (refused.status, refused.type) == (409, "belongs-to-another-source")
        assert "location" not in refused.headers
        assert set(refused.json) == {"type", "title", "status", "detail"}
        batch = shared.ask("POST", "/v1/workflows/sample/cases/batch", {"cases": [sent]}, key=key)
        (result,) = batch.json["results"]
        assert result == {"id": None, "key": None, "result": "not_taken_in", "problem": refused.json}
    assert shared.ask("GET", first.headers["location"], key=key).status == 404
    assert shared.ask("GET", first.headers["location"]).json["revision"] == 1


def test_a_question_is_told_and_answered(shared: Served) -> None:
    """The same answer twice is one; another one is refused."""
    number = next(numbers)
    case = shared.hand_in(number).json["id"]
    shared.world.work()
    review = shared.world.review(case)
    reviews.ask(shared.world.context, review.id, shown=review.version, by="U0ANNA", question="Which parcel?")
    shared.world.work()
    asked = shared.ask("GET", f"/v1/cases/{case}").json
    assert (asked["state"], asked["question"]["text"]) == ("asked", "Which parcel?")
    wrong = shared.ask("POST", f"/v1/cases/{case}/reply", {"text": "  "})
    assert (wrong.status, [one["pointer"] for one in wrong.json["errors"]]) == (422, ["/text"])
    reply = {"text": "The blue one.", "question": asked["question"]["number"]}
    first = shared.ask("POST", f"/v1/cases/{case}/reply", reply)
    assert (first.status, first.json) == (202, {"id": case, "question": 1})
    again = shared.ask("POST", f"/v1/cases/{case}/reply", reply)
    assert (again.status, again.json, again.headers["idempotent-replayed"]) == (202, first.json, "true")
    other = shared.ask("POST", f"/v1/cases/{case}/reply", {"text": "The red one."})
    assert (other.status, other.type) == (409, "not-possible")


@pytest.mark.parametrize(
    "sent", [{}, {"Authorization": "Basic eA=="}, {"Authorization": "Bearer csk_" + "x" * 43}, {"X-Key": "csk_x"}]
)
def test_without_an_accepted_key_there_is_nothing(shared: Served, sent: dict[str, str]) -> None:
    refused = shared.ask("GET", "/v1/workflows", key=None, headers=sent)
    assert (refused.status, refused.type) == (401, "not-accepted")
    assert refused.headers["www-authenticate"].startswith('Bearer realm="countersign"')


def test_the_description_names_workflows_to_those_alone_who_may_use_them(shared: Served) -> None:
    public = shared.ask("GET", "/v1/openapi.json", key=None)
    assert public.status == 200
    assert b"/v1/workflows/{name}/cases" in public.body
    assert b"sample" not in public.body
    assert b"another" not in public.body
    own = shared.ask("GET", "/v1/openapi.json").json
    assert "/v1/workflows/sample/cases" in own["paths"]
    assert "/v1/workflows/another/cases" not in own["paths"]


def test_a_connection_brings_one_request_after_the_other(shared: Served) -> None:
    connection: HTTPConnection = shared.connection()
    statuses = [shared.ask("GET", "/v1/workflows", connection=connection).status for _ in range(3)]
    connection.close()
    assert statuses == [200, 200, 200]


def test_no_answer_opens_itself_to_a_web_page(shared: Served) -> None:
    """No CORS, no HTML, nothing kept by a cache."""
    for method in ("GET", "OPTIONS"):
        told = shared.ask(method, "/v1/workflows", headers={"Origin": "https://evil.example"})
        assert not [name for name in told.headers if name.startswith("access-control")]
        assert "json" in told.headers["content-type"]
        assert told.headers["cache-control"] == "no-store"
        assert told.headers["x-content-type-options"] == "nosniff"
