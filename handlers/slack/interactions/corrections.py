"""Corrections of delivered cases: a form with the delivered values makes a proposal that a person decides."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.blocks import answers, inputs, modals
from handlers.slack.blocks.modals import WHY, View
from handlers.slack.context import SlackContext
from handlers.slack.ids import Action, Callback, Shown
from handlers.slack.interactions.subjects import read_shown
from handlers.slack.payloads import Click, Search, Submission, click, submission
from handlers.slack.replies import answering
from store.subjects import SubjectKind
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import CorrectionWaits, InvalidOutput, NeverBroken, Refused
from workflows.engine.review import refusals
from workflows.engine.review.cards import place_of_case
from workflows.engine.review.form.forms import form_mark, read_form
from workflows.engine.review.views import DeliveredView, WhyRefused
from workflows.engine.review.wrong import corrections
from workflows.engine.review.wrong.corrections import delivered_view
from workflows.engine.text.form_fields import form_of
from workflows.engine.text.form_records import parts_of

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to reports that a delivery is wrong."""

    @app.action(Action.CORRECT)
    def correct(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            pressed = click(body)
            view = admitted_to_correct(slack, pressed, Shown.read(pressed.value))
            try:
                # Said before they type, and not after.
                with refusals.told_of_case(slack.context, view.case, by=pressed.user.id, wanted="correct"):
                    corrections.refuse_second(slack.context, view.case)
            except CorrectionWaits as waits:
                answer.tell(answers.second_correction(waits, generation=view.generation))
                return
            workflow = slack.context.registry.get(view.workflow)
            fields = form_of(workflow.output, zone=workflow.timezone)
            form = modals.correction_form(view, fields)
            if form is None:
                raise Refused(f"This form is too large for Slack. At the command line: countersign correct {view.case}")
            answer.open(form)

    @app.view(Callback.CORRECT)
    def submitted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            state = sent.view.state.values
            try:
                view = admitted_to_correct(slack, sent, Shown.read(sent.view.private_metadata))
                workflow = slack.context.registry.get(view.workflow)
                why = inputs.read_plainly(state).get(WHY, "").strip()
                anew = _present_form(view, workflow, sent, why=why)
                if anew is not None:
                    answer.done(response_action="update", view=anew)
                    return
                output = read_form(workflow.output, inputs.read(state), zone=workflow.timezone)
                by, reasons = sent.user.id, [why] if why else []
                with refusals.told_of_case(slack.context, view.case, by=by, wanted="correct"):
                    corrections.correct(slack.context, view.case, output, by=by, reasons=reasons, of=view.run)
            except InvalidOutput as error:
                answer.done(response_action="errors", errors=inputs.errors(error.errors, state, sent.view.order))
            except NeverBroken as error:
                answer.done(response_action="errors", errors=inputs.errors({"": str(error)}, state, sent.view.order))
            except CorrectionWaits as waits:
                told = answers.second_correction(waits, generation=slack.context.restores.number)
                typed = inputs.read_labelled(state, sent.view.labels)
                answer.done(response_action="update", view=modals.told(told, typed=typed))
            except Refused as error:
                answer.done(
                    response_action="update",
                    view=modals.told(answers.refused(str(error)), typed=inputs.read_labelled(state, sent.view.labels)),
                )
            else:
                answer.done(response_action="update", view=modals.told(answers.correction_waits(view.case)))


def _present_form(view: DeliveredView, workflow: AnyWorkflow, sent: Submission, *, why: str) -> View | None:
    """Return the present form with what was typed, if an earlier version was submitted. Raise `Refused`: too large."""
    fields = form_of(workflow.output)
    if sent.view.mark in ("", form_mark(fields)):
        return None
    names = {field.name for field in fields} | {part.name for field in fields for part in parts_of(field)}
    typed = {name: text for name, text in inputs.read(sent.view.state.values).items() if name in names}
    form = modals.correction_form(view, fields, typed=typed, why=why)
    if form is None:
        raise Refused("The form has changed since you opened it, and is too large for Slack now.")
    return form


def admitted_to_correct(slack: SlackContext, acted: Click | Search | Submission, delivered: Shown) -> DeliveredView:
    """Return the delivery, for somebody who may read it. Raise `Refused`, which is audited."""
    user = acted.user.id
    place = read_shown(slack, acted, delivered, SubjectKind.CASE, place_of_case, wants="correct")
    with slack.discreet(place.workflow, acted.channel), slack.watched(place.case, by=user, wants="correct"):
        slack.rights.read(user, slack.context.registry.get(place.workflow))
    view = delivered_view(slack.context, delivered.id)
    if view.run != delivered.version:
        refusals.note(slack.context, view.case, by=user, wanted="correct", why=WhyRefused.TOO_LATE)
        raise Refused("Something else was delivered after this was shown. Look at the newest card.")
    return view
