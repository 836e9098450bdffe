"""The one card for all reviews of a channel that have no card of their own."""

from datetime import datetime

from handlers.slack.blocks.drawing import Drawn
from handlers.slack.blocks.elements import actions, button
from handlers.slack.blocks.rich_text import ago, line, rich, words
from handlers.slack.blocks.text import in_words
from handlers.slack.ids import Action


def queue(channel: str, number: int, oldest: datetime) -> Drawn:
    """How many more wait, since when, and a button that opens the list."""
    more = f"{number:,} more {'review waits' if number == 1 else 'reviews wait'}"
    start = button("Start reviewing", action=Action.START, value=channel, says=f"Start reviewing, {more}")
    return Drawn(
        text=f"{more}, the oldest since {in_words(oldest)}",
        blocks=[
            rich(line(words(more, bold=True), words(", the oldest came "), ago(oldest), words("."))),
            actions("queue", [start]),
        ],
    )
