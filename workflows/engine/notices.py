"""What people have to be shown, as intents: the card of a review, the note of a failure."""

from datetime import datetime

from sqlalchemy.orm import Session

from store import messages, outbox, schema
from workflows.engine.declared import Review

FAILURE = "failure"
"""The kind of the note that a run stopped; its subject is `run:ID`."""
LATE = "late"
"""The kind of the note that a delivery is tried in vain for long; its subject is `run:ID`."""
PAUSED = "paused"
"""The kind of the note that Countersign paused a workflow; its subject is `workflow:ID:TIME`."""
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
    subject = f"workflow:{workflow}:{at:%Y%m%dT%H%M%S.%f}"
    outbox.add_note_once(session, team=team, kind=PAUSED, subject=subject, channel=FAILURES, at=at)
