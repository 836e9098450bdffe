"""Buttons about announced cases: one stops such a case before it goes out, one lists those that go out next."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import announced as blocks
from handlers.slack.blocks import answers
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Listed, Shown
from handlers.slack.interactions.subjects import read_shown
from handlers.slack.payloads import Click, click
from handlers.slack.replies import answering
from store.subjects import SubjectKind
from workflows.engine.errors import Stale
from workflows.engine.review import refusals
from workflows.engine.review.announced.looks import announced_view, next_out
from workflows.engine.review.announced.stopping import stop
from workflows.engine.review.announced.views import AnnouncedView
from workflows.engine.review.hiding import announced_in_channel

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons about announced cases."""

    @app.action(Action.STOP_ANNOUNCED)
    def stop_it(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = _seen(slack, pressed)
            late: list[Drawn] = []
            try:
                with refusals.told_of_case(slack.context, view.case, by=pressed.user.id, wanted="stop"):
                    stop(slack.context, view.announcement, by=pressed.user.id)
            except Stale as error:
                late = [answers.refused(str(error))]
            answer.done()
            if pressed.view is not None:
                listed = Listed.read(pressed.view.private_metadata)
                answer.update(_list(slack, pressed, listed, news=late), done="It was stopped")
                return
            answer.redraw(blocks.card(announced_in_channel(announced_view(slack.context, view.announcement))))
            for told in late:
                answer.tell(told)

    @app.action(Action.ANNOUNCED)
    def look(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            slack.admit(pressed.origin)
            answer.open(_list(slack, pressed, Listed(among=pressed.channel or "")))


def _list(slack: SlackContext, pressed: Click, listed: Listed, *, news: Sequence[Drawn] = ()) -> View:
    """Return the list of what goes out next, as far as the person may read it. Raise `NotAllowed` for nobody's."""
    shown = slack.allowed(slack.rights.read, pressed.user.id, slack.shown_in(listed.among))
    if not shown:
        raise NotAllowed("Only reviewers, engineers and owners may read what goes out by itself.")
    view = next_out(slack.context, workflows=[one.name for one in shown], limit=blocks.AT_ONCE)
    return blocks.going_out(view, listed=listed, news=news)


def _seen(slack: SlackContext, pressed: Click) -> AnnouncedView:
    """Return the announced case that a button is about. Raise `Refused`, which is audited."""
    shown, user = Shown.read(pressed.value), pressed.user.id
    view = read_shown(slack, pressed, shown, SubjectKind.ANNOUNCEMENT, announced_view, wants="stop")
    with slack.discreet(view.workflow, pressed.channel), slack.watched(view.case, by=user, wants="stop"):
        slack.rights.decide(user, slack.context.registry.get(view.workflow))
    return view
