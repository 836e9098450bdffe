"""The form of a report that something was wrong."""

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import label
from handlers.slack.blocks.parts.inputs import ELEMENT
from handlers.slack.blocks.parts.pages import View
from handlers.slack.ids import Callback
from handlers.texts.review import reports
from workflows.engine.review.decisions import MAX_REPORT

SAID = "said"
"""Name of the input."""


def report_form(about: str) -> View:
    """Draw the form. `about`: the ids of what is reported."""
    words = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MAX_REPORT}
    asked: Block = {
        "type": "input",
        "block_id": SAID,
        "label": label(reports.WHAT, limits.INPUT_LABEL),
        "element": words,
    }
    return pages.form(Callback.REPORT, reports.TITLE, [asked], submit=reports.SEND, metadata=about)
