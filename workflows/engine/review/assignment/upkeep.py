"""Upkeep of assignments: the least busy reviewer gets what opens where that is declared, and nobody keeps what they
cannot decide, since they are away, or no longer among the reviewers.

Who may decide is asked outside any transaction. What is not known just now is left as it is, and looked at again.
Every process looks; each change is made once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from store import schema
from store.cases import cases
from store.cases.review import assignments, reviews
from store.governance import teams
from store.states import ReviewState
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.assignment.absences import away_now
from workflows.engine.review.assignment.assignments import record
from workflows.engine.review.assignment.views import AbsenceView, WhyAssigned
from workflows.engine.review.claims import CLAIM_LASTS, is_in_hand
from workflows.engine.review.own_cases import barred

AGAIN = timedelta(minutes=1)
"""Time after which a review is looked at again for which nobody could be found."""
_AT_ONCE = 200
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Reviewers:
    """The way to find out who may decide. It may take seconds, and may not know."""

    of: Callable[[AnyWorkflow], Collection[str] | None]
    """Return the reviewers of a workflow, those of its groups among them; None where that is not known just now."""
    may_decide: Callable[[str, AnyWorkflow], bool | None]
    """Tell whether a person may decide a workflow's reviews, and is still there; None where that is not known."""


class _NotKnown(Exception):
    """It is not known just now who may decide."""


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A review as it was read."""

    review: int
    assignee: str | None
    assignments: int
    barred: Collection[str]


@dataclass(kw_only=True)
class _Round:
    """One look at all assignments. Each thing that has to be asked for is asked once."""

    context: Context
    reviewers: Reviewers
    _of: dict[str, Collection[str] | None] = field(default_factory=dict)
    _may: dict[tuple[str, str], bool | None] = field(default_factory=dict)

    def may_decide(self, person: str, workflow: AnyWorkflow) -> bool | None:
        """Tell whether a person may decide; None where that is not known."""
        asked = (person, workflow.name)
        if asked not in self._may:
            self._may[asked] = self.reviewers.may_decide(person, workflow)
        return self._may[asked]

    def least_busy(self, workflow: AnyWorkflow, without: Collection[str]) -> str | None:
        """Return the reviewer with the fewest open reviews who is not away; of several, who got one longest ago.

        `without`: not these. None where there is nobody. Raise `_NotKnown`.
        """
        if workflow.name not in self._of:
            self._of[workflow.name] = self.reviewers.of(workflow)
        among = self._of[workflow.name]
        if among is None:
            raise _NotKnown
        context = self.context
        with context.database.read() as session:
            away = away_now(session, team=context.team, at=context.clock(), among=among)
            loads = assignments.loads(session, among, team=context.team)

        def turn(person: str) -> tuple[int, datetime, str]:
            load = loads[person]
            return load.open, load.assigned_at or _LONG_AGO, person

        for one in sorted((one for one in among if one not in away and one not in without), key=turn):
            may = self.may_decide(one, workflow)
            if may is None:
                raise _NotKnown
            if may:
                return one
        return None

    def heir(self, absence: AbsenceView, workflow: AnyWorkflow, without: Collection[str]) -> str | None:
        """Return the delegate of a person who is away; None where that one is away too, or may not decide it.

        Nobody asks further, whose delegate that is. Raise `_NotKnown`.
        """
        context, delegate = self.context, absence.delegate
        if delegate is None or delegate in without:
            return None
        with context.database.read() as session:
            if away_now(session, team=context.team, at=context.clock(), among=[delegate]):
                return None
        may = self.may_decide(delegate, workflow)
        if may is None:
            raise _NotKnown
        return delegate if may else None


def sweep(context: Context, reviewers: Reviewers, *, check: bool) -> int:
    """Assign what is to be assigned, and take from people what they cannot decide; return the number of changes.

    `check`: ask of each assignee whether they may still decide, beside whether they are away. Raise
    `store.db.database.Unavailable`.
    """
    looking = _Round(context=context, reviewers=reviewers)
    return _replace(looking, check=check) + _assign(looking)


def _assign(looking: _Round) -> int:
    context, done = looking.context, 0
    for row, name in _to_assign(context):
        at = context.clock()
        if name not in context.registry:
            continue
        workflow = context.registry.get(name)
        if row.assignee is not None or workflow.review.assign is None:
            _put_off(context, row, until=None)
        elif row.claimed_at is not None and is_in_hand(row.claimed_at, at=at):
            # Somebody is on it already.
            _put_off(context, row, until=row.claimed_at + CLAIM_LASTS)
        else:
            done += _give_first(looking, workflow, row)
    return done


def _give_first(looking: _Round, workflow: AnyWorkflow, row: schema.Review) -> bool:
    context, seen = looking.context, _seen(looking.context, workflow, row.id)
    if seen is None or seen.assignments != row.assignments:
        # Another process was faster.
        return False
    try:
        to = looking.least_busy(workflow, seen.barred)
    except _NotKnown:
        to = None
    if to is None:
        _put_off(context, row, until=context.clock() + AGAIN)
        return False
    return _give(context, workflow, seen, to, why=WhyAssigned.LEAST_BUSY)


def _replace(looking: _Round, *, check: bool) -> int:
    context, done = looking.context, 0
    with context.database.read() as session:
        found = assignments.assigned(session, team=context.team)
        people = {one.person for one in found}
        away: Mapping[str, AbsenceView] = (
            away_now(session, team=context.team, at=context.clock(), among=people) if people else {}
        )
    for one in found:
        # A process that knows its workflow does the others.
        if one.workflow not in context.registry:
            continue
        workflow, absence = context.registry.get(one.workflow), away.get(one.person)
        if absence is None and not (check and looking.may_decide(one.person, workflow) is False):
            continue
        for review in _of_person(context, one):
            done += _pass_on(looking, workflow, review, one.person, absence)
    return done


def _pass_on(looking: _Round, workflow: AnyWorkflow, review: int, person: str, absence: AbsenceView | None) -> bool:
    """Give a review to another person, or to nobody. False where that is not known yet, or somebody was faster."""
    context, seen = looking.context, _seen(looking.context, workflow, review)
    if seen is None or seen.assignee != person:
        return False
    without, is_by_itself = {person, *seen.barred}, workflow.review.assign is not None
    try:
        to = looking.heir(absence, workflow, without) if absence is not None else None
    except _NotKnown:
        return False
    try:
        to = looking.least_busy(workflow, without) if to is None and is_by_itself else to
    except _NotKnown:
        # It goes back to all now, and to one of them once it is known who they are.
        to = None
    return _give(
        context,
        workflow,
        seen,
        to,
        why=WhyAssigned.AWAY if absence is not None else WhyAssigned.GONE,
        until=absence.until if absence is not None else None,
        assign_at=context.clock() + AGAIN if to is None and is_by_itself else None,
    )


def _give(
    context: Context,
    workflow: AnyWorkflow,
    seen: _Seen,
    to: str | None,
    *,
    why: WhyAssigned,
    until: datetime | None = None,
    assign_at: datetime | None = None,
) -> bool:
    """Assign a review, unless its assignee or its state changed, or the person went away."""
    with context.database.write() as session:
        row = reviews.get(session, seen.review, team=context.team)
        if row is None:
            return False
        cases.hold(session, row.case_id, team=context.team)
        row, at = reviews.get(session, seen.review, team=context.team, anew=True), context.clock()
        if row is None or row.state != ReviewState.OPEN or row.assignments != seen.assignments:
            return False
        if to is not None and (
            to in barred(session, workflow, row.run_id, team=row.team_id)
            or away_now(session, team=context.team, at=at, among=[to])
        ):
            return False
        return record(session, workflow, row, to, by=SYSTEM, at=at, why=why, until=until, assign_at=assign_at)


def _seen(context: Context, workflow: AnyWorkflow, review: int) -> _Seen | None:
    with context.database.read() as session:
        row = reviews.get(session, review, team=context.team)
        if row is None or row.state != ReviewState.OPEN:
            return None
        own = barred(session, workflow, row.run_id, team=row.team_id)
        return _Seen(review=row.id, assignee=row.assignee, assignments=row.assignments, barred=own)


def _put_off(context: Context, row: schema.Review, *, until: datetime | None) -> None:
    with context.database.write() as session:
        assignments.put_off(session, row, until=until)


def _to_assign(context: Context) -> Iterator[tuple[schema.Review, str]]:
    """Go through the reviews to which somebody is to be assigned, with their workflows."""
    after = 0
    while True:
        with context.database.read() as session:
            found = assignments.to_assign(session, team=context.team, at=context.clock(), limit=_AT_ONCE, after=after)
            named = [(row, teams.workflow_name(session, row.workflow_id, team=context.team)) for row in found]
        if not named:
            return
        yield from named
        after = named[-1][0].id


def _of_person(context: Context, one: assignments.Assigned) -> Iterator[int]:
    """Go through the open reviews of a workflow that are assigned to a person."""
    after = 0
    while True:
        with context.database.read() as session:
            found = assignments.of_person(
                session, one.person, team=context.team, workflow=one.workflow, limit=_AT_ONCE, after=after
            )
        if not found:
            return
        yield from found
        after = found[-1]
