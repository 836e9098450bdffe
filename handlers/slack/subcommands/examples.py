"""`/countersign examples WORKFLOW`: what people decided, to be taken in as examples or left."""

from handlers.slack.interactions.learning.examples import next_group
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from workflows.engine.errors import Refused


def hear(asked: Asked) -> None:
    """Show the first group, to those who may take it in."""
    if not asked.words:
        raise Refused("Name the workflow whose examples you want: /countersign examples WORKFLOW.")
    workflow, user = meant(asked), asked.said.user_id
    asked.slack.rights.read(user, workflow)
    asked.slack.rights.take_examples(user, workflow)
    asked.answer.say(next_group(asked.slack, workflow, user=user))
