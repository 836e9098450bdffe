"""What the app called, for tests on its pace. Neither tokens nor texts are kept."""

from collections import deque
from dataclasses import dataclass

KEPT = 5_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a Web API method."""

    method: str
    channel: str
    error: str | None
    at: float


class Calls:
    """The newest calls, oldest first."""

    def __init__(self) -> None:
        self.kept: deque[Call] = deque(maxlen=KEPT)
