"""Fields of an output that no model is asked for, because the workflow looks them up."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """Marks a field, in `Annotated`, that the workflow's `propose` looks up; a person's form still asks for it."""

    until: JsonValue
    """What stands there until then, as JSON has it: the value that brings a person, should it never be looked up."""


def looked_up(output: type[BaseModel]) -> Mapping[str, JsonValue]:
    """The marked fields of an output, and what stands there until they are looked up."""
    return {
        name: mark.until
        for name, info in output.model_fields.items()
        for mark in info.metadata
        if isinstance(mark, LookedUp)
    }
