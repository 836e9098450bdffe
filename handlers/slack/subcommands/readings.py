"""`/countersign readings CASE`: who was shown what is in a case, for engineers and its workflow's owner."""

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.named_cases import named_case, readable
from handlers.slack.subcommands import Asked
from handlers.texts.governance.readings import readings
from workflows.engine.errors import Refused
from workflows.engine.read.readings import readings_of_case

_MOST = 20
"""Readings that a message lists."""


def hear(asked: Asked) -> None:
    """Tell it. Nothing of the case itself is told."""
    slack, said = asked.slack, asked.said
    if not asked.words:
        raise Refused("say which case: /countersign readings CASE")
    case = named_case(slack, said, asked.words, readable(slack, said), wants="see_readings")
    with slack.watched(case.id, by=said.user_id, wants="see_readings"):
        slack.rights.see_readings(said.user_id, slack.context.registry.get(case.workflow))
    found = readings_of_case(slack.context, case.id, limit=_MOST)
    asked.answer.say(told(readings(case.id, found, most=_MOST)))
