"""The Sign button of a charter: the owner of a workflow, or who stands in, lets it go alone on the terms shown."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import charter as blocks
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.payloads import Click, click
from handlers.slack.replies import answering
from store.subjects import SubjectKind
from workflows.engine.charters import signing
from workflows.engine.declare.charter import How
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Unknown
from workflows.engine.read.declared.changes import named_by_terms
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.review import refusals
from workflows.engine.review.views import WhyRefused

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the button."""

    @app.action(Action.SIGN)
    def sign(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            workflow = _signed(slack, pressed, Shown.read(pressed.value))
            view, generation = charter_view(slack.context, workflow), slack.context.restores.number
            if pressed.view is not None:
                answer.update(
                    blocks.page(view, may_sign=True, generation=generation, was_signed=True), done="It is signed"
                )
            else:
                answer.done()
                answer.redraw(blocks.charter(view, may_sign=True, generation=generation, was_signed=True))


def may_sign(slack: SlackContext, user: str, workflow: AnyWorkflow) -> bool:
    """Tell whether somebody may sign the charter of a workflow."""
    try:
        slack.rights.sign(user, workflow)
    except NotAllowed:
        return False
    return True


def _signed(slack: SlackContext, pressed: Click, shown: Shown) -> AnyWorkflow:
    """Sign the charter whose terms a button names, and return its workflow. Raise `Refused`, which is audited."""
    by = pressed.user.id
    stray = SubjectKind.WORKFLOW.unnumbered
    with slack.watched_stray(stray, by=by, wants="sign"):
        slack.known_here(shown.generation)
    try:
        workflow = slack.context.registry.get(named_by_terms(slack.context, shown.id))
    except Unknown as error:
        slack.not_there(stray, pressed.origin, by=by, wants="sign")
        raise NotHere from error
    try:
        slack.admit(pressed.origin)
        with slack.discreet(workflow.name, pressed.channel):
            slack.rights.read(by, workflow)
        slack.rights.sign(by, workflow)
        how = How.OWNER if by == workflow.owner else How.BACKUP
        signing.sign(slack.context, workflow, shown.id, by=by, how=how)
    except Refused as error:
        why = WhyRefused.NO_RIGHT if isinstance(error, NotAllowed | NotHere) else refusals.why_of(error)
        refusals.note_of_workflow(slack.context, workflow.name, by=by, wanted="sign", why=why)
        raise
    return workflow
