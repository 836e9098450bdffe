"""The button *I looked at it* of the bias digest, for leads and for the owners of the workflows that it tells of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.digests.bias import NOTE, looked
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.blocks.parts import inputs
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.payloads import Click, Submission, click, submission
from handlers.slack.replies import answering
from store.subjects import SubjectKind
from workflows.engine.digests.bias import looks
from workflows.engine.digests.bias.views import BiasFigures
from workflows.engine.digests.making import digest_view
from workflows.engine.digests.views import DigestView
from workflows.engine.errors import Refused, Unknown
from workflows.engine.review import refusals
from workflows.engine.review.views import WhyRefused

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to the button, and to the note that may follow."""

    @app.action(Action.LOOKED)
    def looked_at(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            by, view = pressed.user.id, _shown_to(slack, pressed, Shown.read(pressed.value))
            looks.look(slack.context, view.id or 0, by=by)
            now = digest_view(slack.context, view.id or 0)
            answer.open(looked(now, next((one.note for one in now.looks if one.by == by), None)))
            answer.redraw(digest(now))

    @app.view(Callback.LOOKED)
    def noted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            view = _shown_to(slack, sent, sent.view.shown)
            said = inputs.read_plainly(sent.view.state.values).get(NOTE, "")
            looks.look(slack.context, view.id or 0, by=sent.user.id, note=said)
            answer.done()


def _shown_to(slack: SlackContext, acted: Click | Submission, shown: Shown) -> DigestView:
    """Return a digest for somebody who may say that they looked at it. Raise `Refused`, which is audited."""
    subject, by = SubjectKind.DIGEST.of(shown.id), acted.user.id
    with slack.watched_stray(subject, by=by, wants="look"):
        slack.known_here(shown.generation)
    try:
        view = digest_view(slack.context, shown.id)
    except Unknown as error:
        slack.not_there(subject, acted.origin, by=by, wants="look")
        raise NotHere from error
    with _watched(slack, shown.id, by=by):
        slack.admit(acted.origin)
        _check(slack, by, view)
    return view


def _check(slack: SlackContext, by: str, view: DigestView) -> None:
    """Raise `NotAllowed` unless somebody is a lead, or owns a workflow that the digest tells of."""
    told = {one.workflow for one in view.figures.segments} if isinstance(view.figures, BiasFigures) else set()
    owned = {one.owner for one in slack.context.registry if one.name in told}
    slack.rights.look_at_digest(by, owned)


@contextmanager
def _watched(slack: SlackContext, digest: int, *, by: str) -> Iterator[None]:
    """Record a refusal, where the block raises `Refused`, in the audit."""
    try:
        yield
    except Refused as error:
        why = WhyRefused.NO_RIGHT if isinstance(error, NotAllowed) else refusals.why_of(error)
        refusals.note_stray(slack.context, SubjectKind.DIGEST.of(digest), by=by, wanted="look", why=why)
        raise
