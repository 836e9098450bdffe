"""Buttons on the card of a doubt: whether a delivery happened, and whether it is made again."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import modals
from handlers.slack.blocks.doubt import doubt
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.subjects import read_shown
from handlers.slack.payloads import Click, click
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, answering
from handlers.texts.review.doubt import is_open
from store.subjects import SubjectKind
from workflows.engine.case.reading_ways import Way
from workflows.engine.declare.steps import DELIVER
from workflows.engine.errors import Refused, Stale
from workflows.engine.review import doubts, refusals
from workflows.engine.review.doubts import doubt_view
from workflows.engine.review.hiding import doubt_in_channel
from workflows.engine.review.rerun import reruns
from workflows.engine.review.views import DoubtView, WhyRefused

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons on the card of a doubt."""

    @app.action(Action.HAPPENED)
    def happened(body: Body, ack: Ack, client: WebClient) -> None:
        _settle(slack, body, ack, client, happened=True)

    @app.action(Action.NOT_HAPPENED)
    def not_happened(body: Body, ack: Ack, client: WebClient) -> None:
        _settle(slack, body, ack, client, happened=False)

    @app.action(Action.DELIVER)
    def deliver(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = _seen(slack, pressed, wants="rerun")
            if not view.can_be_delivered:
                _too_late(slack, answer, pressed, view)
            with refusals.told_of_case(slack.context, view.case, by=pressed.user.id, wanted="rerun"):
                reruns.rerun(slack.context, view.case, by=pressed.user.id, from_step=DELIVER)
            answer.done()
            answer.redraw(doubt(doubt_in_channel(doubt_view(slack.context, view.delivery))))

    @app.action(Action.LOOK)
    def look(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = _seen(slack, pressed, wants="read")
            answer.open(modals.doubt(view))
            note_reading(slack, view.case, by=pressed.user.id, way=Way.DETAILS)


def _settle(slack: SlackContext, body: Body, ack: Ack, client: WebClient, *, happened: bool) -> None:
    with answering(body, ack, client) as answer:
        pressed = click(body)
        view = _seen(slack, pressed, wants="settle")
        if not is_open(view):
            _too_late(slack, answer, pressed, view)
        with refusals.told_of_case(slack.context, view.case, by=pressed.user.id, wanted="settle"):
            doubts.settle(slack.context, view.case, happened=happened, by=pressed.user.id, key=view.key)
        answer.done()
        answer.redraw(doubt(doubt_in_channel(doubt_view(slack.context, view.delivery))))


def _too_late(slack: SlackContext, answer: Answer, pressed: Click, view: DoubtView) -> None:
    """Show the present state, and raise `Stale`."""
    refusals.note(slack.context, view.case, by=pressed.user.id, wanted="settle", why=WhyRefused.TOO_LATE)
    answer.done()
    answer.redraw(doubt(doubt_in_channel(view)))
    raise Stale("somebody answered this already; the card shows the answer now")


def _seen(slack: SlackContext, pressed: Click, *, wants: str) -> DoubtView:
    """Return the doubt that a button is about. Raise `Refused`, which is audited."""
    shown, user = Shown.read(pressed.value), pressed.user.id
    view = read_shown(slack, pressed, shown, SubjectKind.DELIVERY, doubt_view, wants=wants)
    with slack.discreet(view.workflow, pressed.channel), slack.watched(view.case, by=user, wants=wants):
        right = slack.rights.read if wants == "read" else slack.rights.settle
        right(user, slack.context.registry.get(view.workflow))
    if view.attempt != shown.version:
        refusals.note(slack.context, view.case, by=pressed.user.id, wanted="settle", why=WhyRefused.TOO_LATE)
        raise Refused("It was delivered again since this was shown; look at the newest card.")
    return view
