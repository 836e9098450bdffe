"""Buttons of earned autonomy: more goes alone by somebody's word, is left as it is, or is taken back."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.learning import autonomy as blocks
from handlers.slack.blocks.learning.autonomy import WHY, May
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.interactions.subjects import read_workflow
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import Answer, answering
from handlers.texts.answers import sentence
from handlers.texts.learning import autonomy as texts
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.review import refusals
from workflows.quality.autonomy import answers
from workflows.quality.autonomy.certificates import certificate_view, question_view, workflow_of

Body = Mapping[str, Any]
LETS, TAKES_BACK = "let alone", "take back"
"""The acts, for the audit of refusals."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons and the form."""

    @app.action(Action.LET_ALONE)
    def let(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _answer_question(slack, answer, click(body), _let)

    @app.action(Action.NOT_NOW)
    def leave(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _answer_question(slack, answer, click(body), _leave)

    @app.action(Action.LET_IN_CERTIFICATE)
    def let_in_certificate(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = Shown.read(pressed.value)
            workflow = _admitted(slack, pressed, shown, slack.rights.let_alone, wants=LETS)
            _let(slack, workflow, shown, pressed.user.id)
            _show(slack, answer, workflow, user=pressed.user.id, first=texts.LET)

    @app.action(re.compile(f"{Action.CERTIFICATE}([.].*)?"))
    def read(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            slack.admit(pressed.origin)
            answer.open(certificate_of(slack, pressed.value, user=pressed.user.id))

    @app.action(Action.TAKE_ALONE_BACK)
    def take_back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            workflow = _admitted(slack, pressed, Shown.read(pressed.value), slack.rights.take_back, wants=TAKES_BACK)
            answer.open(blocks.taking_back(certificate_view(slack.context, workflow)))

    @app.view(Callback.TAKE_ALONE_BACK)
    def taken_back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _take_back(slack, answer, submission(body))


def may(slack: SlackContext, user: str, workflow: AnyWorkflow) -> May:
    """Return what a person may do to a workflow's certificate."""
    lets = bool(list(slack.allowed(slack.rights.let_alone, user, [workflow])))
    return May(let=lets, take_back=bool(list(slack.allowed(slack.rights.take_back, user, [workflow]))))


def certificate_of(slack: SlackContext, name: str, *, user: str) -> View:
    """Return the certificate of a workflow, as a page. Raise `Refused` where a person may not read its cases."""
    try:
        workflow = slack.context.registry.get(name)
        with slack.discreet(name, None):
            slack.rights.read(user, workflow)
    except (Unknown, NotAllowed) as error:
        refusals.note_unseen(slack.context, "", by=user, wanted="read")
        raise NotHere from error
    return blocks.page(certificate_view(slack.context, workflow), may=may(slack, user, workflow))


def _answer_question(
    slack: SlackContext,
    answer: Answer,
    pressed: Click,
    act: Callable[[SlackContext, AnyWorkflow, Shown, str], None],
) -> None:
    """Do what a button of the question is for, and draw what became of it. Raise `Refused`, which is audited."""
    shown = Shown.read(pressed.value)
    workflow = _admitted(slack, pressed, shown, slack.rights.let_alone, wants=LETS)
    with _redrawn(slack, answer, shown):
        act(slack, workflow, shown, pressed.user.id)
    answer.done()
    answer.redraw(blocks.question(question_view(slack.context, shown.id)))


def _let(slack: SlackContext, workflow: AnyWorkflow, shown: Shown, by: str) -> None:
    with slack.watched_of_workflow(workflow.name, by=by, wants=LETS):
        answers.let_shown(slack.context, shown.id, shown.version, by=by)


def _leave(slack: SlackContext, workflow: AnyWorkflow, shown: Shown, by: str) -> None:
    with slack.watched_of_workflow(workflow.name, by=by, wants=LETS):
        answers.leave_shown(slack.context, shown.id, shown.version, by=by)


def _take_back(slack: SlackContext, answer: Answer, sent: Submission) -> None:
    """Take back what goes alone, for a reason. What is refused stands beside the reason."""
    shown, by = sent.view.shown, sent.user.id
    workflow = _admitted(slack, sent, shown, slack.rights.take_back, wants=TAKES_BACK)
    why = inputs.read_plainly(sent.view.state.values).get(WHY, "").strip()
    try:
        with slack.watched_of_workflow(workflow.name, by=by, wants=TAKES_BACK):
            answers.withdraw_shown(slack.context, shown.id, shown.version, by=by, reason=why)
    except Refused as error:
        answer.done(response_action="errors", errors={WHY: sentence(str(error))})
        return
    view = certificate_view(slack.context, workflow)
    page = blocks.page(view, may=may(slack, by, workflow), first=texts.TAKEN_BACK)
    answer.done(response_action="update", view=page)


def _show(slack: SlackContext, answer: Answer, workflow: AnyWorkflow, *, user: str, first: str) -> None:
    """Draw the certificate anew, where it was pressed."""
    view, rights = certificate_view(slack.context, workflow), may(slack, user, workflow)
    if answer.in_modal:
        answer.update(blocks.page(view, may=rights, first=first), done="It is recorded")
        return
    answer.done()
    answer.redraw(blocks.certificate(view, may=rights, first=first))


def _admitted(
    slack: SlackContext,
    acted: Click | Submission,
    shown: Shown,
    right: Callable[[str, AnyWorkflow], None],
    *,
    wants: str,
) -> AnyWorkflow:
    """Return the workflow of an epoch, for whoever has a right. Raise `Refused`, which is audited."""
    return read_workflow(slack, acted, shown, lambda: workflow_of(slack.context, shown.id), right=right, wants=wants)


@contextmanager
def _redrawn(slack: SlackContext, answer: Answer, shown: Shown) -> Iterator[None]:
    """Draw the question as it stands where somebody else was first."""
    try:
        yield
    except Stale:
        answer.done()
        answer.redraw(blocks.question(question_view(slack.context, shown.id)))
        raise
