"""What is submitted: the form of an edit, and that of a rejection. What was typed is never lost."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.answering import Answer, answering
from handlers.blocks import answers, inputs, modals
from handlers.blocks.drawn import Drawn
from handlers.blocks.modals import FOLLOWS, REASON
from handlers.deciding import admitted, show_decided, too_late
from handlers.ids import Callback, Shown
from handlers.payloads import Submission, submission
from handlers.rights import NotAllowed
from handlers.surface import Surface
from workflows.engine import reviews
from workflows.engine.decisions import Follows
from workflows.engine.errors import InvalidOutput, NeverBroken, Refused, Stale
from workflows.engine.forms import form_of, read_form
from workflows.engine.templating import redrawn
from workflows.engine.views import CardView

Body = Mapping[str, Any]


def register(app: App, surface: Surface) -> None:
    """Listen to what is submitted."""

    @app.view(Callback.EDIT)
    def edit(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            state, shown = submitted.view.state.values, Shown.read(submitted.view.private_metadata)
            typed, changed = inputs.read(state), dict[str, str]()
            try:
                view = admitted(surface, submitted, shown)
                changed = _changed(view, typed)
                again = _edit(surface, submitted, view, typed)
            except InvalidOutput as error:
                answer.done(response_action="errors", errors=inputs.errors(error.errors, state))
            except NeverBroken as error:
                answer.done(response_action="errors", errors=inputs.errors({"": str(error)}, state))
            except Refused as error:
                _hand_back(answer, _why_not(surface, submitted, error), changed or typed)
            else:
                answer.done(**again)
                if not again:
                    _show_below(surface, answer, submitted, shown)

    @app.view(Callback.REJECT)
    def reject(body: Body, ack: Ack, client: WebClient) -> None:
        with answering(body, ack, client) as answer:
            submitted = submission(body)
            shown = Shown.read(submitted.view.private_metadata)
            said = inputs.read_plainly(submitted.view.state.values)
            reason, follows = said.get(REASON, ""), _follows(said.get(FOLLOWS))
            try:
                admitted(surface, submitted, shown)
                reviews.check_reason(reason)
            except NotAllowed as error:
                _hand_back(answer, _why_not(surface, submitted, error), {"your reason": reason})
                return
            except Refused as error:
                answer.done(response_action="errors", errors={REASON: answers.sentence(str(error))})
                return
            try:
                by, context = submitted.user.id, surface.context
                reviews.reject(context, shown.review, shown.version, by=by, reason=reason, follows=follows)
            except Stale as error:
                _hand_back(answer, _why_not(surface, submitted, error), {"your reason": reason})
            except Refused as error:
                answer.done(response_action="errors", errors={FOLLOWS: answers.sentence(str(error))})
            else:
                answer.done()
                _show_below(surface, answer, submitted, shown)


def _edit(surface: Surface, submitted: Submission, view: CardView, typed: Mapping[str, str]) -> dict[str, Any]:
    """Decide with what was typed; returns how the form goes on: it closes, or asks for something first."""
    workflow, context = surface.context.registry.get(view.workflow), surface.context
    shown, state = Shown.read(submitted.view.private_metadata), submitted.view.state.values
    output, fields = read_form(workflow.output, typed), form_of(workflow.output)
    generation = inputs.generation_of(state)
    if generation == 0 and view.has_proposal:
        anew = redrawn(context, workflow, view.review, proposed=_proposed(view), typed=typed)
        if anew:
            labels = [field.label for field in fields if field.name in anew]
            form = modals.edit_form(view, fields, {**typed, **anew}, generation=1, nevers=view.nevers, redrawn=labels)
            if form is not None:
                return {"response_action": "update", "view": form}
    by, confirmed = submitted.user.id, inputs.confirmed(state)
    try:
        reviews.edit(context, shown.review, shown.version, output, by=by)
    except NeverBroken as broken:
        if broken.barred:
            raise
        if confirmed == inputs.mark(broken.sentences):
            reviews.edit(context, shown.review, shown.version, output, by=by, confirmed=True)
            return {}
        form = modals.edit_form(view, fields, typed, generation=generation + 1, nevers=broken.sentences)
        if form is None:
            raise
        return {"response_action": "update", "view": form}
    return {}


def _proposed(view: CardView) -> dict[str, str]:
    return {value.name: value.proposed or "" for value in view.values}


def _changed(view: CardView, typed: Mapping[str, str]) -> dict[str, str]:
    """What a person made of a form: label -> text, where that is not what stood there."""
    proposed = _proposed(view) if view.has_proposal else {}
    labels = {value.name: value.label for value in view.values}
    return {labels.get(name, name): text for name, text in typed.items() if text != proposed.get(name, "")}


def _follows(chosen: str | None) -> Follows:
    try:
        return Follows(chosen) if chosen else Follows.BY_HAND
    except ValueError:
        raise Refused("This form is of another version of Countersign; open it again.") from None


def _why_not(surface: Surface, submitted: Submission, error: Refused) -> Drawn:
    if isinstance(error, Stale):
        review = Shown.read(submitted.view.private_metadata).review
        return too_late(surface, review, user=submitted.user.id)
    return answers.refused(str(error), owner=error.owner if isinstance(error, NotAllowed) else None)


def _hand_back(answer: Answer, why: Drawn, typed: Mapping[str, str]) -> None:
    """Say why nothing was recorded, in place of the form, with what was typed to be copied."""
    answer.done(response_action="update", view=modals.told(why, typed=typed))


def _show_below(surface: Surface, answer: Answer, submitted: Submission, shown: Shown) -> None:
    """Where the form stood on the review in the list's modal, show there what became of it."""
    if submitted.view.previous_view_id:
        show_decided(surface, answer, shown.review, of=submitted.view.previous_view_id)
