"""Messages as values: words, people and times, in lines, quotes and lists. A face draws them its own way.

How much is told of what may be long is a `Room`: a face knows how much one of its messages holds, and tells it with
less room until it fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.engine.text.form_fields import Field


@dataclass(frozen=True, kw_only=True)
class Room:
    """Limits to what is told of each thing."""

    text: int
    """Characters of a text in lines of its own."""
    line: int
    """Characters of a text within a line."""
    items: int
    """Items of a list."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """Text, to be shown as it is: nothing in it is a mention, a link or a format."""

    text: str
    bold: bool = False
    strike: bool = False
    code: bool = False
    """Something to type."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who did something, by id. Where it calls nobody, a face shows a name for it."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """A user group, by id. Where it calls nobody, a face shows a name for it."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel, by id."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something to say to Countersign. Each face has its own way to say it."""

    verb: str
    """Such as `rerun`."""
    about: str
    stands_out: bool
    """True if it is set apart from the words around it."""


class Shown(StrEnum):
    """Ways to show a time, in the reader's own time zone."""

    MOMENT = "moment"
    HOUR = "hour"
    """Without its date: it is one of the next hours."""
    AGO = "ago"
    """As the time that has passed since."""


@dataclass(frozen=True, kw_only=True)
class Time:
    """A time."""

    at: datetime
    shown: Shown


Piece = Words | Person | Group | Channel | Command | Time


@dataclass(frozen=True, kw_only=True)
class Line:
    """Pieces on one line."""

    pieces: Sequence[Piece]


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Make a quote: text that somebody else wrote, set apart from ours."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """Make a list of lines."""

    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class Written:
    """The beginning of a text that somebody else wrote, whose rows and columns may mean something."""

    text: str
    most: int
    """Characters that are shown."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list of records, as rows of text. A face that cannot draw a table of them quotes the text."""

    columns: Sequence[Field]
    text: str
    most: int
    """Characters that are shown."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """Lines of a program, to be copied as they are."""

    text: str


Paragraph = Line | Quote | Bullets | Written | Rows | Code


@dataclass(frozen=True, kw_only=True)
class Told:
    """Something that people are told."""

    brief: str
    """All of it in a line, for a notification."""
    parts: Sequence[Sequence[Paragraph]]
    """Its paragraphs, in parts that stand a little apart."""


def together(brief: str, several: Sequence[Told]) -> Told:
    """Tell several things in one message; a single one is told as it is. `brief`: what they are together."""
    if len(several) == 1:
        return several[0]
    return Told(brief=brief, parts=[part for one in several for part in one.parts])


def words(text: object, *, bold: bool = False, strike: bool = False, code: bool = False) -> Piece:
    """Text, to be shown as it is."""
    return Words(text=str(text), bold=bold, strike=strike, code=code)


def person(by: str) -> Piece:
    """Somebody who did something, by id."""
    return Person(id=by)


def group(name: str) -> Piece:
    """Name a user group, by id."""
    return Group(id=name)


def channel(name: str) -> Piece:
    """A channel, by id."""
    return Channel(id=name)


def command(verb: str, about: object, *, stands_out: bool = True) -> Piece:
    """Something to say to Countersign."""
    return Command(verb=verb, about=str(about), stands_out=stands_out)


def moment(at: datetime) -> Piece:
    """A time with its date."""
    return Time(at=at, shown=Shown.MOMENT)


def hour(at: datetime) -> Piece:
    """A time of the next hours."""
    return Time(at=at, shown=Shown.HOUR)


def ago(at: datetime) -> Piece:
    """Return a time that is shown as how long ago it is."""
    return Time(at=at, shown=Shown.AGO)


def line(*pieces: Piece) -> Line:
    """A line of pieces."""
    return Line(pieces=pieces)


def quote(text: str) -> Quote:
    """Text that somebody else wrote."""
    return Quote(text=text)


def as_written(text: str, *, most: int) -> Written:
    """Text that somebody else wrote and laid out. `most`: its characters that are shown."""
    return Written(text=text, most=most)


def code(text: str) -> Code:
    """Lines of a program. They are ours: what comes from a case stands in them as a literal."""
    return Code(text=text)


def bullets(lines: Sequence[Line]) -> Bullets:
    """Make a list of lines."""
    return Bullets(lines=lines)


def some(lines: Sequence[Line], room: Room, what: str) -> list[Line]:
    """Return as many lines as there is room for, and the number of those left out. `what`: their name in the plural."""
    left = len(lines) - room.items
    if left <= 0:
        return list(lines)
    return [*lines[: room.items], left_out(left, what)]


def left_out(number: int, what: str) -> Line:
    """Say how many of something are left out. `what`: their name in the plural."""
    named = what.removesuffix("s") if number == 1 else what
    return line(words(f"… and {number} more {named} under Details"))
