"""`/countersign pause WORKFLOW [--deliveries] REASON`: pauses a workflow, or all; without a reason, shows the state."""

from handlers.commands import read_pause
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.named_workflows import meant, statuses
from handlers.slack.subcommands import Asked
from handlers.texts.operations import pauses
from workflows.engine.deliver import workflow_pauses


def hear(asked: Asked) -> None:
    """Pause it, for engineers and owners."""
    context, by, words = asked.slack.context, asked.said.user_id, read_pause(asked.words)
    if not words.reason:
        only = [words.workflow] if words.workflow else []
        asked.answer.say(statuses(asked.slack, asked.said, only, usage="pause"))
        return
    names = meant(asked.slack, asked.said, words.workflow, wants="pause")
    made = [
        workflow_pauses.pause(context, name, by=by, reason=words.reason, deliveries=words.deliveries) for name in names
    ]
    found = workflow_pauses.pause_statuses(context, names)
    asked.answer.say(told(pauses.paused(made[0], found[0]) if len(found) == 1 else pauses.all_paused(found)))
