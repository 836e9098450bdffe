"""The card of a doubt: whether a delivery happened, which only somebody who looks can tell."""

from collections.abc import Sequence

from handlers.slack.blocks.drawing import Block, Drawn
from handlers.slack.blocks.elements import actions, button, confirm, header, small_print
from handlers.slack.blocks.length import Room, fitting, some
from handlers.slack.blocks.rich_text import bullets, line, moment, person, quote, rich, words
from handlers.slack.blocks.text import escaped, excerpt
from handlers.slack.ids import Action, Tried
from store.states import DeliveryState
from workflows.engine.review.views import DoubtView
from workflows.engine.text.sanitize import one_line


def doubt(view: DoubtView) -> Drawn:
    """The message that stands in the channel."""
    about = escaped(f"({view.workflow}, {view.case_key})", 500)
    text = f"{_in_brief(view)}: {escaped(view.subject, 150)} {about}"
    return fitting(lambda room: _blocks(view, room), text=text)


def is_open(view: DoubtView) -> bool:
    """Does somebody still have to look?"""
    return view.state == DeliveryState.DOUBTFUL


def _in_brief(view: DoubtView) -> str:
    if is_open(view):
        return "Look: did this happen?"
    if view.state == DeliveryState.APPLIED:
        return "It happened"
    return "It did not happen" if view.state == DeliveryState.FAILED else "It is being delivered again"


def _blocks(view: DoubtView, room: Room) -> Sequence[Block]:
    made = [header(f"Did this happen? {view.subject}" if is_open(view) else view.subject), rich(*_status(view, room))]
    if view.values and (is_open(view) or view.can_be_delivered):
        sent = [
            line(
                words(f"{excerpt(label, room.line)}: "),
                words(one_line(value, room.line), bold=True),
            )
            for label, value in view.values.items()
        ]
        what = "News of the rejection" if view.rejection else "What was sent"
        made.append(rich(line(words(what, bold=True)), bullets(some(sent, room, "fields"))))
    return [*made, buttons(view), _small_print(view, room)]


def _status(view: DoubtView, room: Room) -> list[Block]:
    if is_open(view):
        asks = line(
            words("Nobody knows whether this was delivered, ", bold=True),
            moment(view.since),
            words(". Look there, then say what you found. It is not sent again by itself."),
        )
        return [asks, *([quote(excerpt(view.why, min(room.text, 500)))] if view.why else [])]
    made = []
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
    return made or [line(words(f"{_in_brief(view)}."))]


def buttons(view: DoubtView) -> Block:
    """What somebody who looked can say, and a way to look."""
    tried = str(Tried(delivery=view.delivery, attempt=view.attempt, generation=view.generation))
    look = button("Look", action=Action.LOOK, value=tried, says=f"Look at {view.case_key}")
    if is_open(view):
        sure = "You looked in the system of record, and it is there. The case is closed as delivered."
        absent = "You looked in the system of record, and it is not there. It may then be delivered again."
        return actions(
            f"doubt.{tried}",
            [
                button(
                    "It happened",
                    action=Action.HAPPENED,
                    value=tried,
                    says=f"It happened: {view.case_key}",
                    confirm=confirm("It happened?", sure, yes="Yes, it is there", no="Go back"),
                ),
                button(
                    "It did not",
                    action=Action.NOT_HAPPENED,
                    value=tried,
                    says=f"It did not happen: {view.case_key}",
                    confirm=confirm("It did not happen?", absent, yes="It is not there", no="Go back"),
                ),
                look,
            ],
        )
    if view.can_be_delivered:
        again = button(
            "Deliver again", action=Action.DELIVER, value=tried, says=f"Deliver again: {view.case_key}", style="primary"
        )
        return actions(f"doubt.{tried}", [again, look])
    return actions(f"doubt.{tried}", [look])


def _small_print(view: DoubtView, room: Room) -> Block:
    return small_print(
        " · ".join([view.workflow, one_line(view.case_key, room.line), f"case {view.case}", f"attempt {view.attempt}"])
    )
