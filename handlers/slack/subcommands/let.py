"""`/countersign let WORKFLOW`: asks whether more of it may go alone, where the evidence permits it."""

from handlers.slack.blocks.learning.autonomy import question
from handlers.slack.interactions.learning.autonomy import LETS
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from workflows.engine.errors import Refused
from workflows.quality.autonomy.certificates import question_of


def hear(asked: Asked) -> None:
    """Show the question, to those who may answer it."""
    if not asked.words:
        raise Refused("Name the workflow of which more may go alone: /countersign let WORKFLOW.")
    workflow, user = meant(asked), asked.said.user_id
    with asked.slack.watched_of_workflow(workflow.name, by=user, wants=LETS):
        asked.slack.rights.let_alone(user, workflow)
    asked.answer.say(question(question_of(asked.slack.context, workflow)))
