"""Searches in menus whose options the app gives while a person types."""

from pydantic import JsonValue

from bot.sandbox.blocks.options import OPTION
from bot.sandbox.blocks.shapes import Place, each
from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object, objects
from bot.sandbox.people.outcomes import Outcome, told
from bot.sandbox.people.sight import find_person, top_view
from bot.sandbox.state.fields import EXTERNAL, kind_of
from bot.sandbox.state.forms import find_input
from bot.sandbox.state.payloads import block_suggestion
from bot.sandbox.state.sandbox import Sandbox
from handlers.slack import limits


async def suggest(sandbox: Sandbox, user_id: str, block_id: str, text: str) -> Outcome:
    """Type a text into a menu of the visible modal; the outcome has the options. Raise NotPossible."""
    user = find_person(sandbox, user_id)
    view = top_view(sandbox, user)
    spot = find_input(view.blocks, block_id)
    least = spot.element.get("min_query_length", 3)
    if kind_of(spot.element) not in EXTERNAL:
        raise NotPossible(409, f"{block_id!r} has options of its own")
    if isinstance(least, int) and len(text) < least:
        raise NotPossible(409, f"it searches from {least} characters on")
    payload = block_suggestion(sandbox, user, view, spot, text)
    delivery = await sandbox.deliver("interactive", payload, accepts=True)
    if not delivery.acknowledged:
        return told(delivery)
    options, why = _options(delivery.answer)
    if why:
        return told(delivery, outcome="bad_response", why=why)
    known = view.suggested.setdefault(block_id, [])
    known += [option for option in options if option not in known]
    return told(delivery, outcome="suggested", answer=[*options])


def _options(answer: JsonValue) -> tuple[list[Object], str]:
    """Return the options that the app answers with, and why Slack would not take them."""
    found = answer.get("options") if isinstance(answer, dict) else None
    place = Place(path="/options", surface="modal", findings=[])
    each(OPTION, most=limits.OPTIONS, least=0)(found, place)
    return objects(found), " ".join(place.findings)
