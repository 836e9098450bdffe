"""`/rerun CASE [from STEP] [dry]`: the short form of `/countersign rerun`."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.commands import countersign
from handlers.slack.context import SlackContext

Body = Mapping[str, Any]


def hear(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Hear it as the subcommand."""
    countersign.answered(slack, body, ack, client, short="rerun")
