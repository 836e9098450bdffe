"""The buttons of a digest that open a case, for those who may read it."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.spot_checks.next_spot_check import note_seen
from handlers.slack.payloads import Click, click
from handlers.slack.readings import note_reading
from handlers.slack.replies import answering
from handlers.slack.subcommands.case import drawn
from store.subjects import SubjectKind
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import Unknown
from workflows.engine.read.history import case_view
from workflows.engine.read.views import CaseView

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons that open a case."""

    @app.action(re.compile(f"{Action.CASE}[.][0-9]"))
    def open_case(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = _case(slack, pressed)
            answer.tell(drawn(slack, view, pressed.user.id))
            note_seen(slack, view.id, user=pressed.user.id)
            note_reading(slack, view.id, by=pressed.user.id, way=Way.CASE)


def _case(slack: SlackContext, pressed: Click) -> CaseView:
    """Return how a case stands. Raise `Refused` where the person may not read it; that is audited."""
    shown, user = Shown.read(pressed.value), pressed.user.id
    subject = SubjectKind.CASE.of(shown.id)
    with slack.watched_stray(subject, by=user, wants="see"):
        slack.known_here(shown.generation)
    try:
        view = case_view(slack.context, shown.id)
    except Unknown as error:
        slack.not_there(subject, pressed.origin, by=user, wants="read")
        raise NotHere from error
    with slack.watched(view.id, by=user, wants="read"):
        slack.admit(pressed.origin)
        with slack.discreet(view.workflow, pressed.channel):
            slack.rights.read(user, slack.context.registry.get(view.workflow))
    return view
