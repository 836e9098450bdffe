"""The journal of one run: makes a step's call once, and recalls it ever after.

A step's identity is its name, its nth call in the run, and the hash of its input. A run that goes on after a crash, or
a rerun, makes its calls again in order; each one that stands finished in the journal is recalled if it is the same
call. If it is not, the code changed meanwhile or does not repeat itself, and nobody can say which results still hold:
the run is parked.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from store import contents, journal, runs
from store.journal import StepLine
from workflows.engine.canonical import canonical, digest, printable
from workflows.engine.claiming import Claimed
from workflows.engine.context import Context
from workflows.engine.errors import Drifted, Fenced, TryAgain
from workflows.engine.states import RunState, StepState
from workflows.engine.steps import Call, recording

DELIVERING = "deliver"
"""The step names of a delivery begin with this word and a slash."""

LONGEST_PAUSE = 60.0
"""Seconds that a step waits at most before it tries again, whatever the other system asks."""

_backoff = wait_exponential_jitter(multiplier=0.5, max=20, jitter=0.5)


class Journal:
    """Records the calls of one part of a run (proposing, or delivering), in the order in which they are made."""

    def __init__(
        self,
        context: Context,
        claimed: Claimed,
        lines: Sequence[StepLine],
        *,
        scope: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`lines`: the run's journal so far. `scope`: what the names of this part begin with."""
        self._context = context
        self._claimed = claimed
        self._scope = scope
        self._sleep = sleep
        mine = [line for line in lines if in_scope(line.name, scope)]
        self._finished = [line for line in mine if line.state == StepState.FINISHED]
        self._attempts = Counter((line.name, line.nth) for line in mine)
        self._positions = {(line.name, line.nth): line.position for line in mine}
        self._end = max((line.position for line in lines), default=0)
        self._made = 0
        self._nth: Counter[str] = Counter()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Journal the step calls of this thread for the block, and hold the journal against what was called."""
        with recording(self):
            yield
        if self._made < len(self._finished):
            missing = self._finished[self._made]
            raise Drifted(f"the step {missing.name} is in the journal, but the code no longer calls it there")

    def record(self, call: Call) -> object:
        """Make the call or recall it. Raise `Drifted` where the journal holds another call in its place."""
        name = self._scope + call.name
        self._nth[name] += 1
        nth = self._nth[name]
        arguments = canonical(call.arguments)
        input_hash = digest(arguments)
        self._made += 1
        if self._made <= len(self._finished):
            return self._recall(call, self._finished[self._made - 1], name, nth, input_hash)
        position = self._positions.get((name, nth))
        if position is None:
            self._end += 1
            position = self._end
        retrying = Retrying(
            stop=stop_after_attempt(call.tries),
            retry=retry_if_exception_type(call.retry_on),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._attempt, call, name, nth, position, arguments, input_hash)

    def _recall(self, call: Call, line: StepLine, name: str, nth: int, input_hash: str) -> object:
        if (line.name, line.nth) != (name, nth):
            raise Drifted(f"the journal has the step {line.name} (call {line.nth}) where the code calls {name} ({nth})")
        if line.input_hash != input_hash:
            raise Drifted(f"the step {name} (call {nth}) is called with another input than the one in the journal")
        return call.result.validate_python(json.loads(line.body)["output"])

    def _attempt(self, call: Call, name: str, nth: int, position: int, arguments: str, input_hash: str) -> object:
        self._attempts[name, nth] += 1
        row: dict[str, object] = {
            "position": position,
            "name": name,
            "nth": nth,
            "attempt": self._attempts[name, nth],
            "input_hash": input_hash,
            "started_at": self._context.clock(),
            "recalled_from": None,
        }
        start = time.perf_counter()
        try:
            # A step inside a step belongs to it: the journal holds the outer one.
            with recording(None):
                result = call.invoke()
            output = canonical(call.result.dump_python(result, mode="json"))
        except Exception as error:
            row |= {"state": StepState.FAILED, "error": type(error).__name__, "cost": Decimal(0)}
            self._write(row, start, f'{{"input":{arguments},"error":{canonical(printable(str(error)))}}}')
            raise
        row |= {"state": StepState.FINISHED, "error": None, "cost": call.cost(result)}
        self._write(row, start, f'{{"input":{arguments},"output":{output}}}')
        # What the code goes on with is what a recall would give it.
        return call.result.validate_python(json.loads(output))

    def _write(self, row: dict[str, object], start: float, body: str) -> None:
        milliseconds = (time.perf_counter() - start) * 1000
        claimed, team = self._claimed, self._context.team
        with self._context.database.write() as session:
            at = self._context.clock()
            state = RunState.DELIVERING if self._scope else RunState.RUNNING
            if not runs.touch(session, run=claimed.run, state=state, epoch=claimed.epoch, at=at):
                raise Fenced(f"run {claimed.run} was taken over")
            content = contents.keep(session, team=team, case=claimed.case, kind="step", body=body)
            journal.add(session, team_id=team, run_id=claimed.run, content_id=content, milliseconds=milliseconds, **row)


def in_scope(name: str, scope: str) -> bool:
    """Does a step of this name belong to a part of the run whose names begin with `scope`?"""
    return name.startswith(scope) if scope else not name.startswith(f"{DELIVERING}/")


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, TryAgain) and error.after is not None else 0.0
    return min(max(asked, _backoff(state)), LONGEST_PAUSE)
