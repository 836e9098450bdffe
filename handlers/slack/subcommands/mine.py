"""`/countersign mine`: what the person who asks decided lately, told to them alone, where a team wants that."""

from zoneinfo import ZoneInfo

from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.subcommands import Asked
from handlers.texts.digests.personal import OFF, own
from workflows.engine.digests.numbers.personal import own_numbers

_UTC = ZoneInfo("UTC")


def hear(asked: Asked) -> None:
    """Tell it. Whose figures they are comes from Slack, and from nothing that was typed."""
    slack, user = asked.slack, asked.said.user_id
    if not slack.personal_figures:
        asked.answer.say(told(OFF))
        return
    asked.answer.say(told(own(own_numbers(slack.context, user, zone=slack.zone_of(user) or _UTC))))
