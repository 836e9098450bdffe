"""The card of a cause of failures, and the form that leaves one alone for some time."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, label, menu, option, small_print
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Callback, Shown, chosen
from handlers.texts import buttons
from handlers.texts.operations import bulk_reruns, causes
from handlers.texts.pieces import Room
from handlers.texts.plain import excerpt
from store.states import CauseState
from workflows.engine.causes.advice import is_offered
from workflows.engine.read.cause_views import CauseView
from workflows.engine.review.rerun.bulk_rules import PAUSE

UNTIL = "until"
"""Name of the input."""
_BRIEF = 300
_SYSTEM = 40
"""Characters of a system's name on a button."""


def cause(view: CauseView) -> Drawn:
    """Draw the card as a message."""
    return fitting(lambda room: _blocks(view, room), text=escaped(causes.in_brief(view), _BRIEF))


def _blocks(view: CauseView, room: Room) -> Sequence[Block]:
    made = [header(causes.heading(view)), block(*causes.paragraphs(view, room))]
    if told := causes.progress(view, room):
        made.append(block(*told))
    pressed = _presses(view)
    return [
        *made,
        *([actions(f"cause.{_shown(view)}", pressed)] if pressed else []),
        small_print(causes.small_print(view)),
    ]


def _presses(view: CauseView) -> list[Block]:
    """Draw the buttons of what can be done now, in the order in which they are needed, and the menu of the rest.

    They stand in one row beside each other, also in a channel that is no wider than 650 pixels.
    """
    name, shown, state, made = view.line.name, str(_shown(view)), view.line.state, list[Block]()
    if view.next_run is not None:
        # It names the run, so that a second press runs nothing else.
        run = str(Shown(id=view.cause, version=view.next_run, generation=view.generation))
        style = "primary" if state in (CauseState.MENDING, CauseState.RESOLVED) else None
        made.append(button(buttons.rerun_one(name), action=Action.RERUN_ONE, value=run, style=style))
    made += _presses_for_all(view)
    if view.owner is None:
        return []
    if state is not CauseState.RESOLVED:
        taken = buttons.mend_instead(name) if state is CauseState.MENDING else buttons.mend(name)
        made += [button(taken, action=Action.MEND, value=shown), _menu(view)]
    elif view.failed:
        made.append(button(buttons.open_again(name), action=Action.OPEN_AGAIN, value=shown))
    return made


def _menu(view: CauseView) -> Block:
    """Draw what is done more seldom: as a rule a cause is resolved by its reruns."""
    is_ignored = view.line.state is CauseState.IGNORED
    choices = {Action.OPEN_AGAIN: buttons.OPEN_AGAIN} if is_ignored else {Action.IGNORE: buttons.IGNORE_UNTIL}
    choices[Action.RESOLVE] = buttons.RESOLVED
    return menu({chosen(action, _shown(view)): text for action, text in choices.items()}, action=Action.MORE)


def _presses_for_all(view: CauseView) -> list[Block]:
    """Draw the button that runs all again, or stops that."""
    bulk, again, name = view.bulk, view.all_again, view.line.name
    if bulk is not None and bulk.is_active:
        value = str(Shown(id=view.cause, version=bulk.bulk, generation=view.generation))
        return [button(buttons.stop_rerun(name), action=Action.STOP_RERUN, value=value, style="danger")]
    if again is None or not again.total:
        return []
    made = list[Block]()
    value = str(Shown(id=view.cause, version=view.last_bulk, generation=view.generation))
    if again.total > 1:
        what = " ".join([bulk_reruns.first_a_few(again.total), *bulk_reruns.means(again)])
        made.append(button(buttons.rerun_all(name, again.total, what), action=Action.RERUN_ALL, value=value))
    if is_offered(view.line.advice):
        made.append(_press_for_later(view, again.total, value))
    return made


def _press_for_later(view: CauseView, total: int, value: str) -> Block:
    """Draw the button that has all run again by itself: once the other system is well, or after a pause."""
    name, system, minutes = view.line.name, view.line.dependency, int(PAUSE.total_seconds() // 60)
    if system is not None and view.is_in_trouble:
        title, what = bulk_reruns.later(bulk_reruns.once_well(system), total)
        # Its name may be long: who hears the button gets it, and who sees it has it in the lines above.
        shown = excerpt(system, _SYSTEM)
        return button(buttons.rerun_well(name, shown, title, what), action=Action.RERUN_WELL, value=value)
    title, what = bulk_reruns.later(bulk_reruns.after(minutes), total)
    return button(buttons.rerun_later(name, minutes, title, what), action=Action.RERUN_LATER, value=value)


def ignore_form(view: CauseView) -> View:
    """Draw the form. The version that it was opened at comes back with it."""
    options = [option(said, value) for value, said in causes.choices().items()]
    choose = {"type": "radio_buttons", "action_id": ELEMENT, "options": options}
    asked: Block = {
        "type": "input",
        "block_id": UNTIL,
        "label": label(causes.IGNORE_LABEL, limits.INPUT_LABEL),
        "hint": label(causes.IGNORE_HINT, limits.INPUT_LABEL),
        "element": choose,
    }
    metadata = str(_shown(view))
    return pages.form(Callback.IGNORE, causes.IGNORE_TITLE, [asked], submit=causes.IGNORE, metadata=metadata)


def _shown(view: CauseView) -> Shown:
    return Shown(id=view.cause, version=view.version, generation=view.generation)
