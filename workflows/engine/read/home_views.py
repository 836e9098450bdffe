"""Read models of a person's Home, frozen, the same for every face. Of a case they hold one line, as a channel may
be shown it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.states import ReviewState, RunState
from workflows.engine.review.alike.views import GroupView
from workflows.engine.review.assignment.views import AbsenceView

PAGE = 15
"""Items of a list on a page."""

MOST_CANDIDATES = 50
"""Candidates of a workflow up to which they are counted."""


@dataclass(frozen=True, kw_only=True)
class InHand:
    """A review that the person has in hand, that is assigned to them or went to them, or whose source they asked."""

    review: int
    version: int
    workflow: str
    subject: str
    state: ReviewState
    correction: bool
    answer_by: datetime | None
    is_claimed: bool = True
    """True if they are on it; False where it is assigned to them or went to them."""
    is_assigned: bool = True
    """True if it is assigned to them."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The reviews of a workflow that wait for people."""

    workflow: str
    number: int
    corrections: int
    """Those of them that correct what was delivered."""
    oldest: datetime
    answer_by: datetime | None
    """The next deadline."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision of the person, and what became of it."""

    review: int
    version: int
    workflow: str
    subject: str
    kind: str
    follows: str | None
    at: datetime
    run_state: RunState
    awaits_second: bool
    undoable: bool
    """True if the person can take it back still."""
    until: datetime | None
    """The end of the time for that; None where it waits for a second person, or there is none."""


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Cases of a workflow that wait to be taken in as examples, or left."""

    workflow: str
    number: int
    """Number of them, up to `MOST_CANDIDATES`."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The first things that a page of each list shows, from 0."""

    in_hand: int = 0
    queues: int = 0
    decided: int = 0
    charters: int = 0


@dataclass(frozen=True, kw_only=True)
class HomeView:
    """A person's Home: a page of each list, and the number of all in it."""

    generation: int
    in_hand: Sequence[InHand]
    all_in_hand: int
    queues: Sequence[Queue]
    all_queues: int
    waiting: int
    """Reviews that wait in all workflows that the person may read."""
    corrections: int
    """Those of them that correct what was delivered."""
    decided: Sequence[Decided]
    all_decided: int
    workflows: Sequence[str]
    """Names of the workflows that the person may read, on this page."""
    all_workflows: int
    place: Place
    is_new: bool
    """True if the person never decided anything."""
    groups: Sequence[GroupView] = ()
    """The largest groups of cases that are alike."""
    unsigned: Sequence[str] = ()
    """Workflows on this page whose charter waits for a signature."""
    samples: Sequence[str] = ()
    """Workflows on this page that go alone as shipped examples, signed by no person."""
    candidates: Sequence[Candidates] = ()
    """Workflows of which cases wait to become examples, the one with most first."""
    permits: Sequence[str] = ()
    """Workflows of the person of which more may go alone, once they let it."""
    absence: AbsenceView | None = None
    """The time in which the person is away, or will be; None where they said nothing."""
