"""The forms of a case that a person hands in: the workflow that it is for, and its input."""

import json
from collections.abc import Mapping, Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts import pages
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import label, option
from handlers.slack.blocks.parts.inputs import ELEMENT, Beside, inputs
from handlers.slack.blocks.parts.pages import View
from handlers.slack.blocks.parts.paragraphs import block
from handlers.slack.blocks.parts.rich_text import line, rich, words
from handlers.slack.blocks.parts.text import parts
from handlers.slack.ids import FORM, Callback, Handing
from handlers.texts import incoming
from workflows.engine.review.form.forms import form_mark
from workflows.engine.text.form_fields import Field

WORKFLOW = "workflow"
"""Name of the input for the workflow."""
MESSAGE = "message"
"""Beginning of the names of the inputs that hold the message."""
_MOST = 100
"""Workflows that a menu offers."""


def choice_form(workflows: Sequence[str], handing: Handing, *, text: str | None) -> View:
    """Draw the choice of a workflow, with the message: Slack would not give it again. `text`: None: there is none."""
    options = [option(name, name) for name in sorted(workflows)[:_MOST]]
    asked: Block = {
        "type": "input",
        "block_id": WORKFLOW,
        "label": label(incoming.WORKFLOW, limits.INPUT_LABEL),
        "element": {"type": "static_select", "action_id": ELEMENT, "options": options},
    }
    shown = [_message(place, piece) for place, piece in enumerate(parts(text, limits.TEXT_INPUT))] if text else []
    return pages.form(
        Callback.HAND_IN_TO, incoming.TITLE, [asked, *shown], submit=incoming.GO_ON, metadata=str(handing)
    )


def input_form(
    fields: Sequence[Field],
    typed: Mapping[str, str],
    handing: Handing,
    *,
    generation: int = 0,
    told: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
) -> View | None:
    """Draw the form of an input; None where it is too large for Slack.

    `told`: what is said above it. `files`: field -> what is said of the message's files that it takes.
    """
    said = incoming.about(handing.workflow or "", is_filled_in=handing.place is not None)
    about = block(said) | {"block_id": f"{FORM}{form_mark(fields)}"}
    notes = [rich(line(words(one))) for one in told]
    # Rows are typed, one on each line: there is no draft yet that could hold them.
    made = inputs(fields, typed, generation=generation, beside=Beside(page=0, files=files or {}))
    form = pages.form(
        Callback.HAND_IN, incoming.TITLE, [about, *notes, *made], submit=incoming.HAND_IN, metadata=str(handing)
    )
    is_small = len(made) + len(notes) < limits.VIEW_BLOCKS and len(json.dumps(form)) <= limits.VIEW_JSON
    return form if is_small else None


def _message(place: int, text: str) -> Block:
    element = {"type": "plain_text_input", "action_id": ELEMENT, "multiline": True, "initial_value": text}
    return {
        "type": "input",
        "block_id": f"{MESSAGE}.{place}",
        "optional": True,
        "label": label(incoming.MESSAGE, limits.INPUT_LABEL),
        "element": {**element, "max_length": limits.TEXT_INPUT},
    }
