"""What people have to be shown, as intents: the card of a review, the note of a failure."""

from datetime import datetime

from sqlalchemy.orm import Session

from store import outbox, schema
from workflows.engine.definition import Review

FAILURES = "failures"
"""The channel for failures: a role, for which the settings name the channel."""


def card(session: Session, review: schema.Review, declared: Review, *, at: datetime) -> None:
    """Have the present state of a review shown where its workflow posts to."""
    if declared.post_to is not None:
        outbox.want_view(
            session,
            team=review.team_id,
            kind="card",
            subject=f"review:{review.id}",
            channel=declared.post_to,
            at=at,
        )


def failure(session: Session, run: schema.Run, *, at: datetime) -> None:
    """Have it said that a run stopped."""
    outbox.add_note(session, team=run.team_id, kind="failure", subject=f"run:{run.id}", channel=FAILURES, at=at)
