"""Pointers name the place of an error in what was sent, whatever its names are."""

import copy
import pickle
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, JsonValue, ValidationError

from workflows.complaints import WHOLE, Place, complaints, pointer_to
from workflows.engine.declare.round_trip import losses


class Line(BaseModel):
    sku: str
    number: int


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]


class Address(BaseModel):
    zip: int = Field(alias="zip.code/~x")
    int: str = ""


class Order(BaseModel):
    lines: list[Line] = []
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    either: int | Line | None = None
    address: Address | None = None
    tags: dict[str, int] = {}


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({"lines": [{"sku": "a", "number": 1}, {"sku": 2}]}, ["/lines/1/sku", "/lines/1/number"]),
        ({"pet": {"kind": "cat"}}, ["/pet/lives"]),
        ({"pet": {"kind": "cow"}}, ["/pet"]),
        ({"either": "x"}, ["/either", "/either"]),
        ({"either": {"sku": "a"}}, ["/either", "/either/number"]),
        ({"address": {"zip.code/~x": "a"}}, ["/address/zip.code~1~0x"]),
        ({"address": {}}, ["/address/zip.code~1~0x"]),
        ({"address": {"zip.code/~x": 1, "int": 4}}, ["/address/int"]),
        (
            {"tags": {"a.b": "x", "c/d~": "y", "int": "z", "": "w"}},
            ["/tags/a.b", "/tags/c~1d~0", "/tags/int", "/tags/"],
        ),
        ([], [""]),
    ],
)
def test_an_error_of_a_form_has_the_pointer_of_what_was_sent(sent: JsonValue, pointers: list[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        Order.model_validate(sent)
    assert [pointer_to(place, sent) for place in complaints(refused.value)] == pointers


def test_what_was_lost_in_keeping_has_its_pointer() -> None:
    (place,) = losses({"a.b": {"c": 1}}, {"a.b": {"c": 2}})
    assert (place, pointer_to(place, {"a.b": {"c": 1}})) == ("a.b.c", "/a.b/c")


def test_a_name_without_a_path_is_split_at_its_dots() -> None:
    assert pointer_to("reasons.3", {"reasons": ["a"]}) == "/reasons/3"
    assert pointer_to(WHOLE, {}) == ""


def test_a_place_is_moved_and_copied_with_its_path() -> None:
    place = Place("a.b", path=("a.b",)).under("output")
    assert (place, place.path) == ("output.a.b", ("output", "a.b"))
    for one in (copy.deepcopy(place), pickle.loads(pickle.dumps(place))):
        assert (one, one.path) == (place, place.path)
