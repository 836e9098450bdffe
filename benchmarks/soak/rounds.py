"""Things that are done again and again, each in a thread of its own, until the soak ends."""

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread


@dataclass(kw_only=True)
class Rounds:
    """The threads, and what went wrong in them: that is a finding, and the soak goes on."""

    folder: Path
    done: Counter[str] = field(default_factory=Counter)
    """Number of times that each thing was done."""
    faults: Counter[str] = field(default_factory=Counter)
    """Number of times that each ended in an error."""
    stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def every(self, seconds: float, do: Callable[[], object], *, name: str, first: float | None = None) -> None:
        """Do something every so many seconds, the first time after `first`."""
        thread = Thread(
            target=self._again, args=(seconds, do, name, seconds if first is None else first), name=name, daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def count(self, what: str, times: int = 1) -> None:
        """Note that something was done."""
        with self._lock:
            self.done[what] += times

    def tell(self, words: str) -> None:
        """Note something with its time in a file."""
        with self._lock, (self.folder / "told.log").open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {words}\n")

    def end(self, seconds: float = 120.0) -> None:
        """End all, and wait for them."""
        self.stop.set()
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _again(self, seconds: float, do: Callable[[], object], name: str, first: float) -> None:
        due = time.monotonic() + first
        while not self.stop.wait(max(0.0, due - time.monotonic())):
            # One that is late does not catch up: the load stays what it was said to be.
            due = max(due + seconds, time.monotonic())
            try:
                do()
            except Exception:  # noqa: BLE001  # the loop's edge: what goes wrong is counted and told in the end
                with self._lock:
                    self.faults[name] += 1
                self.tell(f"{name}: {traceback.format_exc()}")
            else:
                self.count(name)
