"""All faults together."""

from bot.sandbox.faults.calls import CallFaults
from bot.sandbox.faults.sockets import SocketFaults
from bot.sandbox.state.clock import Clock


class Faults:
    """What goes wrong with calls, and with connections."""

    def __init__(self, clock: Clock) -> None:
        self.calls = CallFaults()
        self.sockets = SocketFaults(clock)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.calls.clear()
        self.sockets.clear()
