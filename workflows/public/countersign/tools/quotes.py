"""Tell whether a passage stands in a text, whole, and where."""

from workflows.tools.quotes import Mapped, Span, as_read, mapped, places_of, stands

__all__ = ["Mapped", "Span", "as_read", "mapped", "places_of", "stands"]
