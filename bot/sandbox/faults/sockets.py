"""Faults of Socket Mode: of its connections, and of the payloads sent over them."""

import math
from dataclasses import dataclass

from bot.sandbox.state.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Sending:
    """Way of sending the next envelope."""

    twice: bool = False
    """True to send two envelopes with the same payload, each with its own id."""
    apart: bool = False
    """True to send those two over different connections, if there are several."""
    after_refresh: bool = False
    """True to send it right after the app was asked to connect anew."""


class SocketFaults:
    """The faults of connections that were set. Each payload uses up one of every sort."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.clear()

    def duplicate(self, times: int, *, apart: bool = False) -> None:
        """Send the next payloads twice. Raise ValueError for a number below one."""
        self._twice, self._apart = _at_least_one(times), apart

    def refresh_before(self, times: int) -> None:
        """Ask for new connections right before each of the next payloads. Raise ValueError for a number below one."""
        self._refreshes = _at_least_one(times)

    def disconnect(self, seconds: float | None) -> None:
        """Refuse connections for some seconds of the sandbox's clock; None: until cleared. Raise ValueError below 0."""
        if seconds is not None and seconds < 0:
            raise ValueError("seconds are not negative")
        self._out_until = math.inf if seconds is None else self._clock() + seconds

    @property
    def out(self) -> bool:
        """True while nobody can connect."""
        return self._clock() < self._out_until

    def take(self) -> Sending:
        """Return the way of sending the present payload, and count it."""
        sending = Sending(
            twice=self._twice > 0, apart=self._twice > 0 and self._apart, after_refresh=self._refreshes > 0
        )
        self._twice = max(0, self._twice - 1)
        self._refreshes = max(0, self._refreshes - 1)
        return sending

    def clear(self) -> None:
        """End all faults."""
        self._twice = 0
        self._apart = False
        self._refreshes = 0
        self._out_until = -math.inf


def _at_least_one(times: int) -> int:
    if times < 1:
        raise ValueError("a fault hits one payload at least")
    return times
