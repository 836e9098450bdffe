"""Claims on a card: one press tells everybody who is on it."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers, modals
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.decisions import may_decide, tell_too_late
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import click
from handlers.slack.readings import note_reading
from handlers.slack.replies import answering
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import Stale
from workflows.engine.review import claims, refusals
from workflows.engine.review.cards import card_view

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to claims."""

    @on(app, Action.CLAIM)
    def claim(body: Body, ack: Ack, client: WebClient) -> None:
        _claim(slack, body, ack, client, over=False)

    @on(app, Action.TAKE_OVER)
    def take_over(body: Body, ack: Ack, client: WebClient) -> None:
        _claim(slack, body, ack, client, over=True)


def _claim(slack: SlackContext, body: Body, ack: Ack, client: WebClient, *, over: bool) -> None:
    with answering(body, ack, client) as answer:
        pressed = click(body)
        shown, by = Shown.read(pressed.value), pressed.user.id
        may_decide(slack, pressed, shown)
        try:
            with refusals.told_of_review(slack.context, shown.id, by=by, wanted="claim"):
                claims.claim(slack.context, shown.id, by=by, shown=shown.version, over=over)
        except Stale:
            tell_too_late(slack, answer, pressed, shown.id)
            return
        except claims.Claimed:
            # The card does not show it yet: the colleague was a moment earlier.
            answer.tell(answers.claimed(card_view(slack.context, shown.id)))
            return
        answer.done()
        if pressed.view is not None:
            view = card_view(slack.context, shown.id)
            answer.update(modals.review(view, listed=pressed.view.listed))
            note_reading(slack, view.case, by=by, way=Way.DETAILS)
