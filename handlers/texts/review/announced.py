"""Announced cases: what goes out by itself, and when, unless somebody stops it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    bullets,
    hour,
    line,
    moment,
    person,
    quote,
    some,
    words,
)
from handlers.texts.plain import excerpt, in_words, percent
from store.states import AnnouncementState, DeliveryState
from workflows.engine.review.announced.views import AnnouncedLine, AnnouncedView
from workflows.engine.review.views import ValueView
from workflows.engine.text.sanitize import one_line

LIST = "Goes out by itself"
NOTHING = "Nothing goes out by itself now."
_SOON = timedelta(hours=12)
"""Time up to which an hour without its date is clear."""
_SHORT = 120
"""Most characters of a value on the same line as its label."""


def in_brief(view: AnnouncedView) -> str:
    """Say it in a few words, for a notification."""
    match view.state:
        case AnnouncementState.OPEN:
            return f"Goes out at {in_words(view.until)} unless somebody stops it"
        case AnnouncementState.LAPSED:
            return "Nobody stopped it"
        case AnnouncementState.STOPPED:
            return "Stopped"
        case AnnouncementState.WITHDRAWN:
            return "Does not go out by itself"


def paragraphs(view: AnnouncedView, room: Room) -> list[Paragraph]:
    """Say how the announcement stands, and what is delivered."""
    return [_stands(view), *_values(view, room)] if view.is_open else [_stands(view), *_delivery(view, room)]


def _stands(view: AnnouncedView) -> Line:
    match view.state:
        case AnnouncementState.OPEN:
            said = [words("Goes out at ", bold=True), _at(view.until, view.announced_at)]
            return line(*said, words(" unless somebody stops it.", bold=True), *_sure(view.values))
        case AnnouncementState.LAPSED:
            return line(words("Nobody stopped it", bold=True), words(" by "), moment(view.until), words("."))
        case AnnouncementState.STOPPED:
            who: list[Piece] = [person(view.stopped_by)] if view.stopped_by is not None else [words("somebody")]
            return line(words("Stopped", bold=True), words(" by "), *who, *_when(view), words(". A person decides it."))
        case AnnouncementState.WITHDRAWN:
            why = "It may not go out by itself any more" if view.is_newest else "Newer content of the case came"
            return line(words("Does not go out. ", bold=True), words(why), *_when(view), words("."))


def _when(view: AnnouncedView) -> list[Piece]:
    return [words(", "), moment(view.ended_at)] if view.ended_at is not None else []


def _at(until: datetime, announced: datetime) -> Piece:
    return hour(until) if until - announced < _SOON else moment(until)


def _sure(values: Sequence[ValueView]) -> list[Piece]:
    stated = [value.confidence for value in values if value.confidence is not None]
    return [words(f" {percent(min(stated))} sure.")] if stated else []


def _values(view: AnnouncedView, room: Room) -> list[Paragraph]:
    """Name what is delivered, and where."""
    told = [value for value in view.values if (value.proposed or "").strip()]
    short = [value for value in told if len(value.proposed or "") <= _SHORT and "\n" not in (value.proposed or "")]
    lines = [
        line(
            words(f"{excerpt(value.label, room.line)}: "),
            words(one_line(value.proposed or "", min(room.line, _SHORT)), bold=True),
        )
        for value in short
    ]
    made: list[Paragraph] = [line(words(f"To {one_line(view.target, 60)} goes:"))]
    made += [bullets(some(lines, room, "fields"))] if lines else []
    for value in [value for value in told if value not in short][: room.items]:
        made.append(line(words(f"{excerpt(value.label, room.line)}:")))
        made.append(quote(excerpt(value.proposed, min(room.text, 2 * _SHORT))))
    return made


def _delivery(view: AnnouncedView, room: Room) -> list[Paragraph]:
    """Say what became of the delivery, where there is one."""
    if view.state is not AnnouncementState.LAPSED or view.delivery is None:
        return []
    match view.delivery.state:
        case DeliveryState.APPLIED if view.delivery.receipt is not None:
            return [line(words("Applied", bold=True), words(f": {excerpt(view.delivery.receipt, room.line)}"))]
        case DeliveryState.APPLIED:
            return [line(words("Applied", bold=True), words("."))]
        case DeliveryState.FAILED:
            return [line(words("Apply failed", bold=True), words("."))]
        case DeliveryState.DOUBTFUL:
            return [line(words("Nobody knows whether it was applied.", bold=True))]
        case _:
            return [line(words("It is being delivered."))]


def small_print(view: AnnouncedView, room: Room) -> str:
    """Name the case."""
    return " · ".join([view.workflow, one_line(view.key, room.line), f"case {view.case}"])


def listed(one: AnnouncedLine) -> Line:
    """Name an announced case in a list, and when it goes out."""
    about = f" · {one.workflow} · {one_line(one.key, 60)} · "
    return line(words(one_line(one.subject, 150), bold=True), words(about), moment(one.until))


def more_below(number: int) -> str:
    """Say how many more go out later than those of a list."""
    return f"{number:,} more go out later." if number != 1 else "1 more goes out later."


def rest(number: int, by: datetime) -> Told:
    """Say how many announced cases have no card of their own, and by when they go out."""
    many, them = ("1 more goes out", "it") if number == 1 else (f"{number:,} more go out", "them")
    said = line(words(many, bold=True), words(" by "), moment(by), words(f" unless somebody stops {them}."))
    return Told(brief=f"{many} by {in_words(by)}", parts=[[said]])
