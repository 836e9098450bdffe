"""Read models of the bias digest: counts and estimates by group, but nothing of a case or of who decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflows.engine.digests.numbers.estimates import Estimate

FEWEST_NAMED = 5
"""Cases below which a group is not named, and is counted together with other small ones."""
FEWEST = 30
"""Cases, decisions or looks below which no rate is told."""
MOST_NOTE = 300
"""Most characters of a note."""


class RateName(StrEnum):
    """The rates that are told of a group."""

    TO_PERSON = "to_person"
    """Cases that went to a person, of those resolved."""
    EDITED = "edited"
    """Proposals that people edited, of those that they decided."""
    WRONG = "wrong"
    """Cases that were wrong, of those that went alone: estimated from spot checks."""


class GroupKind(StrEnum):
    """The kind of a line."""

    NAMED = "named"
    NONE = "none"
    """Cases for which the author's function gave no group."""
    SMALL = "small"
    """All groups with few cases, together: none of them is named."""


@dataclass(frozen=True, kw_only=True)
class EarlierMonth:
    """The rates of a group as an earlier digest told them, 0 to 1; None where it told none."""

    last: date
    """The last day of that digest."""
    to_person: float | None
    edited: float | None
    wrong: float | None

    def share(self, rate: RateName) -> float | None:
        """Return one of them."""
        return {RateName.TO_PERSON: self.to_person, RateName.EDITED: self.edited, RateName.WRONG: self.wrong}[rate]


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """The numbers of a group."""

    kind: GroupKind
    group: str
    """Its name; empty unless it is named."""
    groups: int
    """Number of groups: more than one only of small ones."""
    cases: int
    """Cases that were resolved."""
    alone: int
    decided: int
    """Proposals that people approved, edited or rejected."""
    edited: int
    looks: int
    """Spot checks that were looked at."""
    corrected: int
    """Cases for which a correction was delivered. No rate is made of it: it depends on who looks."""
    to_person_share: Estimate | None
    """Shares from 0 to 1, each with a 90 % interval; None for too few."""
    edited_share: Estimate | None
    wrong_share: Estimate | None
    before: Sequence[EarlierMonth]
    """Earlier months, the oldest first."""

    def estimate(self, rate: RateName) -> Estimate | None:
        """Return one of its shares; None for too few."""
        return {
            RateName.TO_PERSON: self.to_person_share,
            RateName.EDITED: self.edited_share,
            RateName.WRONG: self.wrong_share,
        }[rate]

    def number(self, rate: RateName) -> int:
        """Return the number of cases, decisions or looks that a rate rests on."""
        return {RateName.TO_PERSON: self.cases, RateName.EDITED: self.decided, RateName.WRONG: self.looks}[rate]


@dataclass(frozen=True, kw_only=True)
class SegmentFigures:
    """The groups of a workflow's segment, the largest first."""

    workflow: str
    segment: str
    groups: Sequence[GroupFigures]
    unknown: int
    """Cases that were resolved, and of which no group was kept: they came before the segment was declared."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A group that differs from the rest of its segment by more than chance explains."""

    workflow: str
    segment: str
    group: str
    rate: RateName
    share: Estimate
    rest: Estimate
    """The same of all other cases of the segment together."""
    p: float
    """Probability of such a difference by chance alone, after Holm's correction for all comparisons of the digest."""
    before: Sequence[EarlierMonth]


@dataclass(frozen=True, kw_only=True)
class Look:
    """The word of a person that they looked at a digest."""

    by: str
    at: datetime
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class EarlierDigest:
    """The bias digest before this one, and who had looked at it when this one was made."""

    first: date
    last: date
    looks: Sequence[Look]
    """Without their notes."""


@dataclass(frozen=True, kw_only=True)
class BiasFigures:
    """The bias digest."""

    segments: Sequence[SegmentFigures]
    differences: Sequence[Difference]
    """The largest first."""
    comparisons: int
    """Groups and rates that were compared with the rest."""
    declared: int
    """Workflows that name segments now."""
    before: EarlierDigest | None
