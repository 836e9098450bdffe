"""`/countersign follow CASE`: makes again what follows a case and could not be made."""

from functools import partial

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.named_cases import named_case
from handlers.slack.subcommands import Asked, Work
from handlers.texts.operations.follow_ups import made_again
from workflows.engine.errors import Refused
from workflows.engine.sources import follow_ups


def hear(asked: Asked) -> Work:
    """Have it made again, for those who may run the case again."""
    slack, said = asked.slack, asked.said
    if not asked.words:
        raise Refused("say which case: /countersign follow CASE")
    mine = sorted(one.name for one in slack.allowed(slack.rights.rerun, said.user_id, slack.context.registry))
    case = named_case(slack, said, asked.words, mine, wants="rerun")
    with slack.watched(case.id, by=said.user_id, wants="rerun"):
        slack.rights.rerun(said.user_id, slack.context.registry.get(case.workflow))
    again = follow_ups.again(slack.context, case.id, by=said.user_id)
    asked.answer.say(told(made_again(case.id, again)))
    return partial(follow_ups.look, slack.context)
