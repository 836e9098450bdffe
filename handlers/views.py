"""What is submitted: the form of an edit, and that of a rejection. What was typed is never lost."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.answering import Answer, answering
from handlers.blocks import answers, inputs, modals
from handlers.blocks.modals import FOLLOWS, REASON
from handlers.deciding import admitted, is_stale, may_decide, show_decided, too_late
from handlers.ids import Callback, Shown
from handlers.payloads import Submission, submission
from handlers.rights import NotAllowed
from handlers.surface import Surface
from workflows.engine import reviews
from workflows.engine.cards import card_view
from workflows.engine.decisions import Follows
from workflows.engine.errors import BadReason, InvalidOutput, NeverBroken, Refused, Repeated, Stale
from workflows.engine.form_fields import form_of
from workflows.engine.forms import read_form
from workflows.engine.templating import redrawn
from workflows.engine.views import CardView

Body = Mapping[str, Any]


def register(app: App, surface: Surface) -> None:
    """Listen to what is submitted."""

    @app.view(Callback.EDIT)
    def edit(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            state = submitted.view.state.values
            try:
                again = _edit(surface, submitted, admitted(surface, submitted, _shown(submitted)))
            except Repeated:
                answer.done()
            except InvalidOutput as error:
                answer.done(response_action="errors", errors=inputs.errors(error.errors, state))
            except NeverBroken as error:
                answer.done(response_action="errors", errors=inputs.errors({"": str(error)}, state))
            except Refused as error:
                _hand_back(surface, answer, submitted, error, typed=_changed(surface, submitted))
            else:
                answer.done(**again)
                if not again:
                    _show_below(surface, answer, submitted)

    @app.view(Callback.REJECT)
    def reject(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            said = inputs.read_plainly(submitted.view.state.values)
            try:
                _reject(surface, submitted, said)
            except Repeated:
                answer.done()
            except (Stale, NotAllowed) as error:
                _hand_back(surface, answer, submitted, error, typed={"your reason": said.get(REASON, "")})
            except BadReason as error:
                answer.done(response_action="errors", errors={REASON: answers.sentence(str(error))})
            except Refused as error:
                answer.done(response_action="errors", errors={FOLLOWS: answers.sentence(str(error))})
            else:
                answer.done()
                _show_below(surface, answer, submitted)


def _shown(submitted: Submission) -> Shown:
    return Shown.read(submitted.view.private_metadata)


def _reject(surface: Surface, submitted: Submission, said: Mapping[str, str]) -> None:
    shown, follows = _shown(submitted), _follows(said.get(FOLLOWS))
    may_decide(surface, submitted, shown)
    reviews.reject(
        surface.context,
        shown.review,
        shown.version,
        by=submitted.user.id,
        reason=said.get(REASON, ""),
        follows=follows,
        heard_as=submitted.heard_as,
    )


def _edit(surface: Surface, submitted: Submission, view: CardView) -> dict[str, Any]:
    """Decide with what was typed; returns how the form goes on: it closes, or asks for something first."""
    workflow, context = surface.context.registry.get(view.workflow), surface.context
    shown, state = _shown(submitted), submitted.view.state.values
    if is_stale(view, shown):
        if view.decision is not None and view.decision.heard_as == submitted.heard_as:
            raise Repeated("this was heard before, and is done")
        raise Stale("the review moved on")
    typed = inputs.read(state)
    output = read_form(workflow.output, typed, zone=workflow.timezone)
    fields = form_of(workflow.output, zone=workflow.timezone)
    generation = inputs.generation_of(state)
    if generation == 0 and view.has_proposal:
        anew = redrawn(context, workflow, view.review, proposed=_proposed(view), typed=typed)
        if anew:
            labels = [field.label for field in fields if field.name in anew]
            form = modals.edit_form(view, fields, {**typed, **anew}, generation=1, nevers=view.nevers, redrawn=labels)
            if form is None:
                raise Refused("Other texts go with what you chose, and they are too long for Slack.")
            return {"response_action": "update", "view": form}
    by, heard_as, confirmed = submitted.user.id, submitted.heard_as, inputs.confirmed(state)
    try:
        reviews.edit(context, shown.review, shown.version, output, by=by, heard_as=heard_as)
    except NeverBroken as broken:
        if broken.barred:
            raise
        if confirmed == inputs.mark(broken.sentences):
            reviews.edit(context, shown.review, shown.version, output, by=by, confirmed=True, heard_as=heard_as)
            return {}
        form = modals.edit_form(view, fields, typed, generation=generation + 1, nevers=broken.sentences)
        if form is None:
            raise
        return {"response_action": "update", "view": form}
    return {}


def _proposed(view: CardView) -> dict[str, str]:
    return {value.name: value.proposed or "" for value in view.values}


def _changed(surface: Surface, submitted: Submission) -> dict[str, str]:
    """What a person made of a form: label -> text, where that is not what stood there."""
    typed = inputs.read(submitted.view.state.values)
    try:
        view = card_view(surface.context, _shown(submitted).review)
    except Refused:
        return typed
    proposed = _proposed(view) if view.has_proposal else {}
    labels = {value.name: value.label for value in view.values}
    return {labels.get(name, name): text for name, text in typed.items() if text != proposed.get(name, "")}


def _follows(chosen: str | None) -> Follows:
    try:
        return Follows(chosen) if chosen else Follows.BY_HAND
    except ValueError:
        raise Refused("This form is of another version of Countersign; open it again.") from None


def _hand_back(
    surface: Surface, answer: Answer, submitted: Submission, error: Refused, *, typed: Mapping[str, str]
) -> None:
    """Say why nothing was recorded, in place of the form, with what was typed to be copied."""
    if isinstance(error, Stale):
        why = too_late(surface, _shown(submitted).review, user=submitted.user.id)
    else:
        why = answers.refused(str(error), owner=error.owner if isinstance(error, NotAllowed) else None)
    answer.done(response_action="update", view=modals.told(why, typed=typed))


def _show_below(surface: Surface, answer: Answer, submitted: Submission) -> None:
    """Where the form stood on the review in the list's modal, show there what became of it."""
    if submitted.view.previous_view_id:
        show_decided(surface, answer, _shown(submitted).review, of=submitted.view.previous_view_id)
