"""`/countersign pause WORKFLOW [--deliveries] REASON`: pauses a workflow; without a reason, it shows its state."""

from handlers.commands import read_pause
from handlers.slack.blocks.paragraphs import told
from handlers.slack.named_workflows import admit, statuses
from handlers.slack.subcommands import Asked
from handlers.texts import pauses
from workflows.engine.deliver import workflow_pauses


def hear(asked: Asked) -> None:
    """Pause it, for engineers and owners."""
    context, words = asked.slack.context, read_pause(asked.words)
    if not words.reason:
        only = [words.workflow] if words.workflow else []
        asked.answer.say(statuses(asked.slack, asked.said, only, usage="pause"))
        return
    admit(asked.slack, asked.said, words.workflow, wants="pause")
    made = workflow_pauses.pause(
        context, words.workflow, by=asked.said.user_id, reason=words.reason, deliveries=words.deliveries
    )
    asked.answer.say(told(pauses.paused(made, *workflow_pauses.pause_statuses(context, [words.workflow]))))
