"""The list of what waits, in a channel or in all of them, a page at a time."""

from handlers.slack.admission import Origin
from handlers.slack.blocks import modals
from handlers.slack.blocks.modals import PAGE, View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Listed
from handlers.slack.rights import NotAllowed
from workflows.engine.review.cards import waiting_in


def page(slack: SlackContext, listed: Listed, *, origin: Origin, user: str) -> View:
    """A page of what waits and the person may read. Raise `Refused` where that is nothing at all."""
    slack.admit(origin)
    shown = slack.allowed(slack.rights.read, user, slack.shown_in(listed.channel))
    if not shown:
        raise NotAllowed("Only reviewers, engineers and owners may read what waits here.")
    names, first = [workflow.name for workflow in shown], listed.first
    waiting = waiting_in(slack.context, workflows=names, first=first, limit=PAGE)
    if not waiting.reviews and first > 0:
        # The last page emptied: the one before it is the last now.
        first = max(waiting.total - 1, 0) // PAGE * PAGE
        waiting = waiting_in(slack.context, workflows=names, first=first, limit=PAGE)
    return modals.waiting_list(waiting, listed=Listed(channel=listed.channel, first=first))
