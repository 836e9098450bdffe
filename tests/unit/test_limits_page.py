"""The page of limits says what the constants say."""

import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text()
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| `([\w.]+)` \|$", PAGE, re.MULTILINE)
UNITS = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def constant(path: str) -> float:
    """The value that a row names: a constant of a module, or the default of a field of a class in it."""
    module, _, name = path.rpartition(".")
    try:
        return float(getattr(import_module(module), name))
    except ModuleNotFoundError:
        holder = getattr(import_module(module.rpartition(".")[0]), module.rpartition(".")[2])
        field = getattr(holder, "model_fields", {}).get(name)
        return float(field.default if field is not None else getattr(holder, name))


def figure(said: str) -> float:
    """The first number of a text, with its unit."""
    found = re.search(r"([\d,]+)(?: (KiB|MiB|GiB))?", said)
    assert found is not None, said
    return float(found[1].replace(",", "")) * UNITS.get(found[2], 1)


@pytest.mark.slow
def test_each_limit_is_what_the_page_says() -> None:
    """It loads modules of all rooms, with the library of the API for agents."""
    assert {path: figure(said) for _, said, _, path in ROWS} == {path: constant(path) for _, _, _, path in ROWS}


def test_each_row_of_the_limits_is_held_against_the_program() -> None:
    limits = PAGE.split("## Limits", 1)[1]
    rows = [line for line in limits.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
    assert len(rows) == len(ROWS) > 50
