"""Modals as a whole: a page to read, and a form to send."""

from collections.abc import Sequence

from handlers.slack import limits
from handlers.slack.blocks.parts.drawing import Block
from handlers.slack.blocks.parts.elements import label
from handlers.slack.ids import Callback
from handlers.texts.review import forms

View = dict[str, object]


def page(
    callback: Callback, title: str, blocks: Sequence[Block], *, metadata: str = "", close: str = forms.CLOSE
) -> View:
    """Make a modal without anything to send. `metadata`: what comes back with each act in it."""
    made: View = {
        "type": "modal",
        "callback_id": callback,
        "title": label(title, limits.VIEW_TITLE),
        "close": label(close, limits.VIEW_TITLE),
        "blocks": list(blocks),
    }
    if metadata:
        made["private_metadata"] = metadata
    return made


def form(callback: Callback, title: str, blocks: Sequence[Block], *, submit: str, metadata: str) -> View:
    """Make a modal that is sent."""
    made = page(callback, title, blocks, metadata=metadata, close=forms.CANCEL)
    return made | {"submit": label(submit, limits.VIEW_TITLE)}
