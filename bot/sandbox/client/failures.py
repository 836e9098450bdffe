"""The faults that an administrator of a sandbox can set."""

from pydantic import JsonValue

from bot.sandbox.client.caller import Caller
from bot.sandbox.faults.calls import FaultKind


class Failing(Caller):
    """Sets faults. They add up; each ends after its number of times, and `no_faults` ends all of them."""

    def fault(
        self,
        kind: FaultKind,
        *,
        method: str | None = None,
        channel: str | None = None,
        times: int | None = 1,
        seconds: float | None = None,
        status: int = 500,
        error: str | None = None,
    ) -> None:
        """Make the next calls fail: of a method, or of any, and in a channel, or in any.

        `kind`: see `FaultKind`. `times`: number of calls that fail, None for all. `seconds`: the Retry-After of
        `rate_limited` (needed) and `ok_false_ratelimited` (without it there is none), and the delay of `slow` (needed;
        real seconds). `status`: of the two kinds that end in a server error. `error`: Slack's code, for `refused`.
        `response_url` is a method, too. Raise Refused.
        """
        order: dict[str, JsonValue] = {"kind": kind, "method": method, "channel": channel, "times": times}
        self._act("faults/call", **order, seconds=seconds, status=status, error=error)

    def duplicate_envelopes(self, times: int = 1, *, apart: bool = False) -> None:
        """Send the next payloads twice, in two envelopes; `apart`: over different connections, if there are."""
        self._act("faults/duplicate_envelopes", times=times, apart=apart)

    def refresh_before_envelopes(self, times: int = 1) -> None:
        """Ask the app to connect anew right before each of the next payloads."""
        self._act("faults/refresh_before_envelopes", times=times)

    def disconnect(self, seconds: float | None = None) -> None:
        """End all connections, and refuse new ones for some seconds of the sandbox's clock; None: until told."""
        self._act("faults/disconnect", seconds=seconds)

    def no_faults(self) -> None:
        """End all faults; delayed answers come now."""
        self._act("faults/none")
