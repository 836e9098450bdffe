"""The workflow that a command names; some are made from options first."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from bot import discovery
from bot.app import App
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.library.intent_triage.workflow import DEFAULT_FLOOR, read_labels


def options_for(
    name: str, *, examples: Path | None, label: str | None, floor: float | None = None
) -> dict[str, JsonValue] | None:
    """Return the options of a workflow that is made from options; None for a declared one.

    Raise `Refused` for options that belong to no workflow, or are missing.
    """
    if name not in discovery.makers():
        if examples or label or floor is not None:
            raise Refused(f"--examples, --label and --floor belong to {', '.join(discovery.makers())}")
        return None
    if examples is None or label is None:
        raise Refused(f"{name} needs --examples FILE and --label COLUMN")
    return {
        discovery.MADE_BY: name,
        "label": label,
        "labels": list(read_labels(examples, label)),
        "examples": str(examples.absolute()),
        "floor": DEFAULT_FLOOR if floor is None else floor,
    }


def named(app: App, name: str, options: Mapping[str, JsonValue] | None) -> AnyWorkflow:
    """Return the workflow of this name, or the one that was made from these options. Raise `Unknown`."""
    if options:
        name = next(made for made, kept in app.made.items() if kept is options)
    return app.context.registry.get(name)
