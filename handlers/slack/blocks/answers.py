"""Answers that a person gets at once in Slack, with the buttons that go with them."""

from handlers.slack.blocks.doubt import presses
from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.blocks.reasons import why
from handlers.slack.ids import Action, Shown
from handlers.texts import answers as texts
from handlers.texts import buttons
from store.states import RunState
from workflows.engine.errors import CorrectionWaits
from workflows.engine.read.views import CaseView
from workflows.engine.review.views import CardView, DoubtView

_MESSAGE = 1_000
"""Characters of a refusal in a notification."""


def refused(message: str, *, owner: str | None = None) -> Drawn:
    """Draw the reason why nothing was done. `owner`: the person to ask."""
    return told(texts.refused(message, owner=owner), brief=_MESSAGE)


def too_late(view: CardView, user: str) -> Drawn:
    """Draw that a review changed since it was shown, and how. `user`: the person who is told."""
    return told(texts.too_late(view, user))


def claimed(view: CardView) -> Drawn:
    """Draw that a colleague is on a review already."""
    return told(texts.claimed(view))


def correction_waits(case: int) -> Drawn:
    """Draw that a correction was proposed."""
    return told(texts.correction_waits(case))


def second_correction(waits: CorrectionWaits, *, generation: int) -> Drawn:
    """Say that a correction of the case waits already, and where, with a button that opens it."""
    said = told(texts.second_correction(waits.channel))
    shown = Shown(id=waits.review, version=waits.version, generation=generation)
    press = button(buttons.REVIEW_CORRECTION, action=Action.REVIEW, value=str(shown))
    return Drawn(text=said.text, blocks=[*said.blocks, actions("correction", [press])])


def delivered_already(delivered: Shown) -> Drawn:
    """Say why a case is not run again, with a button for what can be done instead."""
    said = told(texts.delivered_already(delivered.id))
    return Drawn(text=said.text, blocks=[*said.blocks, actions("delivered", [correct(delivered)])])


def correct(delivered: Shown) -> Block:
    """Draw the button that reports a delivery as wrong."""
    return button(buttons.correct(delivered.id), action=Action.CORRECT, value=str(delivered))


def case(
    view: CaseView, *, can_decide: bool = False, can_correct_input: bool = False, doubt: DoubtView | None = None
) -> Drawn:
    """Tell a person of a case, with the buttons for what they can do about it here.

    `can_decide`: has it a review that they may decide? `can_correct_input`: may they put its input right, and run it
    again? `doubt`: what they may say of its delivery.
    """
    run, said = view.newest, told(texts.case(view, why=why))
    below = [_review_button(view)] if can_decide else []
    below += [presses(doubt)] if doubt is not None else []
    delivered = Shown(id=view.id, version=run.id, generation=view.generation)
    # Without what was delivered there is nothing to put beside what is right.
    can_correct = run.state == RunState.DELIVERED and run.has_content
    below += [actions("delivered", [correct(delivered)])] if can_correct else []
    below += [actions("input", [_correct_input(view)])] if can_correct_input else []
    return Drawn(text=said.text, blocks=[*said.blocks, *below])


def _correct_input(view: CaseView) -> Block:
    shown = Shown(id=view.id, version=view.moves, generation=view.generation)
    return button(buttons.correct_input(view.id), action=Action.CORRECT_INPUT, value=str(shown))


def _review_button(view: CaseView) -> Block:
    review = view.newest.review
    assert review is not None
    shown = Shown(id=review.id, version=review.version, generation=view.generation)
    press = button(buttons.review(f"case {view.id}"), action=Action.REVIEW, value=str(shown), style="primary")
    return actions("review", [press])


NOTHING_WAITS = told(texts.NOTHING_WAITS)
