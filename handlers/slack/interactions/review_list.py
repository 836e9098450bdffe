"""The list of open reviews, of a channel or of all channels, page by page."""

from contextlib import suppress

from handlers.slack.access.admission import Origin
from handlers.slack.access.rights import NotAllowed, UnknownKind, Unsure, UnusableGroup
from handlers.slack.blocks import modals
from handlers.slack.blocks.modals import PAGE
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Listed
from store.cases.turns import Turns
from workflows.engine.review.alike import alike_cases
from workflows.engine.review.cards import waiting_in

GROUPS = 5
"""Groups of cases that are alike that a list names, the largest first."""


def page(slack: SlackContext, listed: Listed, *, origin: Origin, user: str) -> View:
    """Return a page of the reviews that the person may read. Raise `NotAllowed` where there is no workflow to read."""
    slack.admit(origin)
    shown = slack.allowed(slack.rights.read, user, slack.shown_in(listed.among))
    if not shown:
        raise NotAllowed("Only reviewers, engineers and owners may read what waits here.")
    # Whoever only reads is shown what waits for others, too.
    turns, first = Turns(by=user, workflows=[workflow.name for workflow in shown]), listed.first
    waiting = waiting_in(slack.context, turns, first=first, limit=PAGE)
    if not waiting.reviews and first > 0:
        # This page is empty by now: show the last one with reviews.
        first = max(waiting.total - 1, 0) // PAGE * PAGE
        waiting = waiting_in(slack.context, turns, first=first, limit=PAGE)
    decidable = list[str]()
    with suppress(Unsure, UnusableGroup, UnknownKind):
        decidable = [one.name for one in slack.allowed(slack.rights.decide, user, shown)]
    groups = alike_cases.groups(slack.context, workflows=decidable, limit=GROUPS) if first == 0 else []
    return modals.waiting_list(waiting, listed=Listed(among=listed.among, first=first), groups=groups)
