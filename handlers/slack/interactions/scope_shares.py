"""The button by which a workflow looks at the next larger share of its cases."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import charter as blocks
from handlers.slack.blocks.scope_shares import share
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Shown
from handlers.slack.interactions.charters import may_sign
from handlers.slack.interactions.subjects import read_workflow
from handlers.slack.payloads import Click, click
from handlers.slack.replies import answering
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.propose.narrow_launch import ShareView
from workflows.engine.propose.scope_shares import choose_share, share_view, workflow_of_row
from workflows.engine.read.declared.charters import charter_view

Body = Mapping[str, Any]
WANTS = "share"
"""The act, for the audit of refusals."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to the button."""

    @app.action(Action.WIDEN)
    def widen(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            view = _widened(slack, click(body))
            answer.done()
            answer.redraw(share(view, may_widen=True, generation=slack.context.restores.number))

    @app.action(Action.WIDEN_IN_CHARTER)
    def widen_in_charter(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            workflow = slack.context.registry.get(_widened(slack, pressed).workflow)
            signs = may_sign(slack, pressed.user.id, workflow)
            view, generation = charter_view(slack.context, workflow), slack.context.restores.number
            if answer.in_modal:
                page = blocks.page(view, may_sign=signs, may_widen=True, generation=generation)
                answer.update(page, done="It looks at more cases")
            else:
                answer.done()
                answer.redraw(blocks.charter(view, may_sign=signs, may_widen=True, generation=generation))


def may_widen(slack: SlackContext, user: str, workflow: AnyWorkflow) -> bool:
    """Tell whether somebody may say how many cases a workflow looks at."""
    try:
        slack.rights.choose_share(user, workflow)
    except NotAllowed:
        return False
    return True


def _widened(slack: SlackContext, pressed: Click) -> ShareView:
    """Have a workflow look at the next share, and return it. Raise `Refused`, which is audited."""
    shown, by = Shown.read(pressed.value), pressed.user.id
    workflow = read_workflow(
        slack,
        pressed,
        shown,
        lambda: workflow_of_row(slack.context, shown.id),
        right=slack.rights.choose_share,
        wants=WANTS,
    )
    with slack.watched_of_workflow(workflow.name, by=by, wants=WANTS):
        following = share_view(slack.context, workflow.name).next
        if following is None:
            raise Refused(f"{workflow.name} looks at all of its cases already")
        return choose_share(slack.context, workflow.name, following, by=by, shown=shown.version)
