"""The question whether a workflow is to expand, hold or stop, as a card, and what a press of its buttons shows."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, label, small_print
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block, drawn
from handlers.slack.blocks.parts.rich_text import quote, rich
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Callback, Shown
from handlers.texts import buttons
from handlers.texts.digests import courses
from handlers.texts.digests.made_up import made_up
from handlers.texts.pieces import Line, Room
from workflows.engine.digests.courses.views import MOST_NOTE, Choice, CourseView

NOTE = "note"
"""Name of the input."""
_BRIEF = 300
_CHOICES = {
    Choice.EXPAND: (Action.EXPAND, buttons.expand),
    Choice.HOLD: (Action.HOLD, buttons.hold),
    Choice.STOP: (Action.STOP, buttons.stop),
}


def course(view: CourseView) -> Drawn:
    """Draw the card as a message."""
    return fitting(lambda room: _blocks(view, room), text=escaped(courses.in_brief(view), _BRIEF))


def _blocks(view: CourseView, room: Room) -> Sequence[Block]:
    made = [header(courses.heading(view)), block(*courses.paragraphs(view, room))]
    if not view.is_closed and view.choice is None:
        made.append(block(*courses.meanings(view)))
    made += [actions(f"course.{_shown(view)}", _presses(view)), small_print(courses.small_print(view))]
    return [*made, small_print(made_up(view.made_up_until))] if view.made_up_until is not None else made


def _presses(view: CourseView) -> list[Block]:
    """Draw a button for each choice that can be made, and the one for the text."""
    shown, made = str(_shown(view)), list[Block]()
    if not view.is_closed:
        for choice, (action, named) in _CHOICES.items():
            if choice is not view.choice:
                made.append(button(named(view.workflow), action=action, value=shown))
    return [*made, button(buttons.forward(view.workflow), action=Action.FORWARD, value=shown)]


def chosen(view: CourseView, *, may_pause: bool, is_paused: bool) -> View:
    """Draw what was chosen: the text to forward, how it is stopped, and room for a note."""
    made = [*_recorded(view, may_pause=may_pause, is_paused=is_paused), *_forwarded(view)]
    element: Block = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MOST_NOTE}
    asked: Block = {
        "type": "input",
        "block_id": NOTE,
        "optional": True,
        "label": label(courses.NOTE, limits.INPUT_LABEL),
        "hint": label(courses.NOTE_HINT, limits.INPUT_LABEL),
        "element": element | ({"initial_value": view.note} if view.note else {}),
    }
    # The choice is kept already: there is nothing to cancel.
    drawn_as = pages.page(
        Callback.COURSE, courses.TITLE, [*made, asked], metadata=str(_shown(view)), close=courses.DONE
    )
    return drawn_as | {"submit": label(courses.KEEP, limits.VIEW_TITLE)}


def to_forward(view: CourseView) -> View:
    """Draw the text to forward as a page."""
    return pages.page(Callback.READ, courses.FORWARD, [rich(*map(drawn, courses.recorded(view))), *_forwarded(view)])


def paused(view: CourseView) -> View:
    """Draw that a workflow is paused now."""
    return chosen(view, may_pause=True, is_paused=True)


def _recorded(view: CourseView, *, may_pause: bool, is_paused: bool) -> list[Block]:
    how: Line | None = courses.how_to_stop(view, may_pause=may_pause, is_paused=is_paused)
    made = [rich(*map(drawn, courses.recorded(view)))]
    if how is None:
        return made
    made.append(block(how))
    if may_pause and not is_paused:
        pressed = button(
            buttons.pause_chosen(view.workflow), action=Action.PAUSE_CHOSEN, value=str(_shown(view)), style="danger"
        )
        made.append(actions(f"pause.{_shown(view)}", [pressed]))
    return made


def _forwarded(view: CourseView) -> list[Block]:
    return [small_print(courses.TO_COPY), rich(quote(courses.forward(view)))]


def _shown(view: CourseView) -> Shown:
    return Shown(id=view.id, version=view.version, generation=view.generation)
