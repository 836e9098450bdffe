"""A place that cases are fetched from: items on a shelf, with the number of those that were seen as the cursor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import JsonValue

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from tests.sample import Ticket
from workflows import Fetched
from workflows.engine.sources.looks import fetching
from workflows.engine.sources.looks.fetching import Due, LookView

EVERY = timedelta(minutes=1)


@dataclass(kw_only=True)
class Shelf:
    """A scene whose workflow looks at a shelf of items."""

    scene: Scene
    items: list[Mapping[str, JsonValue]] = field(default_factory=list)
    page: int = 100
    """Most items of one look."""
    cursors: list[str | None] = field(default_factory=list)
    """The cursors that looks were given."""
    errors: list[BaseException] = field(default_factory=list)
    """Errors that the next looks raise, in order."""
    meanwhile: Callable[[], object] = lambda: None
    """Done while the author's code looks."""

    def look(self, cursor: str | None) -> Fetched[Ticket]:
        """Look at the shelf as an author's function does."""
        self.cursors.append(cursor)
        self.meanwhile()
        if self.errors:
            raise self.errors.pop(0)
        seen = int(cursor or 0)
        found = self.items[seen : seen + self.page]
        return Fetched(inputs=found, cursor=str(seen + len(found)), more=seen + len(found) < len(self.items))

    def put(self, *numbers: int) -> None:
        """Put tickets on the shelf."""
        self.items += [{"id": number, "text": f"ticket {number}"} for number in numbers]

    def due(self) -> list[Due]:
        """Return what is due."""
        return fetching.due(self.scene.world.context)

    def turn(self) -> list[LookView]:
        """Take the turn, which has to be due."""
        (one,) = self.due()
        return fetching.take_turn(self.scene.world.context, one)

    def later(self, by: timedelta = EVERY) -> None:
        """Move the clock."""
        self.scene.world.clock.move(by)

    @property
    def cursor(self) -> schema.SourceCursor:
        """The cursor as it is kept."""
        (row,) = rows(self.scene.world, schema.SourceCursor)
        return row

    @property
    def keys(self) -> list[str]:
        """Keys of all cases, in the order in which they came in."""
        return [case.key for case in rows(self.scene.world, schema.Case)]

    def notes(self, kind: str) -> list[schema.OutboxRow]:
        """Return what people are told."""
        return [row for row in rows(self.scene.world, schema.OutboxRow) if row.kind == kind]


def shelf(make_world: MakeWorld) -> Shelf:
    """Return a shelf without items, whose schedule has begun."""
    scene = sample(make_world)
    made = Shelf(scene=scene)
    scene.workflow.fetch(every=EVERY, name="shelf")(made.look)
    fetching.begin(scene.world.context)
    return made
