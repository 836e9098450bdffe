"""The result of a renderer: blocks as plain dicts, since the SDK's models drop the fields that they do not know."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from handlers.slack import limits

Block = dict[str, object]
"""A block, an element or a part of one."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A message: its blocks, and the text for notifications and screen readers."""

    text: str
    blocks: Sequence[Block]
    plain: Callable[[], Self] | None = None
    """Draws the same without newer blocks, for a workspace whose Slack refuses them; None where there are none."""

    @property
    def size(self) -> int:
        """Number of characters, as JSON and escaped as they are sent, of the blocks that Slack counts together."""
        return len(json.dumps([block for block in self.blocks if block["type"] not in limits.COUNTED_APART]))
