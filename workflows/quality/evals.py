"""Runs one eval: examples with their right answers, through the real way of a case, and nothing delivered."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from workflows.engine.registry import AnyWorkflow
from workflows.model.port import Account, ModelError, NoAnswer, Prompt
from workflows.quality.examples import Labelled
from workflows.quality.folds import Part
from workflows.quality.risk import floors
from workflows.quality.trials import Outcome, Trial, try_one


@dataclass(kw_only=True)
class Purse:
    """What an eval may cost.

    Each example that is begun is reckoned at the price of the dearest so far, and the first one is waited for. So the
    limit holds unless an example is dearer than all before it.
    """

    limit: Decimal
    """US dollars."""
    spent: Decimal = Decimal(0)
    dearest: Decimal | None = None
    """US dollars that one example took at most; None before the first."""

    def has_room(self, *, under_way: int) -> bool:
        """May one more be begun beside those under way?"""
        return self.dearest is None or self.spent + self.dearest * (under_way + 1) <= self.limit

    def pay(self, cost: Decimal) -> None:
        """Note what an example took."""
        self.spent += cost
        self.dearest = max(cost, self.dearest or Decimal(0))


NO_MONEY = "the money ended; --max-dollars allows more"
HOPELESS = 10
"""Examples; where the first so many all could not be tried, the rest would only take time."""


@dataclass(kw_only=True)
class Eval:
    """What is to be tried, and how."""

    workflow: AnyWorkflow
    prompt: Prompt | None
    account: Account
    """Who pays, and how much at most."""
    examples: Sequence[Labelled]
    parts: Sequence[Part]
    """Which of the examples with which model."""
    at_once: int = 1
    purse: Purse
    sleep: Callable[[float], None] = time.sleep
    """Takes seconds."""
    unfinished: str | None = None
    """Why it ended before all were tried; None where it did not, or has not ended."""
    _hopeless: int = 0

    def run(self, *, doing: Callable[[str], None] = lambda _: None) -> Iterator[Trial]:
        """Try the examples; yields what came of each, as they end. It ends early where `unfinished` then says why.

        `doing`: told in a word what goes on, whenever that changes.
        """
        with ThreadPoolExecutor(max_workers=self.at_once) as pool:
            for part in self.parts:
                doing("learning")
                # Beforehand, so that its time does not count as the first example's; each one says what is wrong.
                with suppress(ModelError):
                    part.model()
                doing("trying")
                yield from self._try_part(part, pool)
                if self.unfinished is not None:
                    return

    def _try_part(self, part: Part, pool: ThreadPoolExecutor) -> Iterator[Trial]:
        left = deque(part.places)
        under_way: set[Future[Trial]] = set()
        try:
            while under_way or (left and self.unfinished is None):
                while left and self.unfinished is None and self._may_begin(len(under_way)):
                    under_way.add(pool.submit(self._try, part, self.examples[left.popleft()]))
                if not under_way:
                    self.unfinished = NO_MONEY
                    return
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    trial = future.result()
                    self.purse.pay(trial.cost)
                    if trial.code == NoAnswer.OVER_BUDGET:
                        self.unfinished = NO_MONEY
                    else:
                        self._hope(trial)
                        yield trial
        finally:
            for future in under_way:
                future.cancel()

    def _hope(self, trial: Trial) -> None:
        """Give up where the first so many could not be tried."""
        if trial.outcome is not Outcome.UNTRIED:
            self._hopeless = -len(self.examples)
        self._hopeless += 1
        if self._hopeless == HOPELESS < len(self.examples):
            self.unfinished = f"none of the first {HOPELESS} could be tried"

    def _may_begin(self, under_way: int) -> bool:
        # What the first one takes tells whether there is money for others beside it.
        most = 1 if self.purse.dearest is None else 2 * self.at_once
        return under_way < most and self.purse.has_room(under_way=under_way)

    def _try(self, part: Part, example: Labelled) -> Trial:
        return try_one(
            self.workflow,
            example,
            prompt=self.prompt,
            account=self.account,
            model=part.model,
            floors=floors(self.workflow.autonomy.at_least),
            sleep=self.sleep,
        )
