"""The buttons that give a person a document of a case as it came in, for those who may read the case."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks.parts import documents
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.menu import on
from handlers.slack.interactions.subjects import read_shown
from handlers.slack.payloads import click
from handlers.slack.replies import answering
from handlers.texts.documents import pages as texts
from store.subjects import SubjectKind
from workflows.engine.review.cards import place_of_case
from workflows.engine.review.pages import originals

Body = Mapping[str, Any]
WANTS = "open_original"
"""The act, for the audit of refusals."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to them: the choice in a card's menu, and the buttons that stand together."""

    @on(app, Action.ORIGINAL, named=re.compile(f"^{Action.ORIGINAL}([.][0-9]{{1,4}})?$"))
    def open_one(body: Body, ack: Ack, client: WebClient) -> None:
        _open(slack, body, ack, client)


def _open(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Give the person the document that the button names, or let them choose among several."""
    with answering(body, ack, client) as answer:
        pressed = click(body)
        shown, user = Shown.read(pressed.value), pressed.user.id
        place = read_shown(slack, pressed, shown, SubjectKind.CASE, place_of_case, wants=WANTS)
        with slack.discreet(place.workflow, pressed.channel), slack.watched(place.case, by=user, wants=WANTS):
            slack.rights.read(user, slack.context.registry.get(place.workflow))
        if shown.version:
            answer.tell(told(texts.asked(originals.ask(slack.context, place.case, shown.version, by=user))))
        else:
            found = originals.originals_of(slack.context, place.case)
            answer.open(documents.choice(found, case=place.case, generation=shown.generation))
