"""Read models of cases that are alike, frozen, the same for every face. They are for those who may decide the cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workflows.engine.reasons import Reason

MOST = 50
"""Rows that are shown, and approved, at once."""


class Bar(StrEnum):
    """The reason why a row is left for a person to open."""

    RULE = "rule"
    """A rule that no confidence passes asked for a person."""
    ASKED = "asked"
    """Its source was asked, and it waits for the answer."""
    CLAIMED = "claimed"
    """A colleague is on it."""
    ASSIGNED = "assigned"
    """It is for somebody else."""
    REPORTED = "reported"
    """Somebody reported it as wrong."""
    OWN_CASE = "own_case"
    """The person handed it in themselves, and their workflow has somebody else decide it."""


class Went(StrEnum):
    """The outcome of a row, or that there is none yet."""

    APPROVED = "approved"
    AWAITS_SECOND = "awaits_second"
    """Approved, and now a second person has to."""
    ELSEWHERE = "elsewhere"
    """Somebody decided it meanwhile, or it changed."""
    LEFT = "left"
    """It needs a person, who opens it."""
    OPEN = "open"
    """Nobody has decided it yet."""


@dataclass(frozen=True, kw_only=True)
class GroupView:
    """The open cases of a workflow that are alike."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    workflow: str
    review: int
    """One of them."""
    version: int
    number: int
    name: str
    """The author's words for what makes them alike, as a channel may be shown them."""


@dataclass(frozen=True, kw_only=True)
class RowView:
    """A case among those that are alike."""

    case: int
    review: int
    version: int
    key: str
    subject: str
    values: Mapping[str, str]
    """Label -> proposed value, of those that are not the same in all rows."""
    why: Reason | None
    """The first reason why a person is asked."""
    bar: Bar | None
    """Reason not to approve it with the others; else None."""
    rules: Sequence[str]
    """Sentences of the rules that asked for a person."""
    claimed_by: str | None
    assignee: str | None
    """Somebody else who is to decide it; None where there is nobody."""
    answer_by: datetime | None


@dataclass(frozen=True, kw_only=True)
class GridView:
    """Cases that are alike, with a row for each."""

    group: GroupView
    total: int
    """Open ones of the group, on all pages."""
    first: int
    """Place of the first row, from 0."""
    same: Mapping[str, str]
    """Label -> proposed value that is the same in all rows."""
    rows: Sequence[RowView]
    has_more: bool = False
    """True if there are rows after these."""


@dataclass(frozen=True, kw_only=True)
class RowResult:
    """A row after a press, with its outcome."""

    review: int
    version: int
    """The review's version now."""
    key: str
    subject: str
    went: Went
    by: str | None = None
    """The person who decided it; None where nobody did."""
    kind: str | None = None
    """Kind of their decision."""
    said: str = ""
    """Words on why it was left; empty where it was not."""


@dataclass(frozen=True, kw_only=True)
class PressView:
    """The progress of a press that approves several rows."""

    group: GroupView
    number: int
    """Rows that were to be approved."""
    results: Sequence[RowResult] = field(default_factory=tuple)
    is_over: bool = False
    """True if no more of them is worked on."""
