"""Search text that nobody has vouched for, within a limit of time."""

from workflows.tools.patterns import SECONDS, Match, Pattern, pattern

__all__ = ["SECONDS", "Match", "Pattern", "pattern"]
