"""`/countersign withdraw WORKFLOW REASON`: takes back what it does alone; all its cases go to people."""

from dataclasses import replace

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.interactions.learning.autonomy import TAKES_BACK
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from handlers.texts.learning.autonomy import taken_back
from workflows.engine.errors import Refused
from workflows.quality.autonomy.answers import withdraw_now


def hear(asked: Asked) -> None:
    """Take it back, for engineers and owners."""
    name, _, reason = asked.words.partition(" ")
    if not name or not reason.strip():
        raise Refused("Name the workflow and say why: /countersign withdraw WORKFLOW REASON.")
    workflow, user = meant(replace(asked, words=name)), asked.said.user_id
    with asked.slack.watched_of_workflow(workflow.name, by=user, wants=TAKES_BACK):
        asked.slack.rights.take_back(user, workflow)
        moved = withdraw_now(asked.slack.context, workflow, by=user, reason=reason)
    asked.answer.say(told(taken_back(moved.workflow, moved.level)))
