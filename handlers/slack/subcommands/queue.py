"""`/countersign queue`: the list of what waits for a person."""

from handlers.slack.ids import Listed
from handlers.slack.interactions.review_list import page
from handlers.slack.subcommands import Asked


def hear(asked: Asked) -> None:
    """Open its first page."""
    asked.answer.open(page(asked.slack, Listed(), origin=asked.said.origin, user=asked.said.user_id))
