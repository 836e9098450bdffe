"""Play cases to each step that a version of then knew, and stop there. Run by `make.py` inside a checkout of then.

It is one test of the checkout's own chaos tests, whose story it tells: their names and fixtures stayed the same.
Nothing of today is imported.
"""

# Its names are those of other versions.
# mypy: ignore-errors

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.client import Administrator
from tests.chaos import faults, living, story
from tests.chaos.author import (
    BROKEN,
    CLAIMS,
    KNOWS_SECONDS,
    LETTERS,
    PAYOUTS,
    RETURNS,
    UNSURE,
    Office,
)
from tests.chaos.faults import Crossing, Died, Fault, Kind
from tests.slack.stage import ANA, BEN, KIM, LEADING, SUPPORT

HERE: Any = getattr(faults, "Failpoint", None) or faults.Seam
KNOWS_REFUSED = "error" in signature(Administrator.fault).parameters
"""False for the oldest version: it gave a message up after errors of the server, as later ones do not."""
BEFORE, AFTER = faults.Side.BEFORE, faults.Side.AFTER


def of(*names: str) -> Any:
    """Return the first of some modules that this version has."""
    for name in names:
        with suppress(ImportError):
            return import_module(name)
    raise ImportError(names)


migrate = of("store.db.migration", "store.migrate")
pauses = of("workflows.engine.deliver.workflow_pauses", "workflows.engine.pausing")
digests = of("workflows.engine.digests.making", "workflows.engine.read.digests", "workflows.engine.digests")


class Then(story.Story):
    """The story of that version, with more automations."""

    def start(self) -> None:
        super().start()
        for name in (RETURNS, PAYOUTS) if KNOWS_SECONDS else (RETURNS,):
            self.world.registry.add(self.office.workflow(name, post_to=SUPPORT, reviewers="S0SUPPORT"))

    def dies(self, side: Any, what: Any, about: str, do: Callable[[], object]) -> None:
        """Die at the next crossing of a failpoint, and start no process after it: what was begun stays as it is."""
        nth = self.watching.number(what, side, about) + 1
        fault = Fault(at=Crossing(seam=what, side=side, about=about, nth=nth), kind=Kind.CRASH)
        self.watching.faults.append(fault)
        with suppress(Died):
            do()
        assert fault in self.watching.fired, f"{fault} did not happen"
        self.watching.started()


def test_play(make_story: Any, running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = os.environ["PLAYED_DATABASE"]
    made = living.Database(url)
    migrate.upgrade(made)
    made.close()
    kind = living.Database
    monkeypatch.setattr(living, "Database", lambda _: kind(url))
    first = make_story(brief=False)
    told = Then(file=first.file, running=first.running, ears=first.ears, brief=False, office=Office())
    with told.telling():
        play(told)
        written(told, running, Path(os.environ["PLAYED_OUT"]))


def play(told: Then) -> None:
    """Play every case to its step."""
    told.act(lambda: None)
    at_their_end(told)
    stopped(told)
    if KNOWS_SECONDS:
        between_people(told)
    before_people(told)
    in_flight(told)
    not_begun(told)


def at_their_end(told: Then) -> None:
    """Delivered alone, approved, edited, rejected, run again after a failure; and one that came again, with more."""
    told.bring(CLAIMS, 1, "where is my parcel")
    told.bring(LETTERS, 2, "where is my letter")
    for number in (3, 4, 6, 8):
        told.bring(CLAIMS, number, f"{UNSURE} money {number}")
    told.bring(LETTERS, 5, f"{UNSURE} letter")
    told.bring(CLAIMS, 9, f"{BROKEN} once")
    told.work()
    told.bring(CLAIMS, 8, f"{UNSURE} parcel, after all")
    told.approve("ticket-3", by=ANA)
    told.approve("ticket-5", by=BEN)
    told.edit("ticket-4", by=BEN)
    told.reject("ticket-6", by=ANA)
    told.office.mended = True
    told.run_again("ticket-9", by=KIM)
    told.work()
    told.office.mended = False
    if not KNOWS_REFUSED:
        given_up(told, {"kind": "server_error"}, told.work)


def given_up(told: Then, fault: dict[str, Any], send: Callable[[], object]) -> None:
    """A digest that Slack never takes is given up, and people are told."""
    told.running.administrator.fault(**fault, method="chat.postMessage", channel=LEADING, times=None)
    digest(told, date(2026, 11, 19))
    send()
    told.running.administrator.no_faults()
    send()


def digest(told: Then, today: date) -> None:
    """Make the daily digest, and send nothing."""
    names = of("workflows.engine.digests.names", "json")
    which = (names.JobName.FAILURES,) if hasattr(names, "JobName") else ()
    digests.make(told.world.context, *which, today=today, zone=ZoneInfo("UTC"))


def stopped(told: Then) -> None:
    """Failed, in doubt, and parked since the code changed: each waits for an engineer."""
    told.bring(CLAIMS, 7, f"{BROKEN} money")
    told.bring(LETTERS, 10, f"{UNSURE} letter in doubt")
    told.work()
    told.approve("ticket-10", by=ANA)
    told.dies(AFTER, HERE.EFFECT, f"{LETTERS}/ticket-10", told.world.work)
    told.start()
    told.bring(CLAIMS, 11, f"{UNSURE} parked")
    told.dies(AFTER, HERE.STEP, "ask", told.world.work)
    told.redeployed = 2
    told.start()
    told.work()
    told.redeployed = 1
    told.start()
    told.work()


def between_people(told: Then) -> None:
    """Signed by the first of two, in the time to take it back, asked of its source, and claimed."""
    for number in (40, 41, 42, 43):
        told.bring(PAYOUTS, number, f"{UNSURE} money {number}")
    told.work()
    told.approve("ticket-40", by=ANA)
    told.approve("ticket-41", by=ANA)
    told.work()
    told.approve("ticket-41", by=BEN)
    asked, claimed = told._waiting("ticket-42"), told._waiting("ticket-43")
    assert asked is not None
    assert claimed is not None
    reviews = of("workflows.engine.review.reviews")
    reviews.ask(told.world.context, asked.id, asked.version, question="Which account?", by=ANA)
    card = told._card(told.running.person(BEN), claimed)
    assert card is not None
    assert told.running.person(BEN).press(SUPPORT, card.ts, "claim").acknowledged
    told._quiet()
    told.work()


def before_people(told: Then) -> None:
    """Waiting with a card in Slack, or for room, or with one that Slack does not take.

    And of a paused workflow: decided and held, and with an empty form.
    """
    for number in (18, 19, 22, 23):
        told.bring(CLAIMS, number, f"{UNSURE} money {number}")
    told.bring(LETTERS, 17, f"{UNSURE} letter 17")
    told.bring(RETURNS, 30, f"{UNSURE} return")
    told.bring(RETURNS, 12, f"{UNSURE} down")
    told.work()
    told.approve("ticket-12", by=ANA)
    told.office.records[RETURNS].down = True
    told.world.work()
    told.office.records[RETURNS].down = False
    told.approve("ticket-30", by=BEN)
    pauses.pause(told.world.context, RETURNS, by=KIM, reason="stock-taking", deliveries=True)
    told.bring(RETURNS, 31, "while paused")
    for number in (13, 14, 15):
        told.bring(CLAIMS, number, f"{UNSURE} money {number}")
    told.bring(LETTERS, 16, f"{UNSURE} letter 16")
    told.work()


def in_flight(told: Then) -> None:
    """In the hands of a process that died: in its steps, before and after its effect, and a card being posted."""
    for number in (18, 19):
        told.approve(f"ticket-{number}", by=ANA)
        side = AFTER if number == 18 else BEFORE
        told.dies(side, HERE.EFFECT, f"{CLAIMS}/ticket-{number}", told.world.work)
    told.approve("ticket-17", by=BEN)
    told.dies(AFTER, HERE.EFFECT, f"{LETTERS}/ticket-17", told.world.work)
    told.bring(CLAIMS, 20, f"{UNSURE} in its step")
    told.dies(AFTER, HERE.STEP, "look_up", told.world.work)
    told.bring(CLAIMS, 21, f"{UNSURE} money, asked")
    told.dies(AFTER, HERE.STEP, "ask", told.world.work)
    told.bring(CLAIMS, 25, f"{UNSURE} being posted")
    told.world.work()
    told.dies(AFTER, HERE.MESSAGE, "chat.postMessage", lambda: told.sender.drain(seconds=5))


def not_begun(told: Then) -> None:
    """Approved and edited without a delivery, cards and a digest not sent, a digest given up, an input taken in."""
    if KNOWS_REFUSED:
        # Later ones try it again at their next start.
        given_up(told, {"kind": "refused", "error": "msg_too_long"}, lambda: told.sender.drain(seconds=1))
    told.bring(CLAIMS, 28, f"{UNSURE} no card yet")
    told.bring(CLAIMS, 29, f"{BROKEN}, and nobody was told yet")
    told.world.work()
    told.approve("ticket-22", by=ANA)
    told.edit("ticket-23", by=BEN)
    digest(told, date(2026, 11, 20))
    told.bring(CLAIMS, 26, f"{UNSURE} just taken in")
    told.bring(LETTERS, 27, "letter just taken in")


def written(told: Then, running: Any, out: Path) -> None:
    """Write down what people, systems of record and Slack know."""
    people = told.remembered
    messages = [
        {
            "channel": one.channel,
            "ts": one.ts,
            "user": one.user,
            "bot_id": one.bot_id,
            "thread_ts": one.thread_ts,
            "text": one.content.text,
            "blocks": one.content.blocks,
            "attachments": one.content.attachments,
            "metadata": one.content.metadata,
        }
        for channel in story.CHANNELS
        for one in running.sandbox.history.of(channel)
        if one.only_for is None
    ]
    known = {
        "clock": told.clock.time.isoformat(),
        "accepted": people.accepted,
        "clicks": people.clicks,
        "entitled": people.entitled,
        "questions": told.office.questions,
        "effects": {
            name: [[one.key, one.values] for one in record.effects] for name, record in told.office.records.items()
        },
        "messages": messages,
    }
    out.write_text(json.dumps(known, default=str))
