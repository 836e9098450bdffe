"""Fields of an output that the workflow looks up, so that no model is asked for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """A mark, in `Annotated`, for a field that the workflow's `propose` looks up. A person's form still asks for it."""

    until: JsonValue
    """The value before the lookup, as JSON. It has to be one that brings the case to a person, should the lookup never
    happen.
    """


def looked_up(output: type[BaseModel]) -> Mapping[str, JsonValue]:
    """Return the marked fields of an output, each with its value before the lookup."""
    return {
        name: mark.until
        for name, info in output.model_fields.items()
        for mark in info.metadata
        if isinstance(mark, LookedUp)
    }
