"""Brings what is wanted in Slack into line with the reviews that are open and with where their workflows post now.

Done when a sender starts: meanwhile a workflow may have got another channel, or come back that was not known before.
"""

from store import cards, messages, outbox
from workflows.engine.context import Context
from workflows.engine.states import ReviewState


def reconcile(context: Context) -> None:
    """Have a card wanted for each open review where its workflow posts to, and for none elsewhere."""
    team, open_state = context.team, ReviewState.OPEN
    with context.database.write() as session:
        at = context.clock()
        cards.revive(session, team=team, open_state=open_state, at=at)
        for workflow in context.registry:
            name, channel = workflow.name, workflow.review.post_to
            cards.drop_elsewhere(session, team=team, workflow=name, channel=channel, open_state=open_state)
            for subject, elsewhere in messages.cards_elsewhere(session, team=team, workflow=name, channel=channel):
                # It is taken away there.
                outbox.want_view(session, team=team, kind=outbox.CARD, subject=subject, channel=elsewhere, at=at)
            if channel is not None:
                missing = cards.missing(session, team=team, workflow=name, channel=channel, open_state=open_state)
                for review in missing:
                    outbox.want_view(
                        session, team=team, kind=outbox.CARD, subject=f"review:{review}", channel=channel, at=at
                    )
