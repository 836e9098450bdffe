"""A person's Home in Slack: drawn when they open it, and anew after each press in it that changes it.

It is a view: what cannot be shown now is shown at the next opening, and nothing is lost. Whose Home it is comes from
Slack; what they may see is found out each time it is drawn.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack import replies
from handlers.slack.access import lookups
from handlers.slack.access.rights import NotAllowed, UnknownKind, Unsure, UnusableGroup
from handlers.slack.blocks import home as blocks
from handlers.slack.blocks.charter import page as charter_page
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.error_codes import NOT_DONE, code_of
from handlers.slack.ids import Action, HomePlace, TurnedTo
from handlers.slack.interactions.charters import may_sign
from handlers.slack.interactions.scope_shares import may_widen
from handlers.slack.payloads import HOME, Click, Modal, click, home_opened
from handlers.slack.replies import afterwards, answering
from handlers.texts import home as texts
from store.db.time_limits import time_limit
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Unknown
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.read.home import home_view
from workflows.engine.review import refusals
from workflows.engine.review.spot_checks.looks import count_for

log = structlog.get_logger()

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the opening of a Home, and to what is pressed in it."""

    @app.event("app_home_opened")
    def opened(body: Body, client: WebClient) -> None:
        try:
            came = home_opened(body)
        except Refused:
            log.warning("event.not_understood")
            return
        if came.event.tab == HOME:
            seen = came.event.view
            # It begins at the first pages.
            shown = HomePlace(is_tour_read=_shown(seen).is_tour_read)
            afterwards("home", partial(show, slack, client, came.event.user, shown, seen=seen))

    @app.action(re.compile(f"{Action.HOME_PAGE}[.].*"))
    def turn(body: Body, ack: Ack, client: WebClient) -> None:
        with _pressed(slack, body, ack, client) as pressed:
            to, shown = TurnedTo.read(pressed.value), _shown(pressed.home)
            place = replace(shown.place, **{to.which: to.first})
            _show_again(slack, client, pressed, replace(shown, place=place))

    @app.action(Action.GOT_IT)
    def got_it(body: Body, ack: Ack, client: WebClient) -> None:
        with _pressed(slack, body, ack, client) as pressed:
            _show_again(slack, client, pressed, replace(_shown(pressed.home), is_tour_read=True))

    @app.action(Action.REFRESH)
    def refresh(body: Body, ack: Ack, client: WebClient) -> None:
        with _pressed(slack, body, ack, client) as pressed:
            _show_again(slack, client, pressed, _shown(pressed.home))

    @app.action(re.compile(f"{Action.CHARTER}[.].*"))
    def read_charter(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            slack.admit(pressed.origin)
            answer.open(charter_of(slack, pressed.value, user=pressed.user.id))


@contextmanager
def _pressed(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> Iterator[Click]:
    """Acknowledge a press in a Home before it is drawn anew."""
    with answering(body, ack, client) as answer:
        pressed = click(body)
        slack.admit(pressed.origin)
        answer.done()
        yield pressed


@contextmanager
def kept_fresh(slack: SlackContext, client: WebClient, body: Body) -> Iterator[None]:
    """Draw a person's Home anew after the block, where the press in it was made there."""
    yield
    with suppress(Refused):
        pressed = click(body)
        if pressed.home is not None:
            _show_again(slack, client, pressed, _shown(pressed.home))


def charter_of(slack: SlackContext, name: str, *, user: str) -> View:
    """Return the charter of a workflow, as a page to read. Raise `Refused` where a person may not read its cases."""
    try:
        workflow = slack.context.registry.get(name)
        with slack.discreet(name, None):
            slack.rights.read(user, workflow)
    except (Unknown, NotAllowed) as error:
        refusals.note_unseen(slack.context, "", by=user, wanted="read")
        if isinstance(error, UnusableGroup | UnknownKind):
            raise
        raise NotHere from error
    view, generation = charter_view(slack.context, workflow), slack.context.restores.number
    signs, widens = may_sign(slack, user, workflow), may_widen(slack, user, workflow)
    return charter_page(view, may_sign=signs, may_widen=widens, generation=generation)


def home_of(slack: SlackContext, user: str, shown: HomePlace) -> View:
    """Return a person's Home as it is now."""
    workflows, rights = list(slack.context.registry), slack.rights
    try:
        readable = slack.allowed(rights.read, user, workflows)
    except (Unsure, UnusableGroup, UnknownKind):
        return blocks.told(texts.UNSURE, is_tour_read=shown.is_tour_read)
    if not readable:
        engineers = [who.id for who in rights.engineers]
        return blocks.told(texts.no_right(engineers), is_tour_read=shown.is_tour_read)
    decidable = list[str]()
    with suppress(Unsure, UnusableGroup, UnknownKind):
        decidable = [workflow.name for workflow in slack.allowed(rights.decide, user, readable)]
    takes: Sequence[AnyWorkflow] = ()
    with suppress(Unsure, UnusableGroup, UnknownKind):
        takes = slack.allowed(rights.take_examples, user, readable)
    zone = slack.zone_of(user)
    view = home_view(slack.context, user, workflows=readable, zone=zone, place=shown.place, takes=takes)
    checks = count_for(slack.context, by=user, workflows=decidable)
    return blocks.home(view, may_decide=decidable, is_tour_read=shown.is_tour_read, checks=checks)


def show(slack: SlackContext, client: WebClient, user: str, shown: HomePlace, *, seen: Modal | None) -> None:
    """Publish a person's Home. `seen`: the one that stands there, as far as is known."""
    code = _publish(slack, client, user, shown, hash=seen.hash if seen is not None else None)
    if code == _CONFLICT:
        # Another drawing came between, which may be older than what happened just now.
        code = _publish(slack, client, user, shown, hash=None)
    if code is not None:
        log.warning("home.not_shown", error=code)


_CONFLICT = "hash_conflict"


def _publish(slack: SlackContext, client: WebClient, user: str, shown: HomePlace, *, hash: str | None) -> str | None:
    """Draw and publish a Home; return Slack's error code, or None for success."""
    with time_limit(replies.DATABASE_SECONDS), lookups.waiting():
        view = home_of(slack, user, shown)
    try:
        client.views_publish(user_id=user, view=view, hash=hash or None)
    except NOT_DONE as error:
        return code_of(error)
    return None


def _show_again(slack: SlackContext, client: WebClient, pressed: Click, shown: HomePlace) -> None:
    afterwards("home", partial(show, slack, client, pressed.user.id, shown, seen=pressed.home))


def _shown(seen: Modal | None) -> HomePlace:
    return HomePlace.read(seen.private_metadata) if seen is not None else HomePlace()
