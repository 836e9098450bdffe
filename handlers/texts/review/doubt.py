"""The question whether a delivery happened, which only somebody who looks can answer."""

from handlers.texts.pieces import Paragraph, Room, bullets, line, moment, person, quote, some, words
from handlers.texts.plain import excerpt
from store.states import DeliveryState
from workflows.engine.review.views import DoubtView
from workflows.engine.text.sanitize import one_line


def is_open(view: DoubtView) -> bool:
    """Tell whether somebody still has to look."""
    return view.state == DeliveryState.DOUBTFUL


def in_brief(view: DoubtView) -> str:
    """Say it in a few words, for a notification."""
    if is_open(view):
        return "Look: did this happen?"
    if view.state == DeliveryState.APPLIED:
        return "It happened"
    return "It did not happen" if view.state == DeliveryState.FAILED else "It is being delivered again"


def heading(view: DoubtView) -> str:
    """Return the first line of the card."""
    return f"Did this happen? {view.subject}" if is_open(view) else view.subject


def sent(view: DoubtView, room: Room) -> list[Paragraph]:
    """Say what was sent, as long as that matters; nothing otherwise."""
    if not view.values or not (is_open(view) or view.can_be_delivered):
        return []
    lines = [
        line(words(f"{excerpt(label, room.line)}: "), words(one_line(value, room.line), bold=True))
        for label, value in view.values.items()
    ]
    what = "News of the rejection" if view.rejection else "What was sent"
    return [line(words(what, bold=True)), bullets(some(lines, room, "fields"))]


def small_print(view: DoubtView, room: Room) -> str:
    """Name the case and the attempt at its delivery."""
    return " · ".join(
        [view.workflow, one_line(view.case_key, room.line), f"case {view.case}", f"attempt {view.attempt}"]
    )


def paragraphs(view: DoubtView, room: Room) -> list[Paragraph]:
    """Say how the question stands, and what was found."""
    if is_open(view):
        asks = line(
            words("Nobody knows whether this was delivered, ", bold=True),
            moment(view.since),
            words(". Look there, then say what you found. It is not sent again by itself."),
        )
        return [asks, *([quote(excerpt(view.why, min(room.text, 500)))] if view.why else [])]
    made = list[Paragraph]()
    if view.settled_by is not None and view.settled_at is not None:
        found = "It happened" if view.state == DeliveryState.APPLIED and view.receipt is None else "It had not happened"
        said = [words(f"{found}, ", bold=True), words("said by "), person(view.settled_by), words(" · ")]
        made.append(line(*said, moment(view.settled_at)))
    match view.state:
        case DeliveryState.APPLIED if view.receipt is not None:
            made.append(line(words("Applied", bold=True), words(f": {excerpt(view.receipt, room.line)}")))
        case DeliveryState.FAILED:
            todo = (
                "Nothing is delivered until somebody says so." if view.can_be_delivered else "The case was run again."
            )
            made.append(line(words(todo)))
        case DeliveryState.WAITING:
            made.append(line(words("It could not be delivered yet, and is delivered again by itself.")))
        case DeliveryState.INTENDED | DeliveryState.ATTEMPTING:
            made.append(line(words("It is being delivered again.")))
    return made or [line(words(f"{in_brief(view)}."))]
