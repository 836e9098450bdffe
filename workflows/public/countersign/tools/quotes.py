"""Tell whether a passage stands in a text, whole."""

from workflows.tools.quotes import as_read, stands

__all__ = ["as_read", "stands"]
