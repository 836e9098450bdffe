"""`/countersign status`: how the workflows stand whose cases a person may read, and what they depend on."""

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.texts.operations.workflows import status
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.read.status import status_view


def hear(asked: Asked) -> None:
    """Say it."""
    asked.answer.say(told(status(status_view(asked.slack.context, known_to(asked)))))


def known_to(asked: Asked) -> list[AnyWorkflow]:
    """Return the workflows whose cases a person may read. Raise `NotAllowed` where there are none, or `Unsure`."""
    slack = asked.slack
    found = list(slack.allowed(slack.rights.read, asked.said.user_id, slack.context.registry))
    if not found:
        raise NotAllowed("There is no workflow whose cases you may read.")
    return found
