"""Buttons pressed on a card in a channel, or in the modal of the list."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.parts.inputs import CONFIRM
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Listed, Shown
from handlers.slack.interactions.decisions import (
    admitted,
    may_decide,
    next_review,
    open_claiming,
    open_form,
    readable,
    show_decided,
    tell_too_late,
)
from handlers.slack.interactions.forms.open_forms import edit_form, pages_for
from handlers.slack.interactions.menu import on
from handlers.slack.interactions.review_list import page
from handlers.slack.payloads import Click, click
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, afterwards, answering
from workflows.engine.case.reading_ways import Way
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import FormChanged, NeverBroken, Refused, Stale
from workflows.engine.review import refusals, reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.spot_checks.looks import note_seen
from workflows.engine.review.views import CardView

Body = Mapping[str, Any]
_NUMBER = re.compile("[0-9]{1,6}")


def register(app: App, slack: SlackContext) -> None:
    """Listen to buttons."""

    @app.action(Action.APPROVE)
    def approve(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _approve(slack, answer, click(body), confirmed=False)

    @app.action(Action.ALL_THE_SAME)
    def pass_over(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            _approve(slack, answer, pressed, confirmed=pressed.block.removeprefix(CONFIRM))

    @app.action(Action.EDIT)
    def edit(body: Body, ack: Ack, client: WebClient) -> None:
        def form(view: CardView, listed: Listed | None, user: str) -> View:
            return edit_form(slack, view, user=user, listed=listed)

        open_form(slack, body, ack, client, form)

    @app.action(Action.REJECT)
    def reject(body: Body, ack: Ack, client: WebClient) -> None:
        def form(view: CardView, listed: Listed | None, user: str) -> View:
            can_propose = view.has_another and not workflow_pauses.is_paused(slack.context, view.workflow)
            reasons = slack.context.registry.get(view.workflow).review.reject_reasons
            return modals.rejection_form(view, listed=listed, can_propose=can_propose, reasons=reasons)

        open_form(slack, body, ack, client, form)

    @on(app, Action.DETAILS)
    def details(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = readable(slack, pressed, Shown.read(pressed.value))
            answer.open(modals.with_documents(modals.details(view), view, pages_for(slack, view), after=1))
            note_reading(slack, view.case, by=pressed.user.id, way=Way.DETAILS)
            afterwards("seen", partial(note_seen, slack.context, view.case, by=pressed.user.id))

    @app.action(Action.REVIEW)
    def review(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = admitted(slack, pressed, Shown.read(pressed.value))
            # The button is in the list, or in an answer to a command.
            answer.open(modals.review(view, listed=_list(pressed)))
            note_reading(slack, view.case, by=pressed.user.id, way=Way.DETAILS)

    @app.action(re.compile(f"{Action.PAGE}[.].*"))
    def turn(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            first = int(pressed.value) if _NUMBER.fullmatch(pressed.value) else 0
            listed = Listed(among=(_list(pressed) or Listed()).among, first=first)
            answer.update(page(slack, listed, origin=pressed.origin, user=pressed.user.id))

    @app.action(Action.NEXT)
    def turn_to_next(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = admitted(slack, pressed, Shown.read(pressed.value))
            listed = pressed.view.listed if pressed.view else None
            following = next_review(slack, view, user=pressed.user.id, listed=listed)
            if following is None:
                answer.update(modals.told(answers.NOTHING_WAITS))
            else:
                answer.update(modals.review(following, listed=listed))
                note_reading(slack, following.case, by=pressed.user.id, way=Way.DETAILS)

    @app.action(re.compile(".*"))
    def anything_else(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client):
            raise Refused("This button is from another version of Countersign and no longer works.")


def _list(pressed: Click) -> Listed | None:
    """Return the list that a button was pressed in; None outside a modal."""
    return Listed.read(pressed.view.private_metadata) if pressed.view else None


def _approve(slack: SlackContext, answer: Answer, pressed: Click, *, confirmed: str | bool) -> None:
    """Approve, or show what prevents it and what to do. `confirmed`: the same as for `reviews.approve`."""
    shown, by, listed = Shown.read(pressed.value), pressed.user.id, pressed.view.listed if pressed.view else None
    may_decide(slack, pressed, shown)
    try:
        with refusals.told_of_review(slack.context, shown.id, by=by, wanted="approve"):
            interaction_id = pressed.interaction_id
            reviews.approve(
                slack.context, shown.id, shown.version, by=by, confirmed=confirmed, interaction_id=interaction_id
            )
    except Stale:
        tell_too_late(slack, answer, pressed, shown.id)
    except NeverBroken as broken:
        if broken.barred:
            raise
        view = card_view(slack.context, shown.id)
        note_reading(slack, view.case, by=by, way=Way.FORM)
        met = modals.rule_met(view, broken, listed=listed)
        if confirmed:
            answer.update(met)
        else:
            answer.open(met)
    except FormChanged as changed:
        view = card_view(slack.context, shown.id)
        open_claiming(slack, answer, shown, edit_form(slack, view, user=by, listed=listed, changed=changed), by=by)
    else:
        answer.done()
        show_decided(slack, answer, pressed, shown.id)
        below = pressed.view.previous_view_id if confirmed and pressed.view else None
        if below is not None:
            view = card_view(slack.context, shown.id)
            note_reading(slack, view.case, by=by, way=Way.DETAILS)
            answer.update(modals.review(view, listed=listed), of=below, done="It is recorded")
