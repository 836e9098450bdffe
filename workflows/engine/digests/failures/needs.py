"""The rule of what needs somebody, for the first line of the failure summary (decision 0048). Pure.

One thing is one need, however many cases are in it. It follows from how all stands when the summary is made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from store.states import CauseState, Health
from workflows.engine.digests.failures.attention import Attention

SOON = 14
"""Days before the end of our access to a system from which on it is a need."""
_NEEDY = (CauseState.OPEN, CauseState.REGRESSED)
"""States of a cause that nobody has in hand."""


class NeedKind(StrEnum):
    """The kinds of needs, in the order in which they are told."""

    DOUBT = "doubt"
    """Deliveries that may have happened or not."""
    TROUBLE = "trouble"
    """A system that is down or in trouble."""
    CAUSE = "cause"
    """A cause of failures that nobody has in hand."""
    UNCAUSED = "uncaused"
    """Failures that belong to no cause."""
    OVERDUE = "overdue"
    """Reviews past their deadline."""
    REPORTED = "reported"
    """Cases reported as wrong, which nobody decided since."""
    PAUSED = "paused"
    """A workflow that Countersign paused."""
    BUDGET = "budget"
    """Cases that went to people because a budget was spent."""
    ACCESS = "access"
    """Our access to a system ends, or has ended."""
    UNSENT = "unsent"
    """Messages that were given up."""
    ATTENTION = "attention"
    """More reviews than people can look at."""


class About(StrEnum):
    """The kinds of rows that needs are about."""

    TEAM = "team"
    """No row: all of the team."""
    WORKFLOW = "workflow"
    CAUSE = "cause"
    TROUBLE = "trouble"
    OUTAGE = "outage"
    """Of a model."""
    TARGET = "target"
    """An outage of a target of deliveries."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that needs somebody: a line with a button. What it does not say, it is not about."""

    kind: NeedKind
    about: About
    id: int = 0
    """Of the row that it is about; 0 where it is about the team."""
    workflow: str | None = None
    system: str | None = None
    number: int = 0
    """Cases; deliveries held where it is about a pause, and reviews or messages where it is about those."""
    cases: Sequence[int] = ()
    """The first few of them, by id."""
    since: datetime | None = None
    step: str | None = None
    error: str | None = None
    """Type of the error."""
    is_back: bool = False
    """True for a cause that came back after it was resolved."""
    health: Health | None = None
    causes: int = 0
    """Number of causes that are told with the trouble of their system."""
    expires_on: date | None = None
    days: int = 0
    """Days until then; less than 0 where it is over."""


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Runs of a workflow that are stopped, and that nothing has taken the place of."""

    number: int
    cases: Sequence[int]
    """The first few of their cases, by id."""
    since: datetime


@dataclass(frozen=True, kw_only=True)
class WorkflowStanding:
    """A workflow, as it stands when the summary is made."""

    id: int
    """Of its row."""
    workflow: str
    in_doubt: Stopped | None = None
    without_cause: Stopped | None = None
    """Failed and parked runs that belong to no cause."""
    overdue: int = 0
    overdue_since: datetime | None = None
    reported: int = 0
    paused_at: datetime | None = None
    """Time since which it is paused; None where it is not."""
    is_paused_by_itself: bool = False
    held: int = 0
    over_budget: int = 0
    """Cases that went to people in the period because its budget was spent, and whose review nothing has taken the
    place of.
    """


@dataclass(frozen=True, kw_only=True)
class SystemStanding:
    """A system that is down or in trouble."""

    about: About
    """The kind of its row: a trouble, or an outage of a model or of a target."""
    id: int
    system: str
    health: Health
    since: datetime


@dataclass(frozen=True, kw_only=True)
class CauseStanding:
    """A cause that is not resolved."""

    id: int
    workflow: str
    step: str
    error: str
    dependency: str | None
    state: CauseState
    failed: int
    """Failed and parked runs of it that nothing has taken the place of."""
    since: datetime
    """Time since which it is broken."""


@dataclass(frozen=True, kw_only=True)
class AccessStanding:
    """The end of our access to a system, as a workflow's code says it."""

    id: int
    """Of the workflow's row; 0 where it took in no case yet."""
    workflow: str
    system: str
    expires_on: date
    days: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that the needs follow from."""

    workflows: Sequence[WorkflowStanding] = ()
    systems: Sequence[SystemStanding] = ()
    causes: Sequence[CauseStanding] = ()
    accesses: Sequence[AccessStanding] = ()
    unsent: int = 0
    """Messages that could not be posted and were given up."""
    attention: Attention | None = None
    """None where it is about one workflow: people look at all of them."""


def needs(standing: Standing) -> list[Need]:
    """Return what needs somebody, in the order of the kinds, and of one kind the largest first."""
    found = [*_of_workflows(standing.workflows), *_systems(standing), *_causes(standing)]
    found += [*_accesses(standing.accesses), *_of_all(standing)]
    order = list(NeedKind)
    return sorted(found, key=lambda one: (order.index(one.kind), -one.number, one.workflow or one.system or "", one.id))


def _of_workflows(workflows: Sequence[WorkflowStanding]) -> Iterator[Need]:
    for one in workflows:
        its = Need(kind=NeedKind.DOUBT, about=About.WORKFLOW, id=one.id, workflow=one.workflow)
        for kind, stopped in ((NeedKind.DOUBT, one.in_doubt), (NeedKind.UNCAUSED, one.without_cause)):
            if stopped is not None and stopped.number:
                yield replace(its, kind=kind, number=stopped.number, cases=stopped.cases, since=stopped.since)
        if one.overdue:
            yield replace(its, kind=NeedKind.OVERDUE, number=one.overdue, since=one.overdue_since)
        if one.reported:
            yield replace(its, kind=NeedKind.REPORTED, number=one.reported)
        if one.is_paused_by_itself and one.paused_at is not None:
            yield replace(its, kind=NeedKind.PAUSED, number=one.held, since=one.paused_at)
        if one.over_budget:
            yield replace(its, kind=NeedKind.BUDGET, number=one.over_budget)


def _systems(standing: Standing) -> Iterator[Need]:
    """Return a need for each system, with the causes that are told in its line. Of its rows the worst counts."""
    worst: dict[str, SystemStanding] = {}
    for one in standing.systems:
        known = worst.get(one.system)
        if known is None or (one.health is Health.DOWN and known.health is not Health.DOWN):
            worst[one.system] = one
    for system, one in worst.items():
        causes = [cause for cause in standing.causes if _is_needy(cause) and cause.dependency == system]
        yield Need(
            kind=NeedKind.TROUBLE,
            about=one.about,
            id=one.id,
            system=system,
            health=one.health,
            since=one.since,
            number=sum(cause.failed for cause in causes),
            causes=len(causes),
        )


def _causes(standing: Standing) -> Iterator[Need]:
    troubled = {one.system for one in standing.systems}
    for one in standing.causes:
        if _is_needy(one) and one.dependency not in troubled:
            yield Need(
                kind=NeedKind.CAUSE,
                about=About.CAUSE,
                id=one.id,
                workflow=one.workflow,
                number=one.failed,
                step=one.step,
                error=one.error,
                since=one.since,
                is_back=one.state is CauseState.REGRESSED,
            )


def _is_needy(cause: CauseStanding) -> bool:
    return cause.state in _NEEDY and cause.failed > 0


def _accesses(accesses: Sequence[AccessStanding]) -> Iterator[Need]:
    """Return a need for each system, by the first end of our access to it."""
    first: dict[str, AccessStanding] = {}
    for one in sorted(accesses, key=lambda one: one.expires_on):
        if one.days <= SOON:
            first.setdefault(one.system, one)
    for one in first.values():
        yield Need(
            kind=NeedKind.ACCESS,
            about=About.WORKFLOW,
            id=one.id,
            workflow=one.workflow,
            system=one.system,
            expires_on=one.expires_on,
            days=one.days,
            number=-one.days,
        )


def _of_all(standing: Standing) -> Iterator[Need]:
    if standing.unsent:
        yield Need(kind=NeedKind.UNSENT, about=About.TEAM, number=standing.unsent)
    if standing.attention is not None and standing.attention.is_too_much:
        yield Need(kind=NeedKind.ATTENTION, about=About.TEAM, number=standing.attention.waiting)
