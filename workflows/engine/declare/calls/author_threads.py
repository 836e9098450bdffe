"""Threads for an author's code: it runs under a time limit, and its errors stay with its own case.

No thread can be ended from outside. The code therefore runs in a thread of its own, and the caller waits no longer than
the limit. After that the thread is given up, and the caller gets `TimeLimitPassed`; anything that the thread still does
comes too late. `SystemExit`, `KeyboardInterrupt`, `CancelledError` and the like are meant to end a program or a task;
they come out as `CodeExited`.

Author code calls ours (a step is journaled, a model is asked), and ours calls author code again. Only the innermost
call uses up its time: the limit of a call stands still while it waits for another.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Condition, Lock, Thread
from typing import Generic, TypeVar, cast

from workflows.errors import CodeExited, TimeLimitPassed

T = TypeVar("T")

SECONDS = 600.0
"""Seconds that code may take where no other limit is given."""
_LOOK = 1.0
"""Seconds between two looks of a waiting thread whether a limit has passed."""
MOST_IDLE = 32
"""Threads that are kept for the next call; any more end with their call."""


class Ended(BaseException):
    """The process is taken to end here. A test raises it in place of a kill, and no handler turns it into another
    error.
    """


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """A call that was given up and has not returned."""

    workflow: str
    what: str


@dataclass(kw_only=True)
class _Section:
    """A stretch of code within a call, and how much of its time is left."""

    workflow: str
    what: str
    seconds: float | None
    """Seconds that it may take; None for our own code, which has limits of its own."""
    left: float | None
    since: float
    """Time at which it last began or went on, by the monotonic clock."""

    @property
    def ends_at(self) -> float:
        """Time at which its limit is reached, if it calls nothing else meanwhile."""
        return float("inf") if self.left is None else self.since + self.left


class _Call(Generic[T]):
    """One call in a thread of its own, with the sections that it is in."""

    def __init__(self, call: Callable[[], T], *, workflow: str, what: str, seconds: float) -> None:
        self._call = call
        self.owner = _owner.get()
        self._context: Context = copy_context()
        self._changed = Condition(Lock())
        self._sections = [_section(workflow, what, seconds)]
        self._looks_at = float("inf")
        """Time at which the waiting thread wakes by itself."""
        self._is_over = False
        self._is_given_up = False
        self._result: T | None = None
        self._error: BaseException | None = None
        self._thread: Thread | None = None

    def make(self) -> None:
        """Make the call, in the thread that was chosen for it."""
        self._thread = threading.current_thread()
        try:
            self._result = self._context.run(self._inside)
        except BaseException as error:  # noqa: BLE001  # raised again in the waiting thread
            self._error = error

    def _inside(self) -> T:
        _current.set(cast("_Call[object]", self))
        return self._call()

    def over(self) -> None:
        """Wake the waiting thread: the call is over."""
        with self._changed:
            self._is_over = True
            self._changed.notify()

    @property
    def is_here(self) -> bool:
        """True if this thread is the call's. A thread that the code started is not, although it may share the
        context.
        """
        return self._thread is threading.current_thread()

    @contextmanager
    def within(self, what: str, *, seconds: float | None, is_ours: bool = False) -> Iterator[None]:
        """Count the block as another section. Raise `TimeLimitPassed` where the call was given up."""
        with self._changed:
            outer = self._sections[-1]
            if self._is_given_up:
                raise _passed(outer)
            if outer.left is not None:
                outer.left -= time.monotonic() - outer.since
            if seconds is None and not is_ours:
                seconds = next(around.seconds for around in reversed(self._sections) if around.seconds is not None)
            self._sections.append(_section(outer.workflow, what, seconds))
            self._have_looked_at(self._sections[-1])
        try:
            yield
        finally:
            with self._changed:
                self._sections.pop()
                outer.since = time.monotonic()
                self._have_looked_at(outer)

    def _have_looked_at(self, section: _Section) -> None:
        """Wake the waiting thread where it would wake too late for this section."""
        if section.ends_at < self._looks_at:
            self._changed.notify()

    def wait(self) -> T:
        """Wait for the end of the call, and return its result. Raise what it raised, `CodeExited` or
        `TimeLimitPassed`.
        """
        with self._changed:
            try:
                while not self._is_over:
                    innermost = self._sections[-1]
                    left = innermost.ends_at - time.monotonic()
                    if left <= 0:
                        raise _passed(innermost)
                    # It looks soon enough for most sections within, so that few of them have to wake it.
                    left = min(left, _LOOK)
                    self._looks_at = time.monotonic() + left
                    self._changed.wait(left)
            except BaseException:
                self._is_given_up = True
                raise
        if self._error is not None:
            raise contained(self._error)
        return cast(T, self._result)

    def running(self, now: float) -> tuple[str, float] | None:
        """Return the workflow whose code is being waited for, and for how many seconds; None for our own code."""
        with self._changed:
            innermost = self._sections[-1]
            if self._is_given_up or innermost.left is None:
                return None
            return innermost.workflow, now - innermost.since

    @property
    def stuck(self) -> Stuck | None:
        """The call, where it was given up and still runs."""
        with self._changed:
            innermost = self._sections[-1]
            if not self._is_given_up or self._is_over:
                return None
            return Stuck(workflow=innermost.workflow, what=innermost.what)


def _section(workflow: str, what: str, seconds: float | None) -> _Section:
    return _Section(workflow=workflow, what=what, seconds=seconds, left=seconds, since=time.monotonic())


def _passed(section: _Section) -> TimeLimitPassed:
    of = f" of {section.workflow}" if section.workflow else ""
    limit = f" within {section.seconds:g} s" if section.seconds is not None else ""
    return TimeLimitPassed(f"{section.what}{of} did not return{limit} and was given up; it may still be running")


class _Thread:
    """A thread that makes one call after another. Nothing waits for it when the process ends."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[_Call[object]] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="author-code", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """True if the thread runs. After a fork the threads of the old process do not."""
        return self._thread.is_alive()

    def give(self, call: "_Call[object]") -> None:
        """Pass a call to this thread."""
        self._calls.put(call)

    def _serve(self) -> None:
        while True:
            call = self._calls.get()
            call.make()
            goes_on = _made(self, call)
            call.over()
            if not goes_on:
                return


_owner: ContextVar[str | None] = ContextVar("countersign_owner_of_code", default=None)
_current: ContextVar["_Call[object] | None"] = ContextVar("countersign_author_code", default=None)
_guard = Lock()
_idle: list[_Thread] = []
_under_way: set["_Call[object]"] = set()
"""The calls of this process that have not returned, also those that were given up."""


def run(
    call: Callable[[], T], *, what: str, seconds: float | None = None, workflow: str = "", apart: bool = False
) -> T:
    """Make a call to an author's code, wait for it no longer than `seconds`, and return its result.

    `what`: names the code in messages, such as "its delivery". `seconds`: None: the limit of the call around it, or
    `SECONDS`. `workflow`: the workflow whose code it is; within another call it is that call's. `apart`: in a thread of
    its own also within another call, whose clock stands meanwhile: where it does not return, the call around goes on.
    Raise `TimeLimitPassed`, `CodeExited`, or what the code raises.
    """
    around = _current.get()
    if around is not None and around.is_here and not apart:
        with around.within(what, seconds=seconds):
            try:
                return call()
            except Exception:
                raise
            except BaseException as error:  # contained here: the code around it may catch it
                raise contained(error) from error
    made = _Call(call, workflow=workflow, what=what, seconds=SECONDS if seconds is None else seconds)
    _thread_for(cast("_Call[object]", made)).give(cast("_Call[object]", made))
    with untimed():
        return made.wait()


@contextmanager
def untimed() -> Iterator[None]:
    """Stop the clock of the author's code around: the block is our own code, which has limits of its own."""
    around = _current.get()
    if around is None or not around.is_here:
        yield
        return
    with around.within("our own code", seconds=None, is_ours=True):
        yield


def contained(error: BaseException) -> BaseException:
    """Return the error, or `CodeExited` in place of an error that is meant to end a program or a task."""
    if isinstance(error, (Exception, Ended)):
        return error
    exited = CodeExited(
        f"the code raised {type(error).__name__}{_said(error)}, which is meant to end a program or a task; "
        "only this case was stopped"
    )
    exited.__cause__ = error
    return exited


def belong_to(owner: str) -> None:
    """Count the calls that this thread makes from now on for an owner, beside others of the process."""
    _owner.set(owner)


def slow(seconds: float, *, owner: str | None = None) -> Counter[str]:
    """Count, for each workflow, the calls of its code that have run for longer than this and are still waited for.

    `owner`: those that threads of this owner made; None: all.
    """
    now = time.monotonic()
    with _guard:
        calls = list(_under_way)
    found = [call.running(now) for call in calls if owner is None or call.owner == owner]
    return Counter(running[0] for running in found if running is not None and running[1] > seconds)


def stuck() -> list[Stuck]:
    """Return the calls that were given up in this process and have not returned since."""
    with _guard:
        calls = list(_under_way)
    return [found for call in calls if (found := call.stuck) is not None]


def _thread_for(call: "_Call[object]") -> _Thread:
    with _guard:
        _under_way.add(call)
        while _idle:
            thread = _idle.pop()
            if thread.is_alive:
                return thread
    return _Thread()


def _made(thread: _Thread, call: "_Call[object]") -> bool:
    """Note that a thread has made a call, and tell whether the thread is kept for the next one."""
    with _guard:
        _under_way.discard(call)
        if len(_idle) >= MOST_IDLE:
            return False
        _idle.append(thread)
        return True


def _said(error: BaseException) -> str:
    """Return the exit code of such an error as words, or nothing."""
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return f" ({error.code})"
    return ""
