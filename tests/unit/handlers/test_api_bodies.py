"""A body that two programs could read differently is refused by the API, and a mistake is named by its place."""

import pytest

from handlers.web.api.access import SEND_A_KEY
from handlers.web.api.bodies import MOST_NODES, parsed
from handlers.web.api.forms import HandIn, HandInMany, Reply, filled_in
from handlers.web.api.problems import URI, Kind, Problem, as_json
from tests.acceptance.reading import ROOT


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is empty"),
        (b"[1]", "has to be one JSON object"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": 1e400}', "too large"),
        (b'{"a": {"b": 1, "b": 1}}', "stands twice"),
        (b'{"a": "\xc3"}', "not in UTF-8"),
        (b'{"a": ' + b"[" * 55 + b"]" * 55 + b"}", "nested more than 54 deep"),
        (b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested more than 54 deep"),
        (b'{"a": [' + b"0," * MOST_NODES + b"0]}", "more than 100,000 values"),
    ],
)
def test_a_body_that_is_not_plain_json_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(Problem, match=why) as refused:
        parsed(body)
    assert refused.value.kind is Kind.MALFORMED


def test_a_body_is_read_as_it_is() -> None:
    assert parsed(b'{"a": [1, 2.5, "\\u00fc", null, {"b": true}]}') == {"a": [1, 2.5, "ü", None, {"b": True}]}


def test_what_is_wrong_with_a_form_is_named_by_its_place() -> None:
    with pytest.raises(Problem) as refused:
        filled_in(HandInMany, {"cases": [{"input": {}}, {"input": 7}, {"more": 1}]})
    places = [error.pointer for error in refused.value.errors]
    assert places == ["/cases/1/input", "/cases/2/input", "/cases/2/more"]


def test_a_form_takes_nothing_that_it_does_not_name() -> None:
    with pytest.raises(Problem, match="does not have the required form"):
        filled_in(HandIn, {"input": {}, "priority": 1})
    assert filled_in(HandIn, {"input": {"a": 1}, "proposal": None}).proposal is None


def test_a_whole_number_may_be_written_with_a_point() -> None:
    """JSON Schema takes 2.0 for an integer; text and truth are none."""
    assert filled_in(Reply, {"text": "yes", "question": 2.0}).question == 2
    for other in (2.5, "2", True):
        with pytest.raises(Problem):
            filled_in(Reply, {"text": "yes", "question": other})


def test_a_pointer_names_a_member_with_a_dot_a_slash_and_a_tilde() -> None:
    with pytest.raises(Problem) as refused:
        filled_in(HandIn, {"input": {}, "a.b/c~d": 1})
    assert [error.pointer for error in refused.value.errors] == ["/a.b~1c~0d"]


def test_what_is_refused_without_a_key_says_how_to_send_one() -> None:
    """The redaction of secrets leaves our own words."""
    assert as_json(Problem(Kind.NOT_ACCEPTED, SEND_A_KEY))["detail"] == SEND_A_KEY


def test_a_problem_repeats_no_secret_that_an_author_put_into_words() -> None:
    problem = Problem(Kind.MISFIT, "the address https://me:hunter2@example.com cannot be reached")
    assert "hunter2" not in str(as_json(problem))


def test_each_kind_of_problem_has_a_type_of_its_own() -> None:
    assert len({kind.type for kind in Kind}) == len(Kind)
    assert all(kind.type.startswith(URI) for kind in Kind)


@pytest.mark.parametrize("kind", Kind)
def test_the_page_names_each_kind_of_problem_with_its_status(kind: Kind) -> None:
    assert f"| `{kind.type.removeprefix(URI)}` | {kind.status} |" in (ROOT / "docs" / "api.md").read_text("utf-8")
