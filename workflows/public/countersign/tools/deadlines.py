"""Tell until when a step has to be done."""

from workflows.tools.deadlines import seconds_left, within

__all__ = ["seconds_left", "within"]
