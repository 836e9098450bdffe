"""The Sign button of a charter: the owner of a workflow, or who stands in, lets it go alone on the terms shown."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import charter as blocks
from handlers.slack.blocks.parts import inputs
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.interactions.subjects import read_workflow
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import Answer, answering
from handlers.texts.governance import charter as texts
from workflows.engine.charters import signing
from workflows.engine.declare.charter import How
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.read.declared.changes import named_by_terms
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.review import refusals

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the button."""

    @app.action(Action.SIGN)
    def sign(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            try:
                workflow = _signed(slack, pressed, Shown.read(pressed.value))
            except signing.NeedsEvidence as needed:
                _ask_why(slack, answer, pressed, needed)
                return
            view, generation = charter_view(slack.context, workflow), slack.context.restores.number
            if pressed.view is not None:
                answer.update(
                    blocks.page(view, may_sign=True, generation=generation, was_signed=True), done="It is signed"
                )
            else:
                answer.done()
                answer.redraw(blocks.charter(view, may_sign=True, generation=generation, was_signed=True))

    @app.view(Callback.SIGN_EXCEPTION)
    def sign_all_the_same(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            why = inputs.read_plainly(sent.view.state.values).get(blocks.EXCEPTION, "").strip()
            if not why:
                answer.done(response_action="errors", errors={blocks.EXCEPTION: texts.WHY_ALL_THE_SAME})
                return
            workflow = _signed(slack, sent, sent.view.shown, exception=why)
            view, generation = charter_view(slack.context, workflow), slack.context.restores.number
            page = blocks.page(view, may_sign=True, generation=generation, was_signed=True)
            answer.done(response_action="update", view=page)


def _ask_why(slack: SlackContext, answer: Answer, pressed: Click, needed: signing.NeedsEvidence) -> None:
    """Ask for the reason why a workflow goes alone without evidence."""
    view = charter_view(slack.context, slack.context.registry.get(needed.workflow))
    form = blocks.exception_form(view, Shown.read(pressed.value))
    if answer.in_modal:
        answer.update(form)
    else:
        answer.open(form)


def may_sign(slack: SlackContext, user: str, workflow: AnyWorkflow) -> bool:
    """Tell whether somebody may sign the charter of a workflow."""
    try:
        slack.rights.sign(user, workflow)
    except NotAllowed:
        return False
    return True


def _signed(
    slack: SlackContext, pressed: Click | Submission, shown: Shown, *, exception: str | None = None
) -> AnyWorkflow:
    """Sign the charter whose terms a button names, and return its workflow. Raise `Refused`, which is audited."""
    by = pressed.user.id
    workflow = read_workflow(
        slack, pressed, shown, lambda: named_by_terms(slack.context, shown.id), right=slack.rights.sign, wants="sign"
    )
    how = How.OWNER if by == workflow.owner else How.BACKUP
    try:
        signing.sign(slack.context, workflow, shown.id, by=by, how=how, exception=exception)
    except signing.NeedsEvidence:
        raise  # they are asked for a reason
    except Refused as error:
        refusals.note_of_workflow(slack.context, workflow.name, by=by, wanted="sign", why=refusals.why_of(error))
        raise
    return workflow
