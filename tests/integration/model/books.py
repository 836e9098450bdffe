"""A ledger's database for tests of the gateway."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store import schema
from store.db import migration
from store.db.database import Database
from store.governance import teams
from tests.world import Clock
from workflows.engine.propose.model_outages import KnownOutages
from workflows.model.asking.requests import Vendor
from workflows.model.gateway import Gateway
from workflows.model.vendors.anthropic.settings import DEFAULT_MODEL


@dataclass(kw_only=True)
class Books:
    """A database, a team and the time."""

    database: Database
    team: int
    clock: Clock

    def gateway(
        self,
        vendor: Vendor,
        *,
        sleep: Callable[[float], None],
        default_model: str = DEFAULT_MODEL,
        **parts: Any,
    ) -> Gateway:
        """A gateway that keeps its books here; it has breakers and concurrency of its own."""
        return Gateway(
            vendor,
            database=self.database,
            team=self.team,
            clock=self.clock,
            outages=KnownOutages(self.database, team=self.team, clock=self.clock),
            default_model=default_model,
            sleep=sleep,
            **parts,
        )

    def requests(self) -> list[schema.ModelRequest]:
        """All attempts, in order."""
        with self.database.read() as session:
            return list(session.query(schema.ModelRequest).order_by(schema.ModelRequest.id))


@contextmanager
def books_in(folder: Path, url: str | None = None) -> Iterator[Books]:
    """Books in a database of their own."""
    database = Database(url or f"sqlite:///{folder / 'books.sqlite'}", connections=60)
    try:
        migration.upgrade(database)
        clock = Clock()
        with database.write() as session:
            team = teams.add_local_team(session, at=clock())
        yield Books(database=database, team=team, clock=clock)
    finally:
        database.close()
