"""Text for Slack. Text of a case, a model or an edit pings nobody, hides no link, and is never cut silently.

Untrusted text goes into rich text, where Slack takes it literally. The top-level text of a message is not rich text, so
it is escaped.
"""

from bisect import bisect_right
from itertools import accumulate

from workflows.engine.text.sanitize import one_line, sanitize
from workflows.excerpts import begun, between_letters

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def literal(text: object) -> str:
    """Return a text as mrkdwn that shows it as it is, on as many lines, with its spaces."""
    return "".join(_ENTITIES.get(character, character) for character in sanitize(text))


def escaped(text: object, length: int) -> str:
    """Escape a text for mrkdwn or a top-level text, on one line of at most `length` characters, entities kept whole."""
    line = one_line(text, length)
    entities = [_ENTITIES.get(character, character) for character in line]
    ends = list(accumulate(map(len, entities)))
    if not ends or ends[-1] <= length:
        return "".join(entities)
    # The ellipsis needs a place too.
    return "".join([*entities[: len(begun(line, bisect_right(ends, length - 1)))], "…"])


_ALIKE = str.maketrans({"<": "‹", ">": "›"})


def bare(text: object, length: int) -> str:
    """Return a text for a field that is a bare string, on one line of at most `length` characters.

    Slack does not say whether it makes mentions of what stands there, so the signs for them are replaced by others that
    look alike.
    """
    return one_line(text, length).translate(_ALIKE)


def parts(text: str, length: int) -> list[str]:
    """Split a text into parts of at most `length` characters, within words; at least one part, which may be empty.

    No part begins or ends with a space if that can be avoided: a form may drop it.
    """
    found, start = [], 0
    while len(text) - start > length:
        ends = range(start + length, start + length // 2, -1)
        within_words = (end for end in ends if not (text[end - 1].isspace() or text[end].isspace()))
        end = next((end for end in within_words if between_letters(text, end) == end), start + length)
        found.append(text[start:end])
        start = end
    return [*found, text[start:]]
