"""The context that every use case of the engine is given. It is made once, in `bot/app.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from store.db.database import Database
from store.governance.teams import Restores
from workflows.documents.documents import Documents
from workflows.engine.declare.charter import CharterStatus, Terms
from workflows.engine.declare.promises import PromiseFacts
from workflows.engine.declare.registry import AnyWorkflow, Registry
from workflows.engine.declare.versions import FromFiles, Version, Versions
from workflows.engine.meter import Meter
from workflows.model.prices import Prices

Clock = Callable[[], datetime]
"""A function that returns the time, aware and in UTC."""

SYSTEM = "countersign"
"""The actor of a change that no person made."""


NEVER = Restores(number=0, at=None)
"""The value for a database that was never restored from a backup."""
QUEUE_LIMIT = 100_000
"""Most cases that may wait for work at a time."""


def lock_of(name: str, *, team: int, is_oldest: bool) -> str:
    """Return the name of a team's lock. That of the oldest team is what it was before there were several."""
    return name if is_oldest else f"{name}-{team}"


class Charters(Protocol):
    """The terms of workflows, and whether their owners signed them."""

    def terms(self, workflow: AnyWorkflow, *, deployment: int | None) -> Terms | None:
        """Return a workflow's terms in this process; None where nobody makes any.

        `deployment`: the one that a run proposes with, or that is live; None: none.
        """
        ...

    def status(self, workflow: AnyWorkflow, *, deployment: int | None) -> CharterStatus:
        """Tell whether a workflow may go alone by its charter. `deployment`: as for `terms`.

        Raise `store.db.database.Unavailable`.
        """
        ...

    def begin(self, workflow: AnyWorkflow) -> None:
        """Keep the terms that a workflow has now, where they are new. Raise `store.db.database.Unavailable`."""
        ...


class Unsigned:
    """Charters of which none is signed: nothing goes alone."""

    def terms(self, workflow: AnyWorkflow, *, deployment: int | None) -> Terms | None:
        """Make none."""
        return None

    def status(self, workflow: AnyWorkflow, *, deployment: int | None) -> CharterStatus:
        """Count every charter as unsigned."""
        return CharterStatus(is_signed=False)

    def begin(self, workflow: AnyWorkflow) -> None:
        """Keep nothing."""


class Promises(Protocol):
    """The source of what the evidence of workflows with earned autonomy says."""

    def of(self, session: Session, context: "Context", workflow: AnyWorkflow) -> PromiseFacts | None:
        """Return how a workflow stands; None where it earns nothing, or nothing of it is live."""
        ...


class NoPromises:
    """No workflow of which anything is known."""

    def of(self, session: Session, context: "Context", workflow: AnyWorkflow) -> PromiseFacts | None:
        """Know nothing."""
        return None


@dataclass(frozen=True, kw_only=True)
class Context:
    """The database, the workflows, the clock, and the team whose rows these are."""

    database: Database
    registry: Registry
    clock: Clock
    team: int
    is_oldest_team: bool = True
    """True for the first team of the database: its locks have the names that they had before there were several."""
    namespace: str | None = None
    """Workspace with whose id the idempotency keys of effects begin; None for the first team of the database, whose
    keys are what they were before there were several. Workspaces may have cases of one key, and share a target.
    """
    queue_limit: int = QUEUE_LIMIT
    """Most cases that may wait for work; no more are taken in. Cases that wait for people do not count."""
    restores: Restores = NEVER
    """The number and the time of the restores from a backup. Cases that are older may have been delivered after the
    backup was made, and numbers may have been given out twice.
    """
    seed: str = ""
    """The team's secret, from which it follows which runs are drawn for a spot check."""
    meter: Meter = field(default_factory=Meter, compare=False)
    """The counts of this process's calls of other systems."""
    ends: dict[str, date] = field(default_factory=dict, compare=False)
    """Workflow -> the day on which its access ends, as its author's function last said it: nobody waits for that."""
    charters: Charters = field(default_factory=Unsigned, compare=False)
    """Left out, nothing goes alone."""
    versions: Versions = field(default_factory=FromFiles, compare=False)
    """Left out, the files of this process are used."""
    promises: Promises = field(default_factory=NoPromises, compare=False)
    """Left out, nothing is told of what workflows earned."""
    documents: Documents = field(default_factory=Documents, compare=False)
    """The files of the team's cases. Left out, none is taken."""
    prices: Prices = field(default_factory=Prices, compare=False)
    """The prices of models, today's. Without any, no model is compared with another."""

    def lock(self, name: str) -> str:
        """Return the name of a lock between processes that each team has for itself."""
        return lock_of(name, team=self.team, is_oldest=self.is_oldest_team)

    def version_of(self, workflow: AnyWorkflow, deployment: int | None) -> Version:
        """Return the version with which a run with this deployment proposes. Raise `store.db.database.Unavailable`."""
        return self.versions.of(workflow, self.registry.prompt(workflow.name), deployment=deployment)

    def terms_of(self, workflow: AnyWorkflow, deployment: int | None) -> str | None:
        """Return the version of the terms of a run with this deployment, as people are told it; None where nobody
        makes any.
        """
        terms = self.charters.terms(workflow, deployment=deployment)
        return terms.short if terms is not None else None
