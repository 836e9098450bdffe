"""The card for all reviews of a channel that have no card of their own."""

from datetime import datetime

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.ids import Action
from handlers.texts import buttons
from handlers.texts.review import queue as texts


def queue(channel: str, number: int, oldest: datetime) -> Drawn:
    """Draw how many more reviews wait, since when, and a button that opens the list."""
    start = button(buttons.start_reviewing(number), action=Action.START, value=channel)
    said = told(texts.queue(number, oldest))
    return Drawn(text=said.text, blocks=[*said.blocks, actions("queue", [start])])
