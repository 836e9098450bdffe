"""`/countersign changes WORKFLOW`: what a workflow began to do otherwise, when, and who signed it."""

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from handlers.texts.governance.changes import listed
from workflows.engine.errors import Refused
from workflows.engine.read.declared.changes import changes_view

_SHOWN = 5
"""Changes that one message has room for."""


def hear(asked: Asked) -> None:
    """List the newest ones."""
    if not asked.words:
        raise Refused("Name the workflow whose changes you want: /countersign changes WORKFLOW.")
    workflow = meant(asked)
    asked.answer.say(told(listed(changes_view(asked.slack.context, workflow.name, limit=_SHOWN))))
