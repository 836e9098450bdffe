"""The journal of one run: it makes a step's call once, and recalls the result from then on.

A step's identity is its name, its nth call in the run, and the hash of its input. A run that goes on after a crash, or
a rerun, makes its calls again in order. A call that the journal holds as finished is recalled if it is the same call.
If it is another call, the code changed or does not repeat itself, and it is unknown which results still hold: the run
is parked.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from sqlalchemy.exc import IntegrityError
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from store.cases import journal, runs
from store.cases.journal import StepLine
from store.db import failpoints
from store.db.database import Unavailable
from store.db.failpoints import Failpoint
from store.states import RunState, StepState
from workflows.engine.case.leases import Lease
from workflows.engine.causes.dependencies import dependency_of
from workflows.engine.context import Context
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.calls.backoff import seconds
from workflows.engine.declare.calls.call_outcomes import outcome_of
from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.personal import without_personal
from workflows.engine.declare.round_trip import losses
from workflows.engine.declare.steps import DELIVER, SOURCE, Call, recording
from workflows.engine.errors import Drifted, Fenced, NotConfirmed, NotDone, OutcomeUnknown, OutputBroken
from workflows.engine.text.canonical_json import MAX_RESULT, canonical, content_hash
from workflows.tools import calls, effects
from workflows.tools.calls import Called, CallOutcome

MAX_TYPE = 200
"""Characters that are kept of the name of an error's type."""
Instead = Callable[[str, Call], Call]
"""A function from a call, by its name in the journal, to the one that is made in its place. Only tests and the demo's
made-up past have one.
"""


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A call that the journal holds."""

    name: str
    nth: int
    position: int
    input_hash: str
    attempts: int
    finished: StepLine | None
    """The line of its result; None where every attempt of the step failed."""


class Journal:
    """Records the calls of one part of a run (proposing, or delivering), in the order in which they are made."""

    def __init__(
        self,
        context: Context,
        lease: Lease,
        lines: Sequence[StepLine],
        *,
        scope: str = "",
        once: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        instead: Instead | None = None,
        told: Sequence[object] = (),
    ) -> None:
        """Open the journal of one part of a run.

        `lines`: the run's journal so far. `scope`: the prefix of this part's step names. `once`: the part delivers to a
        target without idempotency keys. There, a step that may have been done is never called again. `instead`: what is
        made in place of a call, in a test. `told`: values whose personal ones are not in the texts of errors.
        """
        self._context = context
        self._lease = lease
        self._lines = lines
        self._scope = scope
        self._once = once
        self._sleep = sleep
        self._instead = instead
        self._told = tuple(told)
        self._past = _calls([line for line in lines if in_scope(line.name, scope)])
        self._end = max((line.position for line in lines), default=0)
        self._made = 0
        self._nth: Counter[str] = Counter()
        self._broken: Drifted | Fenced | Unavailable | OutcomeUnknown | None = None
        self._unsure: dict[tuple[str, str], Exception] = {}
        """(name, hash of the input) -> the error of a call that may have been done. Only filled where `once` is set."""

    def part(self, scope: str, *, once: bool, told: Sequence[object]) -> "Journal":
        """Return the journal of the next part, whose step names begin with `scope`. `told`: as for a journal.

        It is not read again: while the caller holds the run's lease, nobody else writes to it.
        """
        following = Journal(
            self._context,
            self._lease,
            self._lines,
            scope=scope,
            once=once,
            sleep=self._sleep,
            instead=self._instead,
            told=told,
        )
        following._end = self._end
        return following

    @contextmanager
    def open(self) -> Iterator[None]:
        """Journal the step calls of this thread in the block, and compare the journal with the calls.

        Raise `Drifted`, `Fenced` or `Unavailable` at the end also where the block caught it, since no author can handle
        it. With `once`, raise `OutcomeUnknown` in place of a `NotDone` that covers only a part of what the block did.
        """
        try:
            with recording(self), _certain(self._once, lambda: next(iter(self._unsure.values()), None)):
                yield
        except Exception as error:  # raised again; an error that broke the journal before it has priority
            if self._broken is not None and error is not self._broken:
                raise self._broken from error
            raise
        if self._broken is not None:
            raise self._broken
        for call in self._past[self._made :]:
            if call.finished is not None:
                raise Drifted(f"the step {call.name} is in the journal, but the code no longer calls it there")

    def record(self, call: Call) -> object:
        """Make the call, or return its recorded result. Raise `Drifted` where the journal holds another call in its
        place.
        """
        if self._broken is not None:
            raise self._broken
        try:
            with author_threads.untimed():
                return self._record(call)
        except (Drifted, Fenced, Unavailable) as error:
            self._broken = error
            raise

    def _record(self, call: Call) -> object:
        name = self._scope + call.name
        self._nth[name] += 1
        nth = self._nth[name]
        arguments = author_threads.run(lambda: canonical(call.arguments), what=f"writing the input of {call.name}")
        before = self._unsure.get((name, content_hash(arguments)))
        if before is not None:
            self._broken = OutcomeUnknown(
                f"the step {call.name} may have been done, and is not made again: {words_of(before)}"
            )
            raise self._broken
        past = self._past[self._made] if self._made < len(self._past) else None
        self._made += 1
        row: dict[str, object] = {
            "name": name,
            "nth": nth,
            "input_hash": content_hash(arguments),
            "recalled_from": None,
        }
        if past is not None:
            if past.finished is not None and past.finished.body is None:
                raise Drifted(f"the result of the step {name} was removed, so the run cannot go on with it")
            _same(past, name, nth, content_hash(arguments))
            if past.finished is not None and past.finished.body is not None:
                return recalled(call, canonical(json.loads(past.finished.body)["output"]))
            row["position"] = past.position
        else:
            self._end += 1
            row["position"] = self._end
        if self._instead is not None:
            call = self._instead(name, call)
        numbers = count(past.attempts + 1 if past else 1)
        retrying = attempts_at(call, sleep=self._sleep, may_be_made_again=self._may_be_made_again)
        return retrying(lambda: self._attempt(call, row | {"attempt": next(numbers)}, arguments))

    def _may_be_made_again(self, error: BaseException) -> bool:
        """Tell whether a step may be tried again at once after an error of a type that may pass."""
        if self._once:
            return isinstance(error, NotDone)
        # Under a key the whole delivery is attempted again, and counted.
        return not (self._scope and isinstance(error, NotConfirmed))

    def _attempt(self, call: Call, row: dict[str, object], arguments: str) -> object:
        row["started_at"] = self._context.clock()
        start = time.perf_counter()
        try:
            # A step inside a step is a part of it: the journal holds only the outer one.
            with recording(None), self._counted(call):
                failpoints.before(Failpoint.STEP, call.name)
                with _certain(self._once):
                    result = call.invoke()
                failpoints.after(Failpoint.STEP, call.name)
            output = written(call, result)
            # The code goes on with the same value that a recall would return.
            back = read_back(call, result, output)
        except Exception as error:  # raised again, once it is journaled
            if self._once and not isinstance(error, NotDone):
                self._unsure[str(row["name"]), str(row["input_hash"])] = error
            row |= {"state": StepState.FAILED, "error": type(error).__name__[:MAX_TYPE], "cost": Decimal(0)}
            said = without_personal(words_of(error), [*self._told, call.arguments])
            self._write(row, start, f'{{"input":{arguments},"error":{canonical(said)}}}')
            raise
        row |= {"state": StepState.FINISHED, "error": None, "cost": call.cost(result)}
        self._write(row, start, f'{{"input":{arguments},"output":{output}}}')
        return back

    @contextmanager
    def _counted(self, call: Call) -> Iterator[None]:
        """Count the calls of other systems that the block makes, however it ends.

        Where the step names a system that none of our clients called, the step itself is the call.
        """
        started = time.perf_counter()
        outcome: CallOutcome | None = None
        error: str | None = None
        with calls.noted() as noted:
            try:
                yield
                outcome = CallOutcome.ANSWERED
            except Exception as failed:
                outcome, error = outcome_of(failed), type(failed).__name__
                if call.needs is not None and dependency_of(failed) is None:
                    # Some types of errors take no further attribute; then only their cause does not name the system.
                    with suppress(AttributeError):
                        failed.dependency = call.needs  # type: ignore[attr-defined]  # `dependency_of` reads it
                raise
            finally:
                made = noted.made
                if call.needs is not None and outcome is not None and call.needs not in noted.systems:
                    took = (time.perf_counter() - started) * 1000
                    made = [*made, Called(system=call.needs, outcome=outcome, milliseconds=took, error=error)]
                if made:
                    self._context.meter.count(made, at=self._context.clock())

    def _write(self, row: dict[str, object], start: float, body: str) -> None:
        milliseconds = (time.perf_counter() - start) * 1000
        lease, team = self._lease, self._context.team
        lost = Fenced(f"run {lease.run} was taken over")
        try:
            with self._context.database.write() as session:
                state = RunState.DELIVERING if self._scope.startswith(DELIVER) else RunState.RUNNING
                runs.hold(session, team=team, run=lease.run, state=state, lease=lease.number, otherwise=lost)
                journal.add(session, team=team, run_id=lease.run, body=body, milliseconds=milliseconds, **row)
        except IntegrityError as error:
            raise Fenced(f"another worker made the step {row['name']} of run {lease.run}") from error


def _calls(lines: Sequence[StepLine]) -> list[_Made]:
    """Return the calls that these attempts of steps belong to, in order."""
    calls: dict[tuple[str, int], _Made] = {}
    for line in sorted(lines, key=lambda line: (line.position, line.attempt)):
        calls[line.name, line.nth] = _Made(
            name=line.name,
            nth=line.nth,
            position=line.position,
            input_hash=line.input_hash,
            attempts=line.attempt,
            finished=line if line.state == StepState.FINISHED else None,
        )
    return list(calls.values())


def _same(past: _Made, name: str, nth: int, input_hash: str) -> None:
    if (past.name, past.nth) != (name, nth):
        raise Drifted(f"the journal has the step {past.name} (call {past.nth}) where the code calls {name} ({nth})")
    if past.input_hash != input_hash:
        raise Drifted(f"the step {name} (call {nth}) is called with another input than the one in the journal")


@contextmanager
def _certain(once: bool, before: Callable[[], Exception | None] = lambda: None) -> Iterator[None]:
    """Raise `OutcomeUnknown` in place of a `NotDone`, where something without a key was done earlier in the block.

    A `NotDone` covers its own call only. `once`: otherwise nothing is changed. `before`: returns an earlier call's
    error whose outcome is unknown.
    """
    if not once:
        yield
        return
    with effects.noted() as had:
        try:
            yield
        except NotDone as error:
            unsure = before()
            if unsure is not None:
                raise OutcomeUnknown(f"{words_of(error)}; before that: {words_of(unsure)}") from error
            if had:
                raise OutcomeUnknown(f"{words_of(error)}; {had[0]} did something before that") from error
            raise


def attempts_at(
    call: Call,
    *,
    sleep: Callable[[float], None],
    may_be_made_again: Callable[[BaseException], bool] = lambda _: True,
) -> Retrying:
    """Return a retrying caller with the attempts of the step and a growing wait between them. `sleep`: takes seconds.

    `may_be_made_again`: tells it for an error of a type after which the step is tried again.
    """
    return Retrying(
        stop=stop_after_attempt(call.tries),
        retry=retry_if_exception(lambda error: isinstance(error, call.retry_on) and may_be_made_again(error)),
        wait=lambda state: seconds(state, call.backoff),
        sleep=sleep,
        reraise=True,
    )


def written(call: Call, result: object) -> str:
    """Return the result of a call as JSON. Raise `ValueError` for a value without such a form, or `OutputBroken`."""

    def write() -> str:
        return canonical(call.result.dump_python(result, mode="json", by_alias=False, round_trip=True, warnings=False))

    output = author_threads.run(write, what=f"writing the result of {call.name}")
    if len(output) > MAX_RESULT:
        raise OutputBroken(f"the step {call.name} gives {len(output):,} characters, the limit is {MAX_RESULT:,}")
    return output


def read_back(call: Call, result: object, output: str) -> object:
    """Return what a recall will give for a written result. Raise `OutputBroken` where it differs from the result."""
    back = recalled(call, output)
    # A result without an annotation is whatever JSON makes of it, from the first call on.
    lost = losses(result, back) if call.result.core_schema["type"] != "any" else {}
    if lost:
        told = "; ".join(f"{field}: {how}" for field, how in lost.items())
        raise OutputBroken(f"the step {call.name} gives a result that would change when it is recalled: {told}")
    return back


def recalled(call: Call, output: str) -> object:
    """Return the recorded result of a call."""

    def read() -> object:
        return call.result.validate_json(output, by_alias=False, by_name=True)

    return author_threads.run(read, what=f"reading the result of {call.name}")


def in_scope(name: str, scope: str) -> bool:
    """Tell whether a step of this name belongs to the part of the run with this `scope`."""
    return name.startswith(scope) if scope else not name.startswith((f"{DELIVER}/", f"{SOURCE}/"))
