"""Segments are few, have names that can be shown, and return nothing personal as far as that can be seen."""

from collections.abc import Callable
from typing import Annotated

import pytest
from pydantic import BaseModel

from workflows.engine.declare.personal import Personal
from workflows.engine.declare.segments import is_personal, segments_in, uses_personal
from workflows.engine.errors import BadDeclaration


class Customer(BaseModel):
    """Somebody."""

    name: Annotated[str, Personal]
    country: str


class Letter(BaseModel):
    """An input with personal fields."""

    language: str
    born: Annotated[int, Personal]
    customer: Customer
    sender: Annotated[Customer | None, Personal] = None


def bracket(letter: Letter) -> str:
    return "under 30" if letter.born > 1996 else "30 or older"


@pytest.mark.parametrize(
    ("function", "refused"),
    [
        (lambda letter: letter.language, False),
        (lambda letter: letter.customer.country, False),
        (lambda letter: letter.customer.name, True),
        (lambda letter: letter.born, True),
        (lambda letter: letter.sender.country, True),
        (lambda letter: letter.sender, True),
        (bracket, False),
        (len, False),
    ],
)
def test_a_segment_that_returns_a_personal_field_as_it_is_is_refused(
    function: Callable[[Letter], str], refused: bool
) -> None:
    assert is_personal(function, Letter) is refused
    if refused:
        with pytest.raises(BadDeclaration, match="A group outlives"):
            segments_in("workflow letters", {"by": function}, Letter)
    else:
        assert segments_in("workflow letters", {"by": function}, Letter) == {"by": function}


def test_a_bracket_of_a_personal_field_is_seen_to_use_it() -> None:
    assert uses_personal(bracket, Letter)
    assert not uses_personal(lambda letter: letter.language, Letter)


@pytest.mark.parametrize("name", ["", " ", "a ", "a\nb", "x" * 61, 7])
def test_a_segment_has_a_name_that_can_be_shown(name: str) -> None:
    with pytest.raises(BadDeclaration, match="a segment's name"):
        segments_in("workflow letters", {name: bracket}, Letter)


def test_a_workflow_has_five_segments_at_most() -> None:
    many: dict[str, Callable[[Letter], str]] = {str(number): bracket for number in range(6)}
    with pytest.raises(BadDeclaration, match="at most 5 segments, not 6"):
        segments_in("workflow letters", many, Letter)
    with pytest.raises(BadDeclaration, match="not a function"):
        segments_in("workflow letters", {"by": "language"}, Letter)  # type: ignore[arg-type]  # as an author may write
