"""The vocabulary for describing Block Kit: a shape checks a value and writes down what Slack would refuse."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import JsonValue

from bot.sandbox.json import Object, objects

SlackContext = Literal["message", "modal", "home"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """The place in a document that a shape checks, with the list for its findings."""

    path: str
    surface: SlackContext
    findings: list[str]

    def at(self, key: str | int) -> "Place":
        return replace(self, path=f"{self.path}/{key}")

    def refuse(self, finding: str) -> None:
        self.findings.append(f"[ERROR] {finding} [json-pointer:{self.path}]")


Shape = Callable[[JsonValue, Place], None]


def string(most: int, least: int = 1) -> Shape:
    """Describe text within a length."""

    def look(value: JsonValue, place: Place) -> None:
        if not isinstance(value, str):
            place.refuse("must provide a string")
        elif len(value) > most:
            place.refuse(f"must be less than {most + 1} characters")
        elif len(value) < least:
            place.refuse(f"must be more than {least - 1} characters")

    return look


def matching(pattern: str, what: str, most: int = 3_000) -> Shape:
    """Describe text of a certain form."""
    form = re.compile(pattern)

    def look(value: JsonValue, place: Place) -> None:
        if not isinstance(value, str) or not form.fullmatch(value) or len(value) > most:
            place.refuse(f"must be {what}")

    return look


def one_of(*allowed: str) -> Shape:
    """Describe one of several words."""

    def look(value: JsonValue, place: Place) -> None:
        if value not in allowed:
            place.refuse(f"must be one of: {', '.join(allowed)}")

    return look


def flag(value: JsonValue, place: Place) -> None:
    """Refuse anything but true or false."""
    if not isinstance(value, bool):
        place.refuse("must be a boolean")


def whole(least: int, most: int) -> Shape:
    """Describe a whole number within bounds."""

    def look(value: JsonValue, place: Place) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            place.refuse(f"must be a whole number from {least} to {most}")

    return look


def number(value: JsonValue, place: Place) -> None:
    """Refuse anything but a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        place.refuse("must be a number")


def each(shape: Shape, *, most: int, least: int = 1) -> Shape:
    """Describe a list of such values."""

    def look(value: JsonValue, place: Place) -> None:
        if not isinstance(value, list):
            return place.refuse("must provide an array")
        if len(value) > most:
            place.refuse(f"no more than {most} items allowed")
        if len(value) < least:
            place.refuse(f"no less than {least} items allowed")
        # Items beyond the limit are not checked: the answer would only grow.
        for index, item in enumerate(value[:most]):
            shape(item, place.at(index))
        return None

    return look


def record(
    needed: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None, also: Sequence[Shape] = ()
) -> Shape:
    """Describe an object with these fields and no others. `also`: shapes to check once every field is right."""
    known = {**needed, **(optional or {})}

    def look(value: JsonValue, place: Place) -> None:
        if not isinstance(value, dict):
            return place.refuse("must provide an object")
        before = len(place.findings)
        for name in needed:
            if name not in value:
                place.refuse(f"missing required field: {name}")
        for name, field in value.items():
            if name in known:
                known[name](field, place.at(name))
            else:
                place.refuse(f"invalid additional property: {name[:50]}")
        if len(place.findings) == before:
            for shape in also:
                shape(value, place)
        return None

    return look


def typed(shapes: Mapping[str, Shape]) -> Shape:
    """Describe an object that is one of several kinds, told apart by its `type`."""

    def look(value: JsonValue, place: Place) -> None:
        if not isinstance(value, dict):
            return place.refuse("must provide an object")
        named = value.get("type")
        if not isinstance(named, str):
            return place.refuse("missing required field: type")
        if named not in shapes:
            return place.at("type").refuse(f"unsupported type: {named[:50]}")
        return shapes[named]({name: field for name, field in value.items() if name != "type"}, place)

    return look


def exactly_one(*names: str) -> Shape:
    """Describe an object with exactly one of these fields."""

    def look(value: JsonValue, place: Place) -> None:
        if isinstance(value, dict) and sum(name in value for name in names) != 1:
            place.refuse(f"must define exactly one of: {', '.join(names)}")

    return look


def at_least_one(*names: str) -> Shape:
    """Describe an object with at least one of these fields."""

    def look(value: JsonValue, place: Place) -> None:
        if isinstance(value, dict) and not any(name in value for name in names):
            place.refuse(f"must define at least one of: {', '.join(names)}")

    return look


def only_on(surfaces: Collection[SlackContext], shape: Shape) -> Shape:
    """Describe a value that is allowed on some surfaces only."""

    def look(value: JsonValue, place: Place) -> None:
        if place.surface not in surfaces:
            return place.refuse(f"not allowed in a {place.surface}")
        return shape(value, place)

    return look


def actions_differ(name: str) -> Shape:
    """Describe an object whose elements, in the list of this name, have different action_ids."""

    def look(value: JsonValue, place: Place) -> None:
        assert isinstance(value, dict)
        refuse_repeated([(place.at(name).at(index), one) for index, one in enumerate(objects(value.get(name)))])

    return look


def refuse_repeated(elements: Iterable[tuple[Place, Object]]) -> None:
    """Refuse an action_id that another element of the same block has."""
    seen: set[str] = set()
    for place, element in elements:
        named = element.get("action_id")
        if isinstance(named, str) and named in seen:
            place.at("action_id").refuse(f"action_id {named} already exists")
        if isinstance(named, str):
            seen.add(named)
