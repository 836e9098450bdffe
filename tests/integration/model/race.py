"""One of several processes that spend one budget at once: `python -m tests.integration.model.race URL SEED CALLS`.

It gets an answer and says so; the race begins when it is told a line. Prints, as JSON, what it knows itself: how many
requests were made, and what each was or may have been worth.
"""

import json
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from threading import Lock

from pydantic import BaseModel

from store.db.database import Database
from store.governance import teams
from workflows.engine.propose.model_outages import KnownOutages
from workflows.model.asking.requests import Reply, Request
from workflows.model.gateway import Gateway
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Account, ModelUnavailable, Prompt, Question, Usage
from workflows.model.vendors.anthropic.prices import PRICES, price

MODEL = "claude-haiku-5-5"
PER_DAY = Decimal("0.01")
THREADS = 50


class Answer(BaseModel):
    """The form of the answer."""

    text: str


@dataclass
class Moody:
    """A vendor that answers, fails, says nonsense or says nothing, at random; it knows what it was really paid."""

    dice: random.Random
    lock: Lock = field(default_factory=Lock)
    sent: int = 0
    paid: Decimal = Decimal(0)

    prices = PRICES

    def send(self, request: Request) -> Reply:
        """Answer somehow."""
        with self.lock:
            self.sent += 1
            roll, tokens = self.dice.random(), self.dice.randint(1, request.max_tokens)
            usage = Usage(input_tokens=self.dice.randint(1, 400), output_tokens=tokens)
            if roll < 0.85:
                # What is never told was paid all the same.
                self.paid += price(request.model, usage)
        if roll < 0.6:
            return Reply(verdict=Verdict(outcome=Outcome.ANSWERED), text='{"answer": {"text": "a"}}', usage=usage)
        if roll < 0.75:
            return Reply(verdict=Verdict(outcome=Outcome.ANSWERED), text="nonsense", usage=usage)
        if roll < 0.85:
            return Reply(verdict=Verdict(outcome=Outcome.TRANSIENT, why="It stalled.", may_cost=True))
        return Reply(verdict=Verdict(outcome=Outcome.REFUSED, why="No."), usage=Usage())

    def prepare(self) -> None:
        """There is nothing to load."""

    def masked(self, text: str) -> str:
        """It knows no secret."""
        return text

    def close(self) -> None:
        """There is nothing to close."""


def race(url: str, seed: int, calls: int, *, at_the_line: Callable[[], None] = lambda: None) -> dict[str, object]:
    """Ask as often as told, from many threads. `at_the_line`: waits for the others, after the first answer."""
    database = Database(url, connections=THREADS + 4)
    with database.read() as session:
        team = teams.first_team(session)
    assert team is not None
    vendor = Moody(random.Random(seed))

    def clock() -> datetime:
        return datetime(2026, 11, 20, 12, tzinfo=UTC)

    outages = KnownOutages(database, team=team, clock=clock)
    gateway = Gateway(
        vendor, database=database, team=team, clock=clock, outages=outages, default_model=MODEL, sleep=lambda _: None
    )
    prompt = Prompt(name="a.md", text="Say a.", version="0" * 12, max_tokens=500)
    account = Account(eval=1, per_case=Decimal(0), per_day=PER_DAY, timezone=UTC)

    def ask(number: int) -> bool:
        data = {"seed": seed, "number": number}
        question = Question(workflow="race", output=Answer, prompt=prompt, data=data, text="", account=account)
        try:
            return gateway.answer(question).values is not None
        except ModelUnavailable:
            return False

    # SQLite's lock is not fair: a process could be through with the budget before another gets any of it.
    first = next(number for number in range(calls) if ask(number))
    at_the_line()
    with ThreadPoolExecutor(THREADS) as threads:
        answered = 1 + sum(threads.map(ask, range(first + 1, calls)))
    database.close()
    return {"sent": vendor.sent, "paid": str(vendor.paid), "answered": answered}


def _stand_at_the_line() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    url, seed, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sys.stdout.write(json.dumps(race(url, seed, calls, at_the_line=_stand_at_the_line)))
