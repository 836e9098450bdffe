"""Errors that the sandbox answers with.

Exception
├── SlackError            to the app, as the Web API says it
│   ├── MissingScope
│   └── RateLimited
├── BadRequest            to any caller: the request itself cannot be read
└── NotPossible           to a test: no person could do that in Slack
"""

from collections.abc import Sequence


class SlackError(Exception):
    """A Web API call is refused, with Slack's code for it."""

    def __init__(self, code: str, messages: Sequence[str] = ()) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = list(messages)


class MissingScope(SlackError):
    """The bot lacks the scope for that."""

    def __init__(self, needed: Sequence[str], provided: Sequence[str]) -> None:
        super().__init__("missing_scope")
        self.needed = list(needed)
        """Scopes of which any would be enough."""
        self.provided = list(provided)


class RateLimited(SlackError):
    """The method was called too often."""

    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class BadRequest(Exception):
    """The request cannot be read."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class NotPossible(Exception):
    """The act is one that no person could do in Slack."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
