"""Reports that something was wrong: from the menu of a message or a card, by a form.

Whoever sees a message of ours may report it. The answer is always the same, whatever the report is about, and comes
once it is kept; what follows from it comes afterwards.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.admission import Origin
from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import modals
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.blocks.report import SAID, report_form
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import click, shortcut, submission
from handlers.slack.replies import afterwards, answering
from handlers.texts.answers import sentence
from handlers.texts.review.reports import NOTED
from store.subjects import SubjectKind
from workflows.engine.errors import BadReason, Refused
from workflows.engine.review import refusals
from workflows.engine.review.cards import place_of
from workflows.engine.review.views import WhyRefused
from workflows.engine.review.wrong import reports

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to reports."""

    @app.message_shortcut(Callback.REPORT)
    def from_message(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            chosen = shortcut(body)
            admit(slack, chosen.origin, user=chosen.user.id)
            answer.open(report_form(chosen.about))

    @on(app, Action.REPORT)
    def from_card(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            admit(slack, pressed.origin, user=pressed.user.id)
            answer.open(report_form(str(Shown.read(pressed.value))))

    @app.view(Callback.REPORT)
    def submitted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            admit(slack, sent.origin, user=sent.user.id)
            about = sent.view.private_metadata
            try:
                kept = reports.note(
                    slack.context,
                    about=about,
                    case=_case_of(slack, about),
                    by=sent.user.id,
                    said=inputs.read_plainly(sent.view.state.values).get(SAID, ""),
                    interaction_id=sent.interaction_id,
                )
            except BadReason as error:
                answer.done(response_action="errors", errors={SAID: sentence(str(error))})
                return
            answer.done(response_action="update", view=modals.told(told(NOTED)))
            if kept is not None:
                afterwards("report", partial(reports.take_up, slack.context, kept))


def admit(slack: SlackContext, origin: Origin, *, user: str) -> None:
    """Raise `NotAllowed` for anybody from elsewhere; that is audited."""
    try:
        slack.admit(origin)
    except NotAllowed:
        subject, why = SubjectKind.CASE.unnumbered, WhyRefused.NO_RIGHT
        refusals.note_stray(slack.context, subject, by=user, wanted="report", why=why)
        raise


def _case_of(slack: SlackContext, about: str) -> int | None:
    """Return the case of a message, or of the review on a card; None where it is about no case of ours."""
    match about.split(" "):
        case [channel, ts, *thread]:
            return reports.case_of_message(slack.context, channel=channel, ts=ts, thread=next(iter(thread), None))
        case [review]:
            with suppress(Refused):
                shown = Shown.read(review)
                slack.known_here(shown.generation)
                return place_of(slack.context, shown.id).case
    return None
