"""Submissions of modals: the form of an edit, and that of a rejection. What was typed is never lost."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel
from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks import answers, modals
from handlers.slack.blocks.modals import FILL_IN_NOW, FOLLOWS, PRESET, REASON, WHY
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.context import NotHere, SlackContext
from handlers.slack.ids import Callback, Shown
from handlers.slack.interactions.decisions import (
    admitted,
    is_stale,
    may_decide,
    show_decided,
    take_in_hand,
    too_late,
)
from handlers.slack.interactions.forms.open_forms import (
    OpenForm,
    edit_form,
    form_in,
    form_with_only,
    keep,
    redrawn,
    shown_as_is,
    typed_in,
)
from handlers.slack.interactions.session import after_decision, claiming_next, handed_back, is_in_session
from handlers.slack.payloads import Click, Submission, submission
from handlers.slack.replies import Answer, afterwards, answering
from handlers.texts.answers import sentence
from handlers.texts.review import forms
from handlers.texts.review.forms import Note
from store.states import ReviewState
from workflows.engine.case.lookup import input_of
from workflows.engine.errors import (
    BadReason,
    ContentRemoved,
    InvalidOutput,
    NeverBroken,
    Refused,
    Repeated,
    Stale,
    Unknown,
)
from workflows.engine.review import refusals, reviews
from workflows.engine.review.cards import card_view, place_of
from workflows.engine.review.decisions import DecisionKind, Follows, reason_of
from workflows.engine.review.form import dependent_texts
from workflows.engine.review.form.forms import entries, form_mark, read_form
from workflows.engine.review.form.second_look import EditDoubt, as_refused, doubts_about
from workflows.engine.review.views import CardView

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to submissions."""

    @app.view(Callback.EDIT)
    def edit(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            try:
                view = admitted(slack, submitted, submitted.view.shown)
                with refusals.told_of_review(slack.context, view.review, by=submitted.user.id, wanted="edit"):
                    again = _edit(slack, submitted, view)
            except Repeated:
                _go_on(slack, answer, submitted, _kind_of(slack, submitted))
            except Refused as error:
                hand_back(slack, answer, submitted, error, typed=_changed(slack, submitted, error))
            else:
                if again:
                    answer.done(**again)
                    return
                _go_on(slack, answer, submitted, _kind_of(slack, submitted))
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
                if not fills_in and not is_in_session(submitted):
                    raise
            except (Stale, NotAllowed, NotHere) as error:
                hand_back(
                    slack,
                    answer,
                    submitted,
                    error,
                    typed={"your reason": reason_of(said.get(PRESET, ""), said.get(REASON, ""))},
                )
                return
            except BadReason as error:
                answer.done(response_action="errors", errors={REASON: sentence(str(error))})
                return
            except Refused as error:
                answer.done(response_action="errors", errors={FOLLOWS: sentence(str(error))})
                return
            if fills_in:
                _fill_in_now(slack, answer, submitted)
            _go_on(slack, answer, submitted, DecisionKind.REJECTED)
            show_decided(slack, answer, submitted, submitted.view.shown.id)


def _go_on(slack: SlackContext, answer: Answer, submitted: Submission, kind: DecisionKind) -> None:
    """Close the form in which a decision was made; in a review session, show the next step in its place."""
    if answer.is_acknowledged:
        return
    if is_in_session(submitted):
        answer.done(response_action="update", view=after_decision(slack, submitted, kind))
    else:
        answer.done()


def _kind_of(slack: SlackContext, submitted: Submission) -> DecisionKind:
    """Return what a person decided by sending the form."""
    decision = card_view(slack.context, submitted.view.shown.id, decided_at=submitted.view.shown.version).decision
    return DecisionKind(decision.kind) if decision is not None else DecisionKind.EDITED


def _reject(slack: SlackContext, submitted: Submission, said: Mapping[str, str]) -> None:
    shown, follows = submitted.view.shown, _follows(said.get(FOLLOWS))
    may_decide(slack, submitted, shown)
    with refusals.told_of_review(slack.context, shown.id, by=submitted.user.id, wanted="reject"):
        reviews.reject(
            slack.context,
            shown.id,
            shown.version,
            by=submitted.user.id,
            reason=_reason(slack, shown, said),
            follows=follows,
            interaction_id=submitted.interaction_id,
            and_then=None if said.get(FOLLOWS) == FILL_IN_NOW else claiming_next(slack, submitted),
        )


def _reason(slack: SlackContext, shown: Shown, said: Mapping[str, str]) -> str:
    """Return the reason that a person chose or wrote. Raise `BadReason` for a choice that is not offered."""
    preset, text = said.get(PRESET, ""), said.get(REASON, "")
    offered = slack.context.registry.get(place_of(slack.context, shown.id).workflow).review.reject_reasons
    if preset and preset not in offered:
        raise BadReason("this reason can no longer be chosen: write it, or open the form again")
    if offered and not preset and not text.strip():
        raise BadReason("choose a reason, or write one")
    return reason_of(preset, text)


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
    form = edit_form(slack, view, user=submitted.user.id, listed=submitted.view.listed, notice=notice)
    answer.done(response_action="update", view=form)
    shown = Shown(id=view.review, version=view.version, generation=view.generation)
    afterwards("claim", partial(take_in_hand, slack, shown, by=submitted.user.id))


def _edit(slack: SlackContext, submitted: Submission, view: CardView) -> dict[str, Any]:
    """Decide with the typed values; returns the next state of the form: it closes, or asks for something first."""
    context, shown, by = slack.context, submitted.view.shown, submitted.user.id
    if is_stale(view, shown):
        if view.decision is not None and view.decision.interaction_id == submitted.interaction_id:
            raise Repeated("this arrived before, and is done")
        raise Stale("the review moved on")
    form = form_in(slack, view, submitted.view, user=by)
    if submitted.view.mark not in ("", form_mark(form.fields)):
        return present_form(slack, form, user=by)
    if form.is_lost:
        keep(slack, form, user=by)
        return {"response_action": "update", "view": shown_as_is(form)}
    confirmed = inputs.confirmed(submitted.view.state.values) or False
    try:
        output = read_form(form.workflow.output, form.typed, zone=form.workflow.timezone)
        doubts = _doubts(slack, view, form, output)
        again = _asked_first(slack, view, form, submitted, output, doubts, confirmed=confirmed)
        if again is not None:
            keep(slack, form, user=by)
            return {"response_action": "update", "view": again}
        reviews.edit(
            context,
            shown.id,
            shown.version,
            output,
            by=by,
            confirmed=confirmed,
            interaction_id=submitted.interaction_id,
            despite=[doubt.for_audit for doubt in doubts],
            and_then=claiming_next(slack, submitted),
        )
    except InvalidOutput as error:
        return complaining(slack, form, submitted, error.errors)
    except NeverBroken as broken:
        if broken.barred:
            return complaining(slack, form, submitted, {"": str(broken)})
        keep(slack, form, user=by)
        return {"response_action": "update", "view": redrawn(form, how={"broken": broken})}
    return {}


def _asked_first(
    slack: SlackContext,
    view: CardView,
    form: OpenForm,
    submitted: Submission,
    output: BaseModel,
    doubts: Sequence[EditDoubt],
    *,
    confirmed: bool | str,
) -> View | None:
    """Return the form with what the person has to look at before it is recorded; None where there is nothing more.

    Texts that follow from others are written anew, doubts stand at their fields, and rules are to be confirmed: all of
    it at once, so that it costs one more press.
    """
    shown = submitted.view.shown
    anew: dict[str, str] = {}
    if form.known and not submitted.view.is_rewritten:
        anew = dependent_texts.redrawn(
            slack.context, form.workflow, view.review, proposed=_proposed(view), typed=entries(output)
        )
    if anew:
        form = typed_in(form, anew)
        output = read_form(form.workflow.output, form.typed, zone=form.workflow.timezone)
        doubts = _doubts(slack, view, form, output)
    unseen = [doubt for doubt in doubts if doubt.mark not in submitted.view.warned]
    if not anew and not unseen:
        return None
    by = submitted.user.id
    broken = reviews.rules_to_confirm(slack.context, shown.id, shown.version, output, by=by, confirmed=confirmed)
    notes: dict[str, list[Note]] = {}
    for doubt in doubts if unseen else ():
        notes.setdefault(doubt.field, []).append(Note(text=forms.doubted(doubt), mark=doubt.mark))
    how = {
        "redrawn": [field.label for field in form.fields if field.name in anew],
        "notes": notes,
        "broken": broken,
        "ticked": confirmed is not False,
    }
    return redrawn(form, how=how)


def _doubts(slack: SlackContext, view: CardView, form: OpenForm, output: BaseModel) -> Sequence[EditDoubt]:
    """Return the doubts about what a person typed."""
    if modals.is_refused(view) and all(text == form.known.get(name, "") for name, text in entries(output).items()):
        return [as_refused()]
    input = input_of(slack.context, view.review)
    return doubts_about(form.workflow, input, view.text, output, before=form.known)


def complaining(
    slack: SlackContext, form: OpenForm, submitted: Submission, errors: Mapping[str, str]
) -> dict[str, Any]:
    """Return the errors beside their inputs. Rows are no input, so where one is wrong, the form is drawn anew."""
    keep(slack, form, user=submitted.user.id)
    # A reason is said in a form about a case too, and is none of its values.
    state = {name: value for name, value in submitted.view.state.values.items() if not name.startswith(WHY)}
    has_inputs = any(inputs.is_of_field(block_id) for block_id in state)
    if has_inputs and not any(name.split(".")[0] in submitted.view.rows for name in errors):
        return {"response_action": "errors", "errors": inputs.errors(errors, state, submitted.view.order)}
    notes: dict[str, list[Note]] = {}
    named = form.labels
    for name, text in errors.items():
        at = name if name in named else name.split(".")[0]
        notes.setdefault(at if at in named else "", []).append(Note(text=sentence(text)))
    return {"response_action": "update", "view": redrawn(form, how={"notes": notes})}


def present_form(slack: SlackContext, form: OpenForm, *, user: str) -> dict[str, Any]:
    """Return the present form with what was typed in an earlier version: nobody decides about a field unseen."""
    dropped = {name: text for name, text in form.typed.items() if name not in form.labels}
    kept = form_with_only(form, form.labels)
    keep(slack, kept, user=user)
    how = {"changed": forms.FORM_CHANGED, "dropped": dropped}
    return {"response_action": "update", "view": redrawn(kept, how=how)}


def _proposed(view: CardView) -> dict[str, str]:
    return {value.name: value.proposed or "" for value in view.values}


def _changed(slack: SlackContext, submitted: Submission, error: Refused) -> dict[str, str]:
    """Return a person's changes to a form: label -> text, where it differs from the proposal."""
    if isinstance(error, NotAllowed | Unknown):
        # The proposal is not for this person to know.
        return inputs.read_labelled(submitted.view.state.values, submitted.view.labels)
    if isinstance(error, ContentRemoved):
        # What was typed may repeat what was removed, and can be recorded nowhere.
        return {}
    view = card_view(slack.context, submitted.view.shown.id)
    return form_in(slack, view, submitted.view, user=submitted.user.id).changes


def _follows(chosen: str | None) -> Follows:
    if not chosen:
        raise Refused("Choose what should follow.")
    try:
        return Follows.BY_HAND if chosen == FILL_IN_NOW else Follows(chosen)
    except ValueError:
        raise Refused("This form is from another version of Countersign; open it again.") from None


def hand_back(
    slack: SlackContext, answer: Answer, acted: Submission | Click, error: Refused, *, typed: Mapping[str, str]
) -> None:
    """Show why nothing was recorded, in place of the form, with the typed values to copy."""
    assert acted.view is not None
    view = acted.view
    of_review = not (view.is_correction or view.is_of_input or view.is_spot_check or view.is_of_pack)
    if isinstance(error, Stale) and of_review:
        why = too_late(slack, acted.view.shown.id, user=acted.user.id)
    else:
        why = answers.refused(str(error), owner=error.owner if isinstance(error, NotAllowed) else None)
    told = handed_back(acted, modals.told(why, typed=typed))
    if isinstance(acted, Submission):
        answer.done(response_action="update", view=told)
    else:
        answer.update(told)
