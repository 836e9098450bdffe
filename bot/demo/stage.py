"""All that the demo consists of, put together in this process: the local Slack, the help desk, and Countersign."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from pydantic import SecretStr

from bot.app import App, now, opened
from bot.demo.players import FAILURES, REVIEWS
from bot.demo.sample_servers import help_desk, stage_outage
from bot.demo.story import HINT, OUTAGE, UNLUCKY, Told
from bot.sandbox.running import Running, serving
from bot.sandbox.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.server import schedule_of, serve
from bot.settings import Settings
from bot.slack import Slack, in_slack
from store import runs
from workflows.engine.claiming import BUSY
from workflows.engine.intake import accept, take_in
from workflows.engine.states import ENDED, STOPPED, RunState
from workflows.library.support_triage import desk as desk_client

WORKFLOW = "support-triage"
LEADS = "C0LEADS"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The demo, running."""

    running: Running
    app: App
    slack: Slack
    desk: str
    """The help desk's address."""

    def submit(self, ticket: Told) -> int:
        """Have a ticket come in; returns the case. The unlucky one finds a help desk that takes no changes."""
        if ticket.id == UNLUCKY:
            stage_outage(self.desk, OUTAGE)
        workflow = self.app.context.registry.get(WORKFLOW)
        accepted = accept(workflow, ticket.values)
        (receipt,) = take_in(self.app.context, workflow, [accepted], source="demo", actor="demo")
        return receipt.case

    def end_outage_once_felt(self, case: int) -> bool:
        """End the outage, if the case has failed by it."""
        with self.app.context.database.read() as session:
            run = runs.newest(session, case)
        if run is None or RunState(run.state) not in STOPPED:
            return False
        stage_outage(self.desk, 0)
        return True

    def unfinished(self) -> int:
        """How many cases are at no end yet."""
        return self._count(lambda state: state not in ENDED)

    def is_idle(self) -> bool:
        """Has the worker nothing left to do?"""
        return not self._count(lambda state: state in (RunState.READY, *BUSY))

    def _count(self, counts: Callable[[RunState], bool]) -> int:
        with self.app.context.database.read() as session:
            found = runs.counts(session, team=self.app.context.team)
        return sum(number for (_, state), number in found.items() if counts(RunState(state)))


@contextmanager
def staged(
    stop: Event, *, port: int, pace: float, hint: Sequence[str] = HINT, clock: Callable[[], datetime] = now
) -> Iterator[Stage]:
    """Run the demo for the block, in a folder of its own that is gone afterwards.

    `pace`: seconds between two messages to a channel. Raise `OSError` where the port is taken.
    """
    with (
        TemporaryDirectory(prefix="countersign-demo-") as folder,
        help_desk(Path(folder) / "helpdesk.sqlite") as desk,
        serving(Sandbox(pacing=pace >= 1, hint=hint, links={"Help desk": desk}), port=port) as running,
    ):
        os.environ[desk_client.URL] = desk
        settings = _settings(Path(folder) / "countersign.sqlite", running.api_url)
        with opened(settings, clock=clock) as app:
            app.models(app.context.registry.get(WORKFLOW))  # it learns before the first ticket comes
            slack = in_slack(app, pace=pace)
            started = Event()

            def run() -> None:
                try:
                    serve(app, stop, slack=slack, schedule=schedule_of(app), started=started.set)
                finally:
                    started.set()

            thread = Thread(target=run, name="serve")
            thread.start()
            try:
                started.wait()
                yield Stage(running=running, app=app, slack=slack, desk=desk)
            finally:
                stop.set()
                thread.join()


def _settings(file: Path, api_url: str) -> Settings:
    """Settings of the demo's own, whatever the environment says."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{file}",
        model="local",
        workflows=(),
        threads=4,
        log_level="off",
        post_to={WORKFLOW: REVIEWS},
        reviewers={WORKFLOW: ("S0SUPPORT",)},
        engineers=("S0ENG",),
        failures_channel=FAILURES,
        leads_channel=LEADS,
        SLACK_BOT_TOKEN=SecretStr(BOT_TOKEN),
        SLACK_APP_TOKEN=SecretStr(APP_TOKEN),
        SLACK_API_URL=api_url,
        ANTHROPIC_API_KEY=None,
        digest_at="08:00",
        timezone="UTC",
    )
