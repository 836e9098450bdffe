"""The wiring: what is made of which, and in what order. Nothing is connected before this runs.

What speaks with Slack is wired in `bot/slack/wiring.py`, so that a command without Slack starts without it.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic import JsonValue

from bot import discovery, logs
from bot.models import Models
from bot.settings import Settings
from bot.worker.embedded import Embedded
from bot.worker.port import Dispatcher
from store.cases import runs
from store.db import migration
from store.db.database import Database, UnsupportedDatabase
from store.governance import teams
from store.states import RunState
from workflows.engine.context import Clock, Context
from workflows.engine.declare.registry import AnyWorkflow, Registry
from workflows.engine.errors import CountersignError, Refused
from workflows.engine.propose.prompts import keep_prompts
from workflows.engine.run.runner import Runner

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class App:
    """Countersign, put together."""

    settings: Settings
    context: Context
    models: Models
    dispatcher: Dispatcher
    made: Mapping[str, Mapping[str, JsonValue]]
    """Workflow name -> the options that it was made from."""

    def prepare_models(self) -> None:
        """Have the models ready to be asked. Raise `Refused` where nobody knows what one of them costs."""
        registry = self.context.registry
        prompts = [(workflow, registry.prompt(workflow.name)) for workflow in registry]
        self.models.refuse_unpriced(prompts)
        self.models.prepare(prompts)

    def ready(self) -> int:
        """How many runs are to be worked on, of the workflows that are known here."""
        with self.context.database.read() as session:
            names = {row.id: row.name for row in teams.workflows(session, team=self.context.team)}
            counts = runs.counts(session, team=self.context.team)
        return sum(
            number
            for (workflow, state), number in counts.items()
            if state == RunState.READY and names[workflow] in self.context.registry
        )


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@contextmanager
def opened(
    settings: Settings,
    *,
    make: Mapping[str, JsonValue] | None = None,
    log_level: str = "off",
    clock: Clock = now,
) -> Iterator[App]:
    """Put Countersign together for the block.

    A SQLite file is made and brought up to date by itself; PostgreSQL has to be migrated before. `make`: options of a
    workflow to make now, in place of those kept for it. `log_level`: where the settings leave it to us. Raise
    `CountersignError`, or `store.db.migration.NewerSchema`.
    """
    logs.configure(settings.log_level if settings.log_level != "auto" else log_level)
    database = database_of(settings)
    try:
        _prepare(database)
        team = _team(database)
        with database.read() as session:
            kept = {row.name: row.options for row in teams.workflows(session, team=team)}
            restores = teams.restores(session, team=team)
        registry, made = _registry(settings, kept, make)
        keep_prompts(database, registry, team=team, at=clock())
        context = Context(
            database=database,
            registry=registry,
            clock=clock,
            team=team,
            queue_limit=settings.queue_limit,
            restores=restores,
        )
        with closing(Models(settings, database=database, team=team, clock=clock)) as models:
            runner = Runner(context, models, second=models.second)
            dispatcher = _dispatcher(context, runner, threads=settings.threads)
            yield App(settings=settings, context=context, models=models, dispatcher=dispatcher, made=made)
    finally:
        database.close()


def database_of(settings: Settings) -> Database:
    """The database that the settings name, with a connection for each thread. Raise `UnsupportedDatabase`."""
    try:
        return Database(settings.database_url, connections=settings.threads + 8)
    except UnsupportedDatabase as error:
        raise UnsupportedDatabase(f"COUNTERSIGN_DATABASE_URL: {error}") from error


def _dispatcher(context: Context, runner: Runner, *, threads: int) -> Dispatcher:
    if context.database.file is not None:
        return Embedded(context, runner, threads=threads)
    # Loaded here: it comes with the extra "postgres".
    from bot.worker.postgres import Queued

    url = context.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return Queued(context, runner, url=url, threads=threads)


def _prepare(database: Database) -> None:
    if database.file is not None:
        migration.upgrade(database)
    elif migration.is_behind(database):
        raise Refused("the database is not up to date; run `countersign migrate` first")


def _team(database: Database) -> int:
    with database.read() as session:
        team = teams.first_team(session)
    if team is None:
        with database.write() as session:
            team = teams.add_local_team(session, at=now())
    return team


def _registry(
    settings: Settings, kept: Mapping[str, Mapping[str, JsonValue]], make: Mapping[str, JsonValue] | None
) -> tuple[Registry, dict[str, Mapping[str, JsonValue]]]:
    registry = Registry()
    made: dict[str, Mapping[str, JsonValue]] = {}
    declared: list[AnyWorkflow] = [*discovery.library(), *discovery.installed()]
    for file in settings.workflows:
        declared += discovery.in_file(Path(file))
    for workflow in declared:
        registry.add(_placed(workflow, settings))
    if make is not None:
        workflow = discovery.make(make)
        registry.add(_placed(workflow, settings))
        made[workflow.name] = make
    for name, options in kept.items():
        if options and name not in registry:
            try:
                registry.add(_placed(discovery.make(options), settings))
                made[name] = options
            except CountersignError as error:
                # The other workflows go on; doctor names this one.
                log.warning("workflow.not_made", workflow=name, why=str(error))
    return registry, made


def _placed(workflow: AnyWorkflow, settings: Settings) -> AnyWorkflow:
    """A workflow with the channel and the reviewers that the settings name for it."""
    post_to, reviewers = settings.post_to.get(workflow.name), settings.reviewers.get(workflow.name)
    if post_to is None and reviewers is None:
        return workflow
    declared = workflow.review
    placed = copy(workflow)
    placed.review = replace(declared, post_to=post_to or declared.post_to, reviewers=reviewers or declared.reviewers)
    return placed
