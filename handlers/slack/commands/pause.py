"""`/pause WORKFLOW [--deliveries] REASON`: pauses a workflow, or lists all workflows."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.blocks.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.named_workflows import admit, statuses
from handlers.slack.payloads import typed
from handlers.slack.replies import answering
from handlers.texts import pauses
from workflows.engine.deliver import workflow_pauses

Body = Mapping[str, Any]
_USAGE = "/pause WORKFLOW [--deliveries] REASON"
_DELIVERIES = re.compile(r"(?<!\S)(?:--|[\u2012-\u2015])deliveries(?!\S)", re.IGNORECASE)
"""Pattern of the option: some keyboards turn two short dashes into one long dash."""


def hear(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Pause it, for engineers and owners."""
    with answering(body, ack, client) as answer:
        said = typed(body)
        words = _DELIVERIES.sub("", said.words).split(maxsplit=1)
        if len(words) < 2:
            answer.say(statuses(slack, said, words, usage=_USAGE))
            return
        name, reason = words
        admit(slack, said, name, wants="pause")
        deliveries = _DELIVERIES.search(said.words) is not None
        made = workflow_pauses.pause(slack.context, name, by=said.user_id, reason=reason, deliveries=deliveries)
        answer.say(told(pauses.paused(made, *workflow_pauses.pause_statuses(slack.context, [name]))))
