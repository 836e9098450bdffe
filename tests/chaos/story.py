"""One story that uses every part, told on one thread: the same crossings in the same order each time.

Its people and programs react to faults as real ones do. A source that was not told "accepted" brings its input again. A
person whose click failed looks and clicks again. A process that ended is started again. In the end everybody helps, and
every case has to end.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from bot.sandbox.client import Block, Outcome, Person, ShownMessage
from store import schema
from store.db import failpoints
from store.db.database import Database
from store.db.failpoints import Failpoint, Side
from store.states import ENDED, RunState
from tests.chaos.automation import BROKEN, FORGETFUL, KNOWING, UNSURE, proposed
from tests.chaos.counting import Evidence
from tests.chaos.gathering import Remembered, gather, seen
from tests.chaos.living import ROUNDS, Living
from tests.slack.stage import ANA, BEN, FAILED, KIM, LEADING, SUPPORT
from workflows.engine.case.idempotency_keys import delivery_key
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.errors import Refused
from workflows.engine.read.history import open_reviews
from workflows.engine.read.views import OpenReview
from workflows.engine.review import doubts
from workflows.engine.review.rerun import reruns

CHANNELS = [SUPPORT, FAILED, LEADING]
_BEGUN = (Failpoint.ACK, Side.BEFORE)
_PATIENCE = 10.0
"""Seconds after which a listener that was about to acknowledge counts as failed, where no fault says that it did."""


@dataclass(kw_only=True)
class Story(Living):
    """The story: everybody in it, around a Countersign that may end at any time."""

    remembered: Remembered = field(default_factory=Remembered)
    brief: bool = False
    """True to leave out an edit, a rejection and a revision."""
    _stuck: int = 0
    """Number of acknowledgements that began and never ended."""

    def told(self) -> Evidence:
        """Tell the story from beginning to end; returns the evidence."""
        with self.telling():
            self._tell()
        return self.evidence()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Watch the failpoints for the block, and end the process after it."""
        with failpoints.watched(self.watching):
            try:
                yield
            finally:
                self.end()

    def evidence(self) -> Evidence:
        """Return the evidence afterwards."""
        self.remembered.questions = self.office.questions
        self.remembered.effects = self.office.effects
        database = Database(self.url)
        try:
            return gather(database, self.remembered, seen(self.running.administrator, CHANNELS, user=ANA))
        finally:
            database.close()

    def _tell(self) -> None:
        self.act(lambda: None)
        self.bring(KNOWING, 1, "where is my parcel")  # resolved alone
        self.bring(FORGETFUL, 2, "where is my letter")
        self.bring(KNOWING, 3, f"{UNSURE} money")  # approved
        self.bring(FORGETFUL, 5, f"{UNSURE} letter")  # approved
        self.bring(KNOWING, 7, f"{BROKEN} money")  # fails, and is run again
        if not self.brief:
            self.bring(KNOWING, 4, f"{UNSURE} parcel")  # edited
            self.bring(KNOWING, 6, f"{UNSURE} nonsense")  # rejected
            self.bring(KNOWING, 8, f"{UNSURE} first")  # revised
        self.work()
        if not self.brief:
            self.bring(KNOWING, 8, f"{UNSURE} second")
        self.hear()
        self.approve("ticket-3", by=ANA)
        self.approve("ticket-5", by=BEN)
        if not self.brief:
            self.edit("ticket-4", by=BEN)
            self.reject("ticket-6", by=ANA)
        self.taken_over()
        self.work()
        if not self.brief:
            self.approve("ticket-8", by=ANA)
        self.office.mended = True
        self.run_again("ticket-7", by=KIM)
        self.work()
        self.act(lambda: make(self.world.context, JobName.FAILURES, today=date(2026, 11, 20), zone=ZoneInfo("UTC")))
        self.come_to_an_end()

    # What comes in.

    def bring(self, name: str, id: int, text: str) -> None:
        """Bring an input, as a source does, until it is accepted."""
        input: dict[str, JsonValue] = {"id": id, "text": text, "language": "en"}
        receipt = self.act(lambda: self.world.submit(self.world.registry.get(name), **input))
        revision = sum(case == receipt.case for case, _ in self.remembered.accepted) + 1
        key = delivery_key(workflow=name, case=f"ticket-{id}", revision=revision)
        self.remembered.accepted.append((receipt.case, input))
        self.remembered.entitled[key].append(proposed(text))

    def hear(self) -> None:
        """Send an event, as Slack does, until it is acknowledged."""
        administrator = self.running.administrator
        outcome = administrator.send_event("app_uninstalled")
        self._quiet()
        for _ in range(ROUNDS):
            if outcome.acknowledged:
                return
            self.act(lambda: None)
            outcome = administrator.send_event_again(outcome.event_id)
            self._quiet()
        raise AssertionError("it was never acknowledged")

    # What people do.

    def approve(self, case: str, *, by: str) -> None:
        """Approve a card's proposal, as a person does."""
        self._decide(case, lambda person, card: person.press(SUPPORT, card.ts, "approve"), by=by)

    def edit(self, case: str, *, by: str) -> None:
        """Fill in other values, as a person does."""
        values: JsonValue = {"queue": "billing", "reply": "typed by hand"}

        def fill_in(person: Person, card: ShownMessage) -> Outcome | None:
            if not self._opened(person, card, "edit"):
                return None
            self.remembered.entitled[f"{KNOWING}/{case}"] = [values]
            return person.submit({"queue.0.0": "=billing", "reply.0.0": "typed by hand"})

        self._decide(case, fill_in, by=by)

    def reject(self, case: str, *, by: str) -> None:
        """Reject a case for good, as a person does."""

        def fill_in(person: Person, card: ShownMessage) -> Outcome | None:
            if not self._opened(person, card, "reject"):
                return None
            self.remembered.entitled[f"{KNOWING}/{case}"] = []
            self.remembered.entitled[f"{KNOWING}/{case}/rejection"] = ["not for us"]
            return person.submit({"reason": "not for us", "follows": "close"})

        self._decide(case, fill_in, by=by)

    def _opened(self, person: Person, card: ShownMessage, action: str) -> bool:
        """Press a button that opens a form; return True if it opens."""
        if person.views():
            person.close(all=True)
        if not person.press(SUPPORT, card.ts, action).acknowledged:
            return False
        self._quiet()
        try:
            person.wait_until(person.views, seconds=2)
        except TimeoutError:
            return False
        return True

    def _decide(self, case: str, do: Callable[[Person, ShownMessage], Outcome | None], *, by: str) -> None:
        """Decide a case at its card, as often as it takes to be told that it worked or was done before."""
        person = self.running.person(by)
        for _ in range(ROUNDS):
            review = self.act(lambda: self._waiting(case))
            if review is None:
                return
            card = self._card(person, review)
            if card is None:
                self.work()
                self.clock.move(timedelta(minutes=1))
                continue
            outcome = do(person, card)
            self._quiet()
            if outcome is not None and outcome.acknowledged and outcome.outcome not in ("errors", "updated"):
                self.remembered.clicks.append((review.id, review.version))
                return
        raise AssertionError(f"{case} could not be decided")

    def _waiting(self, key: str) -> OpenReview | None:
        return next((review for review in open_reviews(self.world.context) if review.key == key), None)

    def _card(self, person: Person, review: OpenReview) -> ShownMessage | None:
        """Return the newest message of a review's card, if the review can be decided there."""
        cards = [card for card in person.messages(SUPPORT) if not card.ephemeral and _decides(card, review)]
        return cards[-1] if cards else None

    def run_again(self, case: str, *, by: str) -> None:
        """Run a failed case again, as an engineer does."""
        for _ in range(ROUNDS):
            if self.act(lambda: self._state(case)) != RunState.FAILED:
                return
            self.running.person(by).command(SUPPORT, "/rerun", case)
            self._quiet()
        raise AssertionError(f"{case} could not be run again")

    def _state(self, key: str) -> str:
        newest = {run.case_id: run for run in self.rows(schema.Run)}
        (case,) = [row.id for row in self.rows(schema.Case) if row.key == key]
        return newest[case].state

    def _quiet(self) -> None:
        """Wait until the listeners are done; start a new process where one of them ended it."""
        end = time.monotonic() + _PATIENCE
        while not self.watching.died and self._in_flight() > self._stuck and time.monotonic() < end:
            time.sleep(0.002)
        self._stuck = self._in_flight()
        self.act(lambda: None)

    def _in_flight(self) -> int:
        begun, done = (self.watching.number(Failpoint.ACK, side, "") for side in Side)
        failed = sum((fault.at.seam, fault.at.side) == _BEGUN for fault in list(self.watching.fired))
        return begun - done - failed

    # In the end.

    def come_to_an_end(self) -> None:
        """Act as people would, until every case has ended, or nothing helps."""
        for _ in range(ROUNDS):
            self.work()
            newest = {run.case_id: run for run in self.act(lambda: self.rows(schema.Run))}
            unfinished = [run for run in newest.values() if run.state not in ENDED]
            if not unfinished:
                self.work()
                return
            for run in unfinished:
                self._finish(run)

    def _finish(self, run: schema.Run) -> None:
        case = run.case_id
        if run.state in (RunState.FAILED, RunState.PARKED):
            self.act(lambda: _unless_refused(lambda: reruns.rerun(self.world.context, case, by=KIM)))
        elif run.state == RunState.HOLDING:
            # The delivery is attempted again automatically, after a while.
            self.clock.move(timedelta(hours=1))
        elif run.state == RunState.DOUBTFUL:
            (delivery,) = [row for row in self.act(lambda: self.rows(schema.Delivery)) if row.run_id == run.id]
            happened = self.office.has(delivery.key)
            self.act(
                lambda: _unless_refused(
                    lambda: doubts.settle(self.world.context, case, happened=happened, by=ANA, key=delivery.key)
                )
            )
        elif run.state == RunState.WAITING:
            (key,) = [row.key for row in self.act(lambda: self.rows(schema.Case)) if row.id == case]
            self.approve(key, by=ANA)


def _decides(card: ShownMessage, review: OpenReview) -> bool:
    """Tell whether this version of a review can be decided at this card."""
    values = [button["value"] for block in card.blocks if block["type"] == "actions" for button in _approving(block)]
    return any(str(value).split(".")[:2] == [str(review.id), str(review.version)] for value in values)


def _approving(block: Block) -> list[Block]:
    found = block["elements"]
    assert isinstance(found, list)
    return [button for button in found if isinstance(button, dict) and button.get("action_id") == "approve"]


def _unless_refused(do: Callable[[], object]) -> None:
    with suppress(Refused):  # it was done before the process ended
        do()
