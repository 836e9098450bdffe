"""The news of intents in the outbox, read from the present rows each time they are sent. It knows no face."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from handlers.texts import groups, incoming
from handlers.texts.digests import courses
from handlers.texts.documents import files
from handlers.texts.documents import pages as documents
from handlers.texts.governance import changes
from handlers.texts.learning import improvements, rollouts
from handlers.texts.operations import (
    bulk_reruns,
    causes,
    deliveries,
    failures,
    fetches,
    health,
    outage,
    overrun,
    pauses,
    reruns,
    webhooks,
)
from handlers.texts.pieces import Room, Told
from handlers.texts.review import decided, reminders, reports, spot_checks
from handlers.texts.review.assigning import assignments, escalations
from handlers.texts.review.doubt import is_open
from handlers.who import is_named
from store.faces import FILES, face_of
from workflows.engine.case import notices
from workflows.engine.causes import counting
from workflows.engine.context import Context
from workflows.engine.deliver.delivery_status import late_view, target_view
from workflows.engine.deliver.workflow_pauses import hand_note, pause_note
from workflows.engine.digests.courses.choosing import course_note, course_view
from workflows.engine.digests.courses.views import CourseView
from workflows.engine.digests.making import digest_view
from workflows.engine.digests.views import DigestView
from workflows.engine.errors import ContentRemoved, Unknown
from workflows.engine.health.expiries import expiry_view
from workflows.engine.health.watch import trouble_view
from workflows.engine.propose.model_outages import outage_view, overrun_view
from workflows.engine.read.cause_views import CauseView
from workflows.engine.read.causes import cause_view
from workflows.engine.read.declared.changes import terms_note
from workflows.engine.review.announced.looks import announced_view
from workflows.engine.review.announced.views import AnnouncedView
from workflows.engine.review.assignment.assignments import assignment_of
from workflows.engine.review.cards import card_view, failure_view, place_of
from workflows.engine.review.corrected.corrected_inputs import run_again_note
from workflows.engine.review.doubts import doubt_view
from workflows.engine.review.hiding import announced_in_channel, card_in_channel, doubt_in_channel
from workflows.engine.review.pages.originals import original_view
from workflows.engine.review.pages.pictures import pages_note
from workflows.engine.review.removed import removed_view
from workflows.engine.review.spot_checks.looks import checks_of_channel
from workflows.engine.review.spot_checks.views import ChecksOfChannel
from workflows.engine.review.views import CardView, DoubtView, PagesView, ReminderView, RemovedView
from workflows.engine.review.waiting.reminders import MayDecide, nobody_may, reminder_view
from workflows.engine.review.wrong.report_views import report_note
from workflows.engine.send.channel_status import channel_status, given_up
from workflows.engine.send.views import Intent
from workflows.engine.sources.heard.messages import failed_note, files_refused_note
from workflows.engine.sources.heard.outcome_notes import outcome_note, taken_in_note
from workflows.engine.sources.heard.thread_answers import answered_note, question_note
from workflows.engine.sources.looks.schedules import refused_note, trouble_note
from workflows.engine.sources.told.webhooks import given_up_for
from workflows.quality.autonomy.certificates import news_view, question_view
from workflows.quality.autonomy.packs import pack_note
from workflows.quality.autonomy.views import NewsView, QuestionView
from workflows.quality.deployments.reading import deployment_view
from workflows.quality.deployments.views import DeploymentView
from workflows.quality.improvements.reading import found_note
from workflows.quality.improvements.telling import improved_note
from workflows.quality.improvements.views import ImprovementsView
from workflows.quality.rollouts.listing import with_plan
from workflows.quality.rollouts.notes import rollout_note
from workflows.quality.volume.news import volume_note
from workflows.quality.volume.views import VolumeNote


@dataclass(frozen=True, kw_only=True)
class Rest:
    """The open reviews of a channel, and its announced cases, that have no card of their own."""

    channel: str
    number: int
    oldest: datetime | None
    """Time since when the oldest of these reviews is open; None where there are none."""
    announced: int
    goes_out_by: datetime | None
    """Time by which all of these announced cases go out; None where there are none."""


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """The reviews that wait for a person."""

    view: ReminderView
    cards: Sequence[CardView]
    """The most urgent of them, as a channel may be shown them."""


News = (
    CardView
    | DoubtView
    | AnnouncedView
    | RemovedView
    | CauseView
    | CourseView
    | DeploymentView
    | DigestView
    | ImprovementsView
    | NewsView
    | QuestionView
    | VolumeNote
    | Rest
    | ChecksOfChannel
    | Reminder
    | PagesView
    | Callable[[Room], Told]
)
"""News that a face draws: a read model that it has a layout for, or paragraphs, as long as it has room for."""


def read(context: Context, intents: Sequence[Intent], *, may: MayDecide = nobody_may) -> News | None:
    """Read what an intent tells, or several of one kind; None where nothing is to stand there.

    `may`: whether somebody who is written to may still decide. Raise `Unknown` where its subject is not known here.
    """
    first = intents[0]
    try:
        return _news(context, intents, may=may)
    except ContentRemoved as gone:
        # What shows the present state of a case says so; what was to be said of it once is not said any more.
        return removed_view(context, first.subject, gone) if first.is_view else None


def _news(context: Context, intents: Sequence[Intent], *, may: MayDecide) -> News | None:
    """Read what an intent tells like `read`. Raise `ContentRemoved` where that was removed."""
    first = intents[0]
    match first.kind:
        case "card":
            view = card_in_channel(card_view(context, first.subject.id))
            belongs = context.registry.get(view.workflow).review.post_to == first.channel
            return view if belongs or not waits_for_person(view) else None
        case "doubt":
            return doubt_in_channel(doubt_view(context, first.subject.id))
        case "queue":
            status = channel_status(context, first.channel)
            if not (status.behind or status.announced_behind):
                return None
            return Rest(
                channel=first.channel,
                number=status.behind,
                oldest=status.oldest_behind,
                announced=status.announced_behind,
                goes_out_by=status.goes_out_by,
            )
        case notices.ANNOUNCED:
            return announced_in_channel(announced_view(context, first.subject.id))
        case notices.SPOT_CHECKS:
            return checks_of_channel(context, first.channel)
        case notices.CAUSE:
            return cause_view(context, first.subject.id)
        case notices.COURSE:
            return course_view(context, first.subject.id)
        case notices.DEPLOYMENT:
            return with_plan(context, deployment_view(context, first.subject.id))
        case notices.AUTONOMY:
            return question_view(context, first.subject.id)
        case notices.AUTONOMY_NEWS | notices.AUTONOMY_DIRECT:
            return news_view(context, first.subject.id, first.about)
        case notices.IMPROVEMENTS:
            return found_note(context, first.subject.id, first.about)
        case "digest":
            return digest_view(context, first.subject.id)
        case notices.PAGES_NOTE:
            return pages_note(context, first.subject.id)
        case notices.DIRECT_REMINDER:
            return _reminder(context, first.about["person"], may=may)
        case notices.VOLUME_TEST:
            return volume_note(
                context, first.channel, first.about, may=lambda person, workflow: may(person, workflow, None)
            )
        case _:
            return _note(context, intents)


def _reminder(context: Context, person: str, *, may: MayDecide) -> Reminder | None:
    """Return what waits for a person; None where nothing does any more."""
    view = reminder_view(context, person, may=may)
    cards = []
    for review in view.reviews:
        with suppress(ContentRemoved):
            cards.append(card_in_channel(card_view(context, review)))
    # Somebody may have decided one between the two looks.
    cards = [card for card in cards if card.is_decidable]
    return Reminder(view=view, cards=cards) if cards else None


def waits_for_person(news: News) -> bool:
    """Tell whether news wait for a person. A channel has room for a few of these."""
    match news:
        case CardView():
            return news.is_decidable
        case DoubtView():
            return is_open(news)
        case AnnouncedView():
            return news.is_open
        case _:
            return False


def _note(context: Context, intents: Sequence[Intent]) -> Callable[[Room], Told] | None:
    """Something that is told in paragraphs; None where it is over and need not be told any more."""
    first = intents[0]
    match first.kind:
        case "outage":
            left_alone = outage_view(context.database, team=context.team, outage=first.subject.id)
            return lambda room: outage.outage(left_alone, room)
        case "late":
            late = late_view(context, first.subject.id)
            return lambda room: deliveries.late(late, room)
        case "target":
            target = target_view(context, first.subject.id)
            return lambda room: deliveries.target(target, room)
        case notices.TROUBLE:
            trouble = trouble_view(context, first.subject.id)
            return lambda room: health.trouble(trouble, room)
        case notices.EXPIRY:
            ends = expiry_view(context, first.about["workflow"], first.about["on"])
            return _plainly(health.expiry(ends)) if ends is not None else None
        case notices.FETCH_REFUSED:
            refused = refused_note(context, first.about)
            return lambda room: fetches.refused(refused, room)
        case notices.FETCH_FAILED:
            return _plainly(fetches.failing(trouble_note(context, first.about)))
        case notices.FETCH_WELL:
            return _plainly(fetches.well_again(trouble_note(context, first.about)))
        case "overrun":
            more = overrun_view(context.database, team=context.team, overrun=first.subject.id)
            return _plainly(overrun.overrun(more)) if more is not None else None
        case notices.DECIDED:
            version = int(first.about["version"])
            shown = card_in_channel(card_view(context, first.subject.id, decided_at=version))
            return lambda room: decided.decided(shown, room)
        case notices.TAKEN_BACK:
            return _plainly(decided.taken_back(first.about.get("by")))
        case notices.ESCALATED:
            went = card_in_channel(card_view(context, first.subject.id))
            return _plainly(escalations.in_thread(went, went.escalation)) if went.escalation is not None else None
        case notices.ASSIGNED:
            meant = card_in_channel(card_view(context, first.subject.id))
            return _plainly(assignments.in_thread(meant, assignment_of(first.about)))
        case notices.RUN_AGAIN | notices.RUN_AGAIN_APART:
            again = run_again_note(context, first.about)
            return lambda room: reruns.in_channel(again, room)
        case notices.OUTCOME:
            ended = outcome_note(context, first.subject.id, first.about)
            return lambda room: incoming.outcome(ended, room)
        case notices.TAKEN_IN:
            return _plainly(incoming.taken_in(taken_in_note(first.subject.id, first.about)))
        case notices.FILES_REFUSED:
            return _plainly(files.refused(files_refused_note(context, first.about)))
        case notices.QUESTION:
            asked = question_note(context, first.subject.id, first.about)
            return lambda room: incoming.question(asked, room)
        case notices.ANSWERED:
            return _plainly(incoming.answered(answered_note(context, first.subject.id, first.about)))
        case notices.MESSAGE_FAILED:
            return _plainly(incoming.failed(failed_note(context, first.about)))
        case notices.ORIGINAL:
            asked_for = original_view(context, first.subject.id, first.about)
            return _plainly(documents.follows(asked_for)) if asked_for is not None else None
        case notices.REMINDED:
            still = card_in_channel(card_view(context, first.subject.id))
            return _plainly(reminders.in_thread(still)) if still.is_decidable else None
        case notices.CAUSE_NOTE:
            failing, occasion = cause_view(context, first.subject.id), first.about["occasion"]
            if occasion == counting.RERUN:
                called = bulk_reruns.ended(failing)
            else:
                called = causes.called(failing, is_back=occasion == counting.BACK)
            return _plainly(called) if called is not None else None
        case notices.COURSE_NOTE:
            chosen = course_note(context, first.subject.id, first.about)
            return _plainly(courses.note(chosen)) if chosen is not None else None
        case notices.FAILURE:
            failed = failure_view(context, first.subject.id)
            return lambda room: failures.failure(failed, room)
        case "paused":
            note = pause_note(context, first.subject.id)
            return _plainly(pauses.stopped(note.workflow, note.pause))
        case notices.PAUSED_BY_HAND | notices.RESUMED as kind:
            done_at = datetime.fromisoformat(first.about["at"])
            by_hand = hand_note(context, first.subject.id, done_at, resumed=kind == notices.RESUMED)
            return _plainly(pauses.lifted(by_hand) if kind == notices.RESUMED else pauses.by_hand(by_hand))
        case notices.ROLLOUT:
            return _plainly(rollouts.note(rollout_note(context, first.subject.id, first.about)))
        case notices.IMPROVED:
            return _plainly(improvements.told(improved_note(context, first.about)))
        case notices.PACK:
            return _plainly(spot_checks.pack_looked_at(pack_note(first.about)))
        case notices.TERMS:
            change = terms_note(context, int(first.about["terms"]))
            return lambda room: changes.note(change, room)
        case notices.REPORTED:
            told = report_note(context, int(first.about["report"]))
            return lambda room: reports.note(told, room)
        case notices.GROUP:
            group, code = first.about["group"], first.about["code"]
            hurt = [workflow.name for workflow in context.registry if is_named(group, workflow.review.reviewers)]
            return _plainly(groups.unreadable(group, code, workflows=sorted(hurt)))
        case "clock":
            return _plainly(failures.wrong_clock(digest_view(context, first.subject.id).last, context.clock()))
        case notices.NOWHERE:
            return _nowhere(context, first.about["channel"])
        case notices.WEBHOOK_TROUBLE:
            untold = given_up_for(context, first.subject.id)
            return _plainly(webhooks.given_up(untold)) if untold is not None else None
        case notices.UNSENT:
            return _unsent(context, first.subject.id)
        case kind:
            raise AssertionError(f"nobody tells {kind}")


def _plainly(told: Told) -> Callable[[Room], Told]:
    """Tell something that is never long."""
    return lambda _: told


def _nowhere(context: Context, channel: str) -> Callable[[Room], Told] | None:
    status = channel_status(context, channel)
    if not status.held_up:
        # The trouble is over before it was told.
        return None
    if channel in FILES:
        return _plainly(failures.no_files(status.error, status.held_up))
    owners = sorted({workflow.owner for workflow in context.registry if workflow.review.post_to == channel})
    return _plainly(
        failures.nowhere(channel, status.error, status.held_up, face=face_of(channel).capitalize(), owners=owners)
    )


def _unsent(context: Context, row: int) -> Callable[[Room], Told] | None:
    lost = given_up(context, row)
    if lost is None:
        return None
    what = _what(context, lost.intent)
    is_direct = lost.intent.kind in notices.DIRECT - {notices.ORIGINAL}
    error = lost.error or "no reason given"
    if lost.intent.kind in notices.UPLOADS:
        return _plainly(failures.unsent(lost.intent.channel, what, error, is_file=True))
    told = failures.not_taken_away if lost.intent.stands else failures.unsent
    return _plainly(told(lost.intent.channel, what, error, is_direct=is_direct))


def _what(context: Context, intent: Intent) -> str:
    """Return the subject of an intent in words."""
    try:
        match intent.kind:
            case "card":
                return f"the card of case {place_of(context, intent.subject.id).case}"
            case "doubt":
                return f"the question whether case {doubt_view(context, intent.subject.id).case} was delivered"
            case notices.FAILURE:
                return f"the news that case {failure_view(context, intent.subject.id).case} stopped"
    except (Unknown, ContentRemoved):
        pass
    return _WHAT.get(intent.kind, "a message")


_WHAT = {
    "card": "the card of a case",
    "doubt": "the question whether a case was delivered",
    notices.ANNOUNCED: "the card of a case that goes out by itself",
    notices.FAILURE: "the news that a case stopped",
    notices.PAGES: "the pictures of pages of a case",
    notices.PAGES_NOTE: "the pages of a case, in the thread of its card",
    notices.ORIGINAL: "the news that a document follows",
    notices.ORIGINAL_FILE: "a document that somebody asked to see",
    notices.CAUSE: "the card of a cause of failures",
    notices.COURSE: "the question whether a workflow is to expand, hold or stop",
    notices.COURSE_NOTE: "the news of what was chosen for a workflow",
    notices.CAUSE_NOTE: "the call to those who can mend a cause of failures",
    "late": "the news that a delivery keeps failing",
    "outage": "the news that a model is not asked",
    "target": "the news that a target is down",
    notices.TROUBLE: "the news that a system is in trouble",
    notices.EXPIRY: "the warning that access to a system ends",
    notices.FETCH_REFUSED: "the news that inputs of a look for cases were not taken in",
    notices.FETCH_FAILED: "the news that looks for cases fail",
    notices.FETCH_WELL: "the news that cases come in again",
    "queue": "the number of reviews that wait",
    notices.SPOT_CHECKS: "the number of spot checks that wait",
    "paused": "the news that Countersign paused a workflow",
    notices.PAUSED_BY_HAND: "the news that a workflow was paused",
    notices.RESUMED: "the news that a workflow was resumed",
    notices.ROLLOUT: "the news of what became of a version",
    notices.AUTONOMY: "the question whether more may go alone",
    notices.AUTONOMY_NEWS: "the news of what goes alone",
    notices.AUTONOMY_DIRECT: "the news of what goes alone, for the owner",
    notices.IMPROVED: "the news that a correction became a rule",
    notices.IMPROVEMENTS: "the news of improvements, for the owner",
    notices.VOLUME_TEST: "the news of a volume test",
    notices.PACK: "the news that what went alone before is looked at",
    notices.TERMS: "the news that the terms of a workflow changed",
    notices.REPORTED: "the news that a case was reported as wrong",
    notices.GROUP: "the news that a user group cannot be read",
    notices.DECIDED: "the news of a decision",
    notices.TAKEN_BACK: "the news that a decision was taken back",
    notices.ESCALATED: "the news that somebody is asked to decide a review",
    notices.ASSIGNED: "the news of who is to decide a review",
    notices.RUN_AGAIN: "the news that a case runs again",
    notices.RUN_AGAIN_APART: "the news that a case runs again",
    notices.OUTCOME: "the outcome of a case, for who handed it in",
    notices.TAKEN_IN: "the news that a message is a case",
    notices.FILES_REFUSED: "the news that files were not taken",
    notices.QUESTION: "a question to whoever handed a case in",
    notices.ANSWERED: "the news that an answer was taken",
    notices.MESSAGE_FAILED: "the news that messages were not taken in",
    notices.REMINDED: "the reminder of a review",
    notices.DIRECT_REMINDER: "the reminder of what waits for a person",
    "digest": "a digest",
}
