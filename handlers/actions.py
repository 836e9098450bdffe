"""What is pressed: on a card in a channel, or in the modal of the list."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.answering import answering
from handlers.blocks import answers, modals
from handlers.blocks.modals import View
from handlers.deciding import admitted, edit_form, is_stale, may_decide, next_review, seen, show_decided, tell_too_late
from handlers.ids import Action, Shown
from handlers.listing import page
from handlers.payloads import click
from handlers.surface import Surface
from workflows.engine import claims, reviews
from workflows.engine.errors import Refused, Stale
from workflows.engine.views import CardView

Body = Mapping[str, Any]
_NUMBER = re.compile("[0-9]{1,6}")


def register(app: App, surface: Surface) -> None:
    """Listen to what is pressed."""

    @app.action(Action.APPROVE)
    def approve(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = Shown.read(pressed.value)
            may_decide(surface, pressed, shown)
            try:
                by, heard_as = pressed.user.id, pressed.heard_as
                reviews.approve(surface.context, shown.review, shown.version, by=by, heard_as=heard_as)
            except Stale:
                tell_too_late(surface, answer, shown.review, user=pressed.user.id)
                return
            answer.done()
            if answer.in_modal:
                show_decided(surface, answer, shown.review)

    @app.action(Action.EDIT)
    def edit(body: Body, ack: Ack, client: WebClient) -> None:
        _open_form(surface, body, ack, client, lambda view: edit_form(surface, view))

    @app.action(Action.REJECT)
    def reject(body: Body, ack: Ack, client: WebClient) -> None:
        _open_form(surface, body, ack, client, modals.rejection_form)

    @app.action(Action.DETAILS)
    def details(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = seen(surface, pressed, Shown.read(pressed.value))
            with surface.watched(view.case, by=pressed.user.id, wants="read"):
                surface.rights.read(pressed.user.id, surface.context.registry.get(view.workflow))
            answer.open(modals.details(view))

    @app.action(Action.REVIEW)
    def review(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = admitted(surface, pressed, Shown.read(pressed.value))
            answer.open(modals.review(view))

    @app.action(Action.START)
    def start(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.open(page(surface, pressed, pressed.container.channel_id or "", first=0))

    @app.action(re.compile(f"{Action.PAGE}[.].*"))
    def turn(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            channel = pressed.view.private_metadata if pressed.view else ""
            first = int(pressed.value) if _NUMBER.fullmatch(pressed.value) else 0
            answer.update(page(surface, pressed, channel, first=first))

    @app.action(Action.NEXT)
    def turn_to_next(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            following = next_review(
                surface, admitted(surface, pressed, Shown.read(pressed.value)), user=pressed.user.id
            )
            if following is None:
                answer.update(modals.told(answers.NOTHING_WAITS))
            else:
                answer.update(modals.review(following))

    @app.action(re.compile(".*"))
    def anything_else(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client):
            raise Refused("This button is of another version of Countersign, and does nothing any more.")


def _open_form(surface: Surface, body: Body, ack: Ack, client: WebClient, form: Callable[[CardView], View]) -> None:
    """Open a form for a decision, unless it comes too late already."""
    with answering(body, ack, client) as answer:
        pressed = click(body)
        shown = Shown.read(pressed.value)
        view = admitted(surface, pressed, shown)
        if is_stale(view, shown):
            tell_too_late(surface, answer, shown.review, user=pressed.user.id)
            return
        made = form(view)
        try:
            # Nothing is changed under who has the form open.
            claims.take_in_hand(surface.context, shown.review, shown.version, by=pressed.user.id)
        except Stale:
            tell_too_late(surface, answer, shown.review, user=pressed.user.id)
            return
        answer.open(made)
