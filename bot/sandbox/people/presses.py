"""Acts on an element of a message or a modal."""

from collections.abc import Sequence

from pydantic import JsonValue

from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object, objects
from bot.sandbox.people.outcomes import Outcome, told
from bot.sandbox.people.sight import find_channel, find_home, find_message, find_person, top_view
from bot.sandbox.state.fields import filled, kind_of
from bot.sandbox.state.files.inputs import FILE_INPUT, chosen
from bot.sandbox.state.forms import Spot, Values, find_spot, initial_values
from bot.sandbox.state.modals import View
from bot.sandbox.state.payloads import action_as_json, holds_something, message_action, view_action
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.sockets import Delivery
from bot.sandbox.state.workspace import User


async def press(
    sandbox: Sandbox,
    user_id: str,
    channel_id: str,
    ts: str,
    *,
    action_id: str,
    block_id: str | None = None,
    selected: JsonValue = None,
    confirmed: bool = False,
) -> Outcome:
    """Press a button of a message, or choose in one of its menus. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    channel = find_channel(sandbox, user, channel_id)
    message = find_message(sandbox, user, channel, ts)
    spot = find_spot(message.content.blocks, action_id, block_id)
    values = initial_values(message.content.blocks, keep=message.chosen.get(user.id))
    action = _act(sandbox, user, spot, values, selected, confirmed=confirmed)
    message.chosen[user.id] = values
    if not spot.dispatches:
        return told(None, outcome="kept")
    payload = message_action(sandbox, user, message, channel, action, values)
    return told(await sandbox.deliver("interactive", payload))


async def press_in_view(
    sandbox: Sandbox,
    user_id: str,
    *,
    action_id: str,
    block_id: str | None = None,
    selected: JsonValue = None,
    confirmed: bool = False,
) -> Outcome:
    """Press a button of the visible modal, or choose in one of its menus. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    view = top_view(sandbox, user)
    spot = find_spot(view.blocks, action_id, block_id)
    delivery = await act_in_view(sandbox, user, view, spot, selected, confirmed=confirmed)
    return told(delivery, outcome="kept" if delivery is None else None)


async def press_in_home(
    sandbox: Sandbox,
    user_id: str,
    *,
    action_id: str,
    block_id: str | None = None,
    selected: JsonValue = None,
    confirmed: bool = False,
) -> Outcome:
    """Press a button of the app's Home tab, or choose in one of its menus. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    view = find_home(sandbox, user)
    spot = find_spot(view.blocks, action_id, block_id)
    delivery = await act_in_view(sandbox, user, view, spot, selected, confirmed=confirmed)
    return told(delivery, outcome="kept" if delivery is None else None)


async def act_in_view(
    sandbox: Sandbox, user: User, view: View, spot: Spot, value: JsonValue, *, confirmed: bool = False
) -> Delivery | None:
    """Use one element of a modal or a Home tab; None where the app is told only when the modal is submitted."""
    offered = view.suggested.get(spot.block_id, [])
    action = _act(sandbox, user, spot, view.values, value, confirmed=confirmed, suggested=offered)
    sandbox.changes.announce()
    if not spot.dispatches:
        return None
    return await sandbox.deliver("interactive", view_action(sandbox, user, view, action))


def _feedback(element: Object, selected: JsonValue) -> Object:
    """Return the text and value of the one of two buttons that has this value. Raise NotPossible."""
    buttons = objects([element.get("positive_button"), element.get("negative_button")])
    pressed = [button for button in buttons if button.get("value") == selected]
    if len(pressed) != 1:
        raise NotPossible(409, f"there is no single button {str(selected)[:100]!r}")
    return {"text": pressed[0]["text"], "value": pressed[0]["value"]}


def _act(
    sandbox: Sandbox,
    user: User,
    spot: Spot,
    values: Values,
    selected: JsonValue,
    *,
    confirmed: bool,
    suggested: Sequence[Object] = (),
) -> Object:
    element = spot.element
    viewers = element.get("visible_to_user_ids")
    if isinstance(viewers, list) and user.id not in viewers:
        raise NotPossible(409, f"{user.id} does not see {spot.action_id!r}")
    state: Object | None = None
    if holds_something(spot):
        is_file_input = kind_of(element) == FILE_INPUT
        state = (
            chosen(sandbox, user.id, element, selected)
            if is_file_input
            else filled(element, selected, sandbox.workspace, suggested)
        )
    elif kind_of(element) == "overflow":
        offered = [option for option in objects(element.get("options")) if option.get("value") == selected]
        if len(offered) != 1:
            raise NotPossible(409, f"there is no single option {str(selected)[:100]!r}")
        state = {"selected_option": offered[0]}
    elif kind_of(element) == "feedback_buttons":
        state = _feedback(element, selected)
    elif selected is not None:
        raise NotPossible(409, "a button has no options")
    if "confirm" in element and not confirmed:
        raise NotPossible(409, "it asks for confirmation first")
    if state is not None and holds_something(spot):
        values.setdefault(spot.block_id, {})[spot.action_id] = state
    return action_as_json(spot, state, sandbox.stamps.next())
