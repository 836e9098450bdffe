"""Cases that people hand in: the shortcut of a message, the choice of a workflow, and the form of its input."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.admission import Origin
from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.hand_in import MESSAGE, WORKFLOW, choice_form, input_form
from handlers.slack.blocks.parts import inputs, paragraphs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.files import SCOPE
from handlers.slack.heard_messages import Written
from handlers.slack.ids import Callback, Handing
from handlers.slack.in_time import InTime, in_time
from handlers.slack.payloads import HandedMessage, Submission, handed_message, submission
from handlers.slack.replies import Answer, answering
from handlers.texts import incoming
from handlers.texts.documents import files
from handlers.texts.review import forms
from store.subjects import SubjectKind
from workflows.engine.case.intake import accept_filled_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, InvalidOutput, Refused, Unknown
from workflows.engine.review import refusals
from workflows.engine.review.form.forms import form_mark, read_entries, read_form
from workflows.engine.review.views import WhyRefused
from workflows.engine.sources.heard.by_people import hand_in, prefilled, shared_out
from workflows.engine.sources.heard.files import MOST_FILES
from workflows.engine.sources.heard.handed_forms import FormRefused, HandedForm, forget_form, keep_form, take_in_form
from workflows.engine.sources.heard.views import Attached, HandedInView, Heard, place_of
from workflows.engine.text.form_fields import OF_FILES, Field, form_of

Body = Mapping[str, Any]
_WANTS = "hand_in"
_AT_ONCE = 8
"""Forms whose files are read at once by listeners. Their threads are those of people's presses."""


def register(app: App, slack: SlackContext) -> None:
    """Listen to the shortcut of a message, to the choice of a workflow, and to the form."""
    free = BoundedSemaphore(_AT_ONCE)

    @app.message_shortcut(Callback.HAND_IN)
    def from_message(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            chosen = handed_message(body)
            mine = admitted(slack, chosen.origin, user=chosen.user.id)
            if chosen.message.is_from(None, slack.bot):
                raise Refused(incoming.OWN)
            handing = _handing(chosen)
            open_form(slack, answer, mine, handing, heard=_heard(slack, chosen))

    @app.view(Callback.HAND_IN_TO)
    def chosen(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            said = inputs.read_plainly(sent.view.state.values)
            handing = sent.view.handing
            mine = admitted(slack, sent.origin, user=sent.user.id, name=said.get(WORKFLOW, ""))
            form = form_for(slack, mine[0], handing, heard=_typed_message(slack, handing, said))
            answer.done(response_action="update", view=form)

    @app.view(Callback.HAND_IN)
    def submitted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            try:
                _hand_in(slack, answer, sent, free)
            except Refused as error:
                typed = inputs.read_labelled(sent.view.state.values, sent.view.labels)
                why = answers.refused(str(error), owner=error.owner if isinstance(error, NotAllowed) else None)
                answer.done(response_action="update", view=modals.told(why, typed=typed))


def admitted(slack: SlackContext, origin: Origin, *, user: str, name: str = "") -> Sequence[AnyWorkflow]:
    """Return the workflows that a person may hand cases in to: all of them, or the one with this name.

    Raise `Refused`, which is audited. One that they may not know of gets the same answer as one that is not there.
    """
    slack.admit(origin)
    mine = slack.allowed(slack.rights.hand_in, user, slack.context.registry)
    found = [one for one in mine if name in ("", one.name)]
    if found:
        return found
    subject = SubjectKind.WORKFLOW.unnumbered
    refusals.note_stray(slack.context, subject, by=user, wanted=_WANTS, why=WhyRefused.NO_RIGHT)
    if not mine:
        raise NotAllowed(incoming.NOBODY)
    raise Unknown(incoming.no_such_workflow(name, [one.name for one in mine]))


def open_form(
    slack: SlackContext, answer: Answer, mine: Sequence[AnyWorkflow], handing: Handing, *, heard: Heard | None
) -> None:
    """Open the form of a person's only workflow, or have them choose one. `heard`: the message that they hand in."""
    if len(mine) == 1:
        answer.open(form_for(slack, mine[0], handing, heard=heard))
    else:
        text = heard.text if heard is not None else None
        answer.open(choice_form([one.name for one in mine], handing, text=text))


def form_for(slack: SlackContext, workflow: AnyWorkflow, handing: Handing, *, heard: Heard | None) -> View:
    """Return the form of an input, filled in from a message. Raise `Refused` where Slack cannot hold it."""
    begun = prefilled(workflow, heard)
    said = [incoming.NO_CASE] if begun.is_no_case else [incoming.NOT_FILLED_IN] if begun.has_failed else []
    about = replace(handing, workflow=workflow.name)
    fields = form_of(workflow.input, zone=workflow.timezone)
    if any(field.kind in OF_FILES for field in fields):
        slack.granted.need(SCOPE)
    form = input_form(fields, begun.texts, about, told=said, files=_said_of(fields, heard.attached if heard else ()))
    if form is None:
        raise Refused(incoming.TOO_LARGE)
    return form


def _hand_in(slack: SlackContext, answer: Answer, sent: Submission, free: BoundedSemaphore) -> None:
    """Take a case in, and answer with what takes the form's place, or its errors. Raise `Refused`."""
    handing, by = sent.view.handing, sent.user.id
    if not handing.workflow:
        raise Refused("this form is not from Countersign")
    (workflow,) = admitted(slack, sent.origin, user=by, name=handing.workflow)
    fields, state = form_of(workflow.input, zone=workflow.timezone), sent.view.state.values
    typed, chosen = inputs.read(state), inputs.read_files(state)
    if sent.view.mark != form_mark(fields):
        answer.done(response_action="update", view=_present_form(workflow, fields, sent, typed))
        return
    # In a conversation that we are not in, nothing could be said.
    is_here = handing.place is not None and slack.is_in(handing.place.partition("/")[0])
    place = (handing.thread or handing.place) if is_here else None
    shared = shared_out(fields, [Attached(id=id) for id in handing.files])
    of_message = {name: files for name, files in shared.items() if name not in chosen}
    try:
        if chosen or of_message:
            # What is wrong apart from the files is said before they are read.
            read_entries(
                workflow.input, typed, zone=workflow.timezone, files={name: [None] for name in (*chosen, *of_message)}
            )
            form = HandedForm(by=by, typed=typed, place=place, chosen=chosen, of_message=of_message)
            _with_files(slack, answer, sent, workflow, form, free)
            return
        made = read_form(workflow.input, typed, zone=workflow.timezone)
        done = hand_in(slack.context, workflow, accept_filled_in(workflow, made), by=by, place=place)
    except (InvalidOutput, InvalidInput) as error:
        answer.done(response_action="errors", errors=_beside(error.errors or {"": str(error)}, sent))
        return
    answer.done(response_action="update", view=_done(done))


def _with_files(
    slack: SlackContext,
    answer: Answer,
    sent: Submission,
    workflow: AnyWorkflow,
    form: HandedForm,
    free: BoundedSemaphore,
) -> None:
    """Keep a form with files, and take it in. Where that takes too long, the person is told later."""

    def later() -> None:
        told = files.being_read(workflow.name, is_told_in_thread=form.place is not None)
        view = modals.told(paragraphs.told(told), about=files.BEING_READ)
        answer.done(response_action="update", view=view)

    kept = keep_form(slack.context, workflow, form, event=_event(sent))
    if kept is None:
        later()
        return
    if not free.acquire(blocking=False):
        # `serve` takes it in.
        later()
        return
    try:
        with in_time(later) as claim:
            _take_in(slack, answer, sent, kept, claim)
            if claim.is_for_work():
                later()  # it has to wait; nothing else was answered
    finally:
        free.release()


def _take_in(slack: SlackContext, answer: Answer, sent: Submission, kept: int, claim: InTime) -> None:
    try:
        done = take_in_form(slack.context, kept, slack.files, is_late=claim.is_late)
    except FormRefused as error:
        if claim.is_for_work():
            forget_form(slack.context, event=_event(sent))
            wrong = {**error.errors, **files.complaints(error.problems)}
            answer.done(response_action="errors", errors=_beside(wrong, sent))
        return
    if done is not None and claim.is_for_work():
        answer.done(response_action="update", view=_done(done))


def _event(sent: Submission) -> str:
    """Return the id of a submission with what stands in it: a form that was put right is another one."""
    state = json.dumps(sent.view.state.values, sort_keys=True, default=str)
    return sha256(f"{sent.interaction_id} {state}".encode()).hexdigest()[:40]


def _present_form(workflow: AnyWorkflow, fields: Sequence[Field], sent: Submission, typed: Mapping[str, str]) -> View:
    """Draw the present form with what was typed in an earlier one. Raise `Refused` where Slack cannot hold it."""
    handing = sent.view.handing
    known = {name: text for name, text in typed.items() if name.split(".")[0] in workflow.input.model_fields}
    form = input_form(
        fields,
        known,
        handing,
        generation=inputs.generation_of(sent.view.state.values) + 1,
        told=[forms.FORM_CHANGED],
        files=_said_of(fields, [Attached(id=id) for id in handing.files]),
    )
    if form is None:
        raise Refused(incoming.TOO_LARGE)
    return form


def _said_of(fields: Sequence[Field], attached: Sequence[Attached]) -> Mapping[str, str]:
    """Return field -> what is said of the message's files that it takes."""
    return {
        name: files.from_message([one.name for one in shared]) for name, shared in shared_out(fields, attached).items()
    }


def _beside(errors: Mapping[str, str], sent: Submission) -> Mapping[str, str]:
    return inputs.errors(errors, sent.view.state.values, sent.view.order)


def _done(done: HandedInView) -> View:
    return modals.told(told(incoming.handed_in(done)), about=incoming.DONE)


def _handing(chosen: HandedMessage) -> Handing:
    channel, message = chosen.channel.id, chosen.message
    return Handing(
        place=place_of(channel, message.ts),
        author=message.user or message.bot_id,
        # Slack has no thread under a reply.
        thread=place_of(channel, message.thread_ts) if message.is_reply and message.thread_ts else None,
        files=tuple(one.id for one in message.attached[:MOST_FILES]),
    )


def _heard(slack: SlackContext, chosen: HandedMessage) -> Heard:
    try:
        return chosen.message.heard(chosen.channel.id, address=slack.address)
    except ValueError as error:
        raise Refused("Slack sent something that Countersign does not understand; nothing was done.") from error


def _typed_message(slack: SlackContext, handing: Handing, said: Mapping[str, str]) -> Heard | None:
    """Return the message that stands in the form in which its workflow was chosen."""
    if handing.place is None:
        return None
    channel, _, ts = handing.place.partition("/")
    pieces = sorted((name for name in said if name.startswith(f"{MESSAGE}.")), key=_place)
    text = "".join(said[name] for name in pieces)
    heard = Written(ts=ts, user=handing.author).heard(channel, address=slack.address)
    return replace(heard, text=text, attached=[Attached(id=id) for id in handing.files])


def _place(name: str) -> int:
    """Return the place of a piece of a message; 0 for a name that no form of ours has."""
    place = name.partition(".")[2]
    return int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0
