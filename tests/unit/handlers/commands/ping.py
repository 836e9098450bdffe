"""`/ping`: says that it is there."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.context import SlackContext


def hear(slack: SlackContext, body: Mapping[str, Any], ack: Ack, client: WebClient) -> None:
    """Answer."""
    ack("pong")
