"""Read models of examples that grow from decisions, frozen, the same for every face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from store.states import ExampleState
from workflows.engine.declare.workflow import Example
from workflows.quality.examples.split import Half


class Why(StrEnum):
    """The reason why a case is a candidate."""

    EDITED = "edited"
    ANSWERED = "answered"
    CORRECTED = "corrected"
    REPORTED = "reported"
    SPOT_CHECK = "spot_check"
    """A spot check found it wrong."""
    SAMPLE = "sample"
    """Approved as it was proposed, and drawn."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An example as somebody looks at it, masked."""

    id: int
    case: int
    key: str
    half: Half
    why: Why
    state: ExampleState
    critical: bool
    found_at: datetime
    input: dict[str, JsonValue]
    output: dict[str, JsonValue]
    otherwise: Mapping[str, JsonValue] | None = None
    """Fields that were proposed otherwise, with what was proposed; empty where the proposal was right as it was, None
    where no proposal is known."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Near duplicates."""

    alike: str
    """Their mark."""
    candidates: Sequence[Candidate]
    """The newest first."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """An example that was taken in."""

    id: int
    case: int
    example: Example
    critical: bool
