"""Questions to the source of a case, and answers that somebody gives in its place."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.questions import TEXT, answer_form, question_form
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, Listed, Shown
from handlers.slack.interactions.decisions import (
    admitted,
    may_decide,
    open_form,
    show_decided,
    too_late,
)
from handlers.slack.interactions.menu import on
from handlers.slack.payloads import Submission, click, submission
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, answering
from handlers.texts.answers import sentence
from handlers.texts.review.questions import asked_of
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import BadReason, Refused, Stale
from workflows.engine.review import refusals, reviews
from workflows.engine.review.source import questions
from workflows.engine.review.views import CardView

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to questions and answers."""

    @on(app, Action.ASK_SOURCE)
    def open_question(body: Body, ack: Ack, client: WebClient) -> None:
        def form(view: CardView, listed: Listed | None, user: str) -> View:
            shown = Shown(id=view.review, version=view.version, generation=view.generation)
            return question_form(view, metadata=f"{shown} {listed}" if listed is not None else str(shown))

        open_form(slack, body, ack, client, form, wants="ask")

    @app.view(Callback.ASK_SOURCE)
    def ask(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            text = _typed(submitted)
            try:
                _ask(slack, submitted, text)
            except BadReason as error:
                answer.done(response_action="errors", errors={TEXT: sentence(str(error))})
            except Stale:
                told = too_late(slack, submitted.view.shown.id, user=submitted.user.id)
                _hand_back(answer, told, text)
            else:
                answer.done()
                show_decided(slack, answer, submitted, submitted.view.shown.id)

    @app.action(Action.ANSWER)
    def open_answer(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = admitted(slack, pressed, Shown.read(pressed.value))
            answer.open(answer_form(view))
            note_reading(slack, view.case, by=pressed.user.id, way=Way.FORM)

    @app.view(Callback.ANSWER)
    def reply(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            text = _typed(submitted)
            try:
                _reply(slack, submitted, text)
            except BadReason as error:
                answer.done(response_action="errors", errors={TEXT: sentence(str(error))})
            except Refused as error:
                _hand_back(answer, answers.refused(str(error)), text)
            else:
                answer.done()


def _typed(submitted: Submission) -> str:
    return inputs.read_plainly(submitted.view.state.values).get(TEXT, "")


def _ask(slack: SlackContext, submitted: Submission, text: str) -> None:
    shown, by = submitted.view.shown, submitted.user.id
    may_decide(slack, submitted, shown)
    with refusals.told_of_review(slack.context, shown.id, by=by, wanted="ask"):
        interaction_id = submitted.interaction_id
        reviews.ask(slack.context, shown.id, shown.version, question=text, by=by, interaction_id=interaction_id)


def _reply(slack: SlackContext, submitted: Submission, text: str) -> None:
    shown, by = submitted.view.shown, submitted.user.id
    view = admitted(slack, submitted, shown)
    asked = asked_of(view)
    with refusals.told_of_review(slack.context, shown.id, by=by, wanted="answer"):
        questions.reply(slack.context, view.case, text, by=by, number=asked.number if asked is not None else None)


def _hand_back(answer: Answer, told: Drawn, text: str) -> None:
    """Show what was typed beside the refusal, so that it is not lost."""
    answer.done(response_action="update", view=modals.told(told, typed={"your text": text}))
