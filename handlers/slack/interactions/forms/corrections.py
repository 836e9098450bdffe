"""Corrections of delivered cases: a form with the delivered values makes a proposal that a person decides."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.modals import WHY
from handlers.slack.blocks.parts import inputs
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.interactions.forms.form_subjects import (
    admitted_to_correct,
    admitted_to_fill_in,
    has_moved_on,
    subject_of,
    too_late,
)
from handlers.slack.interactions.forms.open_forms import OpenForm, case_form, form_in, keep, shown_as_is
from handlers.slack.interactions.forms.submissions import complaining, hand_back, present_form
from handlers.slack.payloads import Submission, click, submission
from handlers.slack.readings import note_reading
from handlers.slack.replies import afterwards, answering
from workflows.engine.case.reading_ways import Way
from workflows.engine.errors import CorrectionWaits, InvalidOutput, NeverBroken, Refused
from workflows.engine.review import refusals
from workflows.engine.review.form import drafts
from workflows.engine.review.form.forms import form_mark, read_form
from workflows.engine.review.spot_checks.looks import note_seen
from workflows.engine.review.wrong import corrections

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to reports that a delivery is wrong."""

    @app.action(Action.CORRECT)
    def correct(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            by, shown = pressed.user.id, Shown.read(pressed.value)
            view = admitted_to_correct(slack, pressed, shown)
            if has_moved_on(view, shown):
                raise too_late(slack, view, by=by)
            try:
                # Said before they type, and not after.
                with refusals.told_of_case(slack.context, view.case, by=by, wanted="correct"):
                    corrections.refuse_second(slack.context, view.case)
            except CorrectionWaits as waits:
                answer.tell(answers.second_correction(waits, generation=view.generation))
                return
            answer.open(case_form(slack, view, user=by))
            afterwards("seen", partial(note_seen, slack.context, view.case, by=by))
            note_reading(slack, view.case, by=by, way=Way.FORM)

    @app.view(Callback.CORRECT)
    def submitted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            form: OpenForm | None = None
            try:
                form = form_in(slack, admitted_to_fill_in(slack, sent), sent.view, user=sent.user.id)
                again = _correct(slack, sent, form)
            except Refused as error:
                # What was delivered is not for everybody to know.
                state, labels = sent.view.state.values, sent.view.labels
                typed = form.changes if form is not None else inputs.read_labelled(state, labels)
                if isinstance(error, CorrectionWaits):
                    told = answers.second_correction(error, generation=slack.context.restores.number)
                    answer.done(response_action="update", view=modals.told(told, typed=typed))
                else:
                    hand_back(slack, answer, sent, error, typed=typed)
            else:
                if again:
                    answer.done(**again)
                    return
                answer.done(response_action="update", view=modals.told(answers.correction_waits(sent.view.shown.id)))
                afterwards("draft", partial(drafts.forget, slack.context, subject_of(form.about), by=sent.user.id))


def _correct(slack: SlackContext, sent: Submission, form: OpenForm) -> dict[str, Any]:
    """Propose what stands in a form; returns the next state of the form: it ends, or has something to look at first."""
    about, case, by = form.about, sent.view.shown.id, sent.user.id
    if has_moved_on(about, sent.view.shown):
        raise too_late(slack, about, by=by)
    if sent.view.mark not in ("", form_mark(form.fields)):
        return present_form(slack, form, user=by)
    typed = {name: text for name, text in form.typed.items() if name != WHY}
    why = form.typed.get(WHY, "").strip()
    try:
        with refusals.told_of_case(slack.context, case, by=by, wanted="correct"):
            # It comes before lost rows: a form that arrives twice has lost the draft of what it proposed.
            corrections.refuse_second(slack.context, case)
            if form.is_lost:
                keep(slack, form, user=by)
                return {"response_action": "update", "view": shown_as_is(form)}
            output = read_form(form.workflow.output, typed, zone=form.workflow.timezone)
            reasons, run = [why] if why else [], sent.view.shown.version
            corrections.correct(slack.context, case, output, by=by, reasons=reasons, of=run)
    except InvalidOutput as error:
        return complaining(slack, form, sent, error.errors)
    except NeverBroken as broken:
        return complaining(slack, form, sent, {"": str(broken)})
    return {}
