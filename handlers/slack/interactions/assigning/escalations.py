"""Escalations: a choice in a card's menu asks those to decide whom the workflow names for that."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.decisions import may_decide, tell_too_late
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import click
from handlers.slack.replies import answering
from handlers.texts.review.assigning import escalations as texts
from workflows.engine.errors import Stale
from workflows.engine.review import refusals
from workflows.engine.review.cards import card_view
from workflows.engine.review.waiting import escalations

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to escalations."""

    @on(app, Action.ESCALATE)
    def escalate(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown, by = Shown.read(pressed.value), pressed.user.id
            may_decide(slack, pressed, shown)
            try:
                with refusals.told_of_review(slack.context, shown.id, by=by, wanted="escalate"):
                    escalations.escalate(slack.context, shown.id, shown.version, by=by)
            except Stale:
                tell_too_late(slack, answer, pressed, shown.id)
                return
            except escalations.Escalated:
                answer.tell(told(texts.already(card_view(slack.context, shown.id))))
                return
            answer.done()
