"""The list of what waits in a channel, a page at a time."""

from handlers.blocks import modals
from handlers.blocks.modals import PAGE, View
from handlers.payloads import Click
from handlers.rights import NotAllowed
from handlers.surface import Surface
from workflows.engine.cards import waiting_in


def page(surface: Surface, pressed: Click, channel: str, *, first: int) -> View:
    """A page of what waits in a channel and the person may read. Raise `Refused` where that is nothing at all."""
    surface.admit(pressed.team.id if pressed.team else None, pressed.user.team_id)
    may_read, user = surface.rights.read, pressed.user.id
    shown = [workflow for workflow in surface.shown_in(channel) if surface.may(may_read, user, workflow)]
    if not shown:
        raise NotAllowed("Only reviewers, engineers and owners may read what waits here.")
    names = [workflow.name for workflow in shown]
    waiting = waiting_in(surface.context, workflows=names, first=first, limit=PAGE)
    if not waiting.reviews and first > 0:
        waiting = waiting_in(surface.context, workflows=names, first=0, limit=PAGE)
    return modals.waiting_list(waiting, channel=channel)
