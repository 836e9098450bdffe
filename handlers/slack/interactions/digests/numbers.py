"""The button under the business numbers: what each of them is. It shows nothing of any case: anybody here may press."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import modals
from handlers.slack.blocks.digests.numbers import definitions
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action
from handlers.slack.payloads import click
from handlers.slack.replies import answering
from handlers.texts.digests.numbers import DEFINED

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the button."""

    @app.action(Action.DEFINE_NUMBERS)
    def define(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            slack.admit(click(body).origin)
            answer.open(modals.told(definitions(), about=DEFINED))
