"""Subcommands of `/countersign`: a file for each row of `handlers/commands.py`, whose `hear` is called.

In: what a person typed after it. Out: one answer to them, and work that takes longer than Slack waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from handlers.slack.context import SlackContext
from handlers.slack.payloads import Typed
from handlers.slack.replies import Answer

Work = Callable[[], object]
"""Function that is called after the answer."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A subcommand that a person gave."""

    slack: SlackContext
    answer: Answer
    said: Typed
    words: str
    """The words after its name."""


Hear = Callable[[Asked], Work | None]


def heard_by(name: str) -> Hear:
    """Return what hears the subcommand of this name."""
    hear: Hear = import_module(f"{__name__}.{name.replace('-', '_')}").hear
    return hear
