"""Undo on a card: those who decided take it back, before it is applied or before a second person decides."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions import home
from handlers.slack.interactions.decisions import readable, show_decided, tell_too_late
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import click
from handlers.slack.replies import answering
from workflows.engine.errors import Refused, Stale
from workflows.engine.review import refusals, undo
from workflows.engine.review.cards import card_view

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the button that takes a decision back."""

    @on(app, Action.UNDO)
    def take_back(body: Body, ack: Ack, client: WebClient) -> None:
        with home.kept_fresh(slack, client, body), answering(body, ack, client) as answer:
            pressed = click(body)
            shown, by = Shown.read(pressed.value), pressed.user.id
            readable(slack, pressed, shown)
            try:
                with refusals.told_of_review(slack.context, shown.id, by=by, wanted="undo"):
                    undo.undo(slack.context, shown.id, shown.version, by=by)
            except Stale as late:
                if card_view(slack.context, shown.id).version != shown.version:
                    tell_too_late(slack, answer, pressed, shown.id)
                    return
                # It stands as it was decided; the words say what can be done instead.
                raise Refused(str(late)) from late
            answer.done()
            show_decided(slack, answer, pressed, shown.id)
