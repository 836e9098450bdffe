"""Slash commands, for engineers. Each is one call into the engine; the work itself is a worker's."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.answering import answering
from handlers.blocks import answers
from handlers.ids import Command, Delivered
from handlers.payloads import Typed, typed
from handlers.surface import Surface
from workflows.engine import reruns
from workflows.engine.errors import AlreadyDelivered, Refused
from workflows.engine.history import case_view, find_case
from workflows.engine.pauses import Pause
from workflows.engine.pausing import standings
from workflows.engine.views import CaseView

Body = Mapping[str, Any]
_FROM = re.compile(r"(.*\S)\s+from\s+(\S+)", re.IGNORECASE)


def register(app: App, surface: Surface) -> None:
    """Listen to commands."""

    @app.command(Command.RERUN)
    def rerun(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            said = typed(body)
            reference, from_step = _rerun_words(surface, said.words)
            if not reference:
                answer.say(answers.usage())
                return
            view = _case(surface, said, reference)
            with surface.watched(view.id, by=said.user_id, wants="rerun"):
                surface.rights.rerun(said.user_id, surface.context.registry.get(view.workflow))
            try:
                begun = reruns.rerun(surface.context, view.id, by=said.user_id, from_step=from_step)
            except AlreadyDelivered as delivered:
                seen = Delivered(case=view.id, run=delivered.run, generation=view.generation)
                answer.say(answers.delivered_already(seen))
                return
            answer.say(answers.begun_again(view.id, begun.from_step))

    @app.command(Command.COUNTERSIGN)
    def countersign(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            said = typed(body)
            what, _, reference = said.words.partition(" ")
            if what.lower() != "case" or not reference.strip():
                answer.say(answers.usage(_paused(surface, said)))
                return
            view = _case(surface, said, reference.strip())
            with surface.watched(view.id, by=said.user_id, wants="read"):
                surface.rights.read(said.user_id, surface.context.registry.get(view.workflow))
            answer.say(answers.case(view))


def _paused(surface: Surface, said: Typed) -> list[Pause]:
    """The workflows that are paused, of those whose cases a person may read."""
    surface.admit(said.team_id, None)
    names = [
        workflow.name
        for workflow in surface.context.registry
        if surface.may(surface.rights.read, said.user_id, workflow)
    ]
    return [one.pause for one in standings(surface.context, names) if one.pause is not None]


def _rerun_words(surface: Surface, text: str) -> tuple[str, str | None]:
    """The case that a command names, and the step. A key may hold the word `from` too, and goes first."""
    found = _FROM.fullmatch(text)
    if found is None or _is_case(surface, text):
        return text, None
    return found[1], found[2]


def _is_case(surface: Surface, reference: str) -> bool:
    try:
        find_case(surface.context, reference)
    except Refused:
        return False
    return True


def _case(surface: Surface, said: Typed, reference: str) -> CaseView:
    """The case that a person means. Raise `Refused`."""
    surface.admit(said.team_id, None)
    return case_view(surface.context, find_case(surface.context, reference))
