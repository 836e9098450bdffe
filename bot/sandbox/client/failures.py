"""What an administrator of a sandbox can have go wrong."""

from pydantic import JsonValue

from bot.sandbox.client.caller import Caller
from bot.sandbox.faults.calls import FaultKind


class Failing(Caller):
    """Sets faults. They add up; each ends by itself after so many times, all of them with `no_faults`."""

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
        """Have something go wrong with the next calls of a method, or of any, and in a channel, or in any.

        What, `FaultKind` says. `times`: how many calls it hits, None for all. `seconds`: the Retry-After of
        `rate_limited` (needed) and `ok_false_ratelimited` (without it there is none), and how late the answer of
        `slow` is (needed; real seconds). `status`: of the two kinds that end in an error of the server.
        `error`: Slack's word, of `refused`. `response_url` is a method, too. Raises Refused.
        """
        order: dict[str, JsonValue] = {"kind": kind, "method": method, "channel": channel, "times": times}
        self._act("faults/call", **order, seconds=seconds, status=status, error=error)

    def duplicate_envelopes(self, times: int = 1, *, apart: bool = False) -> None:
        """Have the next payloads sent twice, in two envelopes; `apart`: over different connections, if there are."""
        self._act("faults/duplicate_envelopes", times=times, apart=apart)

    def refresh_before_envelopes(self, times: int = 1) -> None:
        """Have the app asked to connect anew right before each of the next payloads."""
        self._act("faults/refresh_before_envelopes", times=times)

    def disconnect(self, seconds: float | None = None) -> None:
        """End all connections, and let nobody connect for so many seconds of the sandbox's clock; None: until told."""
        self._act("faults/disconnect", seconds=seconds)

    def no_faults(self) -> None:
        """Have nothing go wrong any more; answers that are late come now."""
        self._act("faults/none")
