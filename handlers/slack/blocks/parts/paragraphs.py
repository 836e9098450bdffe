"""Puts what people are told into Slack's rich text."""

from collections.abc import Callable, Sequence
from functools import cache

from handlers.slack.blocks.parts import rich_text
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.length import SMALLEST, fitting
from handlers.slack.blocks.parts.rows import rows_table
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.manifest import command_rows, manifest_file
from handlers.texts.pieces import (
    Bullets,
    Channel,
    Code,
    Command,
    Group,
    Line,
    Paragraph,
    Person,
    Piece,
    Quote,
    Room,
    Rows,
    Told,
    Words,
    Written,
)
from handlers.texts.plain import excerpt

_BRIEF = 300
"""Characters of a notification."""


@cache
def _own_commands() -> frozenset[str]:
    """Return the slash commands that there are."""
    return frozenset(command_rows(manifest_file()))


def told(what: Told, *, brief: int = _BRIEF) -> Drawn:
    """Draw something that people are told, as a message. `brief`: characters of its notification."""
    return Drawn(text=escaped(what.brief, brief), blocks=[block(*part) for part in what.parts])


def fitted(tell: Callable[[Room], Told]) -> Drawn:
    """Draw the same with as much room as Slack leaves."""
    return fitting(lambda room: told(tell(room)).blocks, text=escaped(tell(SMALLEST).brief, _BRIEF))


def block(*paragraphs: Paragraph) -> Block:
    """Draw paragraphs as one block."""
    return rich_text.rich(*map(drawn, paragraphs))


def drawn(paragraph: Paragraph) -> Block:
    """Draw a paragraph."""
    match paragraph:
        case Line():
            return rich_text.line(*pieces(paragraph.pieces))
        case Quote():
            return rich_text.quote(paragraph.text)
        case Written():
            return rich_text.as_written(paragraph.text, most=paragraph.most)
        case Code():
            return rich_text.preformatted(paragraph.text)
        case Rows():
            table = rows_table(paragraph.columns, paragraph.text, most=paragraph.most)
            return table or rich_text.quote(excerpt(paragraph.text, paragraph.most))
        case Bullets():
            return rich_text.bullets([drawn(line) for line in paragraph.lines])


def pieces(some: Sequence[Piece]) -> list[Block]:
    """Draw the pieces of a line."""
    return [_piece(piece) for piece in some]


def _piece(piece: Piece) -> Block:
    match piece:
        case Words():
            return rich_text.words(piece.text, bold=piece.bold, strike=piece.strike, code=piece.code)
        case Person():
            return rich_text.person(piece.id)
        case Group():
            return rich_text.group(piece.id)
        case Channel():
            return rich_text.channel(piece.id)
        case Command():
            # What has no slash command of its own is said with that of Countersign.
            says = f"/{piece.verb}" if f"/{piece.verb}" in _own_commands() else f"/countersign {piece.verb}"
            return rich_text.words(f"{says} {piece.about}".rstrip(), code=piece.stands_out)
        case _:
            return rich_text.date(piece)
