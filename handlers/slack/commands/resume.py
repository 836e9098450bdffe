"""`/resume WORKFLOW`: resumes a paused workflow, or lists all workflows."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.blocks.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.named_workflows import admit, statuses
from handlers.slack.payloads import typed
from handlers.slack.replies import afterwards, answering
from handlers.texts import pauses
from workflows.engine.deliver import workflow_pauses
from workflows.engine.deliver.holds import release_all
from workflows.engine.review.late_proposals import waiting

Body = Mapping[str, Any]
_USAGE = "/resume WORKFLOW"


def hear(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Let it go on, for engineers and owners."""
    lifted = None
    with answering(body, ack, client) as answer:
        said = typed(body)
        if not said.words:
            answer.say(statuses(slack, said, [], usage=_USAGE))
            return
        admit(slack, said, said.words, wants="resume")
        lifted = workflow_pauses.lift(slack.context, said.words, by=said.user_id)
        answer.say(told(pauses.resumed(lifted, askable=waiting(slack.context, said.words).begun)))
    if lifted is not None:
        # To release ten thousand deliveries takes longer than Slack waits.
        afterwards("release", partial(release_all, slack.context))
