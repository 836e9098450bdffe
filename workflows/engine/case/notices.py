"""What people have to be shown, as intents: the card of a review, the note of a failure."""

from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.slack import messages, outbox
from workflows.engine.declare.workflow import Review

FAILURE = "failure"
"""The kind of the note that a run stopped; its subject is `run:ID`."""
LATE = "late"
"""The kind of the note that a delivery is tried in vain for long; its subject is `run:ID`."""
PAUSED = "paused"
"""The kind of the note that Countersign paused a workflow; its subject is `workflow:ID:TIME`."""
PAUSED_BY_HAND = "paused_by_hand"
"""The kind of the note that a person paused a workflow; its subject is `workflow:ID:TIME`."""
RESUMED = "resumed"
"""The kind of the note that a person let a workflow go on; its subject is `workflow:ID:TIME`."""
GROUP = "group"
"""The kind of the note that a user group cannot be read; its subject is `group:ID:CODE:DATE`."""
MOMENT = "%Y%m%dT%H%M%S.%f"
"""How a subject writes a time, in UTC."""
FAILURES = "failures"
"""The channel for failures: a role, for which the settings name the channel."""


def card(session: Session, review: schema.Review, declared: Review, *, at: datetime) -> None:
    """Have the present state of a review shown where its workflow posts to, and wherever its card stands already."""
    team, subject = review.team_id, f"review:{review.id}"
    channels = messages.channels_of(session, team=team, subject=subject)
    if declared.post_to is not None:
        channels |= {declared.post_to}
    for channel in sorted(channels):
        outbox.want_view(session, team=team, kind=outbox.CARD, subject=subject, channel=channel, at=at)


def doubt(session: Session, delivery: schema.Delivery, declared: Review, *, at: datetime) -> None:
    """Have a person asked whether a delivery happened, or be shown what became of the question.

    Where its workflow posts to, else where failures are told.
    """
    team, subject = delivery.team_id, f"delivery:{delivery.id}"
    channels = messages.channels_of(session, team=team, subject=subject)
    for channel in sorted(channels or {declared.post_to or FAILURES}):
        outbox.want_view(session, team=team, kind=outbox.DOUBT, subject=subject, channel=channel, at=at)


def failure(session: Session, run: schema.Run, *, at: datetime) -> None:
    """Have it said that a run stopped."""
    outbox.add_note(session, team=run.team_id, kind=FAILURE, subject=f"run:{run.id}", channel=FAILURES, at=at)


def late(session: Session, run: schema.Run, *, at: datetime) -> None:
    """Have it said once that a run's delivery is tried in vain for long."""
    subject = f"run:{run.id}"
    outbox.add_note_once(session, team=run.team_id, kind=LATE, subject=subject, channel=FAILURES, at=at)


def paused(session: Session, *, team: int, workflow: int, at: datetime) -> None:
    """Have it said that Countersign paused a workflow by itself; once for each time that it did."""
    subject = f"workflow:{workflow}:{at:{MOMENT}}"
    outbox.add_note_once(session, team=team, kind=PAUSED, subject=subject, channel=FAILURES, at=at)


def paused_by_hand(session: Session, declared: Review | None, *, team: int, workflow: int, at: datetime) -> None:
    """Have it said, where a workflow's people see it, that somebody paused it, or has it hold its deliveries too."""
    _tell_its_people(session, declared, PAUSED_BY_HAND, team=team, workflow=workflow, at=at)


def resumed(session: Session, declared: Review | None, *, team: int, workflow: int, at: datetime) -> None:
    """Have it said there that somebody let it go on."""
    _tell_its_people(session, declared, RESUMED, team=team, workflow=workflow, at=at)


def unusable_group(session: Session, *, team: int, group: str, code: str, at: datetime) -> None:
    """Have it said, once a day, that a user group cannot be read. `code`: Slack's word for why."""
    # Cut to what the column holds: a setting may be anything.
    subject = f"group:{group[:18].replace(':', ' ')}:{code[:22]}:{at:%Y-%m-%d}"
    outbox.add_note_once(session, team=team, kind=GROUP, subject=subject, channel=FAILURES, at=at)


def _tell_its_people(
    session: Session, declared: Review | None, kind: str, *, team: int, workflow: int, at: datetime
) -> None:
    channel = declared.post_to if declared is not None and declared.post_to is not None else FAILURES
    subject = f"workflow:{workflow}:{at:{MOMENT}}"
    outbox.add_note_once(session, team=team, kind=kind, subject=subject, channel=channel, at=at)
