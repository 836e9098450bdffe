"""The form of a report that something was wrong."""

from handlers.slack import limits
from handlers.slack.blocks.elements import label
from handlers.slack.blocks.inputs import ELEMENT
from handlers.slack.blocks.modals import View
from handlers.slack.ids import Callback
from handlers.texts import forms, reports
from workflows.engine.review.decisions import MAX_REPORT

SAID = "said"
"""Name of the input."""


def report_form(about: str) -> View:
    """Draw the form. `about`: the ids of what is reported."""
    words = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "max_length": MAX_REPORT}
    return {
        "type": "modal",
        "callback_id": Callback.REPORT,
        "title": label(reports.TITLE, limits.VIEW_TITLE),
        "submit": label(reports.SEND, limits.VIEW_TITLE),
        "close": label(forms.CANCEL, limits.VIEW_TITLE),
        "private_metadata": about,
        "blocks": [
            {
                "type": "input",
                "block_id": SAID,
                "label": label(reports.WHAT, limits.INPUT_LABEL),
                "element": words,
            }
        ],
    }
