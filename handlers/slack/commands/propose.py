"""`/propose WORKFLOW`: has the model asked about what went to people without a proposal."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.blocks import answers
from handlers.slack.blocks.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.named_workflows import admit, statuses
from handlers.slack.payloads import Typed, typed
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts import pauses
from workflows.engine.errors import Refused
from workflows.engine.review.late_proposals import propose_anew, waiting

Body = Mapping[str, Any]
_USAGE = "/propose WORKFLOW"


def hear(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Have it asked, for engineers and owners."""
    begun: Callable[[], None] | None = None
    with answering(body, ack, client) as answer:
        said = typed(body)
        if not said.words:
            answer.say(statuses(slack, said, [], usage=_USAGE))
            return
        admit(slack, said, said.words, wants="propose")
        counted = waiting(slack.context, said.words)
        answer.say(told(pauses.proposing(said.words, counted.begun, counted.in_hand)))
        begun = partial(_propose, slack, answer, said)
    # After a refusal `begun` is None.
    if begun is not None:
        afterwards("propose", begun)


def _propose(slack: SlackContext, answer: Answer, said: Typed) -> None:
    """Ask the model about a workflow's cases, and tell the person if that stopped before all were asked about."""
    try:
        counted = propose_anew(slack.context, said.words, by=said.user_id)
    except Refused as error:
        answer.add(answers.refused(str(error)))
        return
    if counted.stopped is not None:
        answer.add(answers.refused(f"{counted.begun:,} cases were begun: {counted.stopped}"))
