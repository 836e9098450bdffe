"""The stage: the local Slack, the help desk, the ledger and Countersign, all in this process."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from threading import Event, Thread
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot.app import App, beside, now, opened
from bot.demo.past.playing import put_in
from bot.demo.places import FAILURES, LEADS, PLACES, TEAM_LEAD, workspace
from bot.demo.sample_servers import help_desk, ledger, stage_outage
from bot.demo.story import OUTAGE, UNLUCKY, Told, ticket_key
from bot.doctor.checks import findings
from bot.sandbox.client import ShownMessage
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.serve.server import schedule_of, serve
from bot.settings import Settings
from bot.slack.wiring import Slack, in_slack
from store.db import extras
from store.states import BUSY, RunState
from workflows.documents.document import ArrivedIn
from workflows.engine.case.intake import accept, take_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.digests.courses.choosing import course_views
from workflows.engine.digests.jobs import JOBS
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.documents.arrivals import by_form
from workflows.engine.documents.keeping import in_folder
from workflows.engine.errors import Refused
from workflows.engine.read.tally import ActCounts, act_counts
from workflows.engine.read.trail import last_line
from workflows.engine.read.workload import newest_state, run_counts
from workflows.library.invoice_intake import ledger as ledger_client
from workflows.library.support_triage import desk as desk_client

UNLUCKY_KEY = ticket_key(UNLUCKY)
SEED = "calm-1155"
"""Secret of the draws of spot checks: with it, none of the story's cases is drawn."""


@dataclass(frozen=True, kw_only=True)
class Before:
    """The state in which the made-up past left the database: none of it belongs to the demo's own figures."""

    line: int
    """The id of the last line of its trail."""
    unfinished: int
    """Cases that did not reach an end."""
    acts: ActCounts


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A running demo."""

    running: Running
    app: App
    slack: Slack
    desk: str
    """Address of the help desk."""
    ledger: str
    """Address of the ledger."""
    before: Before

    def submit(self, told: Told) -> int:
        """Take in a case; returns its id. The unlucky one meets a help desk that takes no changes."""
        if told.key == UNLUCKY_KEY:
            stage_outage(self.desk, OUTAGE)
        workflow = self.app.context.registry.get(told.place.workflow)
        accepted = accept(workflow, told.values, arrived=self._arrived(workflow)(told.values))
        (receipt,) = take_in(self.app.context, workflow, [accepted], source="demo", actor="demo")
        return receipt.case

    def _arrived(self, workflow: AnyWorkflow) -> ArrivedIn:
        """Return the function from a case's values to the documents that they name, which it reads and keeps."""
        assert workflow.folder is not None
        return by_form(workflow.input, in_folder(self.app.context, workflow.folder))

    def end_outage_once_felt(self, case: int) -> bool:
        """End the outage once the case's delivery waits because of it; False before."""
        if newest_state(self.app.context, case) is not RunState.HOLDING:
            return False
        stage_outage(self.desk, 0)
        return True

    @property
    def today(self) -> date:
        """The local date now."""
        return self.app.context.clock().astimezone(ZoneInfo(self.app.settings.timezone)).date()

    def make_digests(self, day: date) -> int:
        """Have the digests made now that are made on the morning after a day.

        Returns the number of messages that follow: one for each digest, and one for each question that comes with it.
        """
        zone = ZoneInfo(self.app.settings.timezone)
        made = [make(self.app.context, name, today=day + timedelta(days=1), zone=zone) for name in JOBS]
        questions = course_views(self.app.context, limit=len(PLACES))
        return sum(digest is not None for digest in made) + len(questions)

    def for_leads(self) -> Sequence[ShownMessage]:
        """Return the digests and questions as a team lead sees them, the oldest first."""
        return self.running.person(TEAM_LEAD).messages(LEADS)

    def unfinished(self) -> int:
        """Count the cases that have not reached an end."""
        return sum(run_counts(self.app.context).values()) - self.before.unfinished

    def acts(self) -> ActCounts:
        """Count what people decided, and what was delivered."""
        acts, before = act_counts(self.app.context), self.before.acts
        decisions = Counter(acts.decisions)
        decisions.subtract(before.decisions)
        return ActCounts(decisions=decisions, deliveries=acts.deliveries - before.deliveries)

    @property
    def preview(self) -> str:
        """The command that prints a digest of this demo in another terminal."""
        return (
            f"COUNTERSIGN_DATABASE_URL={quote(self.app.settings.database_url)} countersign digest preview {[*JOBS][-1]}"
        )

    def is_idle(self) -> bool:
        """Tell whether the worker has nothing left to do."""
        counts = run_counts(self.app.context)
        return not any(counts[state] for state in (RunState.READY, *BUSY))


@contextmanager
def staged(stop: Event, *, port: int, pace: float, clock: Callable[[], datetime] = now) -> Iterator[Stage]:
    """Run the demo for the block, in a folder of its own that is gone afterwards.

    `pace`: seconds between two messages to a channel. Raise `OSError` where the port is taken, and `Refused` where
    the local model cannot be had.
    """
    if find_spec("sklearn") is None:
        # Said before the past is made up, which takes a while.
        raise Refused(f"the demo needs the local model, and with it scikit-learn: {extras.advice('local')}")
    with (
        TemporaryDirectory(prefix="countersign-demo-") as folder,
        help_desk(Path(folder) / "helpdesk.sqlite") as desk,
        ledger(Path(folder) / "ledger.sqlite") as books,
        serving(_sandbox(pace, desk=desk, ledger=books), port=port) as running,
    ):
        os.environ |= {desk_client.URL: desk, ledger_client.URL: books}
        settings = demo_settings(Path(folder) / "countersign.sqlite", running.api_url)
        put_in(settings, until=clock().date() - timedelta(days=1))
        with opened(settings, clock=clock, seed=SEED) as app:
            for place in PLACES:
                # The local model is trained, and sample answers are read, before the first case comes.
                app.models(app.context.registry.get(place.workflow))
            slack = in_slack(app, checks=partial(findings, app), pace=pace)
            started = Event()
            before = Before(
                line=last_line(app.context),
                unfinished=sum(run_counts(app.context).values()),
                acts=act_counts(app.context),
            )

            def run() -> None:
                try:
                    serve(app, stop, slack=slack, schedule=schedule_of(app, clock=now), started=started.set)
                finally:
                    started.set()

            thread = Thread(target=run, name="serve")
            thread.start()
            try:
                started.wait()
                yield Stage(running=running, app=app, slack=slack, desk=desk, ledger=books, before=before)
            finally:
                stop.set()
                thread.join()


def _sandbox(pace: float, *, desk: str, ledger: str) -> Sandbox:
    return Sandbox(workspace(), rate_limited=pace >= 1, links={"Help desk": desk, "Ledger": ledger})


def demo_settings(file: Path, api_url: str) -> Settings:
    """Return the demo's own settings, whatever the environment says."""
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{file}",
        documents=beside(file),
        model="local",
        workflows=(),
        threads=4,
        slack_http="off",
        log_level="off",
        sample_answers=True,
        post_to={place.workflow: place.channel for place in PLACES},
        reviewers={place.workflow: (place.group,) for place in PLACES},
        engineers=("S0ENG",),
        leads=(TEAM_LEAD,),
        failures_channel=FAILURES,
        leads_channel=LEADS,
        SLACK_BOT_TOKEN=SecretStr(BOT_TOKEN),
        SLACK_APP_TOKEN=SecretStr(APP_TOKEN),
        SLACK_API_URL=api_url,
        # They are made when somebody has decided something: yesterday's would be posted before there is a card.
        digests={name.value: "off" for name in JobName},
        timezone="UTC",
    ).with_vendors({})
