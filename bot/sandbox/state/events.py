"""The events that the app was sent, kept to be sent again."""

from collections import OrderedDict
from dataclasses import dataclass

from bot.sandbox.errors import NotPossible
from bot.sandbox.json import Object

KEPT = 1_000


@dataclass(kw_only=True)
class SentEvent:
    """An event, with the id that all its deliveries share."""

    id: str
    payload: Object
    again: int = 0
    """Number of times that it was sent after the first."""


class Events:
    """The newest events, by event_id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, SentEvent] = OrderedDict()

    def keep(self, payload: Object) -> SentEvent:
        sent = SentEvent(id=str(payload["event_id"]), payload=payload)
        self._kept[sent.id] = sent
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return sent

    def redraw(self, view: Object) -> None:
        """Have the events that show a view show it as it is now: what it showed before is kept nowhere."""
        for sent in self._kept.values():
            about = sent.payload.get("event")
            shown = about.get("view") if isinstance(about, dict) else None
            if isinstance(about, dict) and isinstance(shown, dict) and shown.get("id") == view["id"]:
                about["view"] = view

    def find(self, id: str) -> SentEvent:
        """Set a fault of calls. Raise NotPossible."""
        sent = self._kept.get(id)
        if sent is None:
            raise NotPossible(404, f"there was no event {id[:50]!r}")
        return sent
