"""The surroundings of real processes: a source, helpful people, and the effects in the depot."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from bot.app import opened
from bot.settings import Settings
from store import schema
from store.db.database import Unavailable
from store.states import ENDED
from tests.chaos import depot
from tests.chaos.counting import Counts, Effect, Shown, count
from tests.chaos.gathering import Kept, Remembered, gather
from tests.integration.bot.commandline import CommandLine
from tests.waiting import LONGEST
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.case.intake import accept, take_in
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.read.history import open_reviews
from workflows.engine.review import doubts, reviews
from workflows.engine.review.rerun import reruns

WORKER = ("serve", "--no-slack", "--no-schedule")


class Outside:
    """The surroundings of the processes."""

    def __init__(self, context: Context, world: Path) -> None:
        self.context = context
        self.world = world
        self.remembered = Remembered()

    def bring(self, name: str, ids: range, text: str = "for the door") -> None:
        """Bring cases, as a source does, until they are accepted."""
        workflow = self.context.registry.get(name)
        inputs: list[dict[str, JsonValue]] = [{"id": id, "text": text} for id in ids]
        while True:
            try:
                accepted = [accept(workflow, dict(input)) for input in inputs]
                receipts = take_in(self.context, workflow, accepted, source="test", actor="source")
                break
            except Unavailable:
                time.sleep(0.05)
        for input, receipt in zip(inputs, receipts, strict=True):
            self.remembered.accepted.append((receipt.case, dict(input)))
            key = delivery_key(workflow=name, case=f"parcel-{input['id']}", revision=1)
            self.remembered.entitled[key] = [dict(depot.routed(text))]

    def decide(self) -> None:
        """Approve every open review, as people do."""
        for review in open_reviews(self.context):
            try:
                reviews.approve(self.context, review.id, review.version, by="cli:ana")
            except (Refused, Unavailable):
                continue  # people look again
            self.remembered.clicks.append((review.id, review.version))

    def finish(self, *, seconds: float = LONGEST) -> None:
        """Act as people would, until every case has ended."""
        end = time.monotonic() + seconds
        while (unfinished := self.unfinished()) and time.monotonic() < end:
            self.decide()
            for run in unfinished:
                self._help(run)
            time.sleep(0.1)

    def unfinished(self) -> list[schema.Run]:
        """Return the newest runs that have not ended."""
        newest = {run.case_id: run for run in Kept.of(self.context.database).runs}
        return [run for run in newest.values() if run.state not in ENDED]

    def _help(self, run: schema.Run) -> None:
        try:
            if run.state == "failed":
                reruns.rerun(self.context, run.case_id, by="cli:kim")
            elif run.state == "doubtful":
                kept = Kept.of(self.context.database)
                (key,) = [row.key for row in kept.deliveries if row.run_id == run.id]
                happened = any(effect.key == key for effect in self.effects())
                doubts.settle(self.context, run.case_id, happened=happened, by="cli:ana", key=key)
        except (Refused, Unavailable):
            pass  # it changed meanwhile, or the next round tries again

    def effects(self) -> list[Effect]:
        """Return the effects that really arrived."""
        folder = self.world / "effects"
        found = [json.loads(path.read_text()) for path in sorted(folder.iterdir())] if folder.exists() else []
        return [Effect(key=key, values=values) for key, values in found]

    def steps(self) -> list[tuple[float, int, int]]:
        """Return (time, process, parcel) for each step that was made."""
        path = self.world / "steps"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(float(when), int(process), int(parcel)) for when, process, parcel in map(str.split, lines)]

    def counts(self, messages: list[Shown] | None = None) -> Counts:
        """Return the counts of the evidence."""
        self.remembered.effects = self.effects()
        return count(gather(self.context.database, self.remembered, messages))


@contextmanager
def outside(line: CommandLine) -> Iterator[Outside]:
    """Yield the surroundings of a command line with the automations of the depot, on its database."""
    world = line.folder / "world"
    line.settings.update({"COUNTERSIGN_WORKFLOWS": str(Path(depot.__file__)), depot.FOLDER: str(world)})
    url = line.settings.get("COUNTERSIGN_DATABASE_URL", f"sqlite:///{line.folder / 'countersign.sqlite'}")
    settings = Settings(database_url=url, workflows=(str(Path(depot.__file__)),), model="local")
    with opened(settings) as app:
        yield Outside(app.context, world)
