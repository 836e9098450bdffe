"""A line with a button beside it. Slack puts a button only beside text with marks of its own, so ours is escaped."""

from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.rich_text import DATES, is_user
from handlers.slack.blocks.parts.text import literal
from handlers.texts.pieces import Line, Person, Piece, Time, Words
from handlers.texts.plain import in_words


def section(what: Line, *, press: Block | None) -> Block:
    """Draw a line of our own words, people and times, with a button beside it. `press`: None for no button."""
    text = "".join(map(_marked, what.pieces))
    made: Block = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return made | ({"accessory": press} if press is not None else {})


def _marked(piece: Piece) -> str:
    match piece:
        case Words():
            return f"*{literal(piece.text)}*" if piece.bold else literal(piece.text)
        case Person():
            return f"<@{piece.id}>" if is_user(piece.id) else literal(piece.id)
        case Time():
            return f"<!date^{int(piece.at.timestamp())}^{DATES[piece.shown]}|{in_words(piece.at)}>"
        case _:
            raise AssertionError(type(piece).__name__)
