"""Brings what is wanted in Slack into line with the reviews that are open and with where their workflows post now.

Done when a sender starts: meanwhile a workflow may have got another channel, or come back that was not known before.
"""

from store import messages, outbox
from workflows.engine.context import Context
from workflows.engine.states import ReviewState


def reconcile(context: Context) -> None:
    """Have a card wanted for each open review where its workflow posts to, and for none elsewhere."""
    team, is_open = context.team, ReviewState.OPEN
    with context.database.write() as session:
        at = context.clock()
        outbox.revive_cards(session, team=team, open_state=is_open, at=at)
        for workflow in context.registry:
            name, channel = workflow.name, workflow.review.post_to
            outbox.drop_cards_elsewhere(session, team=team, workflow=name, channel=channel, open_state=is_open)
            for subject, elsewhere in messages.cards_elsewhere(session, team=team, workflow=name, channel=channel):
                # It is taken away there.
                outbox.want_view(session, team=team, kind=outbox.CARD, subject=subject, channel=elsewhere, at=at)
            if channel is not None:
                missing = outbox.without_card(session, team=team, workflow=name, channel=channel, open_state=is_open)
                for review in missing:
                    outbox.want_view(
                        session, team=team, kind=outbox.CARD, subject=f"review:{review}", channel=channel, at=at
                    )
