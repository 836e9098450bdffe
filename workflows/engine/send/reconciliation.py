"""Reconciliation of the cards in channels with the open reviews, the doubts, and the channels of the workflows.

A sender does it when it starts: since the last start a workflow may have got another channel, or may be known again.
"""

from store.cases import runs
from store.governance import teams
from store.slack import cards, messages, outbox
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.context import Context

AT_ONCE = 100
"""Most cards that are wanted in one transaction: workers and people write between two of them."""


def reconcile(context: Context) -> None:
    """Want a card for each doubt, and for each open review in its workflow's channel, and none elsewhere.

    What is missing is found in pages, outside the transactions that write. What was decided meanwhile is drawn as it is
    then, or dropped by the sender: a card shows the present state.
    """
    team = context.team
    with context.database.write() as session:
        at = context.clock()
        outbox.revive_notes(session, team=team, at=at)
        cards.revive(session, team=team, at=at)
    _ask_doubts(context)
    for workflow in context.registry:
        _take_away(context, workflow.name, workflow.review.post_to)
        if workflow.review.post_to is not None:
            _add_missing(context, workflow.name, workflow.review.post_to)


def _ask_doubts(context: Context) -> None:
    team, after = context.team, 0
    while True:
        with context.database.read() as session:
            page = cards.unasked(session, team=team, after=after, limit=AT_ONCE)
            names = {}
            for delivery in page:
                run = runs.get(session, delivery.run_id, team=team)
                names[delivery.id] = teams.workflow_name(session, run.workflow_id, team=team) if run is not None else ""
        if not page:
            return
        with context.database.write() as session:
            for delivery in page:
                if names[delivery.id] in context.registry:
                    declared = context.registry.get(names[delivery.id]).review
                    notices.doubt(session, delivery, declared, at=context.clock())
        after = page[-1].id


def _take_away(context: Context, workflow: str, channel: str | None) -> None:
    """Take a workflow's cards out of all channels but this one."""
    team = context.team
    with context.database.write() as session:
        cards.drop_elsewhere(session, team=team, workflow=workflow, channel=channel)
        # Few: only those that stand. The new drawing removes the card there.
        for card, elsewhere in messages.cards_elsewhere(session, team=team, workflow=workflow, channel=channel):
            subject = SubjectKind.REVIEW.of(card)
            outbox.want_view(
                session, team=team, kind=outbox.CARD, subject=subject, channel=elsewhere, at=context.clock()
            )


def _add_missing(context: Context, workflow: str, channel: str) -> None:
    team, after = context.team, 0
    while True:
        with context.database.read() as session:
            page = cards.missing(session, team=team, workflow=workflow, channel=channel, after=after, limit=AT_ONCE)
        if not page:
            return
        with context.database.write() as session:
            for review in page:
                subject = SubjectKind.REVIEW.of(review)
                outbox.want_view(
                    session, team=team, kind=outbox.CARD, subject=subject, channel=channel, at=context.clock()
                )
        after = page[-1]
