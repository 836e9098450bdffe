"""Numbers at the command line: one that no database can hold is refused before it is looked for."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from bot.cli import app


def numbers(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:  # Any: a command or a group of typer's
    """Yield each whole number that a command takes, with those of the commands in it."""
    for parameter in command.params:
        if parameter.type_descriptor.annotation in (int, list[int]):
            yield f"{name} {parameter.name}".strip(), parameter
    for inner, one in getattr(command, "commands", {}).items():
        yield from numbers(one, f"{name} {inner}".strip())


def test_each_whole_number_has_a_largest_one() -> None:
    found = dict(numbers(get_command(app)))
    assert {
        "deployments sign number",
        "examples take numbers",
        "improvements take number",
        "volume-test report test",
    } <= set(found)
    without = [name for name, taken in found.items() if taken.max is None]
    assert all(name.startswith("source ") for name in without), "the settings of a source have bounds of their own"
