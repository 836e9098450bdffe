"""Cases that versions of then left at every step come to their end with the version of today."""

import json
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.sandbox.http.running_sandbox import Running
from store import schema
from store.db import migration
from store.db.database import Database
from store.states import ENDED
from tests.chaos import automation
from tests.chaos.counting import Evidence, count
from tests.chaos.settings import LONG
from tests.chaos.story import Story
from tests.chaos.tally import hold
from tests.slack.stage import ANA, BEN, KIM, SUPPORT, Ears
from tests.upgrading.author import PAYOUTS, RETURNS
from tests.upgrading.dumped import COMMITS, SCHEMAS, load
from workflows.engine.deliver import workflow_pauses
from workflows.engine.review.source import questions

pytestmark = pytest.mark.slow


class Today(Story):
    """The story of today's version, with the author's automations of then."""

    def start(self) -> None:
        """Start a process."""
        super().start()
        for name in (RETURNS, PAYOUTS):
            self.world.registry.add(self.office.workflow(name, post_to=SUPPORT, reviewers="S0SUPPORT"))

    def fill_in(self, case: str, key: str, *, by: str) -> None:
        """Fill in the empty form of a case without a proposal, as a person does."""
        self.work()
        review = self._waiting(case)
        assert review is not None
        person = self.running.person(by)
        button = re.compile(rf'"value": "{review.id}\.{review.version}[."]')
        (card,) = [one for one in person.messages(SUPPORT) if button.search(json.dumps(one.blocks))]
        assert self._opened(person, card, "edit")
        outcome = person.submit({"queue.0.0": "=billing", "reply.0.0": "typed by hand"})
        assert outcome.acknowledged
        self._quiet()
        self.remembered.entitled[key] = [{"queue": "billing", "reply": "typed by hand"}]
        self.remembered.clicks.append((review.id, review.version))

    def newest(self) -> dict[str, str]:
        """Return the state of each case's newest run, by the case's key."""
        keys = {row.id: row.key for row in self.rows(schema.Case)}
        return {keys[run.case_id]: run.state for run in self.rows(schema.Run)}


FEW = [
    ("76ba05c", "sqlite"),
    ("76ba05c", "postgresql"),
    ("b37bf68", "sqlite"),
    ("0eb1782", "postgresql"),
    ("d2133cd", "postgresql"),
]
"""The oldest on both databases, and each later one on one of them."""


@pytest.mark.parametrize(
    ("commit", "dialect"),
    [(commit, dialect) for commit in COMMITS for dialect in ("sqlite", "postgresql")] if LONG else FEW,
)
def test_every_case_of_an_earlier_version_comes_to_its_end(
    commit: str, dialect: str, request: pytest.FixtureRequest, running: Running, ears: Ears, tmp_path: Path
) -> None:
    """Nothing is lost, doubled, wrong or silent. People press the buttons that the earlier version drew."""
    database_url: str = request.getfixturevalue("sqlite_url" if dialect == "sqlite" else "postgres_url")
    known = load(commit, database_url)
    with closing(Database(database_url)) as database:
        upgraded = migration.upgrade(database)
    assert upgraded is not None
    assert upgraded.was == SCHEMAS[commit]
    running.reset()
    known.into(running)
    # It has what the story asks of its own office.
    office = cast(automation.Office, known.office)
    url = database_url if dialect == "postgresql" else None
    file = Path(database_url.removeprefix("sqlite:///")) if url is None else tmp_path / "none"
    today = Today(file=file, postgres=url, running=running, ears=ears, office=office, remembered=known.remembered)
    today.clock.time = known.clock
    with today.telling():
        go_on(today)
        ended = today.newest()
    counts = count(signed(today.evidence()))
    hold("F59", f"a database of {commit} is upgraded ({dialect})", counts)
    assert {key: state for key, state in ended.items() if state not in ENDED} == {}


def signed(evidence: Evidence) -> Evidence:
    """Return the evidence with the first of two signatures under a payout as one that owes nothing by itself."""
    last = {decided.review: decided for decided in evidence.decisions}
    decisions = [
        replace(decided, key=None)
        if decided is not last[decided.review] and str(decided.key).startswith(f"{PAYOUTS}/")
        else decided
        for decided in evidence.decisions
    ]
    return replace(evidence, decisions=decisions)


def go_on(today: Today) -> None:
    """Do what people do: at the cards of then, and at those of today."""
    today.act(lambda: None)
    before = today.newest()
    today.approve("ticket-13", by=ANA)
    today.edit("ticket-14", by=BEN)
    today.reject("ticket-15", by=ANA)
    today.approve("ticket-16", by=BEN)
    today.work()
    today.office.mended = True
    today.act(lambda: workflow_pauses.resume(today.world.context, RETURNS, by=KIM))
    today.fill_in("ticket-31", f"{RETURNS}/ticket-31", by=ANA)
    if "ticket-40" in before:
        today.approve("ticket-40", by=BEN)
        today.approve("ticket-43", by=ANA)
        today.work()
        today.approve("ticket-43", by=BEN)
        asked = next(row.id for row in today.rows(schema.Case) if row.key == "ticket-42")
        today.act(lambda: questions.reply(today.world.context, asked, "account 12", by="the source"))
        today.work()
        today.approve("ticket-42", by=ANA)
        today.work()
        today.approve("ticket-42", by=BEN)
    today.come_to_an_end()
