"""Attention: the reviews that wait, against what people decide; and what would relieve them. Pure.

Nothing here is about a single person: only how many reviews the team is asked and decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

DAYS = 5
"""Days with decisions that are looked at, the last ones."""
LEAST = 20
"""Reviews that wait below which it is never too much."""
_SHARE = 0.2
"""Share of all that wait from which on something is worth naming."""
_FEW = 5
"""Reviews below which nothing is worth naming."""
LEAST_CHECKED = 100
"""Decisions from which on a share of unchanged proposals says something."""
_UNCHANGED = 0.98
"""Share of proposals that people took as they were from which on they may look at more than they have to."""
_MORE = 1.1
"""Times what is decided from which on more is asked than decided."""
_LATE = 0.25
"""Share of all that wait, past their deadline, from which on deadlines may be too short."""


class ReliefKind(StrEnum):
    """The ways to relieve people."""

    RESUME = "resume"
    """A workflow is paused, so that all its cases go to people."""
    PROPOSE = "propose"
    """Cases went to people without a proposal; the model can be asked again."""
    TOGETHER = "together"
    """Cases are alike, and can be decided together."""
    ALONE = "alone"
    """People take nearly all proposals as they are: more could go alone, where the workflow's floor allows that."""
    PEOPLE = "people"
    """More is asked than decided, day by day."""
    DEADLINES = "deadlines"
    """As much is decided as asked, and much is late all the same."""


@dataclass(frozen=True, kw_only=True)
class WorkflowAttention:
    """A workflow's demands on people."""

    workflow: str
    waiting: int
    """Reviews that wait."""
    is_paused: bool = False
    empty: int = 0
    """Those of them without a proposal."""
    can_be_asked: bool = True
    """True if a model may be asked about them now."""
    alike: int = 0
    """Those of them that are like others."""
    overdue: int = 0
    has_floor: bool = False
    """True if it may resolve a case alone from some confidence on."""
    checked: int = 0
    """Proposals that people decided in the last four weeks."""
    unchanged: int = 0
    """Those of them that they took as they were."""


@dataclass(frozen=True, kw_only=True)
class Attention:
    """The reviews that wait, and what people decided on their last days with decisions."""

    waiting: int
    days: int = 0
    """Number of these days, 5 at most."""
    decided: int = 0
    """Reviews that people decided on them, together."""
    asked: int = 0
    """Reviews that were opened since the first of them."""
    asked_by_hour: Sequence[int] = ()
    """Those by the local hour, 24 numbers; empty where nobody counted."""
    decided_by_hour: Sequence[int] = ()
    workflows: Sequence[WorkflowAttention] = field(default_factory=list)

    @property
    def is_too_much(self) -> bool:
        """True if more waits than people decided on all these days."""
        return self.waiting >= LEAST and self.waiting > self.decided


@dataclass(frozen=True, kw_only=True)
class Relief:
    """A way to relieve people, with the numbers that speak for it."""

    kind: ReliefKind
    workflow: str | None = None
    number: int = 0
    of: int = 0


def relief(attention: Attention) -> list[Relief]:
    """Return what would relieve people, as far as the numbers say so; what helps most at once comes first."""
    if not attention.is_too_much:
        return []
    return [*_at_once(attention), *_later(attention)]


def _at_once(attention: Attention) -> Iterator[Relief]:
    def is_much(number: int) -> bool:
        return number >= max(_FEW, attention.waiting * _SHARE)

    by_size = sorted(attention.workflows, key=lambda one: (-one.waiting, one.workflow))
    for one in by_size:
        if one.is_paused and is_much(one.waiting):
            yield Relief(kind=ReliefKind.RESUME, workflow=one.workflow, number=one.waiting)
        elif one.can_be_asked and is_much(one.empty):
            yield Relief(kind=ReliefKind.PROPOSE, workflow=one.workflow, number=one.empty)
    for one in by_size:
        if is_much(one.alike):
            yield Relief(kind=ReliefKind.TOGETHER, workflow=one.workflow, number=one.alike)


def _later(attention: Attention) -> Iterator[Relief]:
    for one in sorted(attention.workflows, key=lambda one: (-one.checked, one.workflow)):
        enough = one.checked >= LEAST_CHECKED
        if one.has_floor and enough and one.unchanged >= one.checked * _UNCHANGED:
            yield Relief(kind=ReliefKind.ALONE, workflow=one.workflow, number=one.unchanged, of=one.checked)
    if attention.asked > attention.decided * _MORE:
        yield Relief(kind=ReliefKind.PEOPLE, number=attention.asked, of=attention.decided)
    else:
        late = sum(one.overdue for one in attention.workflows)
        if late >= max(_FEW, attention.waiting * _LATE):
            yield Relief(kind=ReliefKind.DEADLINES, number=late, of=attention.waiting)
