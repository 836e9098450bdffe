"""Improvements of a workflow, with the buttons that take them or leave them."""

from collections.abc import Sequence

from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.paragraphs import block, told
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts.learning import improvements as texts
from handlers.texts.pieces import Paragraph, Room
from workflows.quality.improvements.views import ImprovementsView, ImprovementView

_BRIEF = 300
_A_ROOM = 4
"""Items of a room that one improvement takes the place of."""


def improvements(view: ImprovementsView, *, first: Sequence[Paragraph] = ()) -> Drawn:
    """Draw those that wait, and those that were taken. `first`: what was just done."""
    return fitting(lambda room: _blocks(view, first, room), text=escaped(texts.brief(view), _BRIEF))


def _blocks(view: ImprovementsView, first: Sequence[Paragraph], room: Room) -> Sequence[Block]:
    most = room.items // _A_ROOM
    waiting, taken = view.waiting[:most], view.taken[:most]
    made = [block(*first)] if first else []
    made += told(texts.head(view)).blocks
    for one in waiting:
        made += [block(*texts.one_of(one)), actions(f"improvement.{_shown(view, one)}", _presses(view, one))]
    if left_out := len(view.waiting) - len(waiting) + view.more:
        made.append(block(*texts.more(view, left_out)))
    if taken:
        made += [block(*texts.taken_head()), *(block(*texts.one_of(one)) for one in taken)]
    return made


def _presses(view: ImprovementsView, one: ImprovementView) -> list[Block]:
    shown = str(_shown(view, one))
    return [
        button(buttons.take_improvement(one.id), action=Action.TAKE_IMPROVEMENT, value=shown, style="primary"),
        button(buttons.leave_improvement(one.id), action=Action.LEAVE_IMPROVEMENT, value=shown),
    ]


def _shown(view: ImprovementsView, one: ImprovementView) -> Shown:
    return Shown(id=one.id, version=one.change, generation=view.generation)
