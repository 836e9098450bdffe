"""The loops of one team: what is done for it again and again, whoever else the process serves."""

import time
from collections.abc import Callable
from functools import partial
from threading import Event

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.serve.threads import Loop
from bot.slack.wiring import InWorkspace
from bot.webhooks.sender import WebhookSender
from store.db.database import Unavailable
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
from workflows.engine.health import expiries
from workflows.engine.health import watch as health
from workflows.engine.privacy import retention
from workflows.engine.proof.head_file import HeadFile
from workflows.engine.proof.sealer import Sealer
from workflows.engine.review.assignment import upkeep
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.engine.review.wrong import reports
from workflows.engine.sources import follow_ups
from workflows.engine.sources.heard import messages, waiting
from workflows.engine.sources.heard.files import FaceFiles, NoFaceFiles
from workflows.quality.autonomy import packs
from workflows.quality.autonomy.upkeep import tend
from workflows.quality.examples.candidates import gather
from workflows.quality.labels.making import make_labels
from workflows.quality.rollouts.probes import Probes
from workflows.quality.rollouts.shadow import Shadow
from workflows.quality.rollouts.watch import Watch

log = structlog.get_logger()

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


class LoopsOfTeam:
    """The loops of a team, not yet run."""

    def __init__(
        self,
        app: App,
        *,
        slack: InWorkspace | None,
        worker: bool,
        spans: Callable[[Event], None] | None = None,
    ) -> None:
        """Make them. `slack`: None where another process speaks with it. `worker`: False where one works on cases.

        `spans`: the loop that sends spans, where some are wanted.
        """
        self._app = app
        self._slack = slack
        self._worker = worker
        self._making = _Making(app)
        self._sending = _Sending(app)
        self.loops: list[Loop] = [
            Loop(run=partial(_look_at_health, app)),
            Loop(run=partial(_seal, app, Sealer(app.context, app.settings.signing_key()))),
        ]
        if worker:
            files = slack.files if slack is not None else NoFaceFiles()
            self.loops += [
                Loop(run=app.dispatcher.run),
                Loop(run=partial(_take_up_reports, app)),
                Loop(run=self._making.run),
                Loop(run=partial(_take_in_messages, app, files)),
                Loop(run=partial(_tend_spot_checks, app)),
                Loop(run=partial(_learn_from_people, app)),
                Loop(run=partial(_remove_what_is_due, app)),
                Loop(run=partial(_watch_versions, app)),
                Loop(run=partial(_ask_beside, app)),
            ]
        if app.settings.webhook_keys is not None:
            self.loops.append(Loop(run=partial(_send_webhooks, app, WebhookSender(app.context, app.webhook_keys()))))
        if spans is not None:
            self.loops.append(Loop(run=spans))
        if slack is not None:
            self.loops += [Loop(run=partial(self._sending.run, slack)), Loop(run=partial(_assign, app, slack))]

    def works(self) -> bool:
        """Tell whether cases are worked on, where that is done here."""
        return not self._worker or self._app.dispatcher.is_able()

    def makes_follow_ups(self) -> bool:
        """Tell whether follow-ups are made, where that is done here."""
        return not self._worker or self._making.is_able()

    def is_sender(self) -> bool:
        """Tell whether this process is the one that sends to people."""
        return self._sending.is_sender()

    def posts(self) -> bool:
        """Tell whether Slack takes messages, as far as it was tried."""
        return self._slack is None or self._slack.sender.posts()


class _Sending:
    """The loop that sends to people. One process at a time does; another one takes over when it ends."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._sends = False

    def run(self, slack: InWorkspace, stop: Event) -> None:
        """Send while this process is the sender, until told to stop."""
        context = self._app.context
        while not stop.is_set():
            try:
                with exclusive(context.database, name=context.lock(SENDER)) as is_held:
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
            with exclusive(app.context.database, name=app.context.lock(WEBHOOKS)) as is_held:
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
                with exclusive(database, name=self._app.context.lock(FOLLOW_UPS)) as is_held:
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
            with exclusive(app.context.database, name=app.context.lock(ROLLOUTS)) as is_held:
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
            with exclusive(app.context.database, name=app.context.lock(LABELS)) as is_held:
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
            with exclusive(app.context.database, name=app.context.lock(RETENTION)):
                if retention.look(app.context).is_more_left:
                    wait = _RETENTION_GOES_ON
        except Taken:
            pass  # that process does it
        except (DBAPIError, Unavailable) as error:
            log.warning("retention.without_database", error=type(error).__name__)
        stop.wait(wait)


def _assign(app: App, slack: InWorkspace, stop: Event) -> None:
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
