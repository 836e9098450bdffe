"""Read model of a case for a test. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from workflows.model.port import SourceAnswer


@dataclass(frozen=True, kw_only=True)
class PulledStep:
    """A call of a step, and what came of it."""

    name: str
    """With the part of the run before it: `deliver/settle`."""
    given: Mapping[str, JsonValue]
    returned: JsonValue
    error: str | None
    """Type of the error that came in place of a result."""
    said: str
    """The error's message."""
    dependency: str | None = None
    """The other system that the error is about."""


@dataclass(frozen=True, kw_only=True)
class PulledTurn:
    """A turn of the model: its answer, or why it could not be asked."""

    answer: Mapping[str, JsonValue] | None
    why_not: str = ""


@dataclass(frozen=True, kw_only=True)
class PulledDecision:
    """The decision after which a delivery failed."""

    values: Mapping[str, JsonValue] | None
    """None for a rejection."""
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True)
class PulledView:
    """A case that failed, as a test has it."""

    case: int
    key: str
    """As the test has it, so with stand-ins."""
    workflow: str
    at: datetime
    """Time at which it failed."""
    where: str
    """The step that failed, or the part of the way: `propose`, `deliver`."""
    error: str
    """Type of the error."""
    said: str
    """The error's message, without the case's own words."""
    cause: str | None
    """Short name of its cause; None for what is no failure of a run."""
    wants_proposal: bool
    """True: there was no usable proposal, and the test wants one. False: the test wants that nothing is raised."""
    input: Mapping[str, JsonValue]
    turns: tuple[PulledTurn, ...]
    steps: tuple[PulledStep, ...]
    answers: tuple[SourceAnswer, ...]
    """Answers of its source to people's questions."""
    in_order: bool
    """True: it was parked, so the test's journal holds these steps."""
    decision: PulledDecision | None
    """None where it failed before there was one. After one its delivery failed, and nothing earlier is in the test."""
    notes: tuple[str, ...]
    """Notes that its reader needs before the test is committed."""
    is_newest: bool
    """False: the case went on since."""
