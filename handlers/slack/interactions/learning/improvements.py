"""The buttons by which an improvement is taken, or left: then those that still wait are shown."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks.learning.improvements import improvements
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.subjects import read_workflow
from handlers.slack.payloads import Click, click
from handlers.slack.replies import Answer, answering
from handlers.texts.learning import improvements as texts
from store.states import ImprovementState
from workflows.engine.errors import Stale
from workflows.quality.improvements import taking
from workflows.quality.improvements.reading import view_of, waiting

Body = Mapping[str, Any]
WANTS = "improvements"
"""The act, for the audit of refusals."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons."""

    @app.action(Action.TAKE_IMPROVEMENT)
    def take(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _decide(slack, answer, click(body), ImprovementState.TAKEN)

    @app.action(Action.LEAVE_IMPROVEMENT)
    def leave(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _decide(slack, answer, click(body), ImprovementState.LEFT)


def _decide(slack: SlackContext, answer: Answer, pressed: Click, state: ImprovementState) -> None:
    """Do what a button says, and show those that still wait. Raise `Refused`, which is audited."""
    shown, by, examples = Shown.read(pressed.value), pressed.user.id, 0
    workflow = _admitted(slack, pressed, shown)
    with _redrawn(slack, answer, workflow), slack.watched_of_workflow(workflow, by=by, wants=WANTS):
        if state is ImprovementState.TAKEN:
            examples = len(taking.take(slack.context, shown.id, shown=shown.version, by=by))
        else:
            taking.leave(slack.context, shown.id, shown=shown.version, by=by)
    answer.done()
    first = texts.decided(shown.id, state, examples)
    answer.redraw(improvements(waiting(slack.context, workflow), first=first))


def _admitted(slack: SlackContext, pressed: Click, shown: Shown) -> str:
    """Return the workflow of an improvement, for whoever may take it. Raise `Refused`, which is audited."""
    return read_workflow(
        slack,
        pressed,
        shown,
        lambda: view_of(slack.context, shown.id).workflow,
        right=slack.rights.take_improvements,
        wants=WANTS,
    ).name


@contextmanager
def _redrawn(slack: SlackContext, answer: Answer, workflow: str) -> Iterator[None]:
    """Draw those that still wait where somebody else was first."""
    try:
        yield
    except Stale:
        answer.done()
        answer.redraw(improvements(waiting(slack.context, workflow)))
        raise
