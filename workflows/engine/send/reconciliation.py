"""Reconciliation of the cards in channels with the open reviews, the doubts, and the channels of the workflows.

A sender does it when it starts: since the last start a workflow may have got another channel, or may be known again.
"""

from store.cases import runs
from store.governance import teams
from store.slack import cards, messages, outbox
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.context import Context


def reconcile(context: Context) -> None:
    """Want a card for each doubt, and for each open review in its workflow's channel, and none elsewhere."""
    team = context.team
    with context.database.write() as session:
        at = context.clock()
        outbox.revive_notes(session, team=team, at=at)
        cards.revive(session, team=team, at=at)
        for delivery in cards.unasked(session, team=team):
            run = runs.get(session, delivery.run_id, team=team)
            name = teams.workflow_name(session, run.workflow_id, team=team) if run is not None else ""
            if name in context.registry:
                notices.doubt(session, delivery, context.registry.get(name).review, at=at)
        for workflow in context.registry:
            name, channel = workflow.name, workflow.review.post_to
            cards.drop_elsewhere(session, team=team, workflow=name, channel=channel)
            for card, elsewhere in messages.cards_elsewhere(session, team=team, workflow=name, channel=channel):
                # The new drawing removes the card there.
                subject = SubjectKind.REVIEW.of(card)
                outbox.want_view(session, team=team, kind=outbox.CARD, subject=subject, channel=elsewhere, at=at)
            if channel is not None:
                missing = cards.missing(session, team=team, workflow=name, channel=channel)
                for review in missing:
                    subject = SubjectKind.REVIEW.of(review)
                    outbox.want_view(session, team=team, kind=outbox.CARD, subject=subject, channel=channel, at=at)
