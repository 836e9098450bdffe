"""The run of an eval: examples with their right answers go the real way of a case, and nothing is delivered."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import BaseModel

from workflows.documents.documents import Documents
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.versions import Classifier, Version
from workflows.engine.propose.proposer import Second, SecondOpinion, opinion_of
from workflows.engine.run.rehearsal import Rehearsal
from workflows.model.asking.attachments import DocumentsAs
from workflows.model.port import Account, Model, ModelError, NoAnswer
from workflows.quality.evals.folds import Part
from workflows.quality.evals.risk import floors
from workflows.quality.evals.trials import Outcome, Trial, try_one
from workflows.quality.examples.labelled import Labelled

NO_MONEY = "the money for this eval is spent; --max-dollars allows more"
HOPELESS = 10
"""Number of first examples after which an eval gives up, if none of them could be tried."""


@dataclass(frozen=True, kw_only=True)
class _Begun:
    place: int
    """Position of the example."""
    alone: bool
    """True if nothing else was under way."""


@dataclass(kw_only=True)
class Eval:
    """An eval: its examples and its settings."""

    workflow: AnyWorkflow
    version: Version
    account: Account
    """The budget that pays, with its limit."""
    examples: Sequence[Labelled]
    parts: Sequence[Part]
    """The examples, divided by the model that they are tried with."""
    at_once: int = 1
    documents: Documents = field(default_factory=Documents)
    documents_as: DocumentsAs | None = None
    """The way in which a model is given documents; None: as the workflow declares it."""
    sleep: Callable[[float], None] = time.sleep
    """Function that waits some seconds."""
    ended: Callable[[Trial], None] = lambda _: None
    """Function called with each trial as soon as it ended, in the thread that made it: an interruption loses none."""
    unfinished: str | None = None
    """Reason why it ended before all were tried; None where it did not, or has not ended."""
    _first: dict[int, bool] = field(default_factory=dict)
    """Position of each of the first examples -> True if it could not be tried."""

    def run(self, *, doing: Callable[[str], None] = lambda _: None) -> Iterator[Trial]:
        """Try the examples, and yield the result of each as it ends. `unfinished` then says if and why it ended early.

        `doing`: called with a word for the present activity, whenever it changes.
        """
        with ThreadPoolExecutor(max_workers=self.at_once) as pool:
            for part in self.parts:
                doing("learning")
                # Beforehand, so that its time does not count as the first example's; each one says what is wrong.
                for make in (part.model, part.second):
                    with suppress(ModelError):
                        if make is not None:
                            make()
                doing("trying")
                yield from self._try_part(part, pool)
                if self.unfinished is not None:
                    return

    def _try_part(self, part: Part, pool: ThreadPoolExecutor) -> Iterator[Trial]:
        left, most = deque(part.places), 2 * self.at_once
        under_way: dict[Future[Trial], _Begun] = {}
        try:
            while under_way or (left and self.unfinished is None):
                while left and self.unfinished is None and len(under_way) < most:
                    place = left.popleft()
                    if len(self._first) < HOPELESS:
                        self._first[place] = False
                    begun = _Begun(place=place, alone=most == 1)
                    under_way[pool.submit(self._try, part, self.examples[place])] = begun
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                # What came to its end is kept, also where another one broke off at the same moment.
                for future in sorted(done, key=lambda future: future.exception() is not None):
                    trial, begun = future.result(), under_way.pop(future)
                    if trial.code != NoAnswer.OVER_BUDGET:
                        self._look_ahead(begun.place, trial)
                        yield trial
                    elif begun.alone:
                        self.unfinished = NO_MONEY
                    else:
                        # The others held more than they take in the end: it waits for them, and goes alone.
                        left.appendleft(begun.place)
                        most = 1
        finally:
            for future in under_way:
                future.cancel()

    def _look_ahead(self, place: int, trial: Trial) -> None:
        """Give up where the first so many could not be tried. Sample answers may well lack these, and hold the next."""
        if trial.outcome is Outcome.UNTRIED and trial.code != NoAnswer.NO_SAMPLE and place in self._first:
            self._first[place] = True
            if sum(self._first.values()) == HOPELESS < len(self.examples):
                self.unfinished = f"none of the first {HOPELESS} could be tried"

    def _try(self, part: Part, example: Labelled) -> Trial:
        trial = self.try_one(part, example)
        self.ended(trial)
        return trial

    def try_one(
        self,
        part: Part,
        example: Labelled,
        *,
        model: Callable[[], Model] | None = None,
        calls: Rehearsal | None = None,
    ) -> Trial:
        """Try one example of a part. `model`: the one to ask, if not the part's. `calls`: makes its calls."""
        return try_one(
            self.workflow,
            example,
            version=self.version,
            account=self.account,
            model=model or part.model,
            calls=calls,
            second=_opinion(part.second) if part.second is not None else None,
            floors=floors(self.workflow.autonomy.at_least),
            documents=self.documents,
            documents_as=self.documents_as,
            sleep=self.sleep,
        )


def _opinion(learned: Callable[[], Classifier]) -> SecondOpinion:
    def second(workflow: AnyWorkflow, input: BaseModel, output: BaseModel, _: Version) -> Second:
        try:
            return opinion_of(learned(), workflow, input, output)
        except Exception:  # noqa: BLE001  # as for a case: a proposal does not need it
            return Second()

    return second
