"""The buttons by which candidates are taken in as examples, or left: then the next ones are shown.

Whoever asked by a command has them in a message to them alone, and whoever pressed a button on their Home in a modal.
"""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed, UnknownKind, UnusableGroup
from handlers.slack.blocks import modals
from handlers.slack.blocks.learning.examples import decided, group
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.subjects import read_workflow
from handlers.slack.payloads import Click, click
from handlers.slack.readings import note_reading
from handlers.slack.replies import answering
from handlers.texts.learning import examples as texts
from workflows.engine.case.reading_ways import Way
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Unknown
from workflows.engine.review import refusals
from workflows.quality.examples import taking

Body = Mapping[str, Any]
WANTS = "examples"
"""The act, for the audit of refusals."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons."""

    @app.action(Action.EXAMPLES)
    def begin(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            workflow = _named(slack, pressed)
            answer.open(_in_modal(next_group(slack, workflow, user=pressed.user.id)))

    for action in (Action.TAKE_EXAMPLES, Action.CRITICAL_EXAMPLES, Action.LEAVE_EXAMPLES):
        _listen(app, slack, action)


def _listen(app: App, slack: SlackContext, action: Action) -> None:
    @app.action(action)
    def decide(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            workflow = _decided(slack, pressed, Shown.read(pressed.value), action)
            answer.done()
            shown = next_group(slack, workflow, user=pressed.user.id, is_after_another=True)
            if answer.in_modal:
                answer.update(_in_modal(shown), done="It is recorded")
            else:
                answer.redraw(shown)


def next_group(slack: SlackContext, workflow: AnyWorkflow, *, user: str, is_after_another: bool = False) -> Drawn:
    """Draw the next group of candidates of a workflow, for somebody who may take them in.

    `is_after_another`: they have just decided one.
    """
    found = taking.groups(slack.context, workflow.name)
    shown = found[0] if found else None
    if shown is None and is_after_another:
        return decided(workflow.name, is_any_taken=taking.is_any_taken(slack.context, workflow.name))
    if shown is not None:
        note_reading(slack, *(one.case for one in shown.candidates), by=user, way=Way.EXAMPLE)
    waiting = sum(len(one.candidates) for one in found)
    return group(workflow.name, shown, waiting=waiting, generation=slack.context.restores.number)


def _in_modal(shown: Drawn) -> View:
    return modals.told(shown, about=texts.HEADING)


def _named(slack: SlackContext, pressed: Click) -> AnyWorkflow:
    """Return the workflow that a button on a Home names. Raise `Refused`, which is audited."""
    by = pressed.user.id
    slack.admit(pressed.origin)
    try:
        workflow = slack.context.registry.get(pressed.value)
        with slack.discreet(workflow.name, pressed.channel):
            slack.rights.read(by, workflow)
    except (Unknown, NotAllowed) as error:
        refusals.note_unseen(slack.context, "", by=by, wanted=WANTS)
        if isinstance(error, UnusableGroup | UnknownKind):
            raise
        raise NotHere from error
    with slack.watched_of_workflow(workflow.name, by=by, wants=WANTS):
        slack.rights.take_examples(by, workflow)
    return workflow


def _decided(slack: SlackContext, pressed: Click, shown: Shown, action: Action) -> AnyWorkflow:
    """Do what a button says, and return the workflow. Raise `Refused`, which is audited."""
    by, context = pressed.user.id, slack.context
    workflow = read_workflow(
        slack,
        pressed,
        shown,
        lambda: taking.workflow_of(context, shown.id),
        right=slack.rights.take_examples,
        wants=WANTS,
    )
    with slack.watched_of_workflow(workflow.name, by=by, wants=WANTS):
        ids = taking.shown_with(context, workflow.name, shown.id)
        if action is Action.LEAVE_EXAMPLES:
            taking.leave(context, ids, by=by)
        else:
            taking.take(context, ids, by=by, critical=action is Action.CRITICAL_EXAMPLES)
    return workflow
