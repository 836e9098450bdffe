"""`/countersign improvements WORKFLOW`: what follows from people's corrections, to be taken or left."""

from handlers.slack.blocks.learning.improvements import improvements
from handlers.slack.interactions.learning.improvements import WANTS
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from workflows.engine.errors import Refused
from workflows.quality.improvements.reading import waiting


def hear(asked: Asked) -> None:
    """Show those that wait, to those who may take them."""
    if not asked.words:
        raise Refused("Name the workflow whose improvements you want: /countersign improvements WORKFLOW.")
    workflow, user = meant(asked), asked.said.user_id
    with asked.slack.watched_of_workflow(workflow.name, by=user, wants=WANTS):
        asked.slack.rights.take_improvements(user, workflow)
    asked.answer.say(improvements(waiting(asked.slack.context, workflow.name)))
