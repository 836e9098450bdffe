"""The wiring: all parts are made here, in order. Nothing is connected before this runs.

The parts that talk to Slack are wired in `bot/slack/wiring.py`, so that a command without Slack starts without them.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic import JsonValue
from sqlalchemy.exc import DBAPIError

from bot import discovery, logs
from bot.settings import Settings
from bot.worker.embedded import Embedded
from bot.worker.port import Dispatcher
from bot.workspace_settings import settings_of
from store.db import backups, migration
from store.db.database import Database, Unavailable, UnsupportedDatabase
from store.db.process_locks import is_taken
from store.db.schema_lock import UPGRADING
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.case.team import Team, team_of
from workflows.engine.charters.kept import KeptCharters
from workflows.engine.charters.terms import Answering
from workflows.engine.context import Clock, Context
from workflows.engine.declare.registry import AnyWorkflow, Registry
from workflows.engine.declare.versions import From
from workflows.engine.declare.workflow_files import in_file
from workflows.engine.errors import CountersignError, Refused
from workflows.engine.health import watch as health
from workflows.engine.propose.examples.own_examples import examples_file
from workflows.engine.propose.models import Models
from workflows.engine.propose.prompts import keep_prompts
from workflows.engine.read.declared.prompt_views import PromptsFrom
from workflows.engine.read.declared.prompts_from import prompts_from
from workflows.engine.run.runner import Runner
from workflows.engine.sources.told.webhook_secrets import WebhookKeys
from workflows.model.concurrency import SharedConcurrency
from workflows.quality.autonomy.promises import EarnedPromises
from workflows.quality.deployments.kept import KeptVersions
from workflows.quality.deployments.taking_over import take_over

log = structlog.get_logger()

API_THREADS = 8
"""Calls of the engine by the HTTP API at once. Each may need a connection to the database."""


@dataclass(frozen=True, kw_only=True)
class App:
    """Countersign, put together."""

    settings: Settings
    context: Context
    models: Models
    charters: KeptCharters
    versions: KeptVersions
    dispatcher: Dispatcher
    made: Mapping[str, Mapping[str, JsonValue]]
    """Options that each workflow was made from, by workflow name."""
    is_first: bool
    """True if its SQLite file was made for it."""

    @property
    def prompts(self) -> PromptsFrom:
        """The places from which the prompts of all workflows come. Raise `store.db.database.Unavailable`."""
        return prompts_from(self.context, self.context.registry)

    def prepare_models(self) -> None:
        """Prepare the models for questions. Raise `Refused` where a model has no known price."""
        registry = self.context.registry
        prompts = [(workflow, registry.prompt(workflow.name)) for workflow in registry]
        self.models.refuse_unusable(prompts)
        self.models.prepare(prompts)

    def webhook_keys(self) -> WebhookKeys:
        """Return the keys from which the secrets of webhooks are derived. Raise `Refused` where none is set."""
        keys = self.settings.webhook_keys
        if keys is None:
            raise Refused(
                "COUNTERSIGN_WEBHOOK_KEY is not set, so no webhook can be signed, and none is sent; it is 32 random "
                "bytes as hex digits, as `openssl rand -hex 32` makes them"
            )
        return WebhookKeys(keys=keys, seed=self.context.seed)

    def begin_charters(self) -> None:
        """Keep the terms of all workflows, where they changed, and have people told of it.

        A shipped example is left out: its terms are kept with its first case, if it ever has one.
        """
        for workflow in self.context.registry:
            if not workflow.is_sample:
                self.charters.begin(workflow)


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Process:
    """The parts that all teams of a process share."""

    settings: Settings
    """Those of the process. What a team has for itself is not among them."""
    database: Database
    is_first: bool
    """True if its SQLite file was made for this process."""
    concurrency: SharedConcurrency = field(default_factory=SharedConcurrency)
    """The limits of each key to a vendor's models."""
    files: dict[str, list[AnyWorkflow]] = field(default_factory=dict)
    """File -> the workflows that it declares. It is loaded once: its author's code is not there twice."""


@contextmanager
def opened(
    settings: Settings,
    *,
    make: Mapping[str, JsonValue] | None = None,
    log_level: str = "off",
    clock: Clock = now,
    seed: str | None = None,
) -> Iterator[App]:
    """Wire Countersign for one team in the block: the only one, or the one that the settings name.

    A SQLite file is created and upgraded automatically; PostgreSQL has to be migrated before. Nobody changes the schema
    meanwhile. `make`: options of a
    workflow to make now, instead of those kept for it. `log_level`: used where the settings name none. `seed`: a
    secret of draws in place of the team's own, so that a demonstration is the same each time. Raise
    `CountersignError`, `bot.settings.SettingsUnusable`, or `store.db.schema_lock.OtherSchema`.
    """
    with process_of(settings, log_level=log_level) as process:
        team = team_of(process.database, at=now(), workspace=settings.workspace)
        with app_of(process, team, make=make, clock=clock, seed=seed) as app:
            yield app


@contextmanager
def process_of(settings: Settings, *, log_level: str = "off") -> Iterator[Process]:
    """Open what all teams share for the block, as `opened` does."""
    logs.configure(settings.log_level if settings.log_level != "auto" else log_level)
    database = database_of(settings)
    is_first = database.file is not None and not database.file.exists()
    try:
        _prepare(database)
        yield Process(settings=settings, database=database, is_first=is_first)
    finally:
        database.close()


@contextmanager
def app_of(
    process: Process,
    team: Team,
    *,
    make: Mapping[str, JsonValue] | None = None,
    clock: Clock = now,
    seed: str | None = None,
    owner: str | None = None,
) -> Iterator[App]:
    """Wire Countersign for a team in the block. Raise as `opened` does.

    `owner`: the workspace, where the process works for others beside it.
    """
    database = process.database
    settings = settings_of(process.settings, team.workspace, is_oldest=team.is_oldest)
    registry, made = _registry(settings, team.options, make, process.files)
    keep_prompts(database, registry, team=team.id, at=clock())
    asking = Models(settings.for_models, database=database, team=team.id, clock=clock, concurrency=process.concurrency)
    with closing(asking) as models:
        versions = KeptVersions(database, team=team.id, clock=clock, models=models, versions_from=settings.prompts)
        charters = KeptCharters(
            database,
            registry,
            team=team.id,
            clock=clock,
            answering=lambda workflow: Answering(
                models=models.named(workflow, registry.prompt(workflow.name)), examples=examples_file(workflow)
            ),
            versions=versions,
        )
        context = Context(
            database=database,
            registry=registry,
            clock=clock,
            team=team.id,
            is_oldest_team=team.is_oldest,
            namespace=None if team.is_oldest else team.workspace,
            queue_limit=settings.queue_limit,
            restores=team.restores,
            seed=team.seed if seed is None else seed,
            charters=charters,
            versions=versions,
            promises=EarnedPromises(),
            documents=documents_of(settings, database, team=team.id),
            prices=models.prices,
        )
        if settings.prompts is not From.FILES:
            take_over(context, models)
        runner = Runner(context, models, second=models.second)
        dispatcher = _dispatcher(context, runner, threads=settings.threads, owner=owner)
        yield App(
            settings=settings,
            context=context,
            models=models,
            charters=charters,
            versions=versions,
            dispatcher=dispatcher,
            made=made,
            is_first=process.is_first,
        )
        # A command that worked on cases ends here; a server has looked every few seconds.
        _count(context)


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """Open the database alone for the block, for what concerns all teams. It is prepared as by `opened`."""
    with process_of(settings) as process:
        yield process.database


def database_of(settings: Settings) -> Database:
    """Return the database that the settings name, with a connection for each thread. Raise `UnsupportedDatabase`."""
    try:
        answering = API_THREADS if settings.api_address is not None else 0
        return Database(settings.database_url, connections=settings.threads + 8 + answering)
    except UnsupportedDatabase as error:
        raise UnsupportedDatabase(f"COUNTERSIGN_DATABASE_URL: {error}") from error


def documents_of(settings: Settings, database: Database, *, team: int) -> Documents:
    """Return the documents of a team: in the folder that the settings name, else in one beside a SQLite file."""
    folder = settings.documents
    if folder is None and database.file is not None:
        folder = beside(database.file)
    return Documents(FolderShelf(folder / str(team)) if folder is not None else None)


def beside(file: Path) -> Path:
    """Return the folder for documents beside a SQLite file, or beside a backup of one."""
    return file.with_name(f"{file.name}.documents")


def _dispatcher(context: Context, runner: Runner, *, threads: int, owner: str | None) -> Dispatcher:
    if context.database.file is not None:
        return Embedded(context, runner, threads=threads, owner=owner)
    # Loaded here: it comes with the extra "postgres".
    from bot.worker.postgres import Queued

    url = context.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return Queued(context, runner, url=url, threads=threads, owner=owner)


def _count(context: Context) -> None:
    """Add what this process counted of its calls to what all count."""
    try:
        health.write(context)
    except (DBAPIError, Unavailable) as error:
        log.warning("health.without_database", error=type(error).__name__)


def _prepare(database: Database) -> None:
    """Have the schema of this version, and keep others from changing it while this process works."""
    if database.file is not None:
        try:
            upgraded = migration.upgrade(database, keeps=True)
        except backups.Unusable as error:
            raise Refused(
                f"the database was not upgraded, since no copy of it as it was can be kept: {error}"
            ) from error
        if upgraded is not None and upgraded.was is not None:
            log.warning("database.upgraded", was=upgraded.was, now=migration.newest(), kept=str(upgraded.kept))
    else:
        if is_taken(database):
            raise Refused(UPGRADING)
        if migration.is_behind(database):
            raise Refused("the database is not up to date; run `countersign migrate` first")
    database.hold_to(migration.newest())


def _registry(
    settings: Settings,
    kept: Mapping[str, Mapping[str, JsonValue]],
    make: Mapping[str, JsonValue] | None,
    files: dict[str, list[AnyWorkflow]],
) -> tuple[Registry, dict[str, Mapping[str, JsonValue]]]:
    registry = Registry()
    made: dict[str, Mapping[str, JsonValue]] = {}
    declared: list[AnyWorkflow] = [*discovery.library(), *discovery.installed()]
    for file in settings.workflows:
        if file not in files:
            files[file] = in_file(Path(file))
        declared += files[file]
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
                # The other workflows still work; doctor names this one.
                log.warning("workflow.not_made", workflow=name, why=str(error))
    registry.check_follow_ups()
    return registry, made


def _placed(workflow: AnyWorkflow, settings: Settings) -> AnyWorkflow:
    """Return a workflow with the channel, the reviewers and the backup that the settings name for it."""
    post_to, reviewers = settings.post_to.get(workflow.name), settings.reviewers.get(workflow.name)
    backup = settings.backups.get(workflow.name)
    if post_to is None and reviewers is None and backup is None:
        return workflow
    declared = workflow.review
    placed = copy(workflow)
    placed.backup = backup or workflow.backup
    placed.review = replace(declared, post_to=post_to or declared.post_to, reviewers=reviewers or declared.reviewers)
    return placed
