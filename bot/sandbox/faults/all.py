"""All faults together."""

from bot.sandbox.faults.calls import CallFaults
from bot.sandbox.faults.sockets import SocketFaults
from bot.sandbox.state.clock import Clock


class Faults:
    """The faults of calls, and those of connections."""

    def __init__(self, clock: Clock) -> None:
        self.calls = CallFaults()
        self.sockets = SocketFaults(clock)

    def clear(self) -> None:
        """End all faults."""
        self.calls.clear()
        self.sockets.clear()
