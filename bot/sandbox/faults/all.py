"""All faults together."""

from bot.sandbox.clock import Clock

from .calls import CallFaults
from .sockets import SocketFaults


class Faults:
    """What goes wrong with calls, and with connections."""

    def __init__(self, clock: Clock) -> None:
        self.calls = CallFaults()
        self.sockets = SocketFaults(clock)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.calls.clear()
        self.sockets.clear()
