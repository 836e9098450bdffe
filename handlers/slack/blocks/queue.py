"""The card for all that waits in a channel, or goes out by itself, and has no card of its own."""

from datetime import datetime

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Action
from handlers.texts import buttons
from handlers.texts.review import announced as going_out
from handlers.texts.review import queue as texts


def queue(
    channel: str,
    number: int,
    oldest: datetime | None,
    *,
    announced: int = 0,
    goes_out_by: datetime | None = None,
) -> Drawn:
    """Draw how many more reviews wait, since when, and how many more cases go out by themselves, each with a button
    that opens their list.
    """
    drawn: list[Drawn] = []
    if oldest is not None:
        start = button(buttons.start_reviewing(number), action=Action.START, value=channel)
        said = told(texts.queue(number, oldest))
        drawn.append(Drawn(text=said.text, blocks=[*said.blocks, actions("queue", [start])]))
    if announced and goes_out_by is not None:
        look = button(buttons.look_at_announced(announced), action=Action.ANNOUNCED, value=channel)
        said = told(going_out.rest(announced, goes_out_by))
        drawn.append(Drawn(text=said.text, blocks=[*said.blocks, actions("announced", [look])]))
    return Drawn(text=" · ".join(one.text for one in drawn), blocks=[block for one in drawn for block in one.blocks])
