"""Inputs that are put right: a form with the present input, and the case runs again with what stands in it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.modals import WHY
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.paragraphs import fitted
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.in_time import InTime, in_time
from handlers.slack.interactions.forms.form_subjects import (
    admitted_to_correct_input,
    has_moved_on,
    subject_of,
    too_late,
)
from handlers.slack.interactions.forms.open_forms import OpenForm, case_form, form_in, keep, shown_as_is
from handlers.slack.interactions.forms.submissions import complaining, hand_back, present_form
from handlers.slack.payloads import Submission, click, submission
from handlers.slack.readings import note_reading
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts.answers import sentence
from handlers.texts.documents import files
from handlers.texts.operations import reruns
from handlers.texts.review import forms
from workflows.documents.document import Document
from workflows.engine.case.intake import accept_filled_in
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import AlreadyDelivered, BadReason, InvalidInput, InvalidOutput, Refused, Repeated
from workflows.engine.read.history import case_view
from workflows.engine.review import refusals
from workflows.engine.review.corrected import corrected_inputs
from workflows.engine.review.corrected.views import InputView
from workflows.engine.review.form import drafts
from workflows.engine.review.form.forms import form_mark, read_form
from workflows.engine.sources.heard.files import FileUnreachable, receive
from workflows.engine.sources.heard.views import FileProblem, NoFile

Body = Mapping[str, Any]
_WANTS = "correct_input"


def register(app: App, slack: SlackContext) -> None:
    """Listen to the button that opens the form of an input, and to that form."""

    @app.action(Action.CORRECT_INPUT)
    def correct_input(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            by, shown = pressed.user.id, Shown.read(pressed.value)
            view = admitted_to_correct_input(slack, pressed, shown)
            if has_moved_on(view, shown):
                raise too_late(slack, view, by=by)
            open_form(slack, answer, view, by=by)

    @app.view(Callback.CORRECT_INPUT)
    def submitted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            form: OpenForm | None = None
            try:
                view = admitted_to_correct_input(slack, sent, sent.view.shown)
                form = form_in(slack, view, sent.view, user=sent.user.id)
                with in_time(partial(_still_being_read, answer, sent)) as claim:
                    done = _rerun(slack, sent, form, view, claim)
            except Refused as error:
                # What came in is not for everybody to know.
                state, labels = sent.view.state.values, sent.view.labels
                typed = form.changes if form is not None else inputs.read_labelled(state, labels)
                if isinstance(error, AlreadyDelivered):
                    told = answers.delivered_already(_delivered(slack, sent.view.shown.id, error))
                    answer.done(response_action="update", view=modals.told(told, typed=typed))
                else:
                    hand_back(slack, answer, sent, error, typed=typed)
            else:
                if done is not None:
                    answer.done(**done)


def open_form(slack: SlackContext, answer: Answer, view: InputView, *, by: str) -> None:
    """Open the form of an input; for a delivered case, say how that is corrected. Raise `Refused`, which is audited."""
    try:
        # Said before they type, and not after.
        with refusals.told_of_case(slack.context, view.case, by=by, wanted=_WANTS):
            corrected_inputs.refuse_impossible(slack.context, view.case)
    except AlreadyDelivered as delivered:
        answer.tell(answers.delivered_already(_delivered(slack, view.case, delivered)))
        return
    answer.open(case_form(slack, view, user=by))
    note_reading(slack, view.case, by=by, way=Way.INPUT_FORM)


def _still_being_read(answer: Answer, sent: Submission) -> None:
    """Say that a file takes longer to read than the form waits. It is kept, so that the next time is short."""
    chosen = inputs.read_files(sent.view.state.values)
    errors = inputs.errors(
        dict.fromkeys(chosen, files.STILL_BEING_READ) or {"": files.STILL_BEING_READ},
        sent.view.state.values,
        sent.view.order,
    )
    answer.done(response_action="errors", errors=errors)


def _rerun(
    slack: SlackContext, sent: Submission, form: OpenForm, view: InputView, claim: InTime
) -> dict[str, Any] | None:
    """Run the case again with what stands in a form; returns what takes the form's place, or its errors.

    None where reading a file took so long that the form was answered before: nothing was done.
    """
    context, by = slack.context, sent.user.id
    chosen = inputs.read_files(sent.view.state.values)
    if not chosen:
        claim.is_for_work()
    differs = [*chosen, *(name for name in form.changes if name != forms.WHY_CORRECTED)]
    # Where it holds what the case has now, it may be what arrived before.
    if differs and has_moved_on(view, sent.view.shown):
        raise too_late(slack, view, by=by)
    if sent.view.mark not in ("", form_mark(form.fields)):
        return present_form(slack, form, user=by)
    if form.is_lost:
        keep(slack, form, user=by)
        return {"response_action": "update", "view": shown_as_is(form)}
    typed = {name: text for name, text in form.typed.items() if name != WHY}
    present = corrected_inputs.present_documents(context, view.case)
    received, problems = dict[str, Sequence[Document]](), list[FileProblem]()
    try:
        for name, attached in chosen.items():
            came = receive(context, attached, slack.files, owner=by, field=name)
            received[name] = came.documents
            problems += came.problems
    except FileUnreachable:
        problems = [FileProblem(place=1, why=NoFile.UNREACHABLE, field=name) for name in chosen]
    if not claim.is_for_work():
        return None
    if problems:
        return complaining(slack, form, sent, files.complaints(problems))
    try:
        made_input = read_form(
            form.workflow.input,
            typed,
            zone=form.workflow.timezone,
            documents={**present, **received},
            present=[one for listed in present.values() for one in listed],
        )
        accepted = accept_filled_in(form.workflow, made_input)
        with refusals.told_of_case(context, view.case, by=by, wanted=_WANTS):
            made = corrected_inputs.rerun_corrected(
                context, view.case, accepted, by=by, reason=form.typed.get(WHY, ""), moves=sent.view.shown.version
            )
    except Repeated:
        done = case_view(context, view.case).corrected
        assert done is not None
        told = fitted(partial(reruns.told_put_right, done))
        return {"response_action": "update", "view": modals.told(told, about=forms.RUN_AGAIN)}
    except (InvalidOutput, InvalidInput) as error:
        return complaining(slack, form, sent, error.errors)
    except BadReason as error:
        keep(slack, form, user=by)
        asked = next((block for block in sent.view.state.values if block.startswith(WHY)), WHY)
        return {"response_action": "errors", "errors": {asked: sentence(str(error))}}
    afterwards("draft", partial(drafts.forget, context, subject_of(view), by=by))
    told = fitted(partial(reruns.begun_corrected, made))
    return {"response_action": "update", "view": modals.told(told, about=forms.RUN_AGAIN)}


def _delivered(slack: SlackContext, case: int, error: AlreadyDelivered) -> Shown:
    return Shown(id=case, version=error.run, generation=slack.context.restores.number)
