"""Text for Slack. Text of a case, a model or an edit pings nobody, hides no link, and is never cut silently.

Untrusted text goes into rich text, where Slack takes it literally. The top-level text of a message is not rich text, so
it is escaped.
"""

from workflows.engine.text.sanitize import one_line, sanitize

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def literal(text: object) -> str:
    """Return a text as mrkdwn that shows it as it is, on as many lines, with its spaces."""
    return "".join(_ENTITIES.get(character, character) for character in sanitize(text))


def escaped(text: object, length: int) -> str:
    """Escape a text for mrkdwn or a top-level text, on one line of at most `length` characters, entities kept whole."""
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
        end = next((end for end in ends if not (text[end - 1].isspace() or text[end].isspace())), start + length)
        found.append(text[start:end])
        start = end
    return [*found, text[start:]]
