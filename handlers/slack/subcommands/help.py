"""`/countersign help`: the commands, and which workflows are paused."""

from handlers.slack.access.rights import NotAllowed, Unsure
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.named_cases import readable
from handlers.slack.subcommands import Asked
from handlers.texts import commands as texts
from workflows.engine.deliver.workflow_pauses import pause_statuses
from workflows.engine.pauses import Pause


def hear(asked: Asked) -> None:
    """List them."""
    asked.answer.say(told(texts.usage(_paused(asked))))


def _paused(asked: Asked) -> list[Pause]:
    """Return the pauses of the workflows whose cases a person may read."""
    try:
        names = list(readable(asked.slack, asked.said))
    except (Unsure, NotAllowed):
        return []
    return [one.pause for one in pause_statuses(asked.slack.context, names) if one.pause is not None]
