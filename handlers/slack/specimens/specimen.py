"""A specimen: one message or view, as it is sent."""

from dataclasses import dataclass

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.pages import View


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One message or view, as it is sent."""

    name: str
    message: Drawn | None = None
    view: View | None = None
    """The view; None for a message."""

    @property
    def plain(self) -> "Specimen | None":
        """The same message without newer blocks, where it has a plain form."""
        drawn = self.message
        if drawn is None or drawn.plain is None:
            return None
        return Specimen(name=f"{self.name}, plain", message=drawn.plain())
