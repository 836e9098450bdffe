"""Buttons on the card of a cause of failures. Engineers and the workflow's owner may press them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.cause import UNTIL, cause, ignore_form
from handlers.slack.blocks.parts import inputs
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import Answer, answering
from handlers.texts.operations.causes import NOT_CHOSEN, choices
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.read.causes import cause_view
from workflows.engine.review import refusals
from workflows.engine.review.rerun import bulk_reruns, mending
from workflows.engine.review.rerun.bulk_rules import PAUSE, WAITS_AT_MOST
from workflows.engine.review.rerun.mending import Until
from workflows.engine.review.views import WhyRefused

Body = Mapping[str, Any]
_WORDS = {
    "time": lambda number: Until(time=timedelta(hours=number)),
    "count": lambda number: Until(count=number),
    "rate": lambda number: Until(rate=number),
}


def register(app: App, slack: SlackContext) -> None:
    """Listen to the buttons on the card of a cause, and to its form."""

    def do(body: Body, ack: Ack, client: WebClient, act: Callable[[Context, Shown, str], object], wants: str) -> None:
        with answering(body, ack, client) as answer:
            _act(slack, answer, click(body), act, wants=wants)

    @app.action(Action.RERUN_ONE)
    def rerun_one(body: Body, ack: Ack, client: WebClient) -> None:
        do(body, ack, client, lambda context, of, by: mending.rerun_one(context, of.id, of.version, by=by), "rerun")

    @app.action(Action.RERUN_ALL)
    def rerun_all(body: Body, ack: Ack, client: WebClient) -> None:
        do(
            body,
            ack,
            client,
            lambda context, of, by: bulk_reruns.begin(context, of.id, by=by, after=of.version),
            "rerun_all",
        )

    @app.action(Action.RERUN_LATER)
    def rerun_later(body: Body, ack: Ack, client: WebClient) -> None:
        do(
            body,
            ack,
            client,
            lambda context, of, by: bulk_reruns.plan(context, of.id, by=by, wait=PAUSE, after=of.version),
            "rerun_later",
        )

    @app.action(Action.RERUN_WELL)
    def rerun_well(body: Body, ack: Ack, client: WebClient) -> None:
        do(
            body,
            ack,
            client,
            lambda context, of, by: bulk_reruns.plan(
                context, of.id, by=by, wait=WAITS_AT_MOST, is_for_system=True, after=of.version
            ),
            "rerun_later",
        )

    @app.action(Action.STOP_RERUN)
    def stop_rerun(body: Body, ack: Ack, client: WebClient) -> None:
        do(body, ack, client, lambda context, of, by: bulk_reruns.stop(context, of.id, of.version, by=by), "stop_rerun")

    @app.action(Action.MEND)
    def mend(body: Body, ack: Ack, client: WebClient) -> None:
        do(body, ack, client, lambda context, of, by: mending.take_over(context, of.id, of.version, by=by), "mend")

    @on(app, Action.RESOLVE)
    def resolve(body: Body, ack: Ack, client: WebClient) -> None:
        do(body, ack, client, lambda context, of, by: mending.resolve(context, of.id, of.version, by=by), "resolve")

    @on(app, Action.OPEN_AGAIN)
    def open_again(body: Body, ack: Ack, client: WebClient) -> None:
        do(body, ack, client, lambda context, of, by: mending.open_again(context, of.id, of.version, by=by), "open")

    @on(app, Action.IGNORE)
    def ignore(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            shown = _admitted(slack, pressed, Shown.read(pressed.value), wants="ignore")
            answer.open(ignore_form(cause_view(slack.context, shown.id)))

    @app.view(Callback.IGNORE)
    def ignored(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            until = _until(inputs.read_plainly(sent.view.state.values).get(UNTIL, ""))
            if until is None:
                answer.done(response_action="errors", errors={UNTIL: NOT_CHOSEN})
                return
            shown, by = _admitted(slack, sent, sent.view.shown, wants="ignore"), sent.user.id
            with _watched(slack, shown, by=by, wants="ignore"):
                mending.ignore(slack.context, shown.id, shown.version, until=until, by=by)
            answer.done()


def _act(
    slack: SlackContext, answer: Answer, pressed: Click, act: Callable[[Context, Shown, str], object], *, wants: str
) -> None:
    """Do what a button says, and draw its card as it stands then, also where somebody else was first."""
    shown, by = _admitted(slack, pressed, Shown.read(pressed.value), wants=wants), pressed.user.id
    try:
        with _watched(slack, shown, by=by, wants=wants):
            act(slack.context, shown, by)
    except Stale:
        answer.done()
        answer.redraw(cause(cause_view(slack.context, shown.id)))
        raise
    answer.done()
    answer.redraw(cause(cause_view(slack.context, shown.id)))


def _admitted(slack: SlackContext, acted: Click | Submission, shown: Shown, *, wants: str) -> Shown:
    """Check who may do something about a cause, and whether the button is of this database. Raise `Refused`, which is
    audited.
    """
    user, subject = acted.user.id, SubjectKind.CAUSE.of(shown.id)
    with slack.watched_stray(subject, by=user, wants=wants):
        slack.known_here(shown.generation)
    try:
        place = mending.place_of(slack.context, shown.id)
    except Unknown as error:
        slack.not_there(subject, acted.origin, by=user, wants=wants)
        raise NotHere from error
    with _watched(slack, shown, by=user, wants=wants):
        slack.admit(acted.origin)
        slack.rights.rerun(user, slack.context.registry.get(place.workflow))
    return shown


@contextmanager
def _watched(slack: SlackContext, shown: Shown, *, by: str, wants: str) -> Iterator[None]:
    """Record a refusal, where the block raises `Refused`, in the audit."""
    try:
        yield
    except Refused as error:
        why = WhyRefused.NO_RIGHT if isinstance(error, NotAllowed) else refusals.why_of(error)
        refusals.note_stray(slack.context, SubjectKind.CAUSE.of(shown.id), by=by, wanted=wants, why=why)
        raise


def _until(chosen: str) -> Until | None:
    """Return what was chosen; None for nothing, or for what no form of ours offers."""
    if chosen not in choices():
        return None
    word, _, number = chosen.partition(".")
    return _WORDS[word](int(number))
