"""The forms of a question to the source of a case, and of an answer that somebody gives in its place."""

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import button, label
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.rich_text import line, quote, rich, words
from handlers.slack.ids import Action, Callback, Shown
from handlers.texts import buttons
from handlers.texts.plain import excerpt
from handlers.texts.review import questions
from store.states import ReviewState
from workflows.engine.review.decisions import MAX_ANSWER, MAX_QUESTION
from workflows.engine.review.views import CardView

TEXT = "text"
"""Name of the input."""
_LONGEST_INPUT = 3_000
"""Most characters that Slack takes in one input."""


def question_form(view: CardView, *, metadata: str) -> View:
    """Draw the form of a question. `metadata`: the review as it is shown."""
    about = rich(line(words(excerpt(view.subject, 200), bold=True)), line(words(questions.HOW_IT_GOES)))
    asked = _input(questions.QUESTION, most=MAX_QUESTION)
    return pages.form(Callback.ASK_SOURCE, questions.ASK_TITLE, [about, asked], submit=questions.ASK, metadata=metadata)


def answer_form(view: CardView) -> View:
    """Draw the form of an answer in the source's place."""
    asked = questions.asked_of(view)
    said = [quote(excerpt(asked.text, 600))] if asked is not None else []
    about = rich(line(words(excerpt(view.subject, 200), bold=True)), *said, line(words(questions.NO_ANSWER_YET)))
    answer = _input(questions.ANSWER, most=min(MAX_ANSWER, _LONGEST_INPUT))
    metadata = str(_shown(view))
    return pages.form(
        Callback.ANSWER, questions.ANSWER_TITLE, [about, answer], submit=questions.KEEP, metadata=metadata
    )


def answer_for_them(view: CardView) -> list[Block]:
    """Draw the button to answer in the source's place, while a review waits for that."""
    if view.state != ReviewState.ASKED:
        return []
    return [button(buttons.answer_for_them(view.key), action=Action.ANSWER, value=str(_shown(view)))]


def _shown(view: CardView) -> Shown:
    return Shown(id=view.review, version=view.version, generation=view.generation)


def _input(text: str, *, most: int) -> Block:
    typed = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": most}
    return {"type": "input", "block_id": TEXT, "label": label(text, limits.INPUT_LABEL), "element": typed}
