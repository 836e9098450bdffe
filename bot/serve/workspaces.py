"""The workspaces that a process serves, where several are in its database: each is begun, stopped and broken alone.

Installations are rows, and every process looks at them again and again. A row says by its turn that something changed:
the app was installed, installed anew, or is gone. Then that workspace alone is begun or stopped, and the others go on.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from threading import Event, Lock, Thread

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import App, Process, app_of, now
from bot.doctor.checks import findings_of_team
from bot.otel.sending import sending_of
from bot.serve.loops import LoopsOfTeam
from bot.serve.server import schedule_of
from bot.serve.threads import STOPS_WITHIN, running
from bot.settings import SettingsUnusable
from bot.slack.dispatch import bolt_app
from bot.slack.installing.token_vault import TokenKeys
from bot.slack.installing.tokens import is_refused, with_token
from bot.slack.switchboard import Connected, Line, Switchboard
from bot.slack.wiring import InWorkspace, in_workspace
from bot.slack.workspace import NoWorkspace, Workspace, connect
from store.db.database import Unavailable
from store.states import InstallationEnd
from workflows.engine.case import installations
from workflows.engine.case.installations import Installed
from workflows.engine.case.team import team_with
from workflows.engine.errors import CountersignError

log = structlog.get_logger()

_LOOK = 2.0
"""Seconds between two looks at the installations."""
_LISTENS = 0.5
"""Seconds between two looks of a workspace whether it is to be asked for at Slack."""
_ASKED_AGAIN = 5.0
"""Seconds after which Slack is asked again whether a workspace still has the app, where that could not be learned."""
_AGAIN, _LONGEST = 5.0, 60.0
"""Seconds before a workspace that could not be begun is begun again: at first, and at most."""
_LASTED = 60.0
"""Seconds after which a workspace that was served counts as mended."""


class State(StrEnum):
    """States of a workspace in this process."""

    BEGINNING = "beginning"
    SERVED = "served"
    BROKEN = "broken"
    """It could not be begun, or ended by itself; it is begun again after a while."""
    ENDED = "ended"
    """It was told to stop."""


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The tasks of this process for each workspace."""

    worker: bool = True
    slack: bool = True
    schedule: bool = True


class Served:
    """One workspace, served in threads of its own from its installation until that changes."""

    def __init__(
        self,
        process: Process,
        installed: Installed,
        *,
        keys: TokenKeys,
        roles: Roles,
        line: Line | None,
        at_work: set[int],
    ) -> None:
        """Begin nothing yet. `line`: what connects people with it; None where another process hears them.

        `at_work`: runs that threads of this process still work on since it was served before.
        """
        self.installed = installed
        self.state = State.BEGINNING
        self.app: App | None = None
        """While it is served."""
        self._process, self._keys, self._roles, self._line, self._at_work = process, keys, roles, line, at_work
        self._told_to_stop = Event()
        self._round = Event()
        """Set to end what runs now."""
        self._lock = Lock()
        self._suspected: InstallationEnd | None = None
        self._not_asked_before = 0.0
        """Time of the monotonic clock until which Slack is left alone."""
        self._loops: LoopsOfTeam | None = None
        self._slack: InWorkspace | None = None
        self._thread = Thread(target=self._run, name=f"workspace {installed.workspace}", daemon=True)

    def start(self) -> None:
        """Begin to serve it."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more for it, and finish what was begun. Returns at once."""
        self._told_to_stop.set()
        self._round.set()

    def wait(self, seconds: float) -> bool:
        """Wait for its end; False where it did not end in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def has_ended(self) -> bool:
        """True once nothing of it runs any more."""
        return not self._thread.is_alive()

    @property
    def is_well(self) -> bool:
        """True if all is done for it that this process is to do."""
        loops = self._loops
        return (
            self.state is State.SERVED
            and loops is not None
            and loops.works()
            and loops.posts()
            and loops.makes_follow_ups()
        )

    @property
    def is_sender(self) -> bool:
        """True if this process is the one that sends to its people."""
        return self._loops is not None and self._loops.is_sender()

    def suspect(self, why: InstallationEnd) -> None:
        """Have Slack asked whether the app is still installed: an event or a refusal says that it is not."""
        with self._lock:
            # What is uninstalled is revoked, too, and Slack says both, in either order.
            if self._suspected is not InstallationEnd.UNINSTALLED:
                self._suspected = why

    def _run(self) -> None:
        structlog.contextvars.bind_contextvars(workspace=self.installed.workspace)
        wait = _AGAIN
        while not self._told_to_stop.is_set():
            began, why = time.monotonic(), "a part of it ended"
            self.state = State.BEGINNING
            try:
                self._serve()
            except (CountersignError, SettingsUnusable, Unavailable) as error:
                why = str(error)
            except DBAPIError as error:
                why = type(error).__name__
            except Exception as error:  # the loop's edge: it concerns this workspace alone
                why = type(error).__name__
                log.error("workspace.failed", error=why, exc_info=error)
            if self._told_to_stop.is_set():
                break
            self.state = State.BROKEN
            log.error("workspace.broken", why=why)
            wait = _AGAIN if time.monotonic() - began > _LASTED else wait
            self._told_to_stop.wait(wait)
            wait = min(2 * wait, _LONGEST)
        self.state = State.ENDED

    def _serve(self) -> None:
        """Serve it until it is told to stop, or a part of it ends. Raise what keeps it from being begun."""
        self._round = round_ = Event()
        if self._told_to_stop.is_set():
            return
        ended: list[str] = []
        with self._begun() as app:
            self._loops = of_team = LoopsOfTeam(
                app, slack=self._slack, worker=self._roles.worker, spans=sending_of(app)
            )
            schedule = schedule_of(app) if self._roles.schedule else None
            with running(round_, *of_team.loops, ended=ended, workspace=self.installed.workspace):
                if schedule is not None:
                    schedule.start()
                if self._line is not None and self._slack is not None:
                    bolt = bolt_app(self._slack.workspace, self._slack.register)
                    self._line.connect(Connected(app=bolt, context=app.context))
                self.app, self.state = app, State.SERVED
                log.info("workspace.served", team=app.context.team)
                while not round_.wait(_LISTENS):
                    self._ask_slack()
                self.app = None
                if schedule is not None:
                    schedule.stop()
            self._at_work.clear()
            self._at_work.update(app.dispatcher.left)
        log.info("workspace.stopped", cut_off=len(ended))

    @contextmanager
    def _begun(self) -> Iterator[App]:
        """Put it together for the block."""
        workspace = self.installed.workspace
        team = team_with(self._process.database, self.installed.team)
        with app_of(self._process, team, owner=workspace) as app:
            app.prepare_models()
            if self._roles.worker:
                app.begin_charters()
            self._slack = self._in_slack(app) if self._roles.slack else None
            if self._roles.worker:
                taken_back = app.dispatcher.begin(but=self._at_work)
                if taken_back:
                    log.info("runs.taken_back", runs=taken_back)
            yield app

    def _in_slack(self, app: App) -> InWorkspace:
        try:
            found = connect(with_token(app, self._keys))
        except NoWorkspace:
            # Where Slack refuses the token, the installation is over, and nothing is begun again.
            self.suspect(InstallationEnd.REVOKED)
            self._ask_slack()
            raise
        _check(found, self.installed)
        return in_workspace(app, found, checks=partial(findings_of_team, app), is_gone=self.suspect)

    def _ask_slack(self) -> None:
        """Ask Slack where the app may be gone, and end the installation if it is. Ask again where it does not say."""
        if time.monotonic() < self._not_asked_before:
            return
        with self._lock:
            why, self._suspected = self._suspected, None
        if why is None:
            return
        one, database = self.installed, self._process.database
        try:
            sealed = self._sealed_token()
            if sealed is None:
                return
            token = self._keys.vault.open(one.workspace, sealed)
            refused = is_refused(token, api_url=self._process.settings.slack_api_url)
            if refused:
                if installations.end(database, team=one.team, why=why, at=now(), turn=one.turn):
                    log.warning("workspace.gone", why=why)
            elif refused is not None:
                log.info("workspace.not_gone", said=why)
            else:
                self._suspect_later(why)
        except (Unavailable, DBAPIError, CountersignError) as error:
            log.warning("workspace.not_ended", error=type(error).__name__)
            self._suspect_later(why)

    def _suspect_later(self, why: InstallationEnd) -> None:
        self._not_asked_before = time.monotonic() + _ASKED_AGAIN
        self.suspect(why)

    def _sealed_token(self) -> str | None:
        """Return the token as it is encrypted now; None where it is not this installation's any more.

        Since it was begun, another key may have encrypted it, and the former one may be gone.
        """
        for one in installations.of_all(self._process.database):
            if one.team == self.installed.team and one.turn == self.installed.turn:
                return one.sealed_token
        return None


class Workspaces:
    """The workspaces of a process."""

    def __init__(
        self, process: Process, *, keys: TokenKeys, roles: Roles, switchboard: Switchboard, look: float = _LOOK
    ) -> None:
        """Serve none yet. `look`: seconds between two looks at the installations."""
        self._process, self._keys, self._roles = process, keys, roles
        self._switchboard = switchboard
        self._look = look
        self._served: dict[int, Served] = {}
        """Team -> its workspace."""
        self._at_work: dict[int, set[int]] = {}
        """Team -> runs that threads still work on since it was stopped."""
        self._is_known = False

    def run(self, stop: Event) -> None:
        """Serve each installation that stands until told to stop; then all end at once. Raise where one does not."""
        while True:
            try:
                self.look()
            except (Unavailable, DBAPIError) as error:
                log.warning("workspaces.without_database", error=type(error).__name__)
            if stop.wait(self._look):
                break
        for one in self._served.values():
            one.stop()
        until = time.monotonic() + STOPS_WITHIN
        left = [
            one.installed.workspace for one in self._served.values() if not one.wait(max(0.0, until - time.monotonic()))
        ]
        if left:
            raise RuntimeError(f"not stopped in time: {', '.join(left)}")

    def look(self) -> None:
        """Look at the installations once, and begin and stop what follows from them. Raise the database's errors."""
        for one in installations.of_all(self._process.database):
            served = self._served.get(one.team)
            if served is not None and served.installed.turn != one.turn:
                self._part(served, stands=one.ended_at is None)
                served = self._served.get(one.team)
            if served is None and one.ended_at is None:
                self._begin(one)
        self._is_known = True

    def _begin(self, one: Installed) -> None:
        line = self._switchboard.open(one.workspace) if self._roles.slack else None
        at_work = self._at_work.setdefault(one.team, set())
        served = Served(self._process, one, keys=self._keys, roles=self._roles, line=line, at_work=at_work)
        self._served[one.team] = served
        served.start()

    def _part(self, served: Served, *, stands: bool) -> None:
        """Stop serving a workspace whose installation changed, and forget it once nothing of it runs."""
        served.stop()
        if not stands:
            self._switchboard.forget(served.installed.workspace)
        elif self._roles.slack:
            # What comes meanwhile waits for the new token.
            self._switchboard.open(served.installed.workspace).connect(None)
        if served.has_ended:
            del self._served[served.installed.team]

    def apps(self) -> Mapping[str, App]:
        """Return the workspaces that are served now, by id, the oldest team first."""
        found = [(one.installed, one.app) for _, one in sorted(self._served.items())]
        return {installed.workspace: app for installed, app in found if app is not None}

    def app_of(self, team: int) -> App | None:
        """Return what serves a team; None while it is not served."""
        served = self._served.get(team)
        return served.app if served is not None else None

    def sends(self, workspace: str) -> bool:
        """Tell whether this process is the one that sends to the people of a workspace."""
        return any(one.installed.workspace == workspace and one.is_sender for one in list(self._served.values()))

    @property
    def number(self) -> int:
        """Number of installations that are to be served."""
        return sum(one.state is not State.ENDED for one in list(self._served.values()))

    @property
    def in_trouble(self) -> int:
        """Number of those for which something is not done."""
        return sum(one.state is not State.ENDED and not one.is_well for one in list(self._served.values()))

    def is_ready(self) -> bool:
        """Tell whether the installations are known, and one is well where there is any."""
        return self._is_known and (self.number == 0 or self.in_trouble < self.number)


def _check(found: Workspace, installed: Installed) -> None:
    """Raise `NoWorkspace` where a token is of another place than its installation."""
    if found.place != installed.workspace:
        raise NoWorkspace(f"the token kept for {installed.workspace} is of {found.place}: install the app there anew")
