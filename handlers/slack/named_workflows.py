"""The workflow that a person names in a command, and the list of those that they may pause."""

from handlers.commands import ALL
from handlers.slack.access.rights import NotAllowed
from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.payloads import Typed
from handlers.texts.operations import pauses
from store.subjects import SubjectKind
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import Unknown
from workflows.engine.review import refusals
from workflows.engine.review.views import WhyRefused

NOBODY = "Only engineers and owners may pause workflows, resume them, or have their model asked again."
"""Words for whoever may pause none."""


def admit(slack: SlackContext, said: Typed, workflow: str, *, wants: str) -> None:
    """Raise `Refused` where somebody may not do that with a workflow; that is audited.

    A person who may not know of a workflow gets the same answer as for one that does not exist, after the same time.
    """
    slack.admit(said.origin)
    user, registry, rights = said.user_id, slack.context.registry, slack.rights
    mine = [one.name for one in slack.allowed(rights.pause, user, registry)]
    if workflow in mine:
        return
    known = [one.name for one in slack.allowed(rights.read, user, registry)]
    if workflow in registry:
        refusals.note_of_workflow(slack.context, workflow, by=user, wanted=wants)
    else:
        refusals.note_stray(
            slack.context, SubjectKind.WORKFLOW.unnumbered, by=user, wanted=wants, why=WhyRefused.NO_RIGHT
        )
    if workflow in known:
        rights.pause(user, registry.get(workflow))
    which = f"; yours are {', '.join(sorted(mine))}" if mine else ""
    raise Unknown(f"there is no workflow {workflow!r} that you may do this with{which}")


def meant(slack: SlackContext, said: Typed, name: str, *, wants: str) -> list[str]:
    """Return the workflows that a person names: one, or with `all` those that they may pause. Raise `Refused`."""
    if name.lower() == ALL and name not in slack.context.registry:
        slack.admit(said.origin)
        mine = sorted(one.name for one in slack.allowed(slack.rights.pause, said.user_id, slack.context.registry))
        if mine:
            return mine
        refusals.note_stray(
            slack.context, SubjectKind.WORKFLOW.unnumbered, by=said.user_id, wanted=wants, why=WhyRefused.NO_RIGHT
        )
        raise NotAllowed(NOBODY)
    admit(slack, said, name, wants=wants)
    return [name]


def statuses(slack: SlackContext, said: Typed, only: list[str], *, usage: str) -> Drawn:
    """Draw the workflows that a person may pause, each with its state. Raise `Refused` where there are none.

    `usage`: of the command that they typed.
    """
    slack.admit(said.origin)
    for name in only:
        admit(slack, said, name, wants="pause")
    mine = slack.allowed(slack.rights.pause, said.user_id, slack.context.registry)
    names = sorted(one.name for one in mine if not only or one.name in only)
    if not names:
        raise NotAllowed(NOBODY)
    return told(pauses.pause_statuses(workflow_pauses.pause_statuses(slack.context, names), usage=usage))
