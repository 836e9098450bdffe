"""`/countersign resume WORKFLOW`: resumes a paused workflow, or lists all workflows."""

from functools import partial

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.named_workflows import meant, statuses
from handlers.slack.subcommands import Asked, Work
from handlers.texts.operations import pauses
from handlers.texts.pieces import together
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.holds import release_all
from workflows.engine.review.late_proposals import waiting


def hear(asked: Asked) -> Work | None:
    """Let it go on, for engineers and owners. To release ten thousand deliveries takes longer than Slack waits."""
    context = asked.slack.context
    if not asked.words:
        asked.answer.say(statuses(asked.slack, asked.said, [], usage="resume"))
        return None
    names = meant(asked.slack, asked.said, asked.words, wants="resume")
    lifted = [workflow_pauses.lift(context, name, by=asked.said.user_id) for name in names]
    # Of several, those that were not paused are not worth a word.
    changed = [one for one in lifted if one.changed or len(names) == 1]
    parts = [pauses.resumed(one, askable=waiting(context, one.status.workflow).begun) for one in changed]
    asked.answer.say(told(together("Resumed", parts) if parts else pauses.NONE_PAUSED))
    return partial(release_all, context)
