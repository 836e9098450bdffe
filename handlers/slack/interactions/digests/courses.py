"""Buttons under the question whether a workflow is to expand, hold or stop, and those of the quality review.

Leads and the workflow's owner may choose; whoever may pause it may pause it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import modals
from handlers.slack.blocks.digests.course import NOTE, chosen, course, paused, to_forward
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.paragraphs import fitted
from handlers.slack.blocks.spot_check import NOTHING_WAITS
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.interactions.spot_checks.next_spot_check import begin
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import Answer, answering
from handlers.texts.digests.courses import why_paused
from handlers.texts.digests.quality import rejections as in_words
from store.subjects import Subject, SubjectKind
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver import workflow_pauses
from workflows.engine.digests.courses import choosing
from workflows.engine.digests.courses.views import Choice, CourseView
from workflows.engine.digests.quality import reasons
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.review import refusals
from workflows.engine.review.views import WhyRefused

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons of courses and of the quality review."""

    @app.action(Action.EXPAND)
    def expand(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _choose(slack, answer, click(body), Choice.EXPAND)

    @app.action(Action.HOLD)
    def hold(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _choose(slack, answer, click(body), Choice.HOLD)

    @app.action(Action.STOP)
    def stop(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            _choose(slack, answer, click(body), Choice.STOP)

    @app.action(Action.FORWARD)
    def forward(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            # It says what the card shows everybody in the channel.
            view = _shown_to(slack, pressed, Shown.read(pressed.value), wants="read")
            answer.open(to_forward(view))

    @app.view(Callback.COURSE)
    def noted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            view, by = _admitted(slack, sent, sent.view.shown), sent.user.id
            said = inputs.read_plainly(sent.view.state.values).get(NOTE, "")
            if view.choice is not None and said.strip() != (view.note or ""):
                with _watched(slack, _course(view), by=by, wants="choose"):
                    choosing.choose(
                        slack.context, view.id, sent.view.shown.version, choice=view.choice, by=by, note=said
                    )
            answer.done()

    @app.action(Action.PAUSE_CHOSEN)
    def pause_chosen(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = _shown_to(slack, pressed, Shown.read(pressed.value), wants="pause")
            with _watched(slack, _course(view), by=pressed.user.id, wants="pause"):
                slack.rights.pause(pressed.user.id, slack.context.registry.get(view.workflow))
                workflow_pauses.pause(slack.context, view.workflow, by=pressed.user.id, reason=why_paused(view))
            answer.update(paused(view), done="It is paused")

    @app.action(Action.START_CHECKS)
    def start_checks(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown, by = Shown.read(pressed.value), pressed.user.id
            with _watched(slack, SubjectKind.DIGEST.of(shown.id), by=by, wants="look"):
                workflow = _workflow_of(slack, pressed, shown)
                slack.rights.decide(by, workflow)
            if not begin(slack, answer, user=by, among=workflow.name):
                answer.tell(NOTHING_WAITS)

    @app.action(Action.REASONS)
    def show_reasons(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown, by = Shown.read(pressed.value), pressed.user.id
            with _watched(slack, SubjectKind.DIGEST.of(shown.id), by=by, wants="read"):
                slack.rights.read(by, _workflow_of(slack, pressed, shown))
            found = reasons.rejections(slack.context, shown.id, shown.version)
            answer.open(modals.told(fitted(lambda room: in_words(found, room))))


def _workflow_of(slack: SlackContext, pressed: Click, shown: Shown) -> AnyWorkflow:
    """Return the workflow that a button of a quality review names, for a member of the workspace. Raise `Refused`."""
    slack.known_here(shown.generation)
    slack.admit(pressed.origin)
    return slack.context.registry.get(reasons.named_in(slack.context, shown.id, shown.version))


def _choose(slack: SlackContext, answer: Answer, pressed: Click, choice: Choice) -> None:
    """Keep a choice, show the text to forward, and draw the card as it stands, also where somebody else was first."""
    shown, by = Shown.read(pressed.value), pressed.user.id
    view = _admitted(slack, pressed, shown)
    try:
        with _watched(slack, _course(view), by=by, wants="choose"):
            choosing.choose(slack.context, view.id, shown.version, choice=choice, by=by)
    except Stale:
        answer.done()
        answer.redraw(course(choosing.course_view(slack.context, view.id)))
        raise
    now = choosing.course_view(slack.context, view.id)
    answer.open(
        chosen(
            now,
            may_pause=_may_pause(slack, by, now.workflow),
            is_paused=workflow_pauses.is_paused(slack.context, now.workflow),
        )
    )
    answer.redraw(course(now))


def _admitted(slack: SlackContext, acted: Click | Submission, shown: Shown) -> CourseView:
    """Check who may choose the course of a workflow, and return it. Raise `Refused`, which is audited."""
    view = _shown_to(slack, acted, shown, wants="choose")
    with _watched(slack, _course(view), by=acted.user.id, wants="choose"):
        slack.rights.choose(acted.user.id, slack.context.registry.get(view.workflow))
    return view


def _shown_to(slack: SlackContext, acted: Click | Submission, shown: Shown, *, wants: str) -> CourseView:
    """Return a course for a member of the workspace, whose button is of this database. Raise `Refused`."""
    subject = SubjectKind.COURSE.of(shown.id)
    with slack.watched_stray(subject, by=acted.user.id, wants=wants):
        slack.known_here(shown.generation)
    try:
        view = choosing.course_view(slack.context, shown.id)
    except Unknown as error:
        slack.not_there(subject, acted.origin, by=acted.user.id, wants=wants)
        raise NotHere from error
    with _watched(slack, subject, by=acted.user.id, wants=wants):
        slack.admit(acted.origin)
    return view


def _may_pause(slack: SlackContext, user: str, workflow: str) -> bool:
    """Tell whether somebody may pause a workflow, as far as Slack can tell."""
    try:
        slack.rights.pause(user, slack.context.registry.get(workflow))
    except Refused:
        return False
    return True


def _course(view: CourseView) -> Subject:
    return SubjectKind.COURSE.of(view.id)


@contextmanager
def _watched(slack: SlackContext, subject: Subject, *, by: str, wants: str) -> Iterator[None]:
    """Record a refusal, where the block raises `Refused`, in the audit."""
    try:
        yield
    except Refused as error:
        why = WhyRefused.NO_RIGHT if isinstance(error, NotAllowed) else refusals.why_of(error)
        refusals.note_stray(slack.context, subject, by=by, wanted=wants, why=why)
        raise
