"""`/countersign workflows [WORKFLOW]`: the workflows whose cases a person may read, or the charter of one."""

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import say_charter
from handlers.slack.subcommands.status import known_to
from handlers.texts.operations.workflows import listed
from workflows.engine.read.status import status_view


def hear(asked: Asked) -> None:
    """List them, or say the charter."""
    context, known = asked.slack.context, known_to(asked)
    if not asked.words:
        asked.answer.say(told(listed(status_view(context, known))))
        return
    say_charter(asked)
