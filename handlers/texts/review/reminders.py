"""The words of reminders: what waits, and until when somebody should answer."""

from datetime import timedelta

from handlers.texts.pieces import Line, Piece, Told, line, moment, words
from workflows.engine.review.views import CardView, ReminderView


def in_thread(view: CardView) -> Told:
    """Say in the thread of a card that it still waits. It names nobody: a name here would call them."""
    if view.overdue and view.answer_by is not None:
        said = [words("Still waits for a decision.", bold=True), words(" Overdue since "), moment(view.answer_by)]
    else:
        due = [words(" Due by "), moment(view.answer_by)] if view.answer_by is not None else []
        said = [words("Still waits for a decision.", bold=True), *due]
    return Told(brief=f"Still waits for a decision: {view.key}", parts=[[line(*said)]])


def waits_for_you(view: ReminderView) -> str:
    """Say how many reviews wait for a person."""
    return "1 review waits for you" if view.number == 1 else f"{view.number:,} reviews wait for you"


def in_brief(view: ReminderView) -> str:
    """Say it in a notification, which is read at once, with the time that is left."""
    if view.first is None:
        return waits_for_you(view)
    which = "it" if view.number == 1 else "the earliest"
    left = view.first - view.at
    due = f"{which} is due in {_rounded(left)}" if left > timedelta(0) else f"{which} is overdue"
    return f"{waits_for_you(view)}, {due}"


def first_line(view: ReminderView) -> Line:
    """Say it in the message, which is still read later."""
    said: list[Piece] = [words(f"{waits_for_you(view)}.", bold=True)]
    if view.number > 1:
        said.append(words(" The most urgent comes first."))
    return line(*said)


def about(card: CardView) -> Line:
    """Say until when a review should be answered."""
    said: list[Piece] = [words(f"{card.workflow} · {card.key}")]
    if card.answer_by is not None:
        said += [words(" · overdue since " if card.overdue else " · due by "), moment(card.answer_by)]
    return line(*said)


def more(number: int) -> Line:
    """Say how to see the others."""
    return line(words(f"{number:,} more: "), words("/countersign queue", code=True))


def _rounded(left: timedelta) -> str:
    """Return a time that is left, in the largest unit that fits it."""
    minutes = max(round(left.total_seconds() / 60), 1)
    number, unit = minutes, "minute"
    if minutes >= 48 * 60:
        number, unit = round(minutes / (24 * 60)), "day"
    elif minutes >= 90:
        number, unit = round(minutes / 60), "hour"
    return f"{number} {unit}{'' if number == 1 else 's'}"
