"""`/countersign certificate WORKFLOW`: what it promises of what it resolves alone, and what that rests on."""

from handlers.slack.blocks.learning.autonomy import certificate
from handlers.slack.interactions.learning.autonomy import may
from handlers.slack.subcommands import Asked
from handlers.slack.subcommands.charter import meant
from workflows.engine.errors import Refused
from workflows.quality.autonomy.certificates import certificate_view


def hear(asked: Asked) -> None:
    """Say the certificate, with its buttons for those who answer for it."""
    if not asked.words:
        raise Refused("Name the workflow whose certificate you want: /countersign certificate WORKFLOW.")
    slack, user, workflow = asked.slack, asked.said.user_id, meant(asked)
    asked.answer.say(certificate(certificate_view(slack.context, workflow), may=may(slack, user, workflow)))
