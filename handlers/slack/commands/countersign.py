"""`/countersign SUBCOMMAND ...`: the list is in `handlers/commands.py`, and what each of them does in `subcommands`."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.commands import command_called
from handlers.slack.blocks.parts.paragraphs import told
from handlers.slack.context import SlackContext
from handlers.slack.payloads import typed
from handlers.slack.replies import afterwards, answering
from handlers.slack.subcommands import Asked, Work, heard_by
from handlers.texts.commands import unknown

Body = Mapping[str, Any]


def hear(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Hear the subcommand that the first word names."""
    answered(slack, body, ack, client)


def answered(slack: SlackContext, body: Body, ack: Ack, client: WebClient, *, short: str | None = None) -> None:
    """Answer a subcommand, and do after the answer what takes longer.

    `short`: the subcommand, where a slash command of its own stands for it.
    """
    work: Work | None = None
    with answering(body, ack, client) as answer:
        said = typed(body)
        slack.admit(said.origin)
        first, words = [*said.words.split(maxsplit=1), "", ""][:2] if short is None else (short, said.words)
        command = command_called(first or "help")
        if command is None:
            answer.say(told(unknown(first)))
            return
        work = heard_by(command.name)(Asked(slack=slack, answer=answer, said=said, words=words.strip()))
    # After a refusal there is none.
    if work is not None:
        afterwards("command", work)
