"""The names that authors import are those of the rooms behind them, all of them and no others."""

import importlib
import pkgutil

import countersign
import countersign.tools
import pytest

import workflows


def test_authors_get_all_public_names_of_workflows_and_the_very_same_things() -> None:
    assert countersign.__all__ == workflows.__all__
    assert dir(countersign) == sorted(workflows.__all__)
    for name in workflows.__all__:
        assert getattr(countersign, name) is getattr(workflows, name)


def test_a_name_that_there_is_not_is_no_name() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Wrokflow'"):
        getattr(countersign, "Wrokflow")  # noqa: B009  # a type checker refuses the usual way


@pytest.mark.parametrize("tool", [module.name for module in pkgutil.iter_modules(countersign.tools.__path__)])
def test_authors_get_all_public_names_of_a_tool_and_the_very_same_things(tool: str) -> None:
    """All that it defines itself, so that one that is added has to be handed on."""
    given = importlib.import_module(f"countersign.tools.{tool}")
    behind = importlib.import_module(f"workflows.tools.{tool}")
    own = {
        name
        for name, value in vars(behind).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", "") == behind.__name__
    }
    assert own <= {*given.__all__}
    for name in given.__all__:
        assert getattr(given, name) is getattr(behind, name)
