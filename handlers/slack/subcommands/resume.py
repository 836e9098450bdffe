"""`/countersign resume WORKFLOW`: resumes a paused workflow, or lists all workflows."""

from functools import partial

from handlers.slack.blocks.paragraphs import told
from handlers.slack.named_workflows import admit, statuses
from handlers.slack.subcommands import Asked, Work
from handlers.texts import pauses
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.holds import release_all
from workflows.engine.review.late_proposals import waiting


def hear(asked: Asked) -> Work | None:
    """Let it go on, for engineers and owners. To release ten thousand deliveries takes longer than Slack waits."""
    context, name = asked.slack.context, asked.words
    if not name:
        asked.answer.say(statuses(asked.slack, asked.said, [], usage="resume"))
        return None
    admit(asked.slack, asked.said, name, wants="resume")
    lifted = workflow_pauses.lift(context, name, by=asked.said.user_id)
    asked.answer.say(told(pauses.resumed(lifted, askable=waiting(context, name).begun)))
    return partial(release_all, context)
