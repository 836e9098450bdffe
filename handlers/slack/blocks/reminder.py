"""The direct message that tells a person of the reviews that wait for them."""

from collections.abc import Sequence

from handlers.slack.blocks.parts.drawing import Block, Drawn
from handlers.slack.blocks.parts.elements import actions, button
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.text import escaped
from handlers.slack.ids import Action, Shown
from handlers.texts import buttons
from handlers.texts.pieces import line, words
from handlers.texts.plain import excerpt
from handlers.texts.review import reminders as texts
from workflows.engine.review.views import CardView, ReminderView


def reminder(view: ReminderView, cards: Sequence[CardView]) -> Drawn:
    """Draw the number of reviews, and the most urgent ones with a button each."""
    made: list[Block] = [block(texts.first_line(view))]
    for card in cards:
        shown = str(Shown(id=card.review, version=card.version, generation=card.generation))
        made.append(block(line(words(excerpt(card.subject, 150), bold=True)), texts.about(card)))
        press = button(buttons.review(card.key), action=Action.REVIEW, value=shown)
        made.append(actions(f"review.{shown}", [press]))
    if view.number > len(cards):
        made.append(block(texts.more(view.number - len(cards))))
    return Drawn(text=escaped(texts.in_brief(view), 300), blocks=made)
