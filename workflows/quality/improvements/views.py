"""Read models of improvements, frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.states import ImprovementState
from workflows.quality.improvements.conditions import Condition


class ImprovementKind(StrEnum):
    """The form in which a pattern may become part of a workflow."""

    NEVER = "never"
    """A rule that has a person decide such cases."""
    EXAMPLES = "examples"
    """Most corrections were to the same value, so the cases are taken in as examples."""


@dataclass(frozen=True, kw_only=True)
class ImprovedNote:
    """The news for somebody whose correction became part of the live version."""

    workflow: str
    key: str | None
    """Key of a case that they corrected; None where its content is gone."""
    alone: int
    """Cases like it that went alone since."""


@dataclass(frozen=True, kw_only=True)
class ImprovementView:
    """An improvement as somebody looks at it. It has no text of a case but the values of its conditions."""

    id: int
    workflow: str
    kind: ImprovementKind
    state: ImprovementState
    change: int
    """Raised by each change; a press names the one that it was shown."""
    conditions: Sequence[Condition]
    output: str | None
    """Field that was corrected; None: the proposal was rejected."""
    became: str | None
    """The right value, where most corrections were to the same one."""
    errors: int
    of: int
    """Cases for which the conditions hold."""
    elsewhere_errors: int
    elsewhere: int
    """All other cases."""
    cases: Sequence[int]
    """Ids of the cases with that error."""
    examples: Sequence[int]
    """Numbers of the candidates that these cases made and nobody decided."""
    found_at: datetime
