"""Spot checks: the card of a channel, two answers with a grade to choose, and the pages between them.

The form in which a case is answered blind is drawn with the others, in `modals`.
"""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, divider, label, option
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.length import fitting
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block, told
from handlers.slack.blocks.parts.sections import section
from handlers.slack.ids import ALL, Action, Callback, Listed, Shown
from handlers.texts import buttons
from handlers.texts.pieces import Paragraph, Room, line, quote, words
from handlers.texts.plain import excerpt, without_first_line
from handlers.texts.review import spot_checks as texts
from workflows.engine.review.spot_checks.views import (
    MAX_NOTE,
    BlindView,
    ChecksOfChannel,
    ChecksOfPerson,
    ComparisonView,
)

GRADE, RIGHT, NOTE = "grade", "right", "note"
"""Names of the inputs of a grade."""
NOTHING_WAITS = told(texts.nothing_waits(0))


def card(view: ChecksOfChannel) -> Drawn:
    """Draw how many spot checks wait in a channel, and a button that opens the next one."""
    start = button(buttons.start_spot_checks(view.number), action=Action.SPOT_CHECKS, value=view.channel)
    said = told(texts.in_channel(view))
    return Drawn(text=said.text, blocks=[*said.blocks, actions("spot_checks", [start])])


def nothing_waits(checks: ChecksOfPerson) -> Drawn:
    """Draw that no spot check waits for a person, and how many are left to others at first."""
    return told(texts.nothing_waits(checks.for_others))


def waiting(checks: ChecksOfPerson) -> list[Block]:
    """Draw how many spot checks wait for a person, with a button that opens the next one; nothing where none do."""
    if not checks.number:
        return []
    start = button(buttons.start_spot_checks(checks.number), action=Action.SPOT_CHECKS, value=ALL)
    return [section(line(words(texts.waits_for_you(checks))), press=start)]


def grade_form(view: ComparisonView, listed: Listed, *, news: Sequence[Drawn] = ()) -> View:
    """Draw two answers side by side, with a grade to choose. Nothing is chosen for the person."""
    above = [*(one for drawn in news for one in drawn.blocks), divider()] if news else []
    drawn = fitting(lambda room: _answers(view, room), text="")
    options = [
        option(name, grade) | {"description": label(meaning, limits.OPTION_DESCRIPTION)}
        for grade, (name, meaning) in texts.grades(view).items()
    ]
    choice: Block = {
        "type": "input",
        "block_id": GRADE,
        "label": label(texts.HOW_BAD, limits.INPUT_LABEL),
        "element": {"type": "radio_buttons", "action_id": ELEMENT, "options": options},
    }
    which: Block = {
        "type": "input",
        "block_id": RIGHT,
        "optional": True,
        "label": label(texts.WHICH, limits.INPUT_LABEL),
        "element": {
            "type": "radio_buttons",
            "action_id": ELEMENT,
            "options": [option(name, right) for right, name in texts.RIGHTS.items()],
        },
    }
    note: Block = {
        "type": "input",
        "block_id": NOTE,
        "optional": True,
        "label": label(texts.NOTE, limits.INPUT_LABEL),
        "element": {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MAX_NOTE},
    }
    shown = Shown(id=view.check, version=view.version, generation=view.generation)
    below = buttons_of(view)
    made = pages.form(
        Callback.SPOT_CHECK_GRADE,
        texts.TITLE,
        [*above, *drawn.blocks, *([which] if view.is_second else []), choice, note, *below],
        submit=texts.GRADE,
        metadata=f"{shown} {listed}",
    )
    return made | {"close": label(texts.STOP, limits.VIEW_TITLE)}


def before_grade(form: View) -> int:
    """Return the number of blocks that come before what is asked of a person who sees two answers."""
    made = form["blocks"]
    assert isinstance(made, list)
    return next(place for place, one in enumerate(made) if one["type"] == "input")


def buttons_of(view: BlindView | ComparisonView) -> list[Block]:
    """Draw what can be done about a spot check beside sending its form."""
    shown = str(Shown(id=view.check, version=view.version, generation=view.generation))
    made = (
        [button(buttons.read_all(view.key), action=Action.READ_CASE, value=shown)] if texts.is_long(view.text) else []
    )
    # Whoever answered has seen what was delivered: the difference is theirs to grade.
    if isinstance(view, BlindView) or view.is_second:
        made.append(button(buttons.pass_on(view.key), action=Action.LEAVE, value=shown))
    return [actions("beside", made)] if made else []


def ended(listed: Listed, *, for_others: int = 0, news: Sequence[Drawn] = ()) -> View:
    """Draw that no spot check waits any more. `listed`: with the number of those that were looked at.

    `for_others`: number of those that are left to others at first.
    """
    said = told(texts.session_ended(listed.first, for_others))
    made = [one for drawn in (*news, said) for one in drawn.blocks]
    return pages.page(Callback.READ, texts.TITLE, made)


def going_on(page: View, listed: Listed) -> View:
    """Return a page from which one goes on to the next spot check."""
    more = {"callback_id": Callback.SPOT_CHECK_ON, "private_metadata": f"- {listed}"}
    submit = {"submit": label(texts.GO_ON, limits.VIEW_TITLE), "close": label(texts.STOP, limits.VIEW_TITLE)}
    return page | more | submit


def _answers(view: ComparisonView, room: Room) -> list[Block]:
    text = without_first_line(view.text, view.subject)
    case: list[Paragraph] = [
        line(words(excerpt(view.subject, 200), bold=True)),
        quote(excerpt(text, min(texts.SHOWN, 2 * room.text))),
    ]
    return [
        block(*case, line(words(texts.about(view)))),
        block(line(words(texts.said_to_compare(view)))),
        block(*texts.compared(view, room)),
    ]
