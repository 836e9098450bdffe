"""Text for people: cut where it is long, never quietly."""

from datetime import UTC, datetime

from workflows.engine.text.sanitize import sanitize


def excerpt(text: object, length: int) -> str:
    """The beginning of a text, and how much more there is."""
    whole = sanitize(text).strip()
    if len(whole) <= length:
        return whole
    shown = whole[:length].rstrip()
    left = len(whole) - len(shown)
    return f"{shown} … and {left:,} more {'character' if left == 1 else 'characters'}"


def begun_large(text: str) -> str:
    """A text with its first letter large, as a sentence begins."""
    return text[:1].upper() + text[1:]


def without_first_line(text: str, line: str) -> str:
    """A text without a first line that stands above it already; the whole where it is nothing else."""
    first, _, rest = text.lstrip().partition("\n")
    return rest if first.strip() == line.strip() and rest.strip() else text


def in_words(time: datetime) -> str:
    """A time where a face cannot put it into the reader's own time zone."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
