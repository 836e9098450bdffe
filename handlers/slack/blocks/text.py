"""Text for Slack. Whatever comes from a case, a model or an edit pings nobody, hides no link, and is never cut quietly.

Untrusted text goes into rich text, where Slack takes it literally. The top-level text of a message has no such place:
there it is escaped.
"""

from datetime import UTC, datetime

from workflows.engine.text.sanitize import one_line, sanitize

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escaped(text: object, length: int) -> str:
    """Text for mrkdwn or a top-level text, on one line of at most `length` characters; no entity is cut in two."""
    found, left = list[str](), length
    for character in one_line(text, length):
        entity = _ENTITIES.get(character, character)
        if len(entity) > left:
            while found and left < 1:
                left += len(found.pop())
            found.append("…")
            break
        found.append(entity)
        left -= len(entity)
    return "".join(found)


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


def parts(text: str, length: int) -> list[str]:
    """A text in parts of at most `length` characters, cut within words; at least one part, which may be empty.

    No part begins or ends with a space where that can be helped: a form may drop it.
    """
    found, start = [], 0
    while len(text) - start > length:
        ends = range(start + length, start + length // 2, -1)
        end = next((end for end in ends if not (text[end - 1].isspace() or text[end].isspace())), start + length)
        found.append(text[start:end])
        start = end
    return [*found, text[start:]]


def in_words(time: datetime) -> str:
    """A time where Slack cannot put it into the reader's own time zone."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
