"""Submissions of modals: the form of an edit, and that of a rejection. What was typed is never lost."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, inputs, modals
from handlers.slack.blocks.modals import FILL_IN_NOW, FOLLOWS, REASON
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Callback, Listed, Shown
from handlers.slack.interactions.decisions import (
    admitted,
    edit_form,
    is_stale,
    known,
    may_decide,
    show_decided,
    take_in_hand,
    too_late,
)
from handlers.slack.payloads import Submission, submission
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts import forms
from handlers.texts.answers import sentence
from store.states import ReviewState
from workflows.engine.errors import BadReason, InvalidOutput, NeverBroken, Refused, Repeated, Stale, Unknown
from workflows.engine.review import refusals, reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.dependent_texts import redrawn
from workflows.engine.review.forms import form_mark, read_form
from workflows.engine.review.views import CardView
from workflows.engine.text.form_fields import Field, form_of

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to submissions."""

    @app.view(Callback.EDIT)
    def edit(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            state = submitted.view.state.values
            try:
                view = admitted(slack, submitted, submitted.view.shown)
                with refusals.told_of_review(slack.context, view.review, by=submitted.user.id, wanted="edit"):
                    again = _edit(slack, submitted, view)
            except Repeated:
                answer.done()
            except InvalidOutput as error:
                answer.done(response_action="errors", errors=inputs.errors(error.errors, state))
            except NeverBroken as error:
                answer.done(response_action="errors", errors=inputs.errors({"": str(error)}, state))
            except Refused as error:
                _hand_back(slack, answer, submitted, error, typed=_changed(slack, submitted, error))
            else:
                answer.done(**again)
                if not again:
                    show_decided(slack, answer, submitted, submitted.view.shown.id)

    @app.view(Callback.RULE)
    def go_back(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            answer.done()

    @app.view(Callback.REJECT)
    def reject(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            said = inputs.read_plainly(submitted.view.state.values)
            fills_in = said.get(FOLLOWS) == FILL_IN_NOW
            try:
                _reject(slack, submitted, said)
            except Repeated:
                if not fills_in:
                    raise
            except (Stale, NotAllowed, NotHere) as error:
                _hand_back(slack, answer, submitted, error, typed={"your reason": said.get(REASON, "")})
                return
            except BadReason as error:
                answer.done(response_action="errors", errors={REASON: sentence(str(error))})
                return
            except Refused as error:
                answer.done(response_action="errors", errors={FOLLOWS: sentence(str(error))})
                return
            if fills_in:
                _fill_in_now(slack, answer, submitted)
            answer.done()
            show_decided(slack, answer, submitted, submitted.view.shown.id)


def _reject(slack: SlackContext, submitted: Submission, said: Mapping[str, str]) -> None:
    shown, follows = submitted.view.shown, _follows(said.get(FOLLOWS))
    may_decide(slack, submitted, shown)
    with refusals.told_of_review(slack.context, shown.id, by=submitted.user.id, wanted="reject"):
        reviews.reject(
            slack.context,
            shown.id,
            shown.version,
            by=submitted.user.id,
            reason=said.get(REASON, ""),
            follows=follows,
            interaction_id=submitted.interaction_id,
        )


def _fill_in_now(slack: SlackContext, answer: Answer, submitted: Submission) -> None:
    """Show the empty form after a recorded rejection, and claim the review for the person."""
    view = card_view(slack.context, submitted.view.shown.id)
    if (
        view.state != ReviewState.OPEN
        or view.decision is None
        or view.decision.interaction_id != submitted.interaction_id
    ):
        return  # a repetition; the review has changed meanwhile
    notice = "Your rejection is recorded. Fill in what is right, or close this: it then waits for somebody else."
    form = edit_form(slack, view, listed=submitted.view.listed, notice=notice)
    answer.done(response_action="update", view=form)
    shown = Shown(id=view.review, version=view.version, generation=view.generation)
    afterwards("claim", partial(take_in_hand, slack, shown, by=submitted.user.id))


def _edit(slack: SlackContext, submitted: Submission, view: CardView) -> dict[str, Any]:
    """Decide with the typed values; returns the next state of the form: it closes, or asks for something first."""
    workflow, context = slack.context.registry.get(view.workflow), slack.context
    shown, listed, state = submitted.view.shown, submitted.view.listed, submitted.view.state.values
    if is_stale(view, shown):
        if view.decision is not None and view.decision.interaction_id == submitted.interaction_id:
            raise Repeated("this arrived before, and is done")
        raise Stale("the review moved on")
    typed, fields = inputs.read(state), form_of(workflow.output, zone=workflow.timezone)
    generation = inputs.generation_of(state)
    if submitted.view.mark not in ("", form_mark(fields)):
        return _present_form(slack, view, fields, typed, listed=listed, generation=generation + 1)
    output = read_form(workflow.output, typed, zone=workflow.timezone)
    if generation == 0 and view.has_proposal:
        anew = redrawn(context, workflow, view.review, proposed=_proposed(view), typed=typed)
        if anew:
            labels = [field.label for field in fields if field.name in anew]
            form = modals.edit_form(
                view,
                fields,
                {**typed, **anew},
                generation=1,
                redrawn=labels,
                listed=listed,
                ticked=inputs.confirmed(state) is not None,
            )
            if form is None:
                raise Refused("Other texts go with what you chose, and they are too long for Slack.")
            return {"response_action": "update", "view": form}
    by, interaction_id, confirmed = submitted.user.id, submitted.interaction_id, inputs.confirmed(state) or False
    try:
        reviews.edit(
            context, shown.id, shown.version, output, by=by, confirmed=confirmed, interaction_id=interaction_id
        )
    except NeverBroken as broken:
        if broken.barred:
            raise
        form = modals.edit_form(view, fields, typed, generation=generation + 1, broken=broken, listed=listed)
        if form is None:
            raise
        return {"response_action": "update", "view": form}
    return {}


def _present_form(
    slack: SlackContext,
    view: CardView,
    fields: Sequence[Field],
    typed: Mapping[str, str],
    *,
    listed: Listed | None,
    generation: int,
) -> dict[str, Any]:
    """Return the present form with what was typed in an earlier version: nobody decides about a field unseen."""
    names = {field.name: field.label for field in fields}
    carried = {name: text for name, text in typed.items() if name in names}
    dropped = {name: text for name, text in typed.items() if name not in names}
    form = modals.edit_form(
        view,
        fields,
        {**known(slack, view), **carried},
        generation=generation,
        listed=listed,
        changed=forms.FORM_CHANGED,
        dropped=dropped,
    )
    if form is None:
        raise Refused("The form has changed since you opened it, and is too large for Slack now.")
    return {"response_action": "update", "view": form}


def _proposed(view: CardView) -> dict[str, str]:
    return {value.name: value.proposed or "" for value in view.values}


def _changed(slack: SlackContext, submitted: Submission, error: Refused) -> dict[str, str]:
    """Return a person's changes to a form: label -> text, where it differs from the proposal."""
    state = submitted.view.state.values
    typed = inputs.read_labelled(state, submitted.view.labels)
    if isinstance(error, NotAllowed | Unknown):
        # The proposal is not for this person to know.
        return typed
    view = card_view(slack.context, submitted.view.shown.id)
    stood = {value.label: value.proposed for value in view.values} if view.has_proposal else {}
    return {label: text for label, text in typed.items() if text != (stood.get(label) or "")}


def _follows(chosen: str | None) -> Follows:
    if not chosen:
        raise Refused("Choose what should follow.")
    try:
        return Follows.BY_HAND if chosen == FILL_IN_NOW else Follows(chosen)
    except ValueError:
        raise Refused("This form is from another version of Countersign; open it again.") from None


def _hand_back(
    slack: SlackContext, answer: Answer, submitted: Submission, error: Refused, *, typed: Mapping[str, str]
) -> None:
    """Show why nothing was recorded, in place of the form, with the typed values to copy."""
    if isinstance(error, Stale):
        why = too_late(slack, submitted.view.shown.id, user=submitted.user.id)
    else:
        why = answers.refused(str(error), owner=error.owner if isinstance(error, NotAllowed) else None)
    answer.done(response_action="update", view=modals.told(why, typed=typed))
