"""The card of a review as Slack shows it."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.answers import correct
from handlers.slack.blocks.parts.documents import original_button, original_shown
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, header, menu, small_print
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.sections import section
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.blocks.questions import answer_for_them
from handlers.slack.blocks.reasons import why
from handlers.slack.ids import Action, Shown, chosen
from handlers.texts import buttons
from handlers.texts.documents import pages as documents
from handlers.texts.pieces import Line, Room
from handlers.texts.review import alike, status
from handlers.texts.review import card as texts
from handlers.texts.review.assigning import assignments
from store.states import ReviewState, RunState
from workflows.engine.review.views import CardView


def card(view: CardView) -> Drawn:
    """Draw the card as a message."""
    return fitting(lambda room: _blocks(view, room), text=summary(view))


def summary(view: CardView) -> str:
    """Return the card in one line."""
    about = escaped(f"({view.workflow}, {view.key})", 500)
    return f"{status.in_brief(view)}: {escaped(view.subject, 150)} {about}"


def _blocks(view: CardView, room: Room) -> Sequence[Block]:
    parts = texts.parts(view, room, heading=limits.HEADER_TEXT, why=why)
    is_open = view.state == ReviewState.OPEN
    press = _buttons(view) if is_open else _after(view)
    said = [one for part in parts for one in _part(view, part)]
    kept = [small_print(documents.IN_THE_FORM)] if view.documents and view.keeps_pages and view.is_decidable else []
    return [header(view.subject), *said, *kept, press, small_print(*texts.small_print(view, room))]


def _part(view: CardView, part: texts.Part) -> list[Block]:
    if part.press is None:
        return [block(*part.paragraphs)]
    first, *rest = part.paragraphs
    assert isinstance(first, Line)
    return [section(first, press=_beside(view, part.press)), *([block(*rest)] if rest else [])]


def _beside(view: CardView, press: texts.Press) -> Block:
    match press:
        case texts.Press.CLAIM:
            return button(buttons.claim(view.key), action=Action.CLAIM, value=str(_shown(view)))
        case texts.Press.TAKE_OVER:
            return button(buttons.take_over(view.key), action=Action.TAKE_OVER, value=str(_shown(view)))
        case texts.Press.READ_ALL:
            return button(buttons.read_all(view.key), action=Action.DETAILS, value=str(_shown(view)))


def _buttons(view: CardView) -> Block:
    if view.reported and view.has_proposal:
        return _of_report(view)
    shown = str(_shown(view))
    reject = button(buttons.reject(view.key), action=Action.REJECT, value=shown, style="danger")
    if not view.has_proposal:
        fill_in = button(buttons.fill_in(view.key), action=Action.EDIT, value=shown, style="primary")
        return actions(f"card.{shown}", [fill_in, reject, _menu(view)])
    # The card shows the rules that asked for a person, so approving it needs no second question.
    approve = button(buttons.approve(view.key), action=Action.APPROVE, value=shown, style="primary")
    edit = button(buttons.edit(view.key), action=Action.EDIT, value=shown)
    return actions(f"card.{shown}", [approve, edit, reject, _menu(view)])


def _of_report(view: CardView) -> Block:
    """Draw what a person says who looked at something that was reported as wrong."""
    shown = str(_shown(view))
    change = button(buttons.change_it(view.key), action=Action.EDIT, value=shown, style="primary")
    right = button(buttons.it_was_right(view.key), action=Action.APPROVE, value=shown)
    return actions(f"card.{shown}", [change, right, _menu(view)])


def _after(view: CardView) -> Block:
    """Draw what can be done once somebody decided: a second person decides too, or it is taken back or corrected."""
    shown = str(_shown(view))
    if view.state == ReviewState.AWAITING_SECOND:
        approve = button(buttons.approve_as_second(view.key), action=Action.APPROVE, value=shown, style="primary")
        edit = button(buttons.edit(view.key), action=Action.EDIT, value=shown)
        reject = button(buttons.reject(view.key), action=Action.REJECT, value=shown, style="danger")
        back = button(buttons.take_back(view.key), action=Action.UNDO, value=shown)
        return actions(f"card.{shown}", [approve, edit, reject, back, _menu(view)])
    open_it = [original_button(view)] if view.documents else []
    if view.can_be_undone:
        undo = button(buttons.undo(view.key), action=Action.UNDO, value=shown)
        return actions(f"card.{shown}", [undo, _details(view), *open_it])
    return actions("card", [*answer_for_them(view), _details(view), *open_it, *_correct(view)])


def _menu(view: CardView) -> Block:
    """Draw what is done more seldom with an open review."""
    choices = {Action.DETAILS: buttons.DETAILS}
    if view.can_ask:
        choices[Action.ASK_SOURCE] = buttons.ASK_SOURCE
    if view.alike is not None:
        # Without their number, which changes while the card stands.
        choices[Action.ALIKE] = alike.MENU
    if view.can_escalate:
        choices[Action.ESCALATE] = buttons.ESCALATE
    if view.state == ReviewState.OPEN:
        choices[Action.ASSIGN] = assignments.MENU
    values = {chosen(action, _shown(view)): text for action, text in choices.items()}
    if view.documents and len(values) < limits.OVERFLOW_OPTIONS:
        values[chosen(Action.ORIGINAL, original_shown(view))] = documents.menu(view.documents)
    if len(values) < limits.OVERFLOW_OPTIONS:
        # The menu of the message has it too.
        values[chosen(Action.REPORT, _shown(view))] = buttons.REPORT_WRONG
    return menu(values, action=Action.MORE)


def _details(view: CardView) -> Block:
    return button(buttons.details(view.key), action=Action.DETAILS, value=str(_shown(view)))


def _shown(view: CardView) -> Shown:
    return Shown(id=view.review, version=view.version, generation=view.generation)


def _correct(view: CardView) -> list[Block]:
    """Draw the button to correct a delivery that may turn out to be wrong."""
    can_be = view.run_state == RunState.DELIVERED and not view.corrected and not view.revised
    return [correct(Shown(id=view.case, version=view.run, generation=view.generation))] if can_be else []
