"""Asks Slack whether it takes messages and views, without showing them to anybody (`blocks.validate`)."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.settings import Settings
from bot.slack.api_errors import TRANSPORT, refusal
from bot.slack.workspace import NoWorkspace, bot_client
from handlers.slack.specimens.specimen import Specimen
from workflows.engine.send.refusals import Then

METHOD = "blocks.validate"
_PATIENCE = 300.0
"""Seconds to wait in all for one answer, because Slack asks to wait."""
_REFUSED = frozenset({"invalid_blocks", "invalid_view", "invalid_message"})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One reason for which something is refused."""

    pointer: str
    """Place of the fault in what was sent, as a JSON pointer."""
    words: str


def as_sent(specimen: Specimen) -> dict[str, object]:
    """Return a specimen as the method takes it: a message, or a view."""
    if specimen.message is None:
        return {"view": specimen.view}
    return {"message": {"text": specimen.message.text, "blocks": list(specimen.message.blocks)}}


def slack_judge(
    settings: Settings, *, pause: Callable[[float], None] = time.sleep
) -> Callable[[Specimen], list[Fault]]:
    """Return a function that asks Slack for the faults of a specimen. Raise `NoWorkspace` where no token is set.

    The function raises `NoWorkspace` where Slack does not answer. Where Slack asks to wait, it waits.
    """
    client = bot_client(settings)
    return lambda specimen: _ask(client, specimen, pause)


def _ask(client: WebClient, specimen: Specimen, pause: Callable[[float], None]) -> list[Fault]:
    left = _PATIENCE
    while True:
        try:
            # Its documents want the JSON as a text in a form.
            client.api_call(METHOD, data={name: json.dumps(value) for name, value in as_sent(specimen).items()})
        except SlackApiError as error:
            refused = refusal(error)
            seconds = refused.after or 1.0
            if refused.then is Then.WAIT and seconds <= left:
                left -= seconds
                pause(seconds)
                continue
            if refused.code in _REFUSED:
                return list(_faults(error.response.get("errors")))
            raise NoWorkspace(f"Slack does not say whether it takes blocks ({refused.code})") from error
        except TRANSPORT as error:
            raise NoWorkspace(f"Slack cannot be reached: {error}") from error
        return []


def _faults(errors: object) -> Iterator[Fault]:
    """Read the list of faults in Slack's answer. Raises nothing for a form that is not documented."""
    found = errors if isinstance(errors, Sequence) and not isinstance(errors, str) else []
    for one in found:
        if isinstance(one, Mapping):
            yield Fault(pointer=str(one.get("pointer", "")), words=str(one.get("message") or one.get("code") or one))
        else:
            yield Fault(pointer="", words=str(one))
    if not found:
        yield Fault(pointer="", words="Slack gives no reason")
