"""The app's calls, for tests on its pace. Neither tokens nor texts are kept."""

from collections import deque
from dataclasses import dataclass

from bot.sandbox.json import Object

KEPT = 5_000
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a Web API method."""

    method: str
    channel: str
    error: str | None
    """Error that the call was refused with, whether the app was told so or not."""
    fault: str | None = None
    """Fault that was set for the call."""
    at: float


class Calls:
    """The newest calls, oldest first."""

    def __init__(self) -> None:
        self.kept: deque[Call] = deque(maxlen=KEPT)

    def note(self, method: str, given: Object, *, error: str | None, fault: str | None, at: float) -> None:
        """Keep a call."""
        self.kept.append(
            Call(method=method[:LONGEST_NAME], channel=named_channel(given), error=error, fault=fault, at=at)
        )


def named_channel(given: Object) -> str:
    """Return the channel that a call names; empty for none."""
    channel = given.get("channel")
    return channel[:LONGEST_NAME] if isinstance(channel, str) else ""
