"""`/countersign charter WORKFLOW`: a workflow in plain words, with its Sign button for its owner."""

from handlers.commands import nearest
from handlers.slack.blocks.charter import charter
from handlers.slack.interactions.charters import may_sign
from handlers.slack.interactions.scope_shares import may_widen
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.status import known_to
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Unknown
from workflows.engine.read.declared.charters import charter_view


def hear(asked: Asked) -> None:
    """Say the charter."""
    if not asked.words:
        raise Refused("Name the workflow whose charter you want: /countersign charter WORKFLOW.")
    say_charter(asked)


def say_charter(asked: Asked) -> None:
    """Answer with the charter of the workflow that a person named. Raise `Unknown`."""
    slack, user, workflow = asked.slack, asked.said.user_id, meant(asked)
    view, generation = charter_view(slack.context, workflow), slack.context.restores.number
    asked.answer.say(
        charter(
            view,
            may_sign=may_sign(slack, user, workflow),
            may_widen=may_widen(slack, user, workflow),
            generation=generation,
        )
    )


def meant(asked: Asked) -> AnyWorkflow:
    """Return the workflow that a person named, of those that they may see. Raise `Unknown`."""
    known = known_to(asked)
    found = next((one for one in known if one.name == asked.words), None)
    if found is not None:
        return found
    names = [one.name for one in known]
    near = nearest(asked.words, names)
    raise Unknown(
        f"there is no workflow {asked.words!r} that you may see; "
        + (f"did you mean {near}?" if near is not None else f"yours are {', '.join(sorted(names))}")
    )
