"""Options of menus that are too long for one list: Slack asks for them while a person types.

The answer comes from the output's form, and only for a person who may open the form.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack, App

from handlers.slack.access import lookups
from handlers.slack.blocks.parts import inputs
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.context import SlackContext
from handlers.slack.ids import Callback
from handlers.slack.interactions.forms.form_subjects import admitted_to_fill_in, form_of_subject
from handlers.slack.payloads import Search, search
from handlers.slack.replies import DATABASE_SECONDS
from store.db.time_limits import time_limit
from workflows.engine.errors import Refused
from workflows.engine.text.form_fields import form_of

Body = Mapping[str, Any]


def register(app: App, slack: SlackContext) -> None:
    """Listen to searches for options."""

    @app.options(re.compile(".*"))
    def suggest(body: Body, ack: Ack) -> None:
        try:
            with time_limit(DATABASE_SECONDS), lookups.waiting():
                found = _options(slack, search(body))
        except Refused:
            found = []  # it is noted in the audit; Slack shows that there is nothing to choose
        ack(options=found)


def _options(slack: SlackContext, asked: Search) -> Sequence[Block]:
    """Return the options that fit what a person typed. Raise `Refused` for whoever may not open the form."""
    match asked.view.callback_id:
        case Callback.EDIT | Callback.CORRECT | Callback.CORRECT_INPUT | Callback.SPOT_CHECK | Callback.PACK_FORM:
            is_row = False
        case (
            Callback.ROW
            | Callback.CORRECT_ROW
            | Callback.CORRECT_INPUT_ROW
            | Callback.SPOT_CHECK_ROW
            | Callback.PACK_ROW
        ):
            is_row = True
        case _:
            return []
    about = admitted_to_fill_in(slack, asked)
    workflow = slack.context.registry.get(about.workflow)
    fields = form_of(form_of_subject(about, workflow), zone=workflow.timezone)
    if is_row:
        of = asked.view.open_row.row.field
        fields = next((field.columns for field in fields if field.name == of), ())
    return inputs.suggestions(fields, asked.block_id, asked.value)
