"""The rounds of a volume test in batches: inputs are tried as far as the known replies reach, the questions that remain
are sent together, and once they are answered the next round begins.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace

from store.learning import volume_tests
from workflows.engine.context import Context
from workflows.model.batches.books import ForCase
from workflows.model.batches.known_replies import KeptReply, KnownReplies
from workflows.model.batches.port import MOST_BYTES, MOST_QUESTIONS
from workflows.model.port import ModelError
from workflows.quality.evals.eval import HOPELESS, NO_MONEY, Eval
from workflows.quality.evals.folds import Part
from workflows.quality.evals.trials import Outcome as TrialOutcome
from workflows.quality.evals.trials import Trial
from workflows.quality.examples.labelled import Labelled
from workflows.quality.volume.recalled_steps import RecalledSteps
from workflows.quality.volume.sent_batches import SentBatches

TOO_MANY = "too_many_questions"
"""The code of an input that asks one question after another without end."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """The inputs of a volume test that are not tried yet."""

    examples: Sequence[Labelled]
    ids: Mapping[str, int]
    """Hash of an input -> its case."""


@dataclass(kw_only=True)
class _Tried:
    case: int
    trial: Trial
    model: KnownReplies
    calls: RecalledSteps

    @property
    def says_nothing(self) -> bool:
        """True if it could not be tried, for no reason that a batch gave."""
        model = self.model
        answered = bool(model.handed_out) or model.failed is not None or model.too_many
        return self.trial.outcome is TrialOutcome.UNTRIED and not answered


@dataclass(kw_only=True)
class _Round:
    """The outcome of one round."""

    sent: int = 0
    unaffordable: bool = False
    first: list[bool] = field(default_factory=list)
    """For each of the first inputs, True if it could not be tried."""


@dataclass(kw_only=True)
class Rounds:
    """The rounds of one volume test."""

    context: Context
    sent: SentBatches
    left: Callable[[], Left]
    trials: Callable[[Sequence[Labelled]], Eval]
    """Makes the trials of inputs; here each is made with replies from batches."""
    keep: Callable[[int, Trial], None]
    """Keeps what came of an input."""

    def run(self) -> str | None:
        """Go on until all is tried; return why it ended before, or None."""
        while True:
            why = self.sent.collect()
            if why is not None:
                return why
            found, left = _Round(), self.left()
            if not left.examples:
                return None
            self.sent.terms.tell(f"inputs to try: {len(left.examples):,}")
            why = self._try(left, found)
            if why is not None:
                return why
            if not found.sent:
                return NO_MONEY if found.unaffordable else None

    def _try(self, left: Left, found: _Round) -> str | None:
        """Try inputs, and send what they ask."""
        trials = self.trials(left.examples)
        collected, steps, size = list[ForCase](), dict[int, Mapping[str, str]](), 0
        for tried in self._tried(trials, left):
            if not tried.model.handed_out:
                self.keep(tried.case, _ended(tried))
            if len(found.first) < HOPELESS:
                found.first.append(tried.says_nothing)
                if sum(found.first) == HOPELESS < len(left.examples):
                    return f"none of the first {HOPELESS} could be tried"
            for one in tried.model.handed_out:
                more = self.sent.terms.batches.vendor.size_of(one.request)
                if collected and (size + more > MOST_BYTES or len(collected) >= MOST_QUESTIONS):
                    why = self._send(collected, steps, found)
                    if why is not None:
                        return why
                    collected, steps, size = [], {}, 0
                collected.append(ForCase(case=tried.case, handed=one))
                size += more
            if tried.calls.is_changed:
                steps[tried.case] = tried.calls.steps
        return self._send(collected, steps, found) if collected else None

    def _send(self, questions: Sequence[ForCase], steps: Mapping[int, Mapping[str, str]], found: _Round) -> str | None:
        """Send what was collected; return why nothing more can be sent, or None."""
        number, why = self.sent.send(questions, steps=steps)
        found.sent += number
        found.unaffordable |= number < len(questions)
        return why

    def _tried(self, trials: Eval, left: Left) -> Iterator[_Tried]:
        with ThreadPoolExecutor(max_workers=trials.at_once) as pool:
            for part in trials.parts:
                if part.second is not None:
                    with suppress(ModelError):
                        part.second()
                places, under_way = deque(part.places), set[Future[_Tried]]()
                try:
                    while places or under_way:
                        while places and len(under_way) < 2 * trials.at_once:
                            example = trials.examples[places.popleft()]
                            case = left.ids[example.input_hash]
                            under_way.add(pool.submit(self._try_one, trials, part, example, case))
                        done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                        for future in done:
                            yield future.result()
                finally:
                    for future in under_way:
                        future.cancel()

    def _try_one(self, trials: Eval, part: Part, example: Labelled, case: int) -> _Tried:
        with self.context.database.read() as session:
            row = volume_tests.get_case(session, case, team=self.context.team)
            body = json.loads(row.body or "{}") if row is not None else {}
        replies = {name: KeptReply.model_validate(one) for name, one in body.get("replies", {}).items()}
        model = KnownReplies(self.sent.terms.batches.means, replies)
        calls = RecalledSteps(dict(body.get("steps", {})))
        trial = trials.try_one(part, example, model=lambda: model, calls=calls)
        return _Tried(case=case, trial=trial, model=model, calls=calls)


def _ended(tried: _Tried) -> Trial:
    """Return the trial as it is kept: its time would be that of this process, and not the model's."""
    trial = replace(tried.trial, milliseconds=0)
    if trial.outcome is not TrialOutcome.UNTRIED:
        return trial
    if tried.model.too_many:
        return replace(trial, code=TOO_MANY)
    # It was asked again already. Without a code of its own it would stay due, and be asked at each resumption.
    return replace(trial, code=tried.model.failed.value) if tried.model.failed is not None else trial
