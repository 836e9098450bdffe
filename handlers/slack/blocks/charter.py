"""The charter of a workflow, as a message and as a page, with its Sign button for those who may."""

from handlers.slack import limits
from handlers.slack.blocks import modals
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button, label
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block, told
from handlers.slack.blocks.scope_shares import widening
from handlers.slack.ids import Action, Callback, Shown
from handlers.texts import buttons, home
from handlers.texts.governance import charter as texts
from handlers.texts.pieces import line, words
from workflows.engine.read.declared.charter_views import CharterView

EXCEPTION = "exception"
"""Name of the input."""


def charter(
    view: CharterView, *, may_sign: bool, may_widen: bool = False, generation: int = 0, was_signed: bool = False
) -> Drawn:
    """Draw a charter. `may_sign`: whoever reads it may sign it. `may_widen`: they may have it look at more cases.
    `was_signed`: they have just signed it.
    """
    said = told(texts.charter(view))
    first = [block(line(words(texts.was_signed(view), bold=True)))] if was_signed else []
    more = list[Block]()
    if may_widen and view.share is not None:
        more = widening(view.share, generation=generation, action=Action.WIDEN_IN_CHARTER)
    return Drawn(text=said.text, blocks=[*first, *said.blocks, *more, *_signing(view, may_sign, generation)])


def page(
    view: CharterView, *, may_sign: bool, may_widen: bool = False, generation: int = 0, was_signed: bool = False
) -> View:
    """Draw a charter as a page to read."""
    drawn = charter(view, may_sign=may_sign, may_widen=may_widen, generation=generation, was_signed=was_signed)
    return modals.told(drawn, about=home.CHARTER)


def exception_form(view: CharterView, shown: Shown) -> View:
    """Draw the form that asks why a workflow goes alone without a volume test or a baseline."""
    reason: Block = {
        "type": "input",
        "block_id": EXCEPTION,
        "label": label(texts.WHY_ALL_THE_SAME, limits.INPUT_LABEL),
        "element": {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": texts.MOST_WHY},
    }
    said = [block(texts.lacks(view)), reason]
    return pages.form(Callback.SIGN_EXCEPTION, texts.SIGN_ALL_THE_SAME, said, submit=texts.SIGN, metadata=str(shown))


def _signing(view: CharterView, may_sign: bool, generation: int) -> list[Block]:
    terms = view.terms
    if not view.may_be_signed or terms is None or terms.id is None or terms.number is None:
        return []
    if not may_sign:
        return [block(texts.who_may_sign(view))]
    shown = Shown(id=terms.id, version=terms.number, generation=generation)
    lacking = [block(texts.lacks(view))] if view.lacks else []
    press = button(buttons.sign(view.workflow), action=Action.SIGN, value=str(shown), style="primary")
    return [*lacking, actions(f"sign.{shown}", [press])]
