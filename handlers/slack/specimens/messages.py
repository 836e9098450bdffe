"""Specimens of messages: cards in each of their states, notes, and answers to what people do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from handlers.slack.blocks import announced, answers, spot_check
from handlers.slack.blocks.card import card
from handlers.slack.blocks.cause import cause
from handlers.slack.blocks.charter import charter
from handlers.slack.blocks.digests.course import course
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.blocks.doubt import doubt
from handlers.slack.blocks.learning import examples
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.paragraphs import fitted, told
from handlers.slack.blocks.parts.pictures import illustrated
from handlers.slack.blocks.queue import queue
from handlers.slack.blocks.reminder import reminder
from handlers.slack.blocks.removed import removed
from handlers.slack.blocks.scope_shares import share
from handlers.slack.ids import Shown
from handlers.slack.specimens.bias import ALIKE, BIAS, FEW_GROUPED, LOOKED, NO_SEGMENTS
from handlers.slack.specimens.cases import CASE, ERASED
from handlers.slack.specimens.costs import COSTS
from handlers.slack.specimens.digests import COURSE, COURSE_NOTE, COURSES, REVIEW
from handlers.slack.specimens.documents import document_messages
from handlers.slack.specimens.failure_summaries import SUMMARIES
from handlers.slack.specimens.forms import SHARE, TERMS_CHANGE, UNSIGNED_CHARTER
from handlers.slack.specimens.incoming import NOTES
from handlers.slack.specimens.learning.autonomy import autonomy_messages
from handlers.slack.specimens.learning.deployments import deployment_messages
from handlers.slack.specimens.learning.examples import example_group
from handlers.slack.specimens.learning.improvements import improvement_messages
from handlers.slack.specimens.learning.review_packs import pack_messages
from handlers.slack.specimens.learning.rollouts import NOTES as ROLLOUT_NOTES
from handlers.slack.specimens.learning.volume_tests import IN_BATCHES, NO_GO, VOLUME_REPORT
from handlers.slack.specimens.numbers import FEW_NUMBERS, NO_NUMBERS, NUMBERS, OWN_NUMBERS
from handlers.slack.specimens.operations import (
    AGAIN,
    AGAIN_NOTE,
    CAUSE,
    CAUSES,
    CORRECTED,
    EXPIRY,
    FAILED_CASES,
    FAILURE,
    FINDINGS,
    HOW_ALL_IS,
    INPUTS_REFUSED,
    LOOKS_FAIL,
    OVER,
    PAUSE,
    PLANNED,
    RERUN,
    STATUS,
    SYSTEM_NOW,
    TROUBLE,
    WELL,
    called,
    cause_with,
    ended,
)
from handlers.slack.specimens.pictures import PICTURES
from handlers.slack.specimens.reviews import (
    ANNOUNCED,
    ANNOUNCEMENTS,
    ASSIGNMENT,
    AT,
    CARD,
    CARDS,
    CHANNEL,
    DECIDED,
    DOUBT,
    DOUBTS,
    EDITED,
    ESCALATION,
    NOTE,
    OTHER,
    REFUSED,
    REMINDER,
    REMOVED,
    RESTS,
    WHO,
)
from handlers.slack.specimens.seals import NOT_SEALED, SEALED, SEALED_LATE
from handlers.slack.specimens.specimen import Specimen
from handlers.texts import commands, groups
from handlers.texts.digests import courses, needs_now, personal
from handlers.texts.governance import changes
from handlers.texts.learning import improvements, rollouts, volume_tests
from handlers.texts.operations import bulk_reruns as bulk_texts
from handlers.texts.operations import (
    causes,
    deliveries,
    failures,
    fetches,
    findings,
    health,
    outage,
    overrun,
    pauses,
    reruns,
    webhooks,
    workflows,
)
from handlers.texts.review import decided, reminders, reports, spot_checks
from handlers.texts.review.assigning import absences, assignments, escalations
from store.states import (
    BulkState,
    CauseState,
    Health,
)
from workflows.engine.declare.charter import How
from workflows.engine.deliver.views import LateView, TargetView
from workflows.engine.digests.courses.views import Choice
from workflows.engine.digests.failures.views import Unsent
from workflows.engine.errors import CorrectionWaits
from workflows.engine.health.views import HowEnded, Kind
from workflows.engine.pauses import HandNote, Paused, Resumed
from workflows.engine.propose.views import OutageView, OverrunView
from workflows.engine.read.declared.change_views import ChangesView, PartChange, TermsChange
from workflows.engine.read.declared.charter_views import Signature
from workflows.engine.review.assignment.views import WhyAssigned
from workflows.engine.review.rerun.bulk_rules import WhyStopped
from workflows.engine.review.spot_checks.views import ChecksOfChannel, PackNote
from workflows.engine.sources.views import WebhookTrouble
from workflows.quality.improvements.views import ImprovedNote

UNTOLD = WebhookTrouble(source=3, name="help-desk", given_up=True, number=1_214, since=AT, error="http_503")

_PACK = PackNote(workflow="triage", number=40, looked_at=38, wrong=3, to_correct=2)


def messages() -> Iterator[Specimen]:
    for name, other in CARDS.items():
        yield Specimen(name=f"card, {name}", message=card(replace(CARD, **other)))
    for name, drawn in document_messages().items():
        yield Specimen(name=name, message=drawn)
    for name, other in DOUBTS.items():
        yield Specimen(name=f"doubt, {name}", message=doubt(replace(DOUBT, **other)))
    for name, other in ANNOUNCEMENTS.items():
        yield Specimen(name=f"announced, {name}", message=announced.card(replace(ANNOUNCED, **other)))
    for name, rest in RESTS.items():
        yield Specimen(name=f"without a card, {name}", message=queue(CHANNEL, **rest))
    for name, gone in REMOVED.items():
        yield Specimen(name=f"content removed, {name}", message=removed(gone))
    for name, other in CAUSES.items():
        yield Specimen(name=f"cause, {name}", message=cause(cause_with(**other)))
    for name, other in COURSES.items():
        yield Specimen(name=f"course, {name}", message=course(replace(COURSE, **other)))
    for name, drawn in (*autonomy_messages(), *deployment_messages(), *pack_messages()):
        yield Specimen(name=name, message=drawn)
    for name, drawn in improvement_messages():
        yield Specimen(name=name, message=drawn)
    for name, parts in PICTURES.items():
        yield Specimen(name=f"pictures, {name}", message=illustrated(parts, text="Pictures"))
    for name, view in SUMMARIES.items():
        yield Specimen(name=f"failures, {name}", message=digest(view))
    for name, report in COSTS.items():
        yield Specimen(name=f"cost, {name}", message=digest(report))
    for name, change in _changes().items():
        yield Specimen(name=f"terms, {name}", message=fitted(partial(changes.note, change)))
    for name, of_version in ROLLOUT_NOTES.items():
        yield Specimen(name=f"version, {name}", message=told(rollouts.note(of_version)))
    for name, note in NOTES.items():
        yield Specimen(name=f"from a message, {name}", message=note)
    for number in (1, 5):
        yield Specimen(name=f"examples, {number} alike", message=examples.group(**example_group(number)))
    for is_any in (True, False):
        name = f"examples, the last{', some taken' if is_any else ''}"
        yield Specimen(name=name, message=examples.decided("triage", is_any_taken=is_any))
    yield Specimen(name="examples, none", message=examples.group("triage", None, waiting=0, generation=0))
    yield Specimen(name="charter, to sign", message=charter(UNSIGNED_CHARTER, may_sign=True))
    yield Specimen(name="share of the cases", message=share(SHARE, may_widen=True))
    wider = replace(SHARE, share=0.25, before=0.1, changed=True)
    yield Specimen(name="share of the cases, just changed", message=share(wider, may_widen=True))
    every = replace(SHARE, share=None, before=0.5, changed=True)
    yield Specimen(name="share of the cases, all", message=share(every, may_widen=True))
    listed = ChangesView(workflow=None, shown=[TERMS_CHANGE, *_changes().values()], all=9)
    for verdict, tested in {"go": VOLUME_REPORT, "no-go": NO_GO, "in batches": IN_BATCHES}.items():
        yield Specimen(name=f"volume test, {verdict}", message=told(volume_tests.told(tested)))
    yield Specimen(name="terms, a list", message=told(changes.listed(listed)))
    for name, drawn in _others().items():
        yield Specimen(name=name, message=drawn)


def _changes() -> Mapping[str, TermsChange]:
    """Return changes of terms: one that waits for a signature, and those that wait for none."""
    kept = Signature(by=WHO, at=AT, how=How.KEPT)
    every = [PartChange(name=name, old=None, new=None) for name in ("prompt", "examples", "hours", "another")]
    return {
        "to sign": TERMS_CHANGE,
        "kept": replace(TERMS_CHANGE, widens=[], signature=kept, changes=every),
        "a draft": replace(TERMS_CHANGE, goes_alone=False),
        "an earlier one": replace(TERMS_CHANGE, is_newest=False),
        "the first": replace(TERMS_CHANGE, is_first=True, changes=[], owner=None),
    }


def _others() -> Mapping[str, Drawn]:
    """Return the messages without buttons of their own, and the answers to what people do."""
    delivered, note = Shown(id=17, version=23, generation=0), HandNote(workflow="triage", by=WHO, at=AT, pause=PAUSE)
    late = LateView(
        case=17,
        key="T-17",
        workflow="triage",
        target="Help desk",
        attempts=3,
        reason="503",
        not_confirmed=True,
        waiting_since=AT,
        next_at=AT,
    )
    down = TargetView(target="Help desk", reason="503", began_at=AT, ended_at=None, waiting=3, next_at=AT)
    away = OutageView(model="claude", reason="529", began_at=AT, ended_at=None, waiting={"triage": 3})
    dearer = OverrunView(
        model="claude",
        factor=1.5,
        cost=Decimal("0.03"),
        reserved=Decimal("0.02"),
        workflow="triage",
        case=17,
        at=AT,
    )
    day = date(2026, 11, 18)
    return {
        "queue": queue(CHANNEL, 37, AT),
        "spot checks": spot_check.card(ChecksOfChannel(channel=CHANNEL, number=3, due_at=AT)),
        "spot checks, all of a pack": spot_check.card(
            ChecksOfChannel(channel=CHANNEL, number=40, due_at=None, packed=40)
        ),
        "spot checks, with a pack": spot_check.card(ChecksOfChannel(channel=CHANNEL, number=41, due_at=AT, packed=40)),
        "a pack, wrong ones": told(spot_checks.pack_looked_at(_PACK)),
        "a pack, one right": told(
            spot_checks.pack_looked_at(replace(_PACK, number=1, looked_at=1, wrong=0, to_correct=0))
        ),
        "a spot check": spot_check.card(ChecksOfChannel(channel=CHANNEL, number=1, due_at=AT)),
        "digest, quality": digest(REVIEW),
        "a correction that became a rule": told(
            improvements.told(ImprovedNote(workflow="triage", key="ticket-1017", alone=14))
        ),
        "a correction that became a rule, of a case that is gone": told(
            improvements.told(ImprovedNote(workflow="triage", key=None, alone=0))
        ),
        "in the thread, a course": told(courses.note(COURSE_NOTE)),
        "in the thread, a course for the first time": told(courses.note(replace(COURSE_NOTE, before=None, note=None))),
        "in the thread, a note on a course": told(courses.note(replace(COURSE_NOTE, before=Choice.HOLD))),
        "business numbers": digest(NUMBERS),
        "business numbers, of a few cases": digest(FEW_NUMBERS),
        "business numbers, without a case": digest(NO_NUMBERS),
        "bias": digest(BIAS),
        "bias, looked at": digest(LOOKED),
        "bias, all alike": digest(ALIKE),
        "bias, of a few cases": digest(FEW_GROUPED),
        "bias, without segments": digest(NO_SEGMENTS),
        "the sealed audit": digest(SEALED),
        "the sealed audit, not signed and late": digest(SEALED_LATE),
        "the sealed audit, before its first seal": digest(NOT_SEALED),
        "digest, with made-up cases": digest(replace(SUMMARIES["quiet"], made_up_until=date(2026, 11, 17))),
        "in the thread, a change": fitted(lambda room: decided.decided(replace(CARD, **EDITED), room)),
        "in the thread, a rejection": fitted(lambda room: decided.decided(replace(CARD, **REFUSED), room)),
        "in the thread, taken back": told(decided.taken_back(WHO)),
        "in the thread, a reminder": told(reminders.in_thread(CARD)),
        "in the thread, a reminder of what is overdue": told(reminders.in_thread(replace(CARD, overdue=True))),
        "in the thread, an assignment": told(assignments.in_thread(CARD, ASSIGNMENT)),
        "in the thread, somebody took it": told(assignments.in_thread(CARD, replace(ASSIGNMENT, to=WHO))),
        "in the thread, assigned to nobody": told(assignments.in_thread(CARD, replace(ASSIGNMENT, to=None))),
        "in the thread, its assignee is away": told(
            assignments.in_thread(CARD, replace(ASSIGNMENT, why=WhyAssigned.AWAY, until=AT))
        ),
        "in the thread, its assignee is gone": told(
            assignments.in_thread(CARD, replace(ASSIGNMENT, why=WhyAssigned.GONE, to=None))
        ),
        "answer, assigned meanwhile": told(assignments.reassigned(replace(CARD, assignee=OTHER))),
        "answer, assigned to nobody": told(assignments.to_nobody(CARD)),
        "answer, not away": told(absences.NOT_AWAY),
        "in the thread, an escalation": told(escalations.in_thread(CARD, ESCALATION)),
        "reminder, one review": reminder(replace(REMINDER, number=1), [CARD]),
        "reminder, several": reminder(REMINDER, [CARD, replace(CARD, review=12, overdue=True)]),
        "reported as wrong": fitted(lambda room: reports.note(NOTE, room)),
        "failure": fitted(lambda room: failures.failure(FAILURE, room)),
        "in the thread, a rerun that is done": told(ended(BulkState.DONE, None)),
        "answer, a rerun planned": told(bulk_texts.planned(PLANNED)),
        "answer, a rerun planned for when a system is well": told(
            bulk_texts.planned(replace(PLANNED, waits_for="help desk"))
        ),
        "in the thread, a rerun that stopped": told(ended(BulkState.STOPPED, WhyStopped.BACK)),
        "in the thread, a new cause": told(called(CAUSE, is_back=False)),
        "in the thread, a cause that is back": told(called(replace(CAUSE, resolved_by=OTHER), is_back=True)),
        "model down": fitted(lambda room: outage.outage(away, room)),
        "model back": fitted(lambda room: outage.outage(replace(away, ended_at=AT), room)),
        "delivery late": fitted(lambda room: deliveries.late(late, room)),
        "target down": fitted(lambda room: deliveries.target(down, room)),
        "target back": fitted(lambda room: deliveries.target(replace(down, ended_at=AT), room)),
        "in trouble": fitted(lambda room: health.trouble(TROUBLE, room)),
        "in trouble, down": fitted(lambda room: health.trouble(replace(TROUBLE, state=Health.DOWN), room)),
        "in trouble, Slack": fitted(lambda room: health.trouble(replace(TROUBLE, kind=Kind.SLACK), room)),
        "in trouble, a model": fitted(
            lambda room: health.trouble(replace(TROUBLE, kind=Kind.MODEL, name="claude", error=None), room)
        ),
        "in trouble, again": fitted(lambda room: health.trouble(replace(TROUBLE, spells=3), room)),
        "in trouble, over again": fitted(lambda room: health.trouble(replace(OVER, spells=3), room)),
        "in trouble, over": fitted(lambda room: health.trouble(OVER, room)),
        "in trouble, now an outage": fitted(lambda room: health.trouble(replace(OVER, end=HowEnded.DOWN), room)),
        "in trouble, not called": fitted(lambda room: health.trouble(replace(OVER, end=HowEnded.UNUSED), room)),
        "access ends": told(health.expiry(EXPIRY)),
        "inputs refused": fitted(lambda room: fetches.refused(INPUTS_REFUSED, room)),
        "inputs refused, one at the first look": fitted(
            lambda room: fetches.refused(replace(INPUTS_REFUSED, number=1, after=None, owner=None), room)
        ),
        "looks fail": told(fetches.failing(LOOKS_FAIL)),
        "looks fail, none succeeded": told(fetches.failing(replace(LOOKS_FAIL, since=None, owner=None))),
        "looks succeed again": told(fetches.well_again(LOOKS_FAIL)),
        "overrun": told(overrun.overrun(dearer)),
        "paused by Countersign": told(pauses.stopped("triage", replace(PAUSE, by_itself=True))),
        "paused by a person": told(pauses.by_hand(note)),
        "resumed by a person": told(pauses.lifted(note)),
        "group unreadable": told(groups.unreadable("S0123456789", "missing_scope", workflows=["triage"])),
        "no such channel": told(failures.nowhere("C0", "channel_not_found", 3, face="Slack", owners=[WHO])),
        "message that still stands": told(
            failures.not_taken_away(CHANNEL, "the news of a decision", "cant_delete_message")
        ),
        "message given up": told(failures.unsent(CHANNEL, "the card of case 17", "invalid_blocks")),
        "webhooks given up": told(webhooks.given_up(UNTOLD)),
        "webhook given up, for good": told(webhooks.given_up(replace(UNTOLD, number=1, error="http_410"))),
        "wrong clock": told(failures.wrong_clock(day, AT)),
        "answer, claimed": answers.claimed(replace(CARD, claimed_by=WHO, claimed_at=AT)),
        "answer, noted": told(reports.NOTED),
        "answer, refused": answers.refused("You may not decide this.", owner=WHO),
        "answer, too late": answers.too_late(replace(CARD, **DECIDED), OTHER),
        "answer, a correction waits": answers.correction_waits(17),
        "answer, a second correction": answers.second_correction(
            CorrectionWaits(review=7, version=1, channel=CHANNEL), generation=0
        ),
        "answer, delivered already": answers.delivered_already(delivered),
        "answer, begun again": told(reruns.begun_again(17, RERUN)),
        "answer, begun again with a corrected input": told(reruns.begun_corrected(AGAIN)),
        "answer, a corrected input foreseen": told(reruns.foreseen_corrected(AGAIN)),
        "in the thread, a case runs again": told(reruns.in_channel(AGAIN_NOTE)),
        "in the thread, a case runs again with a corrected input": told(
            reruns.in_channel(replace(AGAIN_NOTE, corrected=CORRECTED))
        ),
        "answer, a case whose input was put right": answers.case(CASE, can_decide=True, can_correct_input=True),
        "answer, a case whose content was removed": answers.case(ERASED),
        "answer, a rerun foreseen": told(reruns.foreseen(17, RERUN)),
        "answer, a delivery foreseen": told(reruns.foreseen(17, replace(RERUN, delivers_only=True, recalled=1))),
        "answer, status": told(workflows.status(HOW_ALL_IS)),
        "answer, status, all well": told(
            workflows.status(replace(HOW_ALL_IS, workflows=[], models=[], targets=[], systems=[]))
        ),
        "answer, no doubt any more": told(needs_now.no_doubt("triage")),
        "answer, more doubts": told(needs_now.more_doubts(4)),
        "answer, failed cases": told(needs_now.failed_cases("triage", FAILED_CASES)),
        "answer, no failed case": told(needs_now.failed_cases("triage", [])),
        "answer, a system in trouble": told(needs_now.system(SYSTEM_NOW, AT.date())),
        "answer, a system that is not called": told(needs_now.system(replace(SYSTEM_NOW, view=None), AT.date())),
        "answer, a system that is well": told(needs_now.system(replace(SYSTEM_NOW, view=WELL, causes=[]), AT.date())),
        "answer, what a workflow spent": told(needs_now.budget(HOW_ALL_IS, "triage")),
        "answer, accesses": told(needs_now.accesses([EXPIRY])),
        "answer, no access ends": told(needs_now.accesses([])),
        "answer, messages given up": told(needs_now.unsent([Unsent(channel=CHANNEL, error="is_archived", number=3)])),
        "answer, no message given up": told(needs_now.unsent([])),
        "answer, causes": told(causes.listed([CAUSE.line, replace(CAUSE.line, state=CauseState.MENDING)])),
        "answer, no causes": told(causes.listed([])),
        "answer, workflows": told(workflows.listed(HOW_ALL_IS)),
        "answer, own figures are off": told(personal.OFF),
        "answer, own figures": told(personal.own(OWN_NUMBERS)),
        "answer, the set-up": told(findings.found(FINDINGS)),
        "answer, the set-up is being checked": told(findings.CHECKING),
        "answer, no such command": told(commands.unknown("reveiw")),
        "answer, usage": told(commands.usage([PAUSE])),
        "answer, nothing waits": answers.NOTHING_WAITS,
        "answer, paused": told(pauses.paused(Paused(pause=PAUSE, changed=True), STATUS)),
        "answer, resumed": told(pauses.resumed(Resumed(status=STATUS, changed=True), askable=2)),
        "answer, asked again": told(pauses.proposing("triage", 3, 1)),
        "answer, all pauses": told(pauses.pause_statuses([STATUS], usage="pause")),
    }
