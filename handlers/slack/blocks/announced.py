"""Announced cases: the card of one, and the list of those that go out next. Each can be stopped."""

from collections.abc import Sequence

from handlers.slack.blocks.answers import correct
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, divider, header, small_print
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Callback, Listed, Shown
from handlers.texts import buttons
from handlers.texts.pieces import Room, line, words
from handlers.texts.review import announced as texts
from store.states import RunState
from workflows.engine.review.announced.views import AnnouncedList, AnnouncedView

AT_ONCE = 20
"""Announced cases that a list names."""


def card(view: AnnouncedView) -> Drawn:
    """Draw the card of an announced case as a message."""
    about = escaped(f"({view.workflow}, {view.key})", 500)
    text = f"{texts.in_brief(view)}: {escaped(view.subject, 150)} {about}"
    return fitting(lambda room: _blocks(view, room), text=text)


def going_out(view: AnnouncedList, *, listed: Listed, news: Sequence[Drawn] = ()) -> View:
    """Draw the announced cases that go out next, each with a button to stop it. `news`: what is said above them."""
    made = [one for drawn in news for one in drawn.blocks]
    for one in view.lines:
        shown = str(Shown(id=one.announcement, version=1, generation=one.generation))
        of_case = str(Shown(id=one.case, version=1, generation=one.generation))
        presses = [_stop(one.key, shown), _details(one.key, of_case)]
        made += [block(texts.listed(one)), actions(f"announced.{shown}", presses)]
    left = view.total - len(view.lines)
    if left > 0:
        made += [divider(), small_print(texts.more_below(left))]
    return pages.page(Callback.READ, texts.LIST, made or [block(line(words(texts.NOTHING)))], metadata=str(listed))


def _blocks(view: AnnouncedView, room: Room) -> Sequence[Block]:
    made = [header(view.subject), block(*texts.paragraphs(view, room))]
    delivered = Shown(id=view.case, version=view.run, generation=view.generation)
    of_case = str(delivered)
    if view.is_open:
        shown = Shown(id=view.announcement, version=1, generation=view.generation)
        made.append(actions(f"announced.{shown}", [_stop(view.key, str(shown)), _details(view.key, of_case)]))
    else:
        is_delivered = view.run_state == RunState.DELIVERED and view.is_newest
        wrong = [correct(delivered)] if is_delivered else []
        made.append(actions("announced", [_details(view.key, of_case), *wrong]))
    return [*made, small_print(texts.small_print(view, room))]


def _details(key: str, of_case: str) -> Block:
    return button(buttons.details(key), action=f"{Action.CASE}.0", value=of_case)


def _stop(key: str, shown: str) -> Block:
    return button(buttons.stop_announced(key), action=Action.STOP_ANNOUNCED, value=shown, style="danger")
