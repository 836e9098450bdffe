"""Modals that a person fills in, submits or closes."""

from collections.abc import Mapping

from pydantic import JsonValue

from bot.sandbox.errors import NotPossible, SlackError
from bot.sandbox.json import Object
from bot.sandbox.people.outcomes import Outcome, told
from bot.sandbox.people.presses import act_in_view
from bot.sandbox.people.sight import find_person, top_view
from bot.sandbox.state.fields import complaint
from bot.sandbox.state.files.inputs import submit_files
from bot.sandbox.state.forms import find_input, spots
from bot.sandbox.state.modals import View
from bot.sandbox.state.new_views import modal_shown
from bot.sandbox.state.payloads import view_closed, view_submission
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.sockets import Delivery
from bot.sandbox.state.workspace import User


async def fill_in(sandbox: Sandbox, user_id: str, values: Mapping[str, JsonValue]) -> Outcome:
    """Fill in inputs of the visible modal, by block_id. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    view = top_view(sandbox, user)
    if view.submitting:
        raise NotPossible(409, "it is being submitted")
    delivery: Delivery | None = None
    for block_id, value in values.items():
        delivery = await act_in_view(sandbox, user, view, find_input(view.blocks, block_id), value) or delivery
    return told(delivery, outcome="kept" if delivery is None else None)


async def submit(sandbox: Sandbox, user_id: str, values: Mapping[str, JsonValue]) -> Outcome:
    """Press the modal's submit button. Raise NotPossible."""
    await fill_in(sandbox, user_id, values)
    user = find_person(sandbox, user_id)
    view = top_view(sandbox, user)
    if "submit" not in view.definition or view.definition.get("submit_disabled") is True:
        raise NotPossible(409, "it has no submit button to press")
    view.errors = _complaints(view)
    sandbox.changes.announce()
    if view.errors:
        return told(None, outcome="incomplete", errors=dict(view.errors))
    submit_files(sandbox, view.values)
    view.submitting = True
    try:
        payload = view_submission(sandbox, user, view)
        delivery = await sandbox.deliver("interactive", payload, accepts=True)
    finally:
        view.submitting = False
    if not delivery.acknowledged:
        return told(delivery)
    try:
        outcome, errors = _apply(sandbox, user, view, delivery.answer), dict(view.errors)
    except SlackError as refused:
        return told(delivery, outcome="bad_response", why=" ".join([refused.code, *refused.messages]))
    sandbox.changes.announce()
    return told(delivery, outcome=outcome, errors=dict[str, JsonValue](errors))


async def close(sandbox: Sandbox, user_id: str, *, every: bool) -> Outcome:
    """Close the visible modal, or all of them. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    view = top_view(sandbox, user)
    cleared = every or view.definition.get("clear_on_close") is True
    closed = sandbox.modals.clear(user.id) if cleared else [view]
    if not cleared:
        sandbox.modals.close(view)
    sandbox.changes.announce()
    delivery: Delivery | None = None
    for gone in closed:
        if gone.definition.get("notify_on_close") is True:
            payload = view_closed(sandbox, user, gone, cleared=cleared)
            delivery = await sandbox.deliver("interactive", payload)
    return told(delivery, outcome="closed")


def _complaints(view: View) -> dict[str, str]:
    complaints: dict[str, str] = {}
    for spot in spots(view.blocks):
        if spot.is_input:
            state = view.values[spot.block_id][spot.action_id]
            said = complaint(spot.element, state, optional=spot.block.get("optional") is True)
            if said is not None:
                complaints[spot.block_id] = said
    return complaints


def _apply(sandbox: Sandbox, user: User, view: View, answer: JsonValue) -> str:
    """Follow the acknowledgement's instruction. Raise SlackError for an answer that Slack does not know."""
    if answer is None or answer == {}:
        sandbox.modals.close(view)
        return "closed"
    if not isinstance(answer, dict):
        raise SlackError("an acknowledgement is an object")
    asked = answer.get("response_action")
    if asked == "errors":
        view.errors = _errors(view, answer)
        return "errors"
    if asked == "clear":
        sandbox.modals.clear(user.id)
        return "cleared"
    if asked == "update":
        sandbox.modals.update(view, modal_shown(sandbox, answer.get("view")))
        return "updated"
    if asked == "push":
        sandbox.modals.push(user.id, modal_shown(sandbox, answer.get("view")))
        return "pushed"
    raise SlackError("neither empty nor a response_action")


def _errors(view: View, answer: Object) -> dict[str, str]:
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors:
        raise SlackError("there are no errors in it")
    inputs = {spot.block_id for spot in spots(view.blocks) if spot.is_input}
    told: dict[str, str] = {}
    for block_id, text in errors.items():
        if block_id not in inputs:
            raise SlackError(f"{block_id[:100]!r} is no input block of the view")
        if not isinstance(text, str) or not text:
            raise SlackError(f"the error of {block_id[:100]!r} is no text")
        told[block_id] = text
    return told
