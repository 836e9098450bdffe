"""`/countersign status`: how the workflows stand whose cases a person may read, and what they depend on."""

from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.texts.learning.autonomy import in_status as earned_in_status
from handlers.texts.learning.review_packs import in_status
from handlers.texts.learning.rollouts import listed
from handlers.texts.operations.workflows import status
from handlers.texts.pieces import together
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.read.status import status_view
from workflows.quality.autonomy.certificates import standings
from workflows.quality.rollouts.listing import under_way
from workflows.quality.volume.judging import waiting_packs


def hear(asked: Asked) -> None:
    """Say it, which versions are watched, which review packs wait for people, and how far workflows go alone."""
    context, known = asked.slack.context, known_to(asked)
    names = {workflow.name for workflow in known}
    watched = [one for one in under_way(context) if one.workflow in names]
    packs = {one.test: one.number for one in waiting_packs(context) if one.workflow in names}
    said = [status(status_view(context, known)), *([listed(watched)] if watched else [])]
    said += [in_status(packs)] if packs else []
    earned = standings(context, known)
    said += [earned_in_status(earned)] if earned else []
    asked.answer.say(told(together("Status", said)))


def known_to(asked: Asked) -> list[AnyWorkflow]:
    """Return the workflows whose cases a person may read. Raise `NotAllowed` where there are none, or `Unsure`."""
    slack = asked.slack
    found = list(slack.allowed(slack.rights.read, asked.said.user_id, slack.context.registry))
    if not found:
        raise NotAllowed("There is no workflow whose cases you may read.")
    return found
