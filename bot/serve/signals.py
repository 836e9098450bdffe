"""SIGTERM and Ctrl-C as an event that threads can wait for.

A handler may run at any point, even inside the event's own code, whose lock it would then wait for without end. So the
handler does nothing; the signal's number goes through a pair of sockets to a thread, and that thread sets the event.
"""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def stopping_on_signals() -> Iterator[Event]:
    """Yield an event that is set when the process is told to stop during the block. For the main thread."""
    stop = Event()
    reading, writing = socket.socketpair()
    writing.setblocking(False)

    def wait() -> None:
        if reading.recv(1):
            stop.set()

    handlers = {name: signal.signal(name, lambda *_: None) for name in (signal.SIGTERM, signal.SIGINT)}
    before = signal.set_wakeup_fd(writing.fileno())
    waiting = Thread(target=wait, name="signals")
    waiting.start()
    try:
        yield stop
    finally:
        signal.set_wakeup_fd(before)
        for name, handler in handlers.items():
            signal.signal(name, handler)
        writing.close()
        waiting.join()
        reading.close()
