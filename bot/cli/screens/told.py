"""Texts for people at the terminal: the same words as in Slack, with the commands as they are typed here."""

from collections.abc import Iterator, Sequence

from bot.cli.advised import advised
from bot.cli.screens.output import moment, out, shown
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
    Time,
    Told,
)
from handlers.texts.pieces import Words as Said


def tell(told: Told) -> None:
    """Print what people are told, its parts with an empty line between them."""
    parts = [part for part in told.parts if part]
    for number, part in enumerate(parts):
        if number:
            out.print()
        for line in _lines(part):
            out.print(shown(line))


def _lines(part: Sequence[Paragraph]) -> Iterator[str]:
    for paragraph in part:
        match paragraph:
            case Line():
                yield _line(paragraph)
            case Bullets():
                yield from (f"- {_line(one)}" for one in paragraph.lines)
            case Quote():
                yield from (f"> {row}" for row in paragraph.text.splitlines())
            case Code():
                yield from paragraph.text.splitlines()
            case _:
                yield paragraph.text[: paragraph.most]


def _line(line: Line) -> str:
    return "".join(map(_piece, line.pieces)).rstrip()


def _piece(piece: Piece) -> str:
    match piece:
        case Said():
            return piece.text
        case Person() | Group() | Channel():
            return piece.id
        case Command():
            return advised(f"countersign {piece.verb} {piece.about}".rstrip())
        case Time():
            return moment(piece.at)
