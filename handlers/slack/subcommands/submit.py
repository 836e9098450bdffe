"""`/countersign submit [WORKFLOW]`: opens the empty form of an input. The outcome is told by a direct message."""

from handlers.slack.ids import Handing
from handlers.slack.interactions.hand_in import admitted, open_form
from handlers.slack.subcommands import Asked


def hear(asked: Asked) -> None:
    """Open it, for those who may hand in."""
    mine = admitted(asked.slack, asked.said.origin, user=asked.said.user_id, name=asked.words)
    open_form(asked.slack, asked.answer, mine, Handing(), heard=None)
