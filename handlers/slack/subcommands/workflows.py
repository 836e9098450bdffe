"""`/countersign workflows [WORKFLOW]`: the workflows whose cases a person may read, or the charter of one."""

from handlers.commands import nearest
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.status import known_to
from handlers.texts.operations.charter import charter
from handlers.texts.operations.workflows import listed
from workflows.engine.errors import Unknown
from workflows.engine.read.charters import charter_view
from workflows.engine.read.status import status_view


def hear(asked: Asked) -> None:
    """List them, or say the charter."""
    context, known = asked.slack.context, known_to(asked)
    if not asked.words:
        asked.answer.say(told(listed(status_view(context, known))))
        return
    meant = next((one for one in known if one.name == asked.words), None)
    if meant is None:
        names = [one.name for one in known]
        near = nearest(asked.words, names)
        raise Unknown(
            f"there is no workflow {asked.words!r} that you may see; "
            + (f"did you mean {near}?" if near is not None else f"yours are {', '.join(sorted(names))}")
        )
    asked.answer.say(told(charter(charter_view(context, meant))))
