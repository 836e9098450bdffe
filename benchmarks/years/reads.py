"""Reads that people, loops and reports wait for, each with values as in a year of cases.

Their speed is measured, and their plans are tested. Changes that a loop makes are among them: they read first.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy.orm import Session

from benchmarks.years.year import BEGAN, CHANNEL, SECONDS, TEAM, WORKFLOWS
from store.cases import (
    bulk_reruns,
    cases,
    causes,
    deliveries,
    homes,
    journal,
    removals,
    retained,
    runs,
    target_outages,
    turns,
    unproposed,
    waiting_runs,
    workflow_pauses,
)
from store.cases.bulk_reruns import Choice
from store.cases.homes import Days
from store.cases.review import alike, assignments, questions, reports, reviews, spot_check_packs, spot_checks
from store.cases.review.spot_checks import Looks
from store.cases.turns import Turns
from store.documents import documents, shown_files, uploads, uses
from store.faces import Face
from store.governance import audit, health, legal_holds, metrics, receipts, span_exports
from store.learning import alone, announcements, examples, improvements
from store.model import outages, prompt_versions, requests, spending
from store.quality import baselines, costs, courses, decided, digests, failures, numbers, segments
from store.quality.costs import Span
from store.slack import cards, messages, outbox
from store.sources import follow_ups, handed_in, heard_messages, keys, marks, origins, outcomes, webhooks
from store.states import NOT_ENDED, CauseState, RunState, SourceKind
from store.subjects import SubjectKind

Read = Callable[[Session], object]

_END = datetime.fromtimestamp(BEGAN + SECONDS, UTC)
_NOW = _END + timedelta(minutes=1)
_DAY = _END - timedelta(days=1)
_DAYS = (_DAY, _END)
"""A day, by its beginning and its end."""
_LATELY = _END - timedelta(minutes=15)
_TURNS = Turns(by="U01", workflows=WORKFLOWS)
_HALF_AN_HOUR = timedelta(minutes=30)
_LOOKS = Looks(by="U01", workflows=WORKFLOWS, at=_NOW, lasts=_HALF_AN_HOUR, grade_within=timedelta(days=1))
_TODAY = Days(since=dict.fromkeys(WORKFLOWS, _DAY), undoable=_DAY, at=_NOW)
_FACE = Face(name="slack", roles={"failures", "leads"})
_KNOWN = (1, 2)
_NO_DECISION = ("asked", "expired", "lapsed")
_CHOICE = Choice(cause=1, states=(RunState.FAILED, RunState.PARKED), since=None, until=_NOW)
"""Ids of the workflows' rows."""


def _days(number: int) -> list[Span]:
    """Return the last days of the year."""
    each = [_END - timedelta(days=back) for back in range(number, -1, -1)]
    return [Span(since=since, until=until) for since, until in pairwise(each)]


def _model_calls(session: Session, since: datetime) -> object:
    return health.model_calls(
        session,
        team=TEAM,
        since=since,
        until=_NOW,
        failed=("transient", "throttled", "spent", "locked_out", "retired"),
        broken=("garbage", "broken"),
        left_out=("asked", "not_asked", "unaffordable", "given_again"),
    )


PEOPLE: Mapping[str, Read] = {
    "failures.in_doubt": lambda session: failures.in_doubt(session, 1, team=TEAM, limit=11),
    "failures.without_cause": lambda session: failures.without_cause(session, 1, team=TEAM, limit=11),
    "cases": lambda session: cases.lines(session, team=TEAM, workflow=None, state=None, limit=50),
    "cases --workflow": lambda session: cases.lines(session, team=TEAM, workflow="triage", state=None, limit=50),
    "cases --state failed": lambda session: cases.lines(
        session, team=TEAM, workflow=None, state=RunState.FAILED, limit=50
    ),
    "cases --workflow --state failed": lambda session: cases.lines(
        session, team=TEAM, workflow="invoices", state=RunState.FAILED, limit=50
    ),
    "cases --state parked": lambda session: cases.lines(
        session, team=TEAM, workflow=None, state=RunState.PARKED, limit=50
    ),
    "cases --state delivered": lambda session: cases.lines(
        session, team=TEAM, workflow=None, state=RunState.DELIVERED, limit=50
    ),
    "cases --state superseded": lambda session: cases.lines(
        session, team=TEAM, workflow=None, state=RunState.SUPERSEDED, limit=50
    ),
    "cases.with_key": lambda session: cases.with_key(session, team=TEAM, key="ticket-4711"),
    "cases.keys_of": lambda session: cases.keys_of(session, range(1, 500), team=TEAM),
    "cases.newest_sources": lambda session: cases.newest_sources(
        session, team=TEAM, workflow=WORKFLOWS[0], newest=1_000
    ),
    "cases.outcomes": lambda session: cases.outcomes(session, range(1, 500), team=TEAM),
    "audit.of_case": lambda session: audit.of_case(session, 4711, team=TEAM),
    "audit.readings_lately": lambda session: audit.readings_lately(
        session, team=TEAM, actor="U01", cases=_KNOWN, since=_LATELY, until=_END
    ),
    "audit.readings_of_case": lambda session: audit.readings_of_case(
        session, team=TEAM, subject=SubjectKind.CASE.of(4711), limit=50
    ),
    "audit.readings_by": lambda session: audit.readings_by(session, team=TEAM, actor="U01", since=_DAY, limit=50),
    "receipts.rows_of": lambda session: receipts.rows_of(session, [4711], team=TEAM),
    "audit.refused": lambda session: audit.refused(session, team=TEAM, actor="U0", since=_DAY, at_most=3),
    "audit.last": lambda session: audit.last(
        session, team=TEAM, subject=SubjectKind.RUN.of(4711), action="run.delivered"
    ),
    "runs.of_case": lambda session: runs.of_case(session, 4711, team=TEAM),
    "journal.of_run": lambda session: journal.of_run(session, 4711, team=TEAM),
    "journal.cost_of_cases": lambda session: journal.cost_of_cases(session, range(1, 500), team=TEAM),
    "requests.of_run": lambda session: requests.of_run(session, 4711, team=TEAM),
    "deliveries.of_case": lambda session: deliveries.of_case(session, 4711, team=TEAM),
    "turns.lines": lambda session: turns.lines(session, _TURNS, team=TEAM, limit=50),
    "turns.lines, last page": lambda session: turns.lines(session, _TURNS, team=TEAM, limit=10, first=900),
    "turns.count": lambda session: turns.count(session, _TURNS, team=TEAM),
    "spot_checks.following": lambda session: spot_checks.following(session, _LOOKS, team=TEAM, limit=10),
    "spot_checks.lines": lambda session: spot_checks.lines(session, _LOOKS, team=TEAM, limit=50),
    "spot_checks.count": lambda session: spot_checks.count(session, _LOOKS, team=TEAM, at_most=100),
    "spot_checks.of_case": lambda session: spot_checks.of_case(session, 4702, team=TEAM),
    "spot_checks.undecided": lambda session: spot_checks.undecided(session, team=TEAM, workflows=WORKFLOWS),
    "homes.in_hand": lambda session: homes.in_hand(
        session, "U01", team=TEAM, workflows=WORKFLOWS, at=_NOW, lasts=timedelta(minutes=30), first=0, limit=15
    ),
    "homes.waiting": lambda session: homes.waiting(session, team=TEAM, workflows=WORKFLOWS),
    "homes.made_by": lambda session: homes.made_by(session, "U01", _TODAY, team=TEAM, first=0, limit=15),
    "homes.count_made_by": lambda session: homes.count_made_by(session, "U01", _TODAY, team=TEAM),
    "homes.has_decided": lambda session: homes.has_decided(session, "U0NEW", team=TEAM),
    "examples.waiting": lambda session: examples.waiting(session, team=TEAM, workflows=WORKFLOWS, at_most=100),
    "unproposed.count_empty": lambda session: unproposed.count_empty(session, team=TEAM),
    "unproposed.without_proposal": lambda session: unproposed.without_proposal(
        session, team=TEAM, since=_DAY, until=None
    ),
    "unproposed.empty": lambda session: unproposed.empty(session, team=TEAM, workflow=1, after=0, limit=100),
    "workflow_pauses.numbers": lambda session: workflow_pauses.numbers(
        session, team=TEAM, states=(RunState.READY, RunState.HOLDING)
    ),
    "waiting_runs.by_target": lambda session: waiting_runs.by_target(session, team=TEAM),
    "outbox.held_up": lambda session: outbox.held_up(session, team=TEAM, channel=CHANNEL),
    "runs.counts": lambda session: runs.counts(session, team=TEAM, states=NOT_ENDED),
    "runs.ready_of": lambda session: runs.ready_of(session, team=TEAM),
    "outbox.troubled": lambda session: outbox.troubled(session, team=TEAM),
    "causes": lambda session: causes.lines(session, team=TEAM, workflows=None, states=tuple(CauseState), limit=50),
    "causes --state open": lambda session: causes.lines(
        session, team=TEAM, workflows=["triage"], states=[CauseState.OPEN], limit=50
    ),
    "alike.groups": lambda session: alike.groups(session, team=TEAM, workflows=WORKFLOWS, limit=5),
    "alike.count": lambda session: alike.count(session, team=TEAM, workflow=1, alike="m1"),
    "workflow_pauses.all_current": lambda session: workflow_pauses.all_current(session, team=TEAM),
    "target_outages.all_open": lambda session: target_outages.all_open(session, team=TEAM),
    "outages.all_open": lambda session: outages.all_open(session, team=TEAM),
    "spending.taken": lambda session: spending.taken(session, team=TEAM, budget="workflow:triage", period="2025-12-31"),
    "causes.named": lambda session: causes.named(session, "abc1", team=TEAM, limit=2),
    "health.calls, of a day": lambda session: health.calls(session, team=TEAM, since=_DAY, until=_NOW),
    "health.model_calls, of a day": lambda session: _model_calls(session, _DAY),
    "numbers.of_person": lambda session: numbers.of_person(session, "U01", team=TEAM, days=_DAYS),
    "health.lasting": lambda session: health.lasting(session, team=TEAM),
}
"""Reads that a person waits for."""

LOOPS: Mapping[str, Read] = {
    "marks.of_cases": lambda session: marks.of_cases(session, range(4_000, 4_400), team=TEAM),
    "keys.known": lambda session: keys.known(session, team=TEAM, hash="7-77", kind=SourceKind.API),
    "handed_in.answered": lambda session: handed_in.answered(session, team=TEAM, source=8, key_hash="4707"),
    "handed_in.forget": lambda session: handed_in.forget(
        session, team=TEAM, before=_END - timedelta(days=364), at_most=1_000
    ),
    "outcomes.cases": lambda session: outcomes.cases(session, range(1, 500), source=8, team=TEAM),
    "outcomes.runs": lambda session: outcomes.runs(session, range(1, 500), team=TEAM),
    "outcomes.proposals": lambda session: outcomes.proposals(session, range(1, 500), team=TEAM),
    "outcomes.reviews": lambda session: outcomes.reviews(session, range(1, 500), team=TEAM),
    "outcomes.decisions": lambda session: outcomes.decisions(session, range(1, 500), team=TEAM),
    "outcomes.deliveries": lambda session: outcomes.deliveries(session, range(1, 500), team=TEAM),
    "outcomes.questions": lambda session: outcomes.questions(session, range(1, 500), team=TEAM),
    "webhooks.channels": lambda session: webhooks.channels(session, team=TEAM),
    "webhooks.head": lambda session: webhooks.head(session, team=TEAM, channel="webhook:8", set_aside=["http_422"]),
    "webhooks.waiting": lambda session: webhooks.waiting(session, team=TEAM),
    "follow_ups.due": lambda session: follow_ups.due(session, team=TEAM, workflows=WORKFLOWS, at=_NOW, limit=50),
    "follow_ups.of_case": lambda session: follow_ups.of_case(session, 4_707, team=TEAM),
    "follow_ups.made_from": lambda session: follow_ups.made_from(session, range(1, 500), team=TEAM, limit=500),
    "follow_ups.made_of": lambda session: follow_ups.made_of(session, range(1, 500), team=TEAM, limit=500),
    "follow_ups.standing": lambda session: follow_ups.standing(session, team=TEAM),
    "follow_ups.failed_for": lambda session: follow_ups.failed_for(session, 1, team=TEAM, limit=20),
    "uses.of_case": lambda session: uses.of_case(session, 4_705, team=TEAM),
    "uploads.name_of": lambda session: uploads.name_of(session, "4501", source=8, team=TEAM),
    "uploads.unnamed": lambda session: uploads.unnamed(session, source=8, team=TEAM),
    "shown_files.of_review": lambda session: shown_files.of_review(session, 7, case=4_705, team=TEAM),
    "shown_files.unmarked": lambda session: shown_files.unmarked(session, 4_705, team=TEAM),
    "shown_files.original": lambda session: shown_files.original(session, 4_705, "4705", team=TEAM, by="U01", at=_NOW),
    "shown_files.not_given_back": lambda session: shown_files.not_given_back(session, team=TEAM),
    "origins.of_cases": lambda session: origins.of_cases(session, range(1, 500), team=TEAM),
    "bulk_reruns.newest": lambda session: bulk_reruns.newest(session, 1, team=TEAM),
    "bulk_reruns.active": lambda session: bulk_reruns.active(session, team=TEAM),
    "bulk_reruns.is_any_active": lambda session: bulk_reruns.is_any_active(session, team=TEAM),
    "bulk_reruns.kinds": lambda session: bulk_reruns.kinds(session, _CHOICE, team=TEAM),
    "bulk_reruns.following": lambda session: bulk_reruns.following(
        session, _CHOICE, team=TEAM, bulk=1, after=0, limit=1
    ),
    "bulk_reruns.run_counts": lambda session: bulk_reruns.run_counts(session, 1, team=TEAM),
    "bulk_reruns.ends": lambda session: bulk_reruns.ends(session, 1, team=TEAM, cause=1),
    "causes.find": lambda session: causes.find(session, "abc1", team=TEAM),
    "causes.number_of": lambda session: causes.number_of(
        session, team=TEAM, workflow=1, step="look_up", error="NotDone", at_most=20
    ),
    "causes.hours": lambda session: causes.hours(session, 1, team=TEAM, since=_DAY),
    "causes.is_any_left": lambda session: causes.is_any_left(session, 1, team=TEAM),
    "causes.run_counts": lambda session: causes.run_counts(
        session, 1, team=TEAM, through=[RunState.DELIVERED, RunState.CLOSED], since=_END - timedelta(days=365)
    ),
    "causes.stopped": lambda session: causes.stopped(session, 1, team=TEAM, state=RunState.FAILED, limit=3),
    "health.calls": lambda session: health.calls(session, team=TEAM, since=_LATELY, until=_NOW),
    "health.model_calls": lambda session: _model_calls(session, _LATELY),
    "health.troubles": lambda session: health.troubles(session, team=TEAM),
    "health.ended": lambda session: health.ended(session, team=TEAM, since=_LATELY),
    "health.last_ended": lambda session: health.last_ended(session, "desk", team=TEAM, since=_LATELY),
    "health.last_error": lambda session: health.last_error(session, "desk", team=TEAM),
    "causes.needing": lambda session: causes.needing(
        session, "desk", team=TEAM, states=[CauseState.OPEN, CauseState.MENDING], limit=20
    ),
    "improvements.alone_with": lambda session: improvements.alone_with(
        session, team=TEAM, deployment=1, since=_END - timedelta(days=365), limit=500
    ),
    "causes.over": lambda session: causes.over(session, team=TEAM, at=_NOW, limit=100),
    "outbox.is_any_due": lambda session: outbox.is_any_due(session, team=TEAM, kind="cause", among=[1]),
    "span_exports.get": lambda session: span_exports.get(session, team=TEAM),
    "span_exports.newest_row": lambda session: span_exports.newest_row(session, team=TEAM),
    "span_exports.stops": lambda session: _stops(session),
    "metrics.unfinished_runs": lambda session: metrics.unfinished_runs(session, team=TEAM),
    "metrics.open_reviews": lambda session: metrics.open_reviews(session, team=TEAM, at=_NOW),
    "metrics.deliveries": lambda session: metrics.deliveries(session, team=TEAM),
    "metrics.unsent": lambda session: metrics.unsent(session, team=TEAM),
    "metrics.taken": lambda session: metrics.taken(
        session, team=TEAM, budgets=["workflow:triage", "workflow:invoices"], periods=["2025-12-31"]
    ),
    "retained.ended": lambda session: retained.ended(
        session, team=TEAM, after=(_END - timedelta(days=90, hours=1), 1), before=_END - timedelta(days=90), limit=500
    ),
    "retained.progress": lambda session: retained.progress(session, team=TEAM, workflow=1, kind="steps"),
    "retained.were_put_off": lambda session: retained.were_put_off(session, team=TEAM, before=_NOW, limit=500),
    "retained.standing": lambda session: retained.standing(session, 1, team=TEAM),
    "removals.written_late": lambda session: removals.written_late(session, team=TEAM, since=_DAY, limit=100),
    "removals.edits": lambda session: removals.edits(session, 1, team=TEAM),
    "removals.counts": lambda session: removals.counts(session, [1], team=TEAM),
    "removals.hashes_left": lambda session: removals.hashes_left(session, 1, team=TEAM),
    "removals.told": lambda session: removals.told(session, [1, 2], team=TEAM),
    "legal_holds.on": lambda session: legal_holds.on(session, team=TEAM, case=1, workflow=1),
    "runs.busy": lambda session: runs.busy(session, team=TEAM, workflows=_KNOWN),
    "runs.claimable": lambda session: runs.claimable(session, team=TEAM, workflows=_KNOWN, limit=20),
    "runs.count_ready": lambda session: runs.count_ready(session, team=TEAM, at_most=100),
    "waiting_runs.is_any": lambda session: waiting_runs.is_any(session, team=TEAM),
    "waiting_runs.due": lambda session: waiting_runs.due(
        session, team=TEAM, workflows=_KNOWN, at=_NOW, longest=timedelta(hours=2), down=["mail"], limit=200
    ),
    "waiting_runs.probe_of": lambda session: waiting_runs.probe_of(
        session, "desk", team=TEAM, workflows=_KNOWN, overdue=_DAY
    ),
    "waiting_runs.is_waited_for": lambda session: waiting_runs.is_waited_for(session, "mail", team=TEAM),
    "waiting_runs.runs_of": lambda session: waiting_runs.runs_of(session, "desk", team=TEAM, limit=20),
    "workflow_pauses.is_releasable": lambda session: workflow_pauses.is_releasable(session, team=TEAM),
    "workflow_pauses.releasable": lambda session: workflow_pauses.releasable(session, team=TEAM, limit=200),
    "assignments.to_assign": lambda session: assignments.to_assign(session, team=TEAM, at=_NOW, limit=200),
    "assignments.assigned": lambda session: assignments.assigned(session, team=TEAM),
    "assignments.of_person": lambda session: assignments.of_person(
        session, "U0ANA", team=TEAM, workflow=WORKFLOWS[0], limit=200
    ),
    "assignments.loads": lambda session: assignments.loads(session, ["U0ANA", "U0BEN"], team=TEAM),
    "spot_checks.to_correct": lambda session: spot_checks.to_correct(session, team=TEAM, limit=100),
    "spot_checks.passed": lambda session: spot_checks.passed(session, team=TEAM, limit=100),
    "spot_checks.late": lambda session: spot_checks.late(session, 1, team=TEAM, at=_NOW, limit=100),
    "spot_checks.last_answered": lambda session: spot_checks.last_answered(session, team=TEAM, limit=200),
    "spot_check_packs.undrawn": lambda session: spot_check_packs.undrawn(session, range(1, 200), team=TEAM, workflow=1),
    "spot_check_packs.counts": lambda session: spot_check_packs.counts(session, 1, team=TEAM),
    "spot_check_packs.done": lambda session: spot_check_packs.done(session, team=TEAM, limit=20),
    "spot_checks.overdue": lambda session: spot_checks.overdue(session, team=TEAM, before=_DAY, limit=100),
    "outbox.channels": lambda session: outbox.channels(session, team=TEAM, face=_FACE, at=_NOW),
    "outbox.channels_held": lambda session: outbox.channels_held(session, team=TEAM, face=_FACE),
    "outbox.is_postponed": lambda session: outbox.is_postponed(session, team=TEAM, face=_FACE, at=_NOW),
    "outbox.due": lambda session: outbox.due(session, team=TEAM, channel=CHANNEL, at=_NOW, limit=200),
    "outbox.due_to_origin": lambda session: outbox.due_to_origin(session, team=TEAM, channel=CHANNEL, at=_NOW),
    "heard_messages.due": lambda session: heard_messages.due(session, team=TEAM, at=_NOW, limit=100),
    "questions.asked_at_place": lambda session: questions.asked_at_place(session, "C0INBOX/1.1", team=TEAM),
    "outbox.due_queue": lambda session: outbox.due_queue(session, team=TEAM, channel=CHANNEL, at=_NOW),
    "messages.waiting": lambda session: messages.waiting(session, team=TEAM, channel=CHANNEL, kind=SubjectKind.REVIEW),
    "messages.channels_with_queue": lambda session: messages.channels_with_queue(session, team=TEAM),
    "cards.due": lambda session: cards.due(session, team=TEAM, channel=CHANNEL, at=_NOW),
    "cards.due, only corrections": lambda session: cards.due(
        session, team=TEAM, channel=CHANNEL, at=_NOW, only_first=True
    ),
    "cards.due_doubts": lambda session: cards.due_doubts(session, team=TEAM, channel=CHANNEL, at=_NOW),
    "cards.due_announced": lambda session: cards.due_announced(session, team=TEAM, channel=CHANNEL, at=_NOW),
    "announcements.is_any_over": lambda session: announcements.is_any_over(session, team=TEAM, workflows=[1, 2]),
    "announcements.counts": lambda session: announcements.counts(session, team=TEAM),
    "announcements.of_case": lambda session: announcements.of_case(session, 4702, team=TEAM),
    "cards.drop": lambda session: cards.drop(session, team=TEAM, channel=CHANNEL),
    "cards.hold": lambda session: cards.hold(session, team=TEAM, channel=CHANNEL, kind=outbox.CARD),
    "cards.unshown": lambda session: cards.unshown(session, team=TEAM, channel=CHANNEL),
    "documents.found": lambda session: documents.found(session, [str(one * 5) for one in range(200)], team=TEAM),
    "documents.unheld": lambda session: documents.unheld(session, team=TEAM, until=_DAY, limit=200),
    "documents.after": lambda session: documents.after(session, str(4_000), team=TEAM, limit=200),
    "uploads.forget": lambda session: uploads.forget(session, team=TEAM, before=_DAY, at_most=200),
    "shown_files.to_take_back": lambda session: shown_files.to_take_back(
        session, team=TEAM, at=_NOW, begun_before=_LATELY, limit=20
    ),
    "outbox.take_back": lambda session: outbox.take_back(session, team=TEAM, face=_FACE),
    "outbox.revive_notes": lambda session: outbox.revive_notes(session, team=TEAM, at=_NOW),
    "cards.revive": lambda session: cards.revive(session, team=TEAM, at=_NOW),
    "cards.unasked": lambda session: cards.unasked(session, team=TEAM, after=0, limit=200),
    "cards.drop_elsewhere": lambda session: cards.drop_elsewhere(
        session, team=TEAM, workflow="triage", channel=CHANNEL
    ),
    "cards.missing": lambda session: cards.missing(
        session, team=TEAM, workflow="triage", channel=CHANNEL, after=0, limit=200
    ),
    "messages.cards_elsewhere": lambda session: messages.cards_elsewhere(
        session, team=TEAM, workflow="triage", channel=CHANNEL
    ),
}
"""Reads of the worker and the sender; also what a sender does when it starts."""


def _stops(session: Session) -> object:
    """Read what is behind by a second of a busy day."""
    newest = span_exports.newest_row(session, team=TEAM)
    return span_exports.stops(
        session, team=TEAM, after=newest - 500, until=newest, actions=["run.delivered", "run.failed"], limit=50
    )


REPORTS: Mapping[str, Read] = {
    "audit.newest": lambda session: audit.newest(session, team=TEAM),
    "failures.stops": lambda session: failures.stops(session, team=TEAM, since=_DAY, until=_END),
    "failures.stops_by_day": lambda session: failures.stops_by_day(
        session, team=TEAM, starts=[_END - timedelta(days=day) for day in range(29, 0, -1)], until=_END
    ),
    "failures.stops_by_cause": lambda session: failures.stops_by_cause(session, team=TEAM, since=_DAY, until=_END),
    "failures.stopped": lambda session: failures.stopped(session, team=TEAM),
    "failures.stopped_cases": lambda session: failures.stopped_cases(session, team=TEAM, since=_DAY, until=_END),
    "failures.first_stopped": lambda session: failures.first_stopped(
        session, team=TEAM, states=(RunState.FAILED, RunState.PARKED), only_without_cause=True, limit=3
    ),
    "failures.first_stopped doubtful": lambda session: failures.first_stopped(
        session, team=TEAM, states=(RunState.DOUBTFUL,), only_without_cause=False, limit=3
    ),
    "failures.causes": lambda session: failures.causes(session, team=TEAM, since=_DAY),
    "failures.ended": lambda session: failures.ended(session, team=TEAM, since=_DAY, until=_END, how="well"),
    "failures.open_reviews": lambda session: failures.open_reviews(session, team=TEAM, at=_NOW),
    "failures.longest_open": lambda session: failures.longest_open(session, team=TEAM, workflows=_KNOWN, limit=3),
    "failures.alike": lambda session: failures.alike(session, team=TEAM, least=3),
    "failures.reported": lambda session: failures.reported(session, team=TEAM),
    "failures.given_up": lambda session: failures.given_up(session, team=TEAM),
    "failures.last_decision": lambda session: failures.last_decision(session, team=TEAM, until=_END, but=_NO_DECISION),
    "failures.decided_reviews": lambda session: failures.decided_reviews(
        session, team=TEAM, since=_DAY, until=_END, but=_NO_DECISION
    ),
    "failures.decided_by_workflow": lambda session: failures.decided_by_workflow(
        session, team=TEAM, since=_DAY, until=_END, but=_NO_DECISION, unchanged="approved"
    ),
    "failures.asked_by_hour": lambda session: failures.asked_by_hour(session, team=TEAM, since=_DAY, until=_END),
    "digests.in_state holding": lambda session: digests.in_state(session, team=TEAM, state=RunState.HOLDING),
    "digests.taken_in": lambda session: digests.taken_in(session, team=TEAM, since=_DAY, until=_END),
    "digests.samples": lambda session: digests.samples(session, team=TEAM, since=_DAY, until=_END),
    "digests.resolved": lambda session: digests.resolved(session, team=TEAM, since=_DAY, until=_END),
    "spot_checks.counts": lambda session: spot_checks.counts(session, team=TEAM, since=_DAY, until=_END),
    "digests.cost": lambda session: digests.cost(session, team=TEAM, since=_DAY, until=_END),
    "digests.unproposed": lambda session: digests.unproposed(session, team=TEAM, since=_DAY, until=_END),
    "costs.requests": lambda session: costs.requests(session, team=TEAM, since=_DAY, until=_END),
    "costs.steps": lambda session: costs.steps(session, team=TEAM, since=_DAY, until=_END),
    "costs.by_day": lambda session: costs.by_day(session, team=TEAM, days=_days(7)),
    "costs.days_with_cases": lambda session: costs.days_with_cases(session, team=TEAM, days=_days(57)),
    "costs.reused": lambda session: costs.reused(session, team=TEAM, since=_DAY, until=_END),
    "costs.dearest_cases": lambda session: costs.dearest_cases(session, team=TEAM, since=_DAY, until=_END, limit=3),
    "costs.resolved": lambda session: costs.resolved(session, team=TEAM, since=_DAY, until=_END),
    "spending.of_days": lambda session: spending.of_days(
        session, team=TEAM, budgets=["workflow:triage"], first="2025-12-01", last="2025-12-31"
    ),
    "prompt_versions.first_seen": lambda session: prompt_versions.first_seen(session, team=TEAM, versions=["p1"]),
    "decided.counts": lambda session: decided.counts(session, team=TEAM, since=_DAY, until=_END),
    "decided.edits": lambda session: decided.edits(session, team=TEAM, since=_DAY, until=_END, limit=2_000),
    "decided.rejections": lambda session: decided.rejections(session, team=TEAM, since=_DAY, until=_END, limit=2_000),
    "decided.confirmed": lambda session: decided.confirmed(session, team=TEAM, since=_DAY, until=_END),
    "decided.barred": lambda session: decided.barred(session, team=TEAM, since=_DAY, until=_END),
    "reports.outcomes": lambda session: reports.outcomes(session, team=TEAM, since=_DAY, until=_END),
    "courses.first_cases": lambda session: courses.first_cases(session, team=TEAM),
    "courses.stopped": lambda session: courses.stopped(session, team=TEAM, since=_DAY, until=_END),
    "numbers.ended": lambda session: numbers.ended(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "numbers.edited": lambda session: numbers.edited(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "numbers.corrected": lambda session: numbers.corrected(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "numbers.arrival_to_delivery": lambda session: numbers.arrival_to_delivery(
        session, team=TEAM, workflows=_KNOWN, days=_DAYS
    ),
    "numbers.card_to_decision": lambda session: numbers.card_to_decision(
        session, team=TEAM, workflows=_KNOWN, days=_DAYS
    ),
    "numbers.decided": lambda session: numbers.decided(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "numbers.measured": lambda session: numbers.measured(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "numbers.seconds_by_hand": lambda session: numbers.seconds_by_hand(session, team=TEAM, workflow=1, days=_DAYS),
    "numbers.cost": lambda session: numbers.cost(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "numbers.backlog": lambda session: numbers.backlog(session, team=TEAM, workflows=_KNOWN),
    "numbers.looks": lambda session: numbers.looks(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "segments.groups": lambda session: segments.groups(session, team=TEAM, workflows=_KNOWN),
    "segments.resolved": lambda session: segments.resolved(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "segments.resolved_in_all": lambda session: segments.resolved_in_all(
        session, team=TEAM, workflows=_KNOWN, days=_DAYS
    ),
    "segments.corrected": lambda session: segments.corrected(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "segments.proposals_decided": lambda session: segments.proposals_decided(
        session, team=TEAM, workflows=_KNOWN, days=_DAYS
    ),
    "segments.looks": lambda session: segments.looks(session, team=TEAM, workflows=_KNOWN, days=_DAYS),
    "digests.latest": lambda session: digests.latest(
        session, team=TEAM, job="bias", workflow="", until="2025-12-31", limit=5
    ),
    "baselines.of_team": lambda session: baselines.of_team(session, team=TEAM),
}
"""Reads of digests, and what is told of a backup. A cost report reads up to 87 days: as many rows as it adds up."""

OVER_ALL_TIME: Mapping[str, Read] = {
    "deliveries.count_applied": lambda session: deliveries.count_applied(session, team=TEAM),
    "reviews.decision_counts": lambda session: reviews.decision_counts(session, team=TEAM),
    "metrics.taken_in": lambda session: metrics.taken_in(session, team=TEAM),
    "metrics.resolved": lambda session: metrics.resolved(session, team=TEAM),
    "documents.counted": lambda session: documents.counted(session, team=TEAM),
    "alone.of_workflow": lambda session: alone.of_workflow(session, 1, team=TEAM),
}
"""Counts of all that ever was: they read whole tables, or whole indexes. A demonstration tells the first two, at its
end; the next ones are read for /metrics, of indexes alone, and the last one for a certificate.
"""
