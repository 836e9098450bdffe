"""Read models of improvements, frozen, the same for every face."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.states import ImprovementState
from workflows.quality.improvements.conditions import Condition

OTHER = ""
"""A reason in a person's own words, which no declared one can be."""


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
    reason: str | None
    """Reason of the rejections: a declared one, or `OTHER`; None: for any."""
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
    """Numbers of the candidates that are taken in with it: its cases made them, and nobody decided."""
    found_at: datetime
    draft: str | None = None
    """Draft of a prompt that a model wrote of it, as a file; None where there is none, or it was removed."""
    carried_by: int | None = None
    """Number of the deployment, on its way or live, that carries it."""


@dataclass(frozen=True, kw_only=True)
class ImprovementsView:
    """The improvements of a workflow with which somebody has to do something still."""

    workflow: str
    waiting: Sequence[ImprovementView]
    """Those that nobody took or left, newest first; at most a few."""
    more: int
    """Further ones that wait."""
    taken: Sequence[ImprovementView]
    """Those that somebody took and that are not live, newest first; at most a few."""
    generation: int
    """Number of restores from a backup so far."""
