"""The server: the worker, the sender, the schedule and Slack's socket in one process, until it is told to stop.

It stops in the order that loses nothing: it begins nothing new and finishes what it began, then waits until no click is
in flight, and closes the socket last. Work that does not end within a while is cut off.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from datetime import time as time_of_day
from functools import partial
from threading import Event, Thread
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.serve import fetches
from bot.serve.api import ApiServer
from bot.serve.digest_jobs import daily, planned
from bot.serve.fetches import Fetches
from bot.serve.health import answering_health
from bot.serve.metrics import watched
from bot.serve.schedule import Daily, Schedule, Turn
from bot.slack.wiring import Slack
from bot.webhooks.sender import WebhookSender
from bot.worker.threads import SLOW
from store.db import migration
from store.db.database import Unavailable, Upgrading
from store.db.process_locks import (
    FOLLOW_UPS,
    LABELS,
    RETENTION,
    ROLLOUTS,
    SENDER,
    WEBHOOKS,
    Taken,
    exclusive,
)
from store.db.schema_lock import UPGRADING, OtherSchema
from store.db.time_limits import time_limit
from workflows.engine.context import Clock
from workflows.engine.declare.calls import author_threads
from workflows.engine.health import expiries
from workflows.engine.health import watch as health
from workflows.engine.privacy import retention
from workflows.engine.proof.head_file import HeadFile
from workflows.engine.proof.sealer import Sealer
from workflows.engine.review.assignment import upkeep
from workflows.engine.review.form import drafts, second_look
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.engine.review.wrong import reports
from workflows.engine.sources import follow_ups
from workflows.engine.sources.heard import messages, waiting
from workflows.engine.sources.heard.files import FaceFiles, NoFaceFiles
from workflows.engine.sources.programs import handing_in
from workflows.quality.autonomy import packs
from workflows.quality.autonomy.upkeep import tend
from workflows.quality.examples.candidates import gather
from workflows.quality.improvements.finding import find
from workflows.quality.improvements.telling import tell
from workflows.quality.labels.making import make_labels
from workflows.quality.rollouts.probes import Probes
from workflows.quality.rollouts.shadow import Shadow
from workflows.quality.rollouts.watch import Watch

log = structlog.get_logger()

STOPS_WITHIN = 30.0
"""Seconds that the loops have to end when told to stop; the dispatcher has 20 of these for begun work."""
STUCK_FOR_EACH = 4
"""Threads that may hang in authors' code, for each of ours; with more the process ends, to be started anew."""
_LOOK = 1.0
"""Seconds between two looks at them."""

_TURN = 2.0
"""Seconds between two attempts to become the sender."""
_REPORTS = 5.0
"""Seconds between two looks for reports that wait."""
_FOLLOW_UPS = 0.5
"""Seconds between two looks for follow-ups that are due."""
_FOLLOW_UPS_SILENT = 120.0
"""Seconds without an end of such a look after which the process counts as unable to make them."""
_MESSAGES = 2.0
"""Seconds between two looks for messages that wait."""
_SPOT_CHECKS = 20.0
"""Seconds between two looks at the spot checks that wait."""
_VERSIONS = 10.0
"""Seconds between two looks at the versions that are watched or live: one is rolled back within a minute."""
_BESIDE = 5.0
"""Seconds between two looks for cases for which a watched version is to be asked."""
_ASSIGNMENTS = 5.0
"""Seconds between two looks at what is to be assigned, and at who is away."""
_PRESENCE = 600.0
"""Seconds between two looks at whether assignees may still decide: each is a question or two to Slack."""
_HEALTH = 5.0
"""Seconds between two looks at how other systems are. What was counted since is lost where the process is killed."""
_SEALS = 5.0
"""Seconds between two looks for audit rows to seal."""
_RETENTION = 3600.0
"""Seconds between two looks at what was kept long enough."""
_RETENTION_GOES_ON = 5.0
"""Seconds until the next look where one did not come to the end, so that others may write meanwhile."""
_LABELS = 3.0
"""Seconds between two looks for decisions that are no labels yet."""
_LABELS_GO_ON = 0.1
"""Seconds until the next look where one did not come to the end, so that others may write meanwhile."""
_EXPIRIES = 600.0
"""Seconds between two looks at what expires."""
_UPGRADES = 2.0
"""Seconds between two looks whether the database is to be upgraded."""
_ANSWERS_WITHIN = 1.5
"""Seconds within which the database has to answer a health check."""


def serve(
    app: App,
    stop: Event,
    *,
    slack: Slack | None,
    api: ApiServer | None = None,
    worker: bool = True,
    schedule: Schedule | None = None,
    spans: Callable[[Event], None] | None = None,
    started: Callable[[], None] = lambda: None,
) -> bool:
    """Serve until `stop` is set; False where a loop ended before, or did not end in time.

    `api`: the HTTP API, where one is wanted. `spans`: the loop that sends spans, where some are wanted. `started`:
    called when everything runs. Raise `store.db.process_locks.Taken` where only one process may work on the database,
    and another one does.
    """
    loops: list[_Loop] = [
        _Loop(run=partial(_watch, app.settings.threads)),
        _Loop(run=partial(_look_at_health, app)),
        _Loop(run=partial(_seal, app, Sealer(app.context, app.settings.signing_key()))),
    ]
    ended: list[str] = []
    loops.append(_Loop(run=partial(_heed_upgrades, app, ended)))
    running = Event()
    making, sending = _Making(app), _Sending(app)
    with ExitStack() as held:
        # Health is answered first and ends last, so that a supervisor sees how far the process is.
        alive = {"loops": lambda: not ended}
        ready = {
            "started": running.is_set,
            "not stopping": lambda: not stop.is_set(),
            "database": lambda: _answers(app),
            "hearing": lambda: slack is None or slack.hearing.is_connected,
            "posting": lambda: slack is None or slack.sender.posts(),
            "slack": lambda: slack is None or (slack.hearing.is_connected and slack.sender.posts()),
            "worker": lambda: not worker or app.dispatcher.is_able(),
            "api": lambda: api is None or api.is_answering,
            "follow-ups": lambda: not worker or making.is_able(),
        }
        told = {"given up and running": lambda: len(author_threads.stuck()), "slow": _slow}
        address = app.settings.health_address
        checks, sends = {**alive, **ready}, sending.is_sender
        metrics = partial(watched, app, checks=checks, is_sender=sends) if app.settings.metrics else None
        held.enter_context(answering_health(address, alive=alive, ready=ready, told=told, metrics=metrics))
        if worker:
            taken_back = held.enter_context(app.dispatcher.alone())
            if taken_back:
                log.info("runs.taken_back", runs=taken_back)
            loops += [_Loop(run=app.dispatcher.run), _Loop(run=partial(_take_up_reports, app))]
            loops.append(_Loop(run=making.run))
            files = slack.files if slack is not None else NoFaceFiles()
            loops.append(_Loop(run=partial(_take_in_messages, app, files)))
            loops.append(_Loop(run=partial(_tend_spot_checks, app)))
            loops.append(_Loop(run=partial(_learn_from_people, app)))
            loops.append(_Loop(run=partial(_remove_what_is_due, app)))
            loops += [_Loop(run=partial(_watch_versions, app)), _Loop(run=partial(_ask_beside, app))]
        if app.settings.webhook_keys is not None:
            sender = WebhookSender(app.context, app.webhook_keys())
            loops.append(_Loop(run=partial(_send_webhooks, app, sender)))
        if spans is not None:
            loops.append(_Loop(run=spans))
        if slack is not None:
            held.callback(slack.hearing.close)
            # Work on cases continues while Slack cannot be reached.
            loops += [_Loop(run=partial(_hear, slack), ends=True), _Loop(run=partial(sending.run, slack))]
            loops.append(_Loop(run=partial(_assign, app, slack)))
        if api is not None:
            held.callback(api.close)
        with _threads(stop, *loops, ended=ended), api.answering(stop) if api is not None else nullcontext():
            if schedule is not None:
                schedule.start()
            running.set()
            started()
            stop.wait()
            log.info("stopping")
            if schedule is not None:
                schedule.stop()
    log.info("stopped")
    return not ended


def schedule_of(app: App, *, clock: Clock | None = None) -> Schedule:
    """Return the schedule of the digests, of a daily sweep, and of looks for cases where a workflow has any.

    `clock`: another clock than the context's, for what is daily.
    """
    zone = ZoneInfo(app.settings.timezone)

    def swept(_: date) -> None:
        drafts.sweep(app.context)
        messages.sweep(app.context)
        health.forget(app.context)
        handing_in.sweep(app.context)

    def improved(_: date) -> None:
        for workflow in app.context.registry:
            find(app.context, workflow.name)
        tell(app.context)

    at = time_of_day.fromisoformat(app.settings.digest_at)
    sweep = Daily(name="sweep", at=at, make=swept)
    improving = Daily(name="improvements", at=at, make=improved)
    wanted = planned(app.settings, known=[workflow.name for workflow in app.context.registry])
    digests = [daily(app.context, one, zone=zone) for one in wanted]
    looks = Fetches(app)
    turn = Turn(name="fetches", every=fetches.EVERY, begin=looks.turn, stop=looks.stop)
    turns = [turn] if any(workflow.fetches for workflow in app.context.registry) else []
    return Schedule([sweep, *digests, improving], zone=zone, clock=clock or app.context.clock, turns=turns)


def _hear(slack: Slack, stop: Event) -> None:
    """Connect to Slack, once what the first press may need is loaded: it has three seconds in all."""
    second_look.prepare()
    slack.hearing.connect(stop)


class _Sending:
    """The loop that sends to people. One process at a time does; another one takes over when it ends."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._sends = False

    def run(self, slack: Slack, stop: Event) -> None:
        """Send while this process is the sender, until told to stop."""
        while not stop.is_set():
            try:
                with exclusive(self._app.context.database, name=SENDER) as is_held:
                    self._sends = True
                    slack.sender.run(stop, entitled=is_held)
            except Taken:
                stop.wait(_TURN)
            except (DBAPIError, Unavailable) as error:
                log.warning("sender.without_database", error=type(error).__name__)
                stop.wait(_TURN)
            finally:
                self._sends = False

    def is_sender(self) -> bool:
        """Tell whether this process is the one that sends."""
        return self._sends


def _send_webhooks(app: App, sender: WebhookSender, stop: Event) -> None:
    """Send webhooks while this process is the one that does. Another process takes over when it ends."""
    while not stop.is_set():
        try:
            with exclusive(app.context.database, name=WEBHOOKS) as is_held:
                sender.run(stop, entitled=is_held)
        except Taken:
            stop.wait(_TURN)
        except (DBAPIError, Unavailable) as error:
            log.warning("webhooks.without_database", error=type(error).__name__)
            stop.wait(_TURN)


def _take_up_reports(app: App, stop: Event) -> None:
    """Take up reports that could not be taken up when they came: their case was being worked on, or a process ended."""
    while not stop.wait(_REPORTS):
        try:
            reports.take_up_all(app.context)
        except (DBAPIError, Unavailable) as error:
            log.warning("reports.without_database", error=type(error).__name__)


class _Making:
    """The loop that makes follow-ups. One process at a time makes them; another one goes on when it ends."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._looked_at = time.monotonic()

    def run(self, stop: Event) -> None:
        """Make the follow-ups that are due until told to stop."""
        database = self._app.context.database
        while not stop.is_set():
            try:
                with exclusive(database, name=FOLLOW_UPS) as is_held:
                    while not stop.is_set() and is_held():
                        made = follow_ups.look(self._app.context)
                        self._looked_at = time.monotonic()
                        if not made:
                            stop.wait(_FOLLOW_UPS)
            except Taken:
                self._looked_at = time.monotonic()
            except (DBAPIError, Unavailable) as error:
                log.warning("follow_ups.without_database", error=type(error).__name__)
            stop.wait(_TURN)

    def is_able(self) -> bool:
        """Tell whether it looked not long ago, or another process does. A look makes a few, one after the other."""
        return time.monotonic() - self._looked_at < _FOLLOW_UPS_SILENT


def _take_in_messages(app: App, files: FaceFiles, stop: Event) -> None:
    """Take in messages that could not be taken in when they were heard: too many cases waited, or a process ended."""
    is_noted = False
    while not stop.wait(_MESSAGES):
        try:
            if not is_noted:
                messages.note_watched(app.context)
                is_noted = True
            waiting.take_in_all(app.context, files)
        except (DBAPIError, Unavailable) as error:
            log.warning("messages.without_database", error=type(error).__name__)


def _tend_spot_checks(app: App, stop: Event) -> None:
    """End spot checks of what no longer stands, open the corrections that follow, and have their number shown."""
    upkeep_of_checks = Upkeep(app.context)
    while not stop.wait(_SPOT_CHECKS):
        try:
            upkeep_of_checks.look()
            packs.tell(app.context)
        except (DBAPIError, Unavailable) as error:
            log.warning("spot_checks.without_database", error=type(error).__name__)


def _watch_versions(app: App, stop: Event) -> None:
    """Have versions go live, end or taken back, by what people decided. Each process looks: a move is made once."""
    watch = Watch(app.context)
    while not stop.wait(_VERSIONS):
        try:
            watch.look()
        except (DBAPIError, Unavailable) as error:
            log.warning("versions.without_database", error=type(error).__name__)


def _ask_beside(app: App, stop: Event) -> None:
    """Ask versions beside the live ones, and put the day's probes. One process at a time; another goes on after it."""
    while not stop.is_set():
        try:
            with exclusive(app.context.database, name=ROLLOUTS) as is_held:
                shadow = Shadow(app.context, app.models, second=app.models.second)
                probes = Probes(app.context, app.models, is_stopping=stop.is_set)
                while not stop.is_set() and is_held():
                    if not shadow.look() and not probes.look():
                        stop.wait(_BESIDE)
        except Taken:
            pass  # that process does it
        except (DBAPIError, Unavailable) as error:
            log.warning("shadow.without_database", error=type(error).__name__)
        stop.wait(_TURN)


def _learn_from_people(app: App, stop: Event) -> None:
    """Make labels of decisions, and candidates and evidence of labels. One process at a time; another one goes on when
    it ends.
    """
    while not stop.is_set():
        try:
            with exclusive(app.context.database, name=LABELS) as is_held:
                while is_held() and not stop.is_set():
                    made = make_labels(app.context)
                    found = gather(app.context)
                    tended = tend(app.context)
                    is_more = made.is_more or found.is_more or tended.is_more
                    stop.wait(_LABELS_GO_ON if is_more else _LABELS)
        except Taken:
            pass  # that process does it
        except (DBAPIError, Unavailable) as error:
            log.warning("labels.without_database", error=type(error).__name__)
        stop.wait(_LABELS)


def _remove_what_is_due(app: App, stop: Event) -> None:
    """Remove content that was kept long enough. One process at a time looks; another one goes on when it ends."""
    while not stop.is_set():
        wait = _RETENTION
        try:
            with exclusive(app.context.database, name=RETENTION):
                if retention.look(app.context).is_more_left:
                    wait = _RETENTION_GOES_ON
        except Taken:
            pass  # that process does it
        except (DBAPIError, Unavailable) as error:
            log.warning("retention.without_database", error=type(error).__name__)
        stop.wait(wait)


def _assign(app: App, slack: Slack, stop: Event) -> None:
    """Assign what is to be assigned, and take from people what they cannot decide."""
    checked: float | None = None
    while not stop.wait(_ASSIGNMENTS):
        check = checked is None or time.monotonic() - checked >= _PRESENCE
        try:
            upkeep.sweep(app.context, slack.reviewers, check=check)
        except (DBAPIError, Unavailable) as error:
            log.warning("assignments.without_database", error=type(error).__name__)
            continue
        checked = time.monotonic() if check else checked


def _look_at_health(app: App, stop: Event) -> None:
    """Add up what this process counted of its calls, and have people told where the state of a system changes."""
    warned: float | None = None
    while not stop.wait(_HEALTH):
        try:
            health.look(app.context)
            if warned is None or time.monotonic() - warned >= _EXPIRIES:
                expiries.warn(app.context)
                warned = time.monotonic()
        except (DBAPIError, Unavailable) as error:
            log.warning("health.without_database", error=type(error).__name__)


def _seal(app: App, sealer: Sealer, stop: Event) -> None:
    """Seal the audit, and publish its head. What cannot be published is sealed all the same."""
    file = app.settings.seal_heads
    published = HeadFile(app.context, file) if file is not None else None
    while not stop.wait(_SEALS):
        try:
            sealer.look()
            if published is not None:
                published.publish()
        except (DBAPIError, Unavailable) as error:
            log.warning("seals.without_database", error=type(error).__name__)
        except OSError as error:
            log.warning("seals.not_published", file=str(file), error=error.strerror)


def _answers(app: App) -> bool:
    with time_limit(_ANSWERS_WITHIN), app.context.database.read() as session:
        session.execute(text("SELECT 1"))
    return True


@dataclass(frozen=True, kw_only=True)
class _Loop:
    """A loop that runs until it is told to stop."""

    run: Callable[[Event], None]
    ends: bool = False
    """True if it may end before, when its work is done."""


def _watch(threads: int, stop: Event) -> None:
    """Raise `RuntimeError` where so many threads hang that only a new process helps."""
    while not stop.wait(_LOOK):
        stuck = author_threads.stuck()
        if len(stuck) > STUCK_FOR_EACH * threads:
            where = sorted({f"{one.what} of {one.workflow}" for one in stuck})
            raise RuntimeError(f"{len(stuck)} threads hang in authors' code: {', '.join(where)}")


def _heed_upgrades(app: App, ended: list[str], stop: Event) -> None:
    """Stop where the database is to be upgraded, or was: the next version goes on.

    Code that is not 0 has a supervisor start the process again, with the version that is installed then.
    """
    while not stop.wait(_UPGRADES):
        try:
            why = migration.why_to_end(app.context.database)
        except OtherSchema as error:
            why = str(error)
        except Upgrading:
            why = UPGRADING
        except (DBAPIError, Unavailable):
            continue  # The other loops say so.
        if why is not None:
            log.warning("serve.ends", why=why)
            ended.append(why)
            stop.set()


def _slow() -> int:
    """Count the pieces of authors' code that have been running for a while."""
    return sum(author_threads.slow(SLOW).values())


@contextmanager
def _threads(stop: Event, *loops: _Loop, ended: list[str]) -> Iterator[None]:
    """Run these loops for the block; at its end they are told to stop, and waited for.

    `ended`: gets the names of loops that ended by an error, before their time, or not in time.
    """
    threads = [Thread(target=_guarded, args=(loop, stop, ended), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        until = time.monotonic() + STOPS_WITHIN
        for thread, loop in zip(threads, loops, strict=True):
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                log.error("loop.cut_off", loop=str(loop.run))
                ended.append(str(loop.run))


def _guarded(loop: _Loop, stop: Event, ended: list[str]) -> None:
    """Run a loop. Where one ends by itself, all stop: a process that does half its work looks alive."""
    try:
        loop.run(stop)
        if loop.ends or stop.is_set():
            return
        log.error("loop.ended", loop=str(loop.run), error=None)
    except BaseException as error:  # the loops' edge: the process ends and says why
        log.error("loop.ended", loop=str(loop.run), error=type(error).__name__, exc_info=error)
    ended.append(str(loop.run))
    stop.set()
