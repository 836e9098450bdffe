"""`/countersign scope WORKFLOW [PERCENT]`: the share of its cases that a workflow looks at, said or set."""

from dataclasses import replace

from handlers.slack.blocks.scope_shares import share
from handlers.slack.interactions.scope_shares import WANTS, may_widen
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from handlers.texts.operations.scope_shares import BAD_SHARE, read_percent
from workflows.engine.errors import Refused
from workflows.engine.propose.scope_shares import choose_share, share_view


def hear(asked: Asked) -> None:
    """Say the share; set it, for engineers and those who answer for the workflow."""
    slack, user = asked.slack, asked.said.user_id
    name, said = [*asked.words.split(maxsplit=1), "", ""][:2]
    if not name:
        raise Refused("Name the workflow whose share of cases you want: /countersign scope WORKFLOW.")
    workflow = meant(replace(asked, words=name))
    generation = slack.context.restores.number
    if not said:
        view = share_view(slack.context, workflow.name)
        asked.answer.say(share(view, may_widen=may_widen(slack, user, workflow), generation=generation))
        return
    with slack.watched_of_workflow(workflow.name, by=user, wants=WANTS):
        slack.rights.choose_share(user, workflow)
        wanted = read_percent(said)
        if wanted is None:
            raise Refused(BAD_SHARE)
        view = choose_share(slack.context, workflow.name, wanted, by=user)
    asked.answer.say(share(view, may_widen=True, generation=generation))
