"""`/rerun CASE [from STEP]`: runs a case again. The work is a worker's."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from handlers.slack.blocks import answers
from handlers.slack.context import SlackContext
from handlers.slack.ids import Shown
from handlers.slack.named_cases import named_case, readable
from handlers.slack.payloads import typed
from handlers.slack.replies import answering
from workflows.engine.case.lookup import cases_meant
from workflows.engine.errors import AlreadyDelivered
from workflows.engine.review import refusals, reruns

Body = Mapping[str, Any]
_FROM = re.compile(r"(.*\S)\s+from\s+(\S+)", re.IGNORECASE)


def hear(slack: SlackContext, body: Body, ack: Ack, client: WebClient) -> None:
    """Begin the run, for engineers and owners."""
    with answering(body, ack, client) as answer:
        said = typed(body)
        if not said.words:
            answer.say(answers.usage())
            return
        slack.admit(said.origin)
        mine = readable(slack, said)
        reference, from_step = _rerun_words(slack, said.words, mine)
        view = named_case(slack, said, reference, mine, wants="rerun")
        with slack.watched(view.id, by=said.user_id, wants="rerun"):
            slack.rights.rerun(said.user_id, slack.context.registry.get(view.workflow))
        try:
            with refusals.told_of_case(slack.context, view.id, by=said.user_id, wanted="rerun"):
                begun = reruns.rerun(slack.context, view.id, by=said.user_id, from_step=from_step)
        except AlreadyDelivered as delivered:
            seen = Shown(id=view.id, version=delivered.run, generation=view.generation)
            answer.say(answers.delivered_already(seen))
            return
        answer.say(answers.begun_again(view.id, begun.from_step))


def _rerun_words(slack: SlackContext, text: str, readable: Sequence[str]) -> tuple[str, str | None]:
    """Return the case and the step that a command names. A key may contain the word `from`; an exact key goes first."""
    found = _FROM.fullmatch(text)
    if found is None or cases_meant(slack.context, text, workflows=readable):
        return text, None
    return found[1], found[2]
