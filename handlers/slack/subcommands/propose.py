"""`/countersign propose WORKFLOW`: has the model asked about what went to people without a proposal."""

from functools import partial

from handlers.slack.blocks import answers
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.named_workflows import admit, statuses
from handlers.slack.subcommands import Asked, Work
from handlers.texts.operations import pauses
from workflows.engine.errors import Refused
from workflows.engine.review.late_proposals import propose_anew, waiting


def hear(asked: Asked) -> Work | None:
    """Have it asked, for engineers and owners."""
    name = asked.words
    if not name:
        asked.answer.say(statuses(asked.slack, asked.said, [], usage="propose"))
        return None
    admit(asked.slack, asked.said, name, wants="propose")
    counted = waiting(asked.slack.context, name)
    asked.answer.say(told(pauses.proposing(name, counted.begun, counted.in_hand)))
    return partial(_propose, asked)


def _propose(asked: Asked) -> None:
    """Ask the model about a workflow's cases, and tell the person if that stopped before all were asked about."""
    try:
        counted = propose_anew(asked.slack.context, asked.words, by=asked.said.user_id)
    except Refused as error:
        asked.answer.add(answers.refused(str(error)))
        return
    if counted.stopped is not None:
        asked.answer.add(answers.refused(f"cases begun: {counted.begun:,}; then it stopped: {counted.stopped}"))
