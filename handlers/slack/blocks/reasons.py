"""The reason why a person is asked, as a card says it."""

from dataclasses import replace

from handlers.slack.blocks.parts.rich_text import is_user
from handlers.texts.review.reasons import in_words
from workflows.engine.reasons import Reason


def why(reason: Reason) -> str:
    """Say a reason as all may read it. Who is only an id is left out: to name them would call them with each card."""
    return in_words(replace(reason, by=None) if reason.by is not None and is_user(reason.by) else reason)
