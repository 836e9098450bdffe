"""The narrator: one line for each event, read from the audit trail."""

from collections.abc import Callable, Iterable, Mapping

from bot.demo.places import PLACES
from workflows.engine.context import SYSTEM
from workflows.engine.read.trail import TrailLine
from workflows.engine.text.sanitize import one_line

_SAID = {
    "review.opened": "waits for a person in {channel}",
    "review.approved": "approved by {who}",
    "review.edited": "edited by {who}",
    "review.answered": "filled in by {who}",
    "review.rejected": "rejected by {who}",
    "decide.refused": "refused: {who} is not a reviewer",
    "rerun.refused": "refused: {who} is not an engineer",
    "read.refused": "refused: {who} may not read it",
    "run.failed": "failed; told in #failures",
    "run.holding": "waits, as the other system takes nothing now; it goes out by itself",
    "run.begun_again": "run again by {who}",
    "case.input_corrected": "run again with an input that {who} put right",
    "run.closed": "closed",
}
_PLACES = {place.workflow: place for place in PLACES}


class Narrator:
    """Tells what happened."""

    def __init__(self, people: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Tell of events. `people`: user id -> name. `say`: takes a line."""
        self._people = people
        self._say = say

    def tell(self, news: Iterable[TrailLine]) -> None:
        """Tell what is new."""
        for line in news:
            said = self._words(line)
            if said is not None:
                self._say(f"{one_line(line.key, 24):<24} {said}")

    def _words(self, line: TrailLine) -> str | None:
        place = _PLACES.get(line.workflow)
        if place is None:
            return None
        if line.action == "run.delivered":
            return "resolved alone, and delivered" if line.alone else f"delivered to the {place.system}"
        if line.action == "run.closed" and line.actor == SYSTEM:
            return None
        said = _SAID.get(line.action)
        who = self._people.get(line.actor, line.actor)
        return said.format(who=who, channel=f"#{place.channel_name}") if said else None
