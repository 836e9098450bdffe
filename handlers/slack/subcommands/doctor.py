"""`/countersign doctor`: checks the set-up, for engineers."""

from functools import partial

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked, Work
from handlers.texts.operations.findings import CHECKING, found


def hear(asked: Asked) -> Work:
    """Say that it is being checked; what was found follows, since that takes longer than Slack waits."""
    asked.slack.rights.check(asked.said.user_id)
    asked.answer.say(told(CHECKING))
    return partial(_check, asked)


def _check(asked: Asked) -> None:
    asked.answer.add(told(found(list(asked.slack.checks()))))
