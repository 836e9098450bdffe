"""What a renderer returns: blocks as plain dicts, since the SDK's models lose what is newer than they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

Block = dict[str, object]
"""A block, an element or a piece of one."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A message: its blocks, and the text that notifications and screen readers read."""

    text: str
    blocks: Sequence[Block]

    @property
    def size(self) -> int:
        """Characters of the blocks as JSON, escaped as they are sent."""
        return len(json.dumps(self.blocks))
