"""Personal fields: which there are, what they hold, and that no text shows it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from workflows import FindPersonal, Personal
from workflows.engine.declare.personal import (
    MASK,
    countries_searched,
    hiding,
    names_in,
    personal_fields,
    personal_places,
    personal_values,
    searched_fields,
    values_in,
    without_personal,
)
from workflows.engine.errors import BadDeclaration


class Address(BaseModel):
    street: Annotated[str, Personal]
    town: str


class Claim(BaseModel):
    id: int
    name: Annotated[str, Personal(), Field(max_length=100)]
    phones: list[Annotated[str, Personal]] = []
    iban: Annotated[str | None, Personal] = None
    income: Annotated[Decimal | None, Personal] = None
    address: Address | None = None
    others: dict[str, Address] = {}
    text: str = ""


def test_a_field_is_personal_by_its_mark_or_by_what_it_holds() -> None:
    assert personal_fields(Claim) == {"name", "phones", "iban", "income", "address", "others"}
    assert personal_fields(Address) == {"street"}


def test_the_values_of_personal_fields_are_found_wherever_they_are() -> None:
    home = Address(street="Long Street 1", town="Cork")
    claim = Claim(
        id=4711, name="Ana Silva", phones=["+353 1"], income=Decimal("1200.50"), address=home, others={"a": home}
    )
    assert personal_values(claim) == {"Ana Silva", "+353 1", "1200.50", "Long Street 1"}


def test_personal_values_are_found_by_their_places_in_dataclasses_too() -> None:
    home = Address(street="Long Street 1", town="Cork")
    claim = Claim(id=4711, name="Ana Silva", phones=["+353 1"], address=home, others={"a": home})
    found = [place.path for place in personal_places(Letter(claim=claim, to=["Bo"], tone="kind"))]
    assert found == [
        ("claim", "name"),
        ("claim", "phones", 0),
        ("claim", "address", "street"),
        ("claim", "others", "a", "street"),
        ("to", 0),
        ("tone",),
    ]
    assert [place.path for place in personal_places(Letter(claim=claim, to=[], tone="kind")) if place.is_choice] == [
        ("tone",)
    ]
    assert {*names_in(Letter(claim=claim, to=[], tone="kind"))} >= {"claim", "to", "tone", "name", "street", "town"}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Something that a step may give."""

    claim: Claim
    to: list[Annotated[str, Personal]]
    tone: Annotated[Literal["kind", "short"], Personal]
    sent: bool = False


def test_a_value_too_short_to_be_told_from_a_letter_is_looked_for_nowhere() -> None:
    assert personal_values(Claim(id=1, name="A")) == set()


@pytest.mark.parametrize(
    ("words", "text", "shown"),
    [
        ({"Ana"}, "Dear ANA, anaemia is no name.", f"Dear {MASK}, anaemia is no name."),
        ({"Ana", "Ana Silva"}, "Ana Silva wrote", f"{MASK} wrote"),
        ({"a.b+c@x.org"}, "to <a.b+c@x.org>", f"to <{MASK}>"),
        ({"(none)"}, "of (none).", f"of {MASK}."),
        (set(), "Ana", "Ana"),
    ],
)
def test_a_mark_stands_in_the_place_of_each_word(words: set[str], text: str, shown: str) -> None:
    assert hiding(words)(text) == shown


@given(st.sets(st.text("aZ.-@ ", min_size=2, max_size=8).filter(lambda word: word.strip() == word), max_size=4))
def test_no_word_is_left_in_a_text_in_which_it_stands_alone(words: set[str]) -> None:
    hide = hiding(words)
    for word in words:
        assert word not in hide(f"before, {word}, after").removeprefix("before, ").removesuffix(", after")


class Note(BaseModel):
    """Something free in itself, and in what it holds."""

    text: Annotated[str, FindPersonal("GB")]
    lines: list[Annotated[str, FindPersonal]] = []
    more: dict[str, Annotated[str, FindPersonal("IE")] | None] = {}
    inner: "Note | None" = None
    owed: Annotated[dict[str, str], Personal] = {}
    plain: str = ""


class Mail(BaseModel):
    """Something that holds such a note."""

    note: Note


def test_free_text_is_searched_where_it_is_marked_at_any_depth() -> None:
    assert searched_fields(Note) == {"text", "lines", "more"}
    assert personal_fields(Note) == {"inner", "owed"}
    assert personal_fields(Mail) == {"note"}
    assert countries_searched(Mail) == {"GB", "IE"}
    note = Note(
        text="a@example.org or 0161 234 5000",
        lines=["b@example.org"],
        more={"c@example.org": "d@example.org", "nothing": None},
        inner=Note(text="e@example.org", plain="f@example.org"),
        owed={"Bo Berg": "paid", "street": "Long Street"},
    )
    found = [(one.text, one.called, one.is_found) for one in values_in(Mail(note=note))]
    assert found == [
        ("a@example.org", "mail address", True),
        ("0161 234 5000", "phone number", True),
        ("b@example.org", "mail address", True),
        ("c@example.org", "mail address", True),
        ("d@example.org", "mail address", True),
        ("e@example.org", "mail address", True),
        ("Bo Berg", "owed", False),
        ("paid", "owed", False),
        ("Long Street", "owed", False),
    ]


def test_a_country_is_named_by_its_code() -> None:
    with pytest.raises(BadDeclaration, match="takes the codes of countries, such as GB, not Germany, de"):
        FindPersonal("GB", "Germany", "de")


def test_a_text_is_left_without_the_personal_values_of_what_is_near() -> None:
    claim = Claim(id=4711, name="Ana Silva", phones=["+353 1 234 5678"])
    said = without_personal("no ana silva at 35312345678", [claim, {"id": 1, "a": None}])
    assert said == f"no {MASK} at {MASK}"
