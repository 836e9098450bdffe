"""Text for people: cut where it is long, never quietly."""

import math
from datetime import UTC, datetime

from workflows import excerpts
from workflows.engine.text.sanitize import one_line, sanitize

_SOURCE = 60
"""Most characters of the name of a source."""


def excerpt(text: object, length: int) -> str:
    """Return the beginning of a text, with the number of characters left out."""
    whole = sanitize(text).strip()
    if len(whole) <= length:
        return whole
    shown = begun(text, length)
    left = len(whole) - len(shown)
    return f"{shown} … and {left:,} more {'character' if left == 1 else 'characters'}"


_REST = 30
"""Characters that are not worth leaving out: to say how many there are takes as many."""


def enough_of(text: object, length: int) -> int:
    """Return the number of characters to show of a text: `length`, or all of it where that is hardly more."""
    whole = len(sanitize(text).strip())
    return whole if length < whole <= length + _REST else length


def percent(share: float) -> str:
    """Say a share from 0 to 1 in whole percent, rounded down: what is said to be enough is enough."""
    return f"{math.floor(share * 100 + 1e-9)}%"


def begun(text: object, length: int) -> str:
    """Return the beginning of a text, up to the end of a word where one ends near."""
    return excerpts.begun(sanitize(text).strip(), length)


def begun_large(text: str) -> str:
    """Return a text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """Return a text with a full stop at its end, unless it has an end already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def without_first_line(text: str, line: str) -> str:
    """Return a text without a first line that is shown above it already; the whole text where it has no other line."""
    first, _, rest = text.lstrip().partition("\n")
    return rest if first.strip() == line.strip() and rest.strip() else text


def length_of(text: str, lines: int) -> int:
    """Return the number of characters in the first lines of a text, as `excerpt` counts them."""
    return len("\n".join(sanitize(text).strip().split("\n")[:lines]))


def in_words(time: datetime) -> str:
    """A time where a face cannot put it into the reader's own time zone."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: int) -> str:
    """Say how long something lasts, in the largest unit that says it exactly: 2 days, 90 minutes."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length:,} {unit}{'' if seconds == length else 's'}"
    return f"{seconds:,} second{'' if seconds == 1 else 's'}"


def about(seconds: float) -> str:
    """Say about how long something lasted: 40 seconds, 12 minutes, 3 hours, 2 days."""
    for unit, length, most in (("second", 1, 90), ("minute", 60, 5_400), ("hour", 3_600, 129_600)):
        if seconds < most:
            number = max(1, round(seconds / length)) if seconds >= 1 else 0
            return f"{number} {unit}{'' if number == 1 else 's'}" if number else "less than a second"
    return f"{round(seconds / 86_400):,} days"


def proposer(model: str, length: int) -> str:
    """Name the model that proposed, as people call it. `length`: characters of a vendor's name for it."""
    return "the local model" if model.startswith("local/") else one_line(model, length)


def source_named(name: str) -> str:
    """Name the source of a case. It chose its name, so nothing in it is executed."""
    return one_line(name, _SOURCE)
