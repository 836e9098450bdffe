"""`/countersign causes [CAUSE]`: why cases fail that a person may read, or one cause with its buttons."""

from handlers.slack.blocks.cause import cause
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.status import known_to
from handlers.texts.operations.causes import listed
from store.states import CauseState
from workflows.engine.errors import Unknown
from workflows.engine.read.causes import cause_lines, cause_named, cause_view

_MOST = 15
"""Causes that a message lists."""
_STANDING = [state for state in CauseState if state is not CauseState.RESOLVED]


def hear(asked: Asked) -> None:
    """List those that are not resolved, or show the one that is named."""
    context, names = asked.slack.context, [one.name for one in known_to(asked)]
    if not asked.words:
        asked.answer.say(told(listed(cause_lines(context, workflows=names, states=_STANDING, limit=_MOST))))
        return
    view = cause_view(context, cause_named(context, asked.words))
    if view.line.workflow not in names:
        raise Unknown(f"there is no cause {asked.words.strip().lower()}")
    asked.answer.say(cause(view))
