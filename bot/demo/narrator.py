"""One line for each thing that happens, read from the audit trail."""

from collections.abc import Callable, Iterator, Mapping

from bot.demo.story import Told
from store.cases import runs
from store.governance import audit
from store.governance.audit import AuditLine
from store.states import Resolution
from workflows.engine.context import SYSTEM, Context
from workflows.engine.text.sanitize import one_line

_SAID = {
    "review.opened": "waits for a person in {channel}",
    "review.approved": "approved by {who}",
    "review.edited": "edited by {who}",
    "review.answered": "filled in by {who}",
    "review.rejected": "rejected by {who}",
    "decide.refused": "refused: {who} is no reviewer",
    "rerun.refused": "refused: {who} is no engineer",
    "read.refused": "refused: {who} may not read it",
    "run.failed": "failed; told in #failures",
    "run.holding": "waits, as the other system takes nothing now; it goes out by itself",
    "run.begun_again": "run again by {who}",
    "run.closed": "closed",
}


class Narrator:
    """Tells what happened since it last told."""

    def __init__(
        self, context: Context, people: Mapping[str, str], told: Mapping[str, Told], say: Callable[[str], None]
    ) -> None:
        """`people`: user id -> name. `told`: a case's key -> what it is. `say`: takes a line."""
        self._context = context
        self._places = told
        self._people = people
        self._say = say
        self._told = 0

    def tell(self) -> None:
        """Tell all that is new."""
        for line in self._new():
            said = self._words(line)
            if said is not None:
                self._say(f"{one_line(line.key, 24):<24} {said}")

    def _new(self) -> Iterator[AuditLine]:
        with self._context.database.read() as session:
            found = audit.since(session, team=self._context.team, row=self._told)
        for line in found:
            self._told = line.id
            yield line

    def _words(self, line: AuditLine) -> str | None:
        place = self._places[line.key].place
        if line.action == "run.delivered":
            with self._context.database.read() as session:
                run = runs.get(session, int(line.subject.partition(":")[2]), team=self._context.team)
            alone = run is not None and run.resolution == Resolution.ALONE
            return "resolved alone, and delivered" if alone else f"delivered to the {place.system}"
        if line.action == "run.closed" and line.actor == SYSTEM:
            return None
        said = _SAID.get(line.action)
        who = self._people.get(line.actor, line.actor)
        return said.format(who=who, channel=f"#{place.channel_name}") if said else None
