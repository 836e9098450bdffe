"""Cases that people hand in: the shortcut of a message, the choice of a workflow, and the form of its input."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.admission import Origin
from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.hand_in import MESSAGE, WORKFLOW, choice_form, input_form
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.heard_messages import Written
from handlers.slack.ids import Callback, Handing
from handlers.slack.payloads import HandedMessage, Submission, handed_message, submission
from handlers.slack.replies import Answer, answering
from handlers.texts import incoming
from handlers.texts.review import forms
from store.subjects import SubjectKind
from workflows.engine.case.intake import accept_filled_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, InvalidOutput, Refused, Unknown
from workflows.engine.review import refusals
from workflows.engine.review.form.forms import form_mark, read_form
from workflows.engine.review.views import WhyRefused
from workflows.engine.sources.heard.by_people import hand_in, prefilled
from workflows.engine.sources.heard.views import Heard, place_of
from workflows.engine.text.form_fields import form_of

Body = Mapping[str, Any]
_WANTS = "hand_in"


def register(app: App, slack: SlackContext) -> None:
    """Listen to the shortcut of a message, to the choice of a workflow, and to the form."""

    @app.message_shortcut(Callback.HAND_IN)
    def from_message(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            chosen = handed_message(body)
            mine = admitted(slack, chosen.origin, user=chosen.user.id)
            if chosen.message.is_from(None, slack.bot):
                raise Refused(incoming.OWN)
            handing = _handing(chosen)
            open_form(answer, mine, handing, heard=_heard(slack, chosen))

    @app.view(Callback.HAND_IN_TO)
    def chosen(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            said = inputs.read_plainly(sent.view.state.values)
            handing = sent.view.handing
            mine = admitted(slack, sent.origin, user=sent.user.id, name=said.get(WORKFLOW, ""))
            form = form_for(mine[0], handing, heard=_typed_message(slack, handing, said))
            answer.done(response_action="update", view=form)

    @app.view(Callback.HAND_IN)
    def submitted(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            sent = submission(body)
            try:
                answer.done(**_handed_in(slack, sent))
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


def open_form(answer: Answer, mine: Sequence[AnyWorkflow], handing: Handing, *, heard: Heard | None) -> None:
    """Open the form of a person's only workflow, or have them choose one. `heard`: the message that they hand in."""
    if len(mine) == 1:
        answer.open(form_for(mine[0], handing, heard=heard))
    else:
        text = heard.text if heard is not None else None
        answer.open(choice_form([one.name for one in mine], handing, text=text))


def form_for(workflow: AnyWorkflow, handing: Handing, *, heard: Heard | None) -> View:
    """Return the form of an input, filled in from a message. Raise `Refused` where Slack cannot hold it."""
    begun = prefilled(workflow, heard)
    said = [incoming.NO_CASE] if begun.is_no_case else [incoming.NOT_FILLED_IN] if begun.has_failed else []
    about = replace(handing, workflow=workflow.name)
    form = input_form(form_of(workflow.input, zone=workflow.timezone), begun.texts, about, told=said)
    if form is None:
        raise Refused(incoming.TOO_LARGE)
    return form


def _handed_in(slack: SlackContext, sent: Submission) -> dict[str, Any]:
    """Take a case in; returns what takes the form's place, or its errors. Raise `Refused`."""
    handing, by = sent.view.handing, sent.user.id
    if not handing.workflow:
        raise Refused("this form is not from Countersign")
    (workflow,) = admitted(slack, sent.origin, user=by, name=handing.workflow)
    fields, state = form_of(workflow.input, zone=workflow.timezone), sent.view.state.values
    typed = inputs.read(state)
    if sent.view.mark != form_mark(fields):
        known = {name: text for name, text in typed.items() if name.split(".")[0] in workflow.input.model_fields}
        generation = inputs.generation_of(state) + 1
        form = input_form(fields, known, handing, generation=generation, told=[forms.FORM_CHANGED])
        if form is None:
            raise Refused(incoming.TOO_LARGE)
        return {"response_action": "update", "view": form}
    try:
        accepted = accept_filled_in(workflow, read_form(workflow.input, typed, zone=workflow.timezone))
    except (InvalidOutput, InvalidInput) as error:
        wrong = error.errors or {"": str(error)}
        return {"response_action": "errors", "errors": inputs.errors(wrong, state, sent.view.order)}
    # In a conversation that we are not in, nothing could be said.
    is_here = handing.place is not None and slack.is_in(handing.place.partition("/")[0])
    done = hand_in(
        slack.context, workflow, accepted, by=by, place=(handing.thread or handing.place) if is_here else None
    )
    return {"response_action": "update", "view": modals.told(told(incoming.handed_in(done)), about=incoming.DONE)}


def _handing(chosen: HandedMessage) -> Handing:
    channel, message = chosen.channel.id, chosen.message
    return Handing(
        place=place_of(channel, message.ts),
        author=message.user or message.bot_id,
        # Slack has no thread under a reply.
        thread=place_of(channel, message.thread_ts) if message.is_reply and message.thread_ts else None,
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
    return replace(Written(ts=ts, user=handing.author).heard(channel, address=slack.address), text=text)


def _place(name: str) -> int:
    """Return the place of a piece of a message; 0 for a name that no form of ours has."""
    place = name.partition(".")[2]
    return int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0
