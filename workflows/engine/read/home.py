"""A person's Home: what they have in hand, what waits for their team, and what they decided today.

The caller says which workflows the person may read; nothing of any other is read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from store.cases import contents, homes
from store.cases.homes import Days, Made, Mine, Waiting
from store.cases.review import reviews
from store.learning import certificates, examples
from store.states import ReviewState, RunState
from workflows.engine.case.kept_content import REMOVED
from workflows.engine.context import Context
from workflows.engine.declare.names import persons_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.review import MAX_GRACE
from workflows.engine.read.declared.charters import unsigned_among
from workflows.engine.read.home_views import MOST_CANDIDATES, PAGE, Candidates, Decided, HomeView, InHand, Place, Queue
from workflows.engine.review.alike import alike_cases
from workflows.engine.review.assignment.absences import absence_of
from workflows.engine.review.claims import CLAIM_LASTS
from workflows.engine.review.hiding import subject_in_channel
from workflows.engine.review.standing import standing

_GROUPS = 5
"""Groups of cases that are alike that are named."""


def home_view(
    context: Context,
    by: str,
    *,
    workflows: Sequence[AnyWorkflow],
    zone: ZoneInfo | None = None,
    place: Place | None = None,
    takes: Sequence[AnyWorkflow] = (),
) -> HomeView:
    """Return a person's Home. `workflows`: those that they may read. `takes`: those whose examples they may take in.

    `zone`: whose days these are; None: each workflow's own. `place`: the pages; a page beyond the end is the last one.
    """
    at, names, wanted = context.clock(), sorted(workflow.name for workflow in workflows), place or Place()
    since = {workflow.name: _midnight(at, zone or workflow.timezone) for workflow in workflows}
    days = Days(since=since, undoable=at - MAX_GRACE, at=at)
    team = context.team
    with context.database.read() as session:
        lasts = CLAIM_LASTS
        asked_in = [workflow.name for workflow in workflows if by in persons_in(workflow.review.escalate_to)]
        mine = homes.count_in_hand(session, by, team=team, workflows=names, at=at, lasts=lasts, asked_in=asked_in)
        waiting = sorted(homes.waiting(session, team=team, workflows=names), key=_urgency)
        made = homes.count_made_by(session, by, days, team=team)
        shown = Place(
            in_hand=_within(wanted.in_hand, mine),
            queues=_within(wanted.queues, len(waiting)),
            decided=_within(wanted.decided, made),
            charters=_within(wanted.charters, len(names)),
        )
        in_hand = homes.in_hand(
            session,
            by,
            team=team,
            workflows=names,
            at=at,
            lasts=lasts,
            first=shown.in_hand,
            limit=PAGE,
            asked_in=asked_in,
        )
        decided = homes.made_by(session, by, days, team=team, first=shown.decided, limit=PAGE)
        undoable = [_is_undoable(session, one, by, team=team, at=at) for one in decided]
        inputs = [one.input_id for one in in_hand] + [one.input_id for one in decided]
        bodies = contents.bodies(session, inputs, team=team)
        is_new = made == 0 and not homes.has_decided(session, by, team=team)
        listed = names[shown.charters : shown.charters + PAGE]
        wait = _candidates(session, takes, team=team)
        theirs = [workflow.name for workflow in workflows if by in (workflow.owner, workflow.backup)]
        permits = certificates.asked_of(session, theirs, team=team) if theirs else []
        unsigned = unsigned_among(session, context, [context.registry.get(name) for name in listed])
    # The author's code is called outside the transaction.
    known = {workflow.name: workflow for workflow in workflows}
    return HomeView(
        generation=context.restores.number,
        in_hand=[_in_hand(one, known, bodies) for one in in_hand],
        all_in_hand=mine,
        queues=[_queue(one) for one in waiting[shown.queues : shown.queues + PAGE]],
        all_queues=len(waiting),
        waiting=sum(one.number for one in waiting),
        corrections=sum(one.first for one in waiting),
        decided=[_decided(one, known, bodies, is_undoable) for one, is_undoable in zip(decided, undoable, strict=True)],
        all_decided=made,
        workflows=listed,
        all_workflows=len(names),
        place=shown,
        is_new=is_new,
        groups=alike_cases.groups(context, workflows=names, limit=_GROUPS),
        unsigned=unsigned.waiting,
        samples=unsigned.samples,
        candidates=wait,
        permits=permits,
        absence=absence_of(context, by),
    )


def _candidates(session: Session, takes: Sequence[AnyWorkflow], *, team: int) -> list[Candidates]:
    """Return the workflows of which candidates wait."""
    if not takes:
        return []
    names = [workflow.name for workflow in takes]
    found = examples.waiting(session, team=team, workflows=names, at_most=MOST_CANDIDATES)
    wait = [Candidates(workflow=name, number=number) for name, number in found.items()]
    return sorted(wait, key=lambda one: (-one.number, one.workflow))


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the beginning of the day there."""
    return datetime.combine(at.astimezone(zone).date(), time.min, tzinfo=zone)


def _within(first: int, number: int) -> int:
    """Return the place of a page's first thing, or of the last page's where there are fewer by now."""
    return first // PAGE * PAGE if first < number else max(number - 1, 0) // PAGE * PAGE


def _urgency(one: Waiting) -> tuple[bool, bool, float, str]:
    """Order workflows: those with a correction that waits, then by their next deadlines."""
    at = one.answer_by
    return one.first == 0, at is None, at.timestamp() if at is not None else 0.0, one.workflow


def _is_undoable(session: Session, one: Made, by: str, *, team: int, at: datetime) -> bool:
    in_grace = one.run_state == RunState.HOLDING and one.held_until is not None and at < one.held_until
    if one.state != ReviewState.AWAITING_SECOND and not (one.state == ReviewState.DECIDED and in_grace):
        return False
    return any(decision.by == by for decision in standing(reviews.decisions(session, one.review, team=team)))


def _in_hand(one: Mine, known: Mapping[str, AnyWorkflow], bodies: Mapping[int, str | None]) -> InHand:
    return InHand(
        review=one.id,
        version=one.version,
        workflow=one.workflow,
        subject=_subject(known[one.workflow], bodies[one.input_id], one.key),
        state=one.state,
        correction=one.is_first,
        answer_by=one.answer_by,
        is_claimed=one.is_claimed,
        is_assigned=one.is_assigned,
    )


def _subject(workflow: AnyWorkflow, body: str | None, key: str) -> str:
    return subject_in_channel(workflow, body, key=key) if body is not None else REMOVED


def _queue(one: Waiting) -> Queue:
    return Queue(
        workflow=one.workflow,
        number=one.number,
        corrections=one.first,
        oldest=one.oldest,
        answer_by=one.answer_by,
    )


def _decided(
    one: Made, known: Mapping[str, AnyWorkflow], bodies: Mapping[int, str | None], is_undoable: bool
) -> Decided:
    awaits = one.state == ReviewState.AWAITING_SECOND
    return Decided(
        review=one.review,
        version=one.version,
        workflow=one.workflow,
        subject=_subject(known[one.workflow], bodies[one.input_id], one.key),
        kind=one.kind,
        follows=one.follows,
        at=one.at,
        run_state=one.run_state,
        awaits_second=awaits,
        undoable=is_undoable,
        until=one.held_until if is_undoable and not awaits else None,
    )
