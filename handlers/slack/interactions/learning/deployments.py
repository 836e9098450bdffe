"""Buttons of a deployment's card: a version is signed, refused, looked at, or taken back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.learning import deployment as blocks
from handlers.slack.blocks.learning.deployment import WHY
from handlers.slack.blocks.parts import inputs
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import Answer, answering
from handlers.texts.answers import sentence
from store.subjects import SubjectKind
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.review import refusals
from workflows.engine.review.views import WhyRefused
from workflows.quality.deployments import signing
from workflows.quality.deployments.reading import deployment_view
from workflows.quality.deployments.rolling_back import give_up_shown, roll_back_shown
from workflows.quality.deployments.views import As, DeploymentView
from workflows.quality.rollouts.listing import with_plan

Body = Mapping[str, Any]
Act = Callable[[SlackContext, DeploymentView, Shown, str], None]
"""A function that does what a button is for: with the version, the reference that was pressed, and the person."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons and forms of deployments."""

    @app.action(Action.SIGN_VERSION)
    def sign(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _act(slack, answer, click(body), _sign, wants="sign")

    @app.action(Action.SIGN_ALL_THE_SAME)
    def sign_all_the_same(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.open(blocks.all_the_same(_admitted(slack, pressed, Shown.read(pressed.value), wants="sign")))

    @app.view(Callback.SIGN_VERSION)
    def signed_all_the_same(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            with _errors_in_the_form(answer):
                _signed_all_the_same(slack, sent, sent.view.shown, why=_why(sent))

    @app.action(Action.REJECT_VERSION)
    def reject(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _act(slack, answer, click(body), _reject, wants="reject")

    @app.action(Action.GIVE_UP_VERSION)
    def give_up(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _act(slack, answer, click(body), _give_up, wants="give up")

    @app.action(Action.WHAT_CHANGES)
    def what_changes(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.open(blocks.change(_admitted(slack, pressed, Shown.read(pressed.value), wants="read")))

    @app.action(Action.ROLL_BACK)
    def roll_back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            answer.open(blocks.rolling_back(_admitted(slack, pressed, Shown.read(pressed.value), wants="roll back")))

    @app.view(Callback.ROLL_BACK)
    def rolled_back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            with _errors_in_the_form(answer):
                _rolled_back(slack, sent, sent.view.shown, why=_why(sent))


def _act(slack: SlackContext, answer: Answer, pressed: Click, act: Act, *, wants: str) -> None:
    """Do what a button is for with the version that it shows, and draw the card as it stands then."""
    shown, by = Shown.read(pressed.value), pressed.user.id
    view = _admitted(slack, pressed, shown, wants=wants)
    with _redrawn(slack, answer, view), _watched(slack, view.id, by=by, wants=wants):
        act(slack, view, shown, by)
    answer.done()
    answer.redraw(blocks.deployment(deployment_view(slack.context, view.id)))


def _sign(slack: SlackContext, view: DeploymentView, shown: Shown, by: str, override: str | None = None) -> None:
    """Sign a version for whoever may. `override`: why they sign one that is refused."""
    workflow = slack.context.registry.get(view.workflow)
    how = As.OWNER if by == view.owner else As.BACKUP if by == view.backup else As.ENGINEER
    signing.sign(slack.context, workflow, view.id, change=shown.version, by=by, how=how, override=override)


def _reject(slack: SlackContext, view: DeploymentView, shown: Shown, by: str) -> None:
    workflow = slack.context.registry.get(view.workflow)
    signing.reject(slack.context, workflow, view.id, change=shown.version, by=by)


def _give_up(slack: SlackContext, view: DeploymentView, shown: Shown, by: str) -> None:
    give_up_shown(slack.context, view.id, change=shown.version, by=by)


def _signed_all_the_same(slack: SlackContext, sent: Submission, shown: Shown, *, why: str) -> None:
    """Sign a version that is refused, with a reason. Raise `Refused`."""
    view, by = _admitted(slack, sent, shown, wants="sign"), sent.user.id
    with _watched(slack, view.id, by=by, wants="sign"):
        _sign(slack, view, shown, by, why)


def _rolled_back(slack: SlackContext, sent: Submission, shown: Shown, *, why: str) -> None:
    """Take back the version that is shown. Raise `Refused`."""
    view = _admitted(slack, sent, shown, wants="roll back")
    with _watched(slack, view.id, by=sent.user.id, wants="roll back"):
        roll_back_shown(slack.context, view.id, change=shown.version, by=sent.user.id, reason=why)


def _admitted(slack: SlackContext, acted: Click | Submission, shown: Shown, *, wants: str) -> DeploymentView:
    """Return a deployment for whoever may say what is deployed. Raise `Refused`, which is audited."""
    subject = SubjectKind.DEPLOYMENT.of(shown.id)
    with slack.watched_stray(subject, by=acted.user.id, wants=wants):
        slack.known_here(shown.generation)
    try:
        view = deployment_view(slack.context, shown.id)
        workflow = slack.context.registry.get(view.workflow)
    except Unknown as error:
        slack.not_there(subject, acted.origin, by=acted.user.id, wants=wants)
        raise NotHere from error
    with _watched(slack, view.id, by=acted.user.id, wants=wants):
        slack.admit(acted.origin)
        slack.rights.deploy(acted.user.id, workflow)
    return view


@contextmanager
def _redrawn(slack: SlackContext, answer: Answer, view: DeploymentView) -> Iterator[None]:
    """Draw the card as it stands where somebody else was first."""
    try:
        yield
    except Stale:
        answer.done()
        answer.redraw(blocks.deployment(with_plan(slack.context, deployment_view(slack.context, view.id))))
        raise


@contextmanager
def _errors_in_the_form(answer: Answer) -> Iterator[None]:
    """Answer a form: it closes, or says what was wrong beside its input."""
    try:
        yield
    except Refused as error:
        answer.done(response_action="errors", errors={WHY: sentence(str(error))})
    else:
        answer.done()


def _why(sent: Submission) -> str:
    return inputs.read_plainly(sent.view.state.values).get(WHY, "").strip()


@contextmanager
def _watched(slack: SlackContext, deployment: int, *, by: str, wants: str) -> Iterator[None]:
    """Record a refusal, where the block raises `Refused`, in the audit."""
    try:
        yield
    except Refused as error:
        why = WhyRefused.NO_RIGHT if isinstance(error, NotAllowed) else refusals.why_of(error)
        refusals.note_stray(slack.context, SubjectKind.DEPLOYMENT.of(deployment), by=by, wanted=wants, why=why)
        raise
