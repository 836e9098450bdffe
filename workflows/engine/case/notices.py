"""Notices: intents to show people something, such as the card of a review or the note of a failure."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reviews
from store.cases.review import spot_checks as drawn
from store.documents import shown_files
from store.faces import FAILURES, ORIGINALS, PICTURES, SLACK, face_of
from store.slack import messages, outbox
from store.states import UNDECIDED, ReviewState
from store.subjects import SubjectKind
from workflows.engine.declare.review import Review

DECIDED = outbox.DECIDED
"""The kind of the note that tells of a decision; it is about the review, and knows which version was decided."""
TAKEN_BACK = outbox.TAKEN_BACK
"""The kind of the note that a decision was taken back; it is about the review."""
REMINDED = outbox.REMINDED
"""The kind of the note that a review still waits; it is about the review, and knows for when it was meant."""
ESCALATED = outbox.ESCALATED
"""The kind of the note that a review went to others; it is about the review, and knows which version."""
ASSIGNED = outbox.ASSIGNED
"""The kind of the note that the assignee of a review changed; it is about the review, and knows how."""
DIRECT_REMINDER = outbox.DIRECT_REMINDER
"""The kind of the direct message to a person for whom reviews wait; it knows whom."""
CAUSE = outbox.CAUSE
"""The kind of the card of a cause of failures."""
CAUSE_NOTE = outbox.CAUSE_NOTE
"""The kind of the note that calls those who can mend a cause; it is about the cause, and knows whether it is back."""
COURSE = outbox.COURSE
"""The kind of the question whether a workflow is to expand, hold or stop; it is about the course."""
COURSE_NOTE = outbox.COURSE_NOTE
"""The kind of the note in its thread that tells what was chosen; it knows what, and what before."""
DEPLOYMENT = outbox.DEPLOYMENT
"""The kind of the card of a version that somebody wants to deploy, or deployed; it is about the deployment."""
PAGES = outbox.PAGES
"""The kind of the pages of a review's documents; it is about the review, and no message."""
PAGES_NOTE = outbox.PAGES_NOTE
"""The kind of the note with their pictures in the thread of the review's card."""
ORIGINAL = outbox.ORIGINAL
"""The kind of the direct message that a document follows; it is about the case, and knows which document of which run.
"""
ORIGINAL_FILE = outbox.ORIGINAL_FILE
"""The kind of that document itself; it knows the same, and where the message stands."""
UPLOADS = outbox.UPLOADS
"""Kinds that are files, and no messages."""
FAILURE = "failure"
"""The kind of the note that a run stopped; it is about the run. Earlier versions wrote it, and some may be unsent."""
LATE = "late"
"""The kind of the note that a delivery is tried in vain for long; it is about the run."""
PAUSED = "paused"
"""The kind of the note that Countersign paused a workflow; it is about the workflow, and knows when."""
PAUSED_BY_HAND = "paused_by_hand"
"""The kind of the note that a person paused a workflow; it is about the workflow, and knows when."""
RESUMED = "resumed"
"""The kind of the note that a person let a workflow go on; it is about the workflow, and knows when."""
RUN_AGAIN = outbox.RUN_AGAIN
"""The kind of the note that a case runs again; it is about a review of the case, and knows run, person and step."""
RUN_AGAIN_APART = "run_again_apart"
"""The kind of the same note where no card of the case stands; it is about the case."""
EXPIRY = outbox.EXPIRY
"""The kind of the note that what lets us use a system soon ends; it knows which system, and when."""
TROUBLE = outbox.TROUBLE
"""The kind of the message that many calls of a system fail; it is about the trouble."""
GROUP = "group"
"""The kind of the note that a user group cannot be read; it knows which group, and why."""
REPORTED = "reported"
"""The kind of the note that a case was reported as wrong of which nobody has to decide anything."""
FETCH_REFUSED = outbox.FETCH_REFUSED
"""The kind of the note that inputs of a look for cases were refused; it is about the source, and knows which look."""
FETCH_FAILED = outbox.FETCH_FAILED
"""The kind of the note that looks for cases fail; it is about the source, and knows the last error."""
FETCH_WELL = outbox.FETCH_WELL
"""The kind of the note that a look for cases succeeded again; it is about the source."""
SPOT_CHECKS = outbox.SPOT_CHECKS
"""The kind of a channel's card for the spot checks that wait."""
ANNOUNCED = outbox.ANNOUNCED
"""The kind of the card of a case that goes out unless somebody stops it; it is about the announcement."""
ROLLOUT = "rollout"
"""The kind of the note that a version is live, ended or was taken back; it is about the deployment, and has figures."""
IMPROVED = "improved"
"""The kind of the direct message to somebody whose correction became part of the live version."""
IMPROVEMENTS = "improvements"
"""The kind of the direct message to an owner that improvements were found; it is about the workflow, and knows which.
"""
VOLUME_TEST = "volume_test"
"""The kind of the direct message that a volume test ended, or all of it is judged; it is about the workflow, and has
figures.
"""
AUTONOMY_DIRECT = "autonomy_direct"
"""The kind of the note that a version goes further or less far, as a direct message to the owner."""
PACK = "pack"
"""The kind of the direct message to an owner that what went alone before is looked at; it is about the workflow, and
has figures.
"""
DIRECT = frozenset({DIRECT_REMINDER, ORIGINAL, IMPROVED, IMPROVEMENTS, VOLUME_TEST, AUTONOMY_DIRECT, PACK})
"""Kinds of direct messages that nobody has to repair where a person cannot be written to."""
AUTONOMY = outbox.AUTONOMY
"""The kind of the question whether a version may go further, or of what became of it; it is about the epoch."""
AUTONOMY_NEWS = "autonomy_news"
"""The kind of the note that a version goes further or less far; it is about the epoch, and has figures."""
TERMS = "terms"
"""The kind of the note that a workflow's terms changed; it is about the workflow, and knows which terms."""
OUTCOME = outbox.OUTCOME
"""The kind of the note for the source of a case how a run of it ended, or stopped."""
TAKEN_IN = outbox.TAKEN_IN
"""The kind of the note in the thread of a message that it is a case; it is about the case."""
FILES_REFUSED = outbox.FILES_REFUSED
"""The kind of the note for whoever sent files that some were not taken; it knows which, and why."""
QUESTION = outbox.QUESTION
"""The kind of the note for the source of a case that a person asks; it is about the question."""
ANSWERED = outbox.ANSWERED
"""The kind of the note in the thread of a question that its answer was taken; it is about the question."""
MESSAGE_FAILED = outbox.MESSAGE_FAILED
"""The kind of the note that messages could not be taken in; it knows why, and the first of them."""
NOWHERE = "nowhere"
"""The kind of the note that a channel cannot be posted to; it knows which one."""
WEBHOOK_TROUBLE = outbox.WEBHOOK_TROUBLE
"""The kind of the note that what a source was to be told was given up; it is about the source."""
UNSENT = "unsent"
"""The kind of the note that a message was given up; it is about its row."""


def card(session: Session, review: schema.Review, declared: Review, *, at: datetime) -> None:
    """Have a review's present state shown where its workflow posts to, and wherever its card is already."""
    team, subject = review.team_id, SubjectKind.REVIEW.of(review.id)
    for channel in _channels_of_card(session, review, declared):
        outbox.want_view(session, team=team, kind=outbox.CARD, subject=subject, channel=channel, at=at)


def pages(session: Session, review: schema.Review, declared: Review, *, at: datetime) -> None:
    """Have pictures made of the pages that matter for a review, where its cards are shown in Slack."""
    if declared.post_to is not None and face_of(declared.post_to) == SLACK:
        show_pages(session, review.id, team=review.team_id, at=at)


def show_pages(session: Session, review: int, *, team: int, at: datetime) -> None:
    """Have the pictures of a review's pages made, and shown in the threads of its cards."""
    subject = SubjectKind.REVIEW.of(review)
    outbox.want_view(session, team=team, kind=PAGES, subject=subject, channel=PICTURES, at=at)


def pages_of_check(session: Session, check: int, declared: Review, *, team: int, at: datetime) -> None:
    """Have pictures without marks made for a spot check, where its card is shown in Slack."""
    if declared.post_to is not None and face_of(declared.post_to) == SLACK:
        subject = SubjectKind.SPOT_CHECK.of(check)
        outbox.want_view(session, team=team, kind=PAGES, subject=subject, channel=PICTURES, at=at)


def pages_in_thread(session: Session, review: int, *, team: int, at: datetime) -> None:
    """Have the pages of a review shown in the threads of its cards, once in each."""
    subject = SubjectKind.REVIEW.of(review)
    for channel in sorted(messages.channels_of(session, team=team, subject=subject)):
        card = messages.of_subject(session, team=team, channel=channel, subject=subject)
        if card is not None:
            # A card that is posted anew has another thread.
            outbox.add_note_once(
                session, team=team, kind=PAGES_NOTE, subject=subject, channel=channel, at=at, occasion=card.ts
            )


def pages_gone(session: Session, review: schema.Review, *, at: datetime) -> None:
    """Have the pages of a review taken away: they show what nobody is to decide any more."""
    team, ids = review.team_id, [review.id]
    shown_files.take_back_of_reviews(session, review.case_id, ids, team=team, at=at)
    outbox.take_away(session, team=team, kinds=[PAGES_NOTE], kind=SubjectKind.REVIEW, ids=ids, at=at)


def pages_of_check_gone(session: Session, check: schema.SpotCheck, *, at: datetime) -> None:
    """Have the pictures for a spot check taken back, unless another one of its case waits: it shows the same."""
    others = drawn.of_case(session, check.case_id, team=check.team_id)
    if not any(one.id != check.id and one.state in UNDECIDED for one in others):
        shown_files.take_back_unmarked(session, check.case_id, team=check.team_id, at=at)


def original(session: Session, case: int, *, team: int, by: str, about: Mapping[str, str], at: datetime) -> None:
    """Have a person told, by a direct message, of the document that follows. `about`: says which one it is."""
    outbox.add_note(
        session,
        team=team,
        kind=ORIGINAL,
        subject=SubjectKind.CASE.of(case),
        channel=by,
        at=at,
        occasion=f"{about['run']}.{about['place']} {at.isoformat()}",
        about=about,
    )


def original_file(session: Session, told: schema.OutboxRow, *, posted_in: str, at: datetime) -> None:
    """Have a document given to the person who was told of it, where that message stands."""
    outbox.add_note(
        session,
        team=told.team_id,
        kind=ORIGINAL_FILE,
        subject=told.subject,
        channel=ORIGINALS,
        at=at,
        occasion=str(told.id),
        about={**told.about, "in": posted_in},
    )


def decided(session: Session, review: schema.Review, declared: Review, *, version: int, at: datetime) -> None:
    """Have a decision told in the thread of a review's card: what it changed, and its reason. `version`: it decided."""
    _reply(session, review, declared, kind=DECIDED, version=version, at=at)


def taken_back(
    session: Session, review: schema.Review, declared: Review, *, version: int, by: str, at: datetime
) -> None:
    """Have it told in the thread of a review's card that a decision was taken back, and by whom.

    `version`: the review's then.
    """
    _reply(session, review, declared, kind=TAKEN_BACK, version=version, at=at, more={"by": by})


def escalated(session: Session, review: schema.Review, declared: Review, *, version: int, at: datetime) -> None:
    """Have it told in the thread of a review's card who is asked to decide it. `version`: the review's then."""
    _reply(session, review, declared, kind=ESCALATED, version=version, at=at)


def assigned(
    session: Session, review: schema.Review, declared: Review, *, number: int, about: Mapping[str, str], at: datetime
) -> None:
    """Have it told in the thread of a review's card who is to decide it. `number`: of its assignments."""
    for channel in _channels_of_card(session, review, declared):
        outbox.add_note(
            session,
            team=review.team_id,
            kind=ASSIGNED,
            subject=SubjectKind.REVIEW.of(review.id),
            channel=channel,
            at=at,
            occasion=str(number),
            about=about,
        )


def reminded(session: Session, review: schema.Review, *, due: datetime, at: datetime) -> None:
    """Have it told in the threads of a review's cards that it still waits. `due`: the time for which that was meant.

    There is one row for each such time: a second process that does the same fails with
    `sqlalchemy.exc.IntegrityError`. A review without a card has no thread, and its channel is not kept busy with it.
    """
    subject = SubjectKind.REVIEW.of(review.id)
    for channel in sorted(messages.channels_of(session, team=review.team_id, subject=subject)):
        outbox.add_note(
            session,
            team=review.team_id,
            kind=REMINDED,
            subject=subject,
            channel=channel,
            at=at,
            occasion=due.isoformat(),
        )


def direct_reminder(session: Session, *, team: int, person: str, at: datetime) -> None:
    """Have a person told, by a direct message, of the reviews that wait for them then.

    Where an earlier one is not sent yet, it tells of these too.
    """
    if not outbox.is_any_unsent(session, team=team, kind=DIRECT_REMINDER, channel=person):
        outbox.add_note(
            session,
            team=team,
            kind=DIRECT_REMINDER,
            subject=SubjectKind.PERSON.unnumbered,
            channel=person,
            at=at,
            occasion=at.isoformat(),
            about={"person": person},
        )


def run_again(
    session: Session, case: int, declared: Review | None, *, team: int, run: int, by: str, from_step: str, at: datetime
) -> None:
    """Have it told that a person runs a case again: in the thread of its newest card that stands, else to the
    workflow's people. `run`: the new one, or the one that goes on.
    """
    about = {"run": str(run), "by": by, "from": from_step}
    for review in reversed(reviews.of_case_in(session, case, tuple(ReviewState), team=team)):
        subject = SubjectKind.REVIEW.of(review.id)
        if channels := messages.channels_of(session, team=team, subject=subject):
            kind = RUN_AGAIN
            break
    else:
        subject, kind, channels = SubjectKind.CASE.of(case), RUN_AGAIN_APART, {channel_of(declared)}
    for channel in sorted(channels):
        outbox.add_note_once(
            session,
            team=team,
            kind=kind,
            subject=subject,
            channel=channel,
            at=at,
            # A delivery that waits is tried now, again and again, by one run.
            occasion=f"{run} {at.isoformat()}",
            about=about,
        )


def _reply(
    session: Session,
    review: schema.Review,
    declared: Review,
    *,
    kind: str,
    version: int,
    at: datetime,
    more: Mapping[str, str] | None = None,
) -> None:
    for channel in _channels_of_card(session, review, declared):
        outbox.add_note(
            session,
            team=review.team_id,
            kind=kind,
            subject=SubjectKind.REVIEW.of(review.id),
            channel=channel,
            at=at,
            occasion=str(version),
            about={"version": str(version), **(more or {})},
        )


def _channels_of_card(session: Session, review: schema.Review, declared: Review) -> list[str]:
    channels = messages.channels_of(session, team=review.team_id, subject=SubjectKind.REVIEW.of(review.id))
    return sorted(channels | ({declared.post_to} if declared.post_to is not None else set()))


def doubt(session: Session, delivery: schema.Delivery, declared: Review, *, at: datetime) -> None:
    """Have a person asked whether a delivery happened, or shown the answer to that question.

    It goes to the channel of the workflow's cards, else to the channel for failures.
    """
    team, subject = delivery.team_id, SubjectKind.DELIVERY.of(delivery.id)
    channels = messages.channels_of(session, team=team, subject=subject)
    for channel in sorted(channels or {declared.post_to or FAILURES}):
        outbox.want_view(session, team=team, kind=outbox.DOUBT, subject=subject, channel=channel, at=at)


def late(session: Session, run: schema.Run, *, at: datetime) -> None:
    """Have people told, once, that a run's delivery has been attempted without success for long."""
    subject = SubjectKind.RUN.of(run.id)
    outbox.add_note_once(session, team=run.team_id, kind=LATE, subject=subject, channel=FAILURES, at=at)


def paused(session: Session, *, team: int, workflow: int, at: datetime) -> None:
    """Have people told that Countersign paused a workflow, once for each such pause."""
    _add_at(session, PAUSED, FAILURES, team=team, workflow=workflow, at=at)


def paused_by_hand(session: Session, declared: Review | None, *, team: int, workflow: int, at: datetime) -> None:
    """Have a workflow's people told that somebody paused it, or made its pause hold deliveries too."""
    _tell_its_people(session, declared, PAUSED_BY_HAND, team=team, workflow=workflow, at=at)


def resumed(session: Session, declared: Review | None, *, team: int, workflow: int, at: datetime) -> None:
    """Have a workflow's people told that somebody resumed it."""
    _tell_its_people(session, declared, RESUMED, team=team, workflow=workflow, at=at)


def terms_changed(session: Session, declared: Review, *, team: int, workflow: int, terms: int, at: datetime) -> None:
    """Have a workflow's people told that it began with other terms than before. `terms`: their row."""
    outbox.add_note_once(
        session,
        team=team,
        kind=TERMS,
        subject=SubjectKind.WORKFLOW.of(workflow),
        channel=channel_of(declared),
        at=at,
        occasion=str(terms),
        about={"terms": str(terms)},
    )


def reported(session: Session, report: schema.Report, case: int, declared: Review, *, at: datetime) -> None:
    """Have a workflow's people told of a report, once."""
    outbox.add_note_once(
        session,
        team=report.team_id,
        kind=REPORTED,
        subject=SubjectKind.CASE.of(case),
        channel=declared.post_to or FAILURES,
        at=at,
        occasion=str(report.id),
        about={"report": str(report.id)},
    )


def announced(session: Session, announcement: int, declared: Review, *, team: int, at: datetime) -> None:
    """Have an announced case's present state shown where its workflow posts to, and wherever its card is already."""
    subject = SubjectKind.ANNOUNCEMENT.of(announcement)
    channels = messages.channels_of(session, team=team, subject=subject)
    for channel in sorted(channels | ({declared.post_to} if declared.post_to is not None else set())):
        outbox.want_view(session, team=team, kind=ANNOUNCED, subject=subject, channel=channel, at=at)


def spot_checks(session: Session, channel: str, *, team: int, at: datetime) -> None:
    """Have the number of spot checks that wait shown in a channel."""
    subject = SubjectKind.SPOT_CHECK.unnumbered
    outbox.want_view(session, team=team, kind=SPOT_CHECKS, subject=subject, channel=channel, at=at)


def unusable_group(session: Session, *, team: int, group: str, code: str, at: datetime) -> None:
    """Have people told, once a day, that a user group cannot be read. `code`: Slack's code for the reason."""
    outbox.add_note_once(
        session,
        team=team,
        kind=GROUP,
        subject=SubjectKind.GROUP.unnumbered,
        channel=FAILURES,
        at=at,
        # Cut to the column's length: a setting may hold any text.
        occasion=f"{at:%Y-%m-%d} {code[:60]} {group[:100]}",
        about={"group": group, "code": code},
    )


def refused_channel(session: Session, *, team: int, channel: str, at: datetime) -> None:
    """Have people told, once a day, that a channel cannot be posted to."""
    if channel != FAILURES:
        outbox.add_note_once(
            session,
            team=team,
            kind=NOWHERE,
            subject=SubjectKind.CHANNEL.unnumbered,
            channel=FAILURES,
            at=at,
            occasion=f"{at:%Y-%m-%d} {channel}",
            about={"channel": channel},
        )


def webhook_given_up(session: Session, *, team: int, source: int, at: datetime) -> None:
    """Have people told, once a day, that what a source was to be told was given up."""
    outbox.add_note_once(
        session,
        team=team,
        kind=WEBHOOK_TROUBLE,
        subject=SubjectKind.SOURCE.of(source),
        channel=FAILURES,
        at=at,
        occasion=f"{at:%Y-%m-%d}",
    )


def unsent(session: Session, row: schema.OutboxRow, *, at: datetime) -> None:
    """Have people told that a message was given up."""
    if row.channel != FAILURES:
        subject = SubjectKind.OUTBOX.of(row.id)
        outbox.add_note_once(session, team=row.team_id, kind=UNSENT, subject=subject, channel=FAILURES, at=at)


def _tell_its_people(
    session: Session, declared: Review | None, kind: str, *, team: int, workflow: int, at: datetime
) -> None:
    _add_at(session, kind, channel_of(declared), team=team, workflow=workflow, at=at)


def channel_of(declared: Review | None) -> str:
    """Return the channel of a workflow's people; that for failures where it has none, or is not known here."""
    return declared.post_to if declared is not None and declared.post_to is not None else FAILURES


def _add_at(session: Session, kind: str, channel: str, *, team: int, workflow: int, at: datetime) -> None:
    """Have something said of a workflow that was done to it at a time."""
    done_at = at.isoformat()
    subject, about = SubjectKind.WORKFLOW.of(workflow), {"at": done_at}
    outbox.add_note_once(
        session, team=team, kind=kind, subject=subject, channel=channel, at=at, occasion=done_at, about=about
    )
