"""Elements in a list of blocks, and their values."""

from dataclasses import dataclass

from bot.sandbox.blocks.documents import every_block, interactive
from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object
from bot.sandbox.state.fields import initial, kind_of

Values = dict[str, dict[str, Object]]
"""Values by block_id and action_id."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """An element, and the block that it is in."""

    block: Object
    element: Object

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def is_input(self) -> bool:
        return self.block.get("type") == "input"

    @property
    def dispatches(self) -> bool:
        """True if an act on it tells the app at once."""
        return not self.is_input or self.block.get("dispatch_action") is True


def spots(blocks: list[Object]) -> list[Spot]:
    """Return all elements that a person can act on."""
    return [Spot(block=block, element=element) for block in every_block([*blocks]) for element in interactive(block)]


def find_spot(blocks: list[Object], action_id: str, block_id: str | None) -> Spot:
    """Return the one element with these ids. Raise NotPossible for none, or for several."""
    found = [spot for spot in spots(blocks) if spot.action_id == action_id and block_id in (None, spot.block_id)]
    if not found:
        raise NotPossible(409, f"there is no element {action_id!r}")
    if len(found) > 1:
        raise NotPossible(409, f"several elements are called {action_id!r}: name the block too")
    return found[0]


def find_input(blocks: list[Object], block_id: str) -> Spot:
    """Return the input in a block. Raise NotPossible for none."""
    found = [spot for spot in spots(blocks) if spot.is_input and spot.block_id == block_id]
    if len(found) != 1:
        raise NotPossible(409, f"there is no input {block_id!r}")
    return found[0]


def initial_values(blocks: list[Object], keep: Values | None = None) -> Values:
    """Return the initial values; `keep` wins where its block still has an element of that kind."""
    values: Values = {}
    for spot in spots(blocks):
        state = initial(spot.element)
        if state is None:
            continue
        kept = (keep or {}).get(spot.block_id, {}).get(spot.action_id)
        values.setdefault(spot.block_id, {})[spot.action_id] = (
            kept if kept is not None and kept["type"] == kind_of(spot.element) else state
        )
    return values
