"""Read models of pauses, failures, causes and the rest of operations, as specimens are drawn from."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from handlers.slack.specimens.reviews import AT, WHO
from handlers.texts.operations import bulk_reruns, causes, findings
from handlers.texts.pieces import Told
from store.states import (
    BulkState,
    CauseState,
    Health,
    RunState,
)
from workflows.engine.causes.advice import Advice
from workflows.engine.deliver.views import TargetView
from workflows.engine.digests.failures.views import LISTED, FailedCase, SystemNow
from workflows.engine.health.views import ExpiryView, HowEnded, Kind, SystemView, TroubleView
from workflows.engine.pauses import Pause, PauseStatus
from workflows.engine.propose.views import OpenOutage
from workflows.engine.read.cause_views import AllAgain, BulkView, CauseLineView, CauseView, Example
from workflows.engine.read.declared.prompt_views import PromptsFrom
from workflows.engine.read.status_views import StatusView, WorkflowStatus
from workflows.engine.review.corrected.views import CorrectedInput, CorrectedRerun, InputChange, RunAgainNote
from workflows.engine.review.rerun.bulk_rules import WhyStopped
from workflows.engine.review.views import (
    BulkPlanned,
    FailureView,
    Rerun,
)
from workflows.engine.sources.looks.views import RefusedNote, TroubleNote

PAUSE = Pause(workflow="triage", at=AT, by=WHO, by_itself=False, reason="wrong prices", holds_deliveries=True)


HOW_TRIAGE_IS = WorkflowStatus(
    workflow="triage",
    owner=WHO,
    decision="Which queue does this ticket go to?",
    pause=PAUSE,
    waiting=12,
    oldest=AT,
    answer_by=AT + timedelta(hours=2),
    in_work=3,
    failed=2,
    doubtful=1,
    held=4,
    announced=3,
    tried_again=1,
    follow_ups_due=1,
    follow_ups_failed=2,
    spent=Decimal("3.1"),
    per_day=Decimal("20"),
)


WELL = SystemView(
    kind=Kind.SYSTEM,
    name="CRM",
    state=Health.WELL,
    since=None,
    is_outage=False,
    window=timedelta(minutes=15),
    answered=120,
    failed=0,
    broken=0,
    seconds=0.21,
    last_ok_at=AT,
    last_at=AT,
)
SYSTEMS = [
    replace(WELL, name="help desk", state=Health.DOWN, since=AT, is_outage=True, answered=0, failed=12, seconds=None),
    replace(WELL, state=Health.TROUBLED, since=AT, failed=40, broken=2),
    replace(WELL, kind=Kind.MODEL, name="claude", failed=1, broken=1, seconds=2.5),
    replace(WELL, name="ledger", answered=0, seconds=None, expires_on=AT.date() + timedelta(days=12)),
    replace(WELL, name="archive", answered=0, seconds=None, last_at=None, last_ok_at=None),
    replace(WELL, kind=Kind.SLACK, name="Slack", answered=1),
]


TROUBLE = TroubleView(
    kind=Kind.SYSTEM,
    name="CRM",
    state=Health.TROUBLED,
    began_at=AT,
    spells=1,
    spell_at=AT,
    changed_at=AT,
    ended_at=None,
    end=None,
    window=timedelta(minutes=15),
    total=162,
    failed=40,
    broken=2,
    error="TryAgain",
)
OVER = replace(TROUBLE, ended_at=AT + timedelta(minutes=25), end=HowEnded.WELL)


EXPIRY = ExpiryView(system="help desk", workflow="triage", owner=WHO, expires_on=AT.date(), days=3)


INPUTS_REFUSED = RefusedNote(
    source="triage/mailbox", owner=WHO, number=3, row=2, why="text: has to have a value", after="1700000000:41"
)


LOOKS_FAIL = TroubleNote(source="triage/mailbox", owner=WHO, error="TryAgain", failures=3, since=AT)


HOW_ALL_IS = StatusView(
    at=AT,
    workflows=[HOW_TRIAGE_IS, replace(HOW_TRIAGE_IS, workflow="invoices", pause=None, waiting=0, failed=0)],
    models=[OpenOutage(model="claude", reason="529 overloaded", since=AT)],
    targets=[TargetView(target="Help desk", reason="503", began_at=AT, ended_at=None, waiting=3, next_at=AT)],
    systems=SYSTEMS,
    prompts=PromptsFrom(always_files=False, deployed=["triage"], files=["invoices"]),
)


CORRECTED = CorrectedInput(
    case=17,
    revision=2,
    by=WHO,
    at=AT,
    reason="The customer sent the number again",
    changes=[
        InputChange(name="order", label="Order", before="4711", now="4712"),
        InputChange(name="text", label="Text", before="", now="I was charged twice"),
    ],
)


AGAIN = CorrectedRerun(corrected=CORRECTED, run=24, withdraws=True, drops_decision=True, rejection_was_told=True)


AGAIN_NOTE = RunAgainNote(case=17, key="T-17", by=WHO, by_itself=False, from_step="look_up", corrected=None)


RERUN = Rerun(run=24, from_step="look_up", recalled=2, delivers_only=False, withdraws=True)


FINDINGS = [
    findings.Finding(level="ok", what="database countersign.sqlite, schema 0020"),
    findings.Finding(level="note", what="2 cases are failed", do="countersign cases --state failed"),
    findings.Finding(level="bad", what="COUNTERSIGN_MODEL is anthropic, but there is no key", do="set its key"),
]


PLANNED = BulkPlanned(bulk=4, cause=5, name="3f9a2c1b", total=4_999, at=AT, waits_for=None)


STATUS = PauseStatus(workflow="triage", pause=PAUSE, waiting=3, empty=1, held=2)


FAILURE = FailureView(
    run=23,
    case=17,
    key="T-17",
    workflow="triage",
    state=RunState.FAILED,
    step="look_up",
    error="TimeoutError",
    message="it took too long",
    not_confirmed=False,
    at=AT,
)


BULK = BulkView(
    bulk=3,
    state=BulkState.WAVES,
    why_stopped=None,
    total=5_000,
    begun=700,
    left_out=2,
    under_way=50,
    through=640,
    again=1,
    otherwise=7,
    began_by=WHO,
    began_at=AT,
    changed_by=WHO,
    changed_at=AT,
    is_paused=False,
)


NONE_YET: dict[str, Any] = dict.fromkeys(("begun", "left_out", "under_way", "through", "again", "otherwise"), 0)


TRIED: dict[str, Any] = {"begun": 5, "left_out": 0, "under_way": 3, "through": 2, "again": 0, "otherwise": 0}


CAUSE = CauseView(
    generation=0,
    cause=5,
    version=1,
    line=CauseLineView(
        name="3f9a2c1b",
        fingerprint="3f9a2c1b" * 4,
        workflow="triage",
        step="look_up",
        error="TimeoutError",
        dependency="help desk",
        message="the help desk did not answer in … s",
        state=CauseState.OPEN,
        changed_by="countersign",
        changed_at=AT,
        count=5_000,
        first_at=AT,
        last_at=AT,
        cost=Decimal("1.23"),
        failed_in="0123456789ab",
        resolved_in=None,
    ),
    owner=WHO,
    opened_at=AT,
    resolved_at=None,
    resolved_by=None,
    is_by_itself=False,
    ignored_until=None,
    ignored_count=None,
    ignored_rate=None,
    follow_ups=[],
    follow_ups_failed=0,
    hours=[0] * 21 + [12, 4_700, 288],
    last_hour=AT,
    examples=[
        Example(run=23, case=17, key="T-17", state=RunState.FAILED),
        Example(run=24, case=18, key="T-18", state=RunState.PARKED),
        Example(run=25, case=19, key="T-19", state=RunState.DOUBTFUL),
    ],
    next_run=23,
    failed=4_999,
    in_doubt=1,
    under_way=0,
    through=0,
    down_since=None,
    all_again=AllAgain(total=4_999, delivers_only=4_000, proposes=999, cost=Decimal("99.90")),
)


SYSTEM_NOW = SystemNow(name="CRM", view=SYSTEMS[1], causes=[CAUSE.line])
FAILED_CASES = [FailedCase(case=case, state=RunState.FAILED, since=AT) for case in range(17, 17 + LISTED + 1)]


RESOLVED: dict[str, Any] = {"state": CauseState.RESOLVED, "changed_by": WHO, "resolved_in": "0123456789ab"}


NOBODY: dict[str, Any] = {"failed": 0, "in_doubt": 0, "examples": [], "next_run": None}


CAUSES: Mapping[str, Mapping[str, Any]] = {
    "new": {"count": 1, "failed": 1, "in_doubt": 0, "hours": [0] * 23 + [1], "examples": CAUSE.examples[:1]},
    "open": {},
    "its system is down": {"down_since": AT},
    "being mended": {"state": CauseState.MENDING, "changed_by": WHO, "through": 3, "under_way": 1, "failed": 1},
    "mostly passing, by its type": {"advice": Advice.BY_TYPE},
    "passing so far": {"advice": Advice.HELPS, "went_through": 41, "came_back": 2},
    "passing so far, its system is in trouble": {"advice": Advice.HELPS, "went_through": 41, "is_in_trouble": True},
    "helps sometimes": {"advice": Advice.MIXED, "went_through": 5, "came_back": 5},
    "does not help": {"advice": Advice.IN_VAIN, "came_back": 12},
    "rerun, planned": {"bulk": replace(BULK, state=BulkState.PLANNED, planned_for=AT, **NONE_YET)},
    "rerun, planned for when its system is well": {
        "bulk": replace(BULK, state=BulkState.PLANNED, planned_for=AT, waits_for="help desk", **NONE_YET)
    },
    "rerun, planned and paused": {
        "bulk": replace(BULK, state=BulkState.PLANNED, planned_for=AT, is_paused=True, **NONE_YET)
    },
    "rerun, a trial": {"bulk": replace(BULK, state=BulkState.TRIAL, **TRIED), "under_way": 3, "through": 2},
    "rerun, waves": {"bulk": BULK, "under_way": 50, "through": 640},
    "rerun, paused": {"bulk": replace(BULK, is_paused=True)},
    "rerun, stopped": {"bulk": replace(BULK, state=BulkState.STOPPED, why_stopped=WhyStopped.PERSON)},
    "rerun, stopped by itself": {
        "bulk": replace(BULK, state=BulkState.STOPPED, why_stopped=WhyStopped.BACK_IN_TRIAL, **TRIED)
    },
    "rerun, done": {"bulk": replace(BULK, state=BulkState.DONE, under_way=0)},
    "ignored until a time": {"state": CauseState.IGNORED, "changed_by": WHO, "ignored_until": AT},
    "ignored until a count": {"state": CauseState.IGNORED, "changed_by": WHO, "ignored_count": 10},
    "ignored until a rate": {"state": CauseState.IGNORED, "changed_by": WHO, "ignored_rate": 100},
    "resolved": {**RESOLVED, **NOBODY, "resolved_by": WHO, "resolved_at": AT},
    "resolved, cases left": {**RESOLVED, "resolved_by": WHO, "resolved_at": AT},
    "closed by itself": {**RESOLVED, **NOBODY, "is_by_itself": True, "resolved_at": AT, "through": 5},
    "follow-ups that were not made": {**NOBODY, "follow_ups": [17, 18, 19], "follow_ups_failed": 40},
    "back": {"state": CauseState.REGRESSED, "resolved_in": "ba9876543210", "resolved_by": WHO, "resolved_at": AT},
    "back in the same version": {"state": CauseState.REGRESSED, "resolved_in": "0123456789ab", "resolved_at": AT},
    "of a workflow that is not known here": {"owner": None, "next_run": None},
}


def cause_with(**changes: Any) -> CauseView:
    """Return a cause that stands otherwise."""
    of_line = {name: value for name, value in changes.items() if name in LINE_OF_CAUSE}
    rest = {name: value for name, value in changes.items() if name not in LINE_OF_CAUSE}
    return replace(CAUSE, line=replace(CAUSE.line, **of_line), **rest)


LINE_OF_CAUSE = frozenset(field.name for field in fields(CauseLineView))


def ended(state: BulkState, why: WhyStopped | None) -> Told:
    ended = bulk_reruns.ended(cause_with(bulk=replace(BULK, state=state, why_stopped=why)))
    assert ended is not None
    return ended


def called(view: CauseView, *, is_back: bool) -> Told:
    called = causes.called(view, is_back=is_back)
    assert called is not None
    return called
