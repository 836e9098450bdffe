"""The command `doctor --blocks`: does Slack take each message and view that Countersign can draw?"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from bot.cli.screens.output import one_line_errors, out, print_json
from bot.sandbox.blocks.documents import accept_message_blocks, accept_modal_or_home
from bot.sandbox.errors import SlackError
from bot.settings import settings
from bot.slack.validation import Fault, as_sent, slack_judge
from handlers.slack.specimens import specimens
from handlers.slack.specimens.specimen import Specimen
from workflows.engine.text.sanitize import sanitize

_POINTED = re.compile(r"(?:\[ERROR\] )?(?P<words>.*?)(?: \[json-pointer:(?P<pointer>.*)\])?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The judgement of one specimen."""

    name: str
    taken: bool
    faults: list[Fault]
    plain_taken: bool = False
    """True if it is refused, and the same without newer blocks is taken: Countersign sends that instead."""


def check_blocks(*, as_json: bool) -> int:
    """Put each specimen to Slack, or to our own checks where no token is set; returns 1 where one is refused."""
    with one_line_errors():
        given = settings()
        is_asked = given.slack_bot_token is not None
        found = judged(specimens(), slack_judge(given) if is_asked else own_judge)
        if as_json:
            print_json({"asked": "slack" if is_asked else "countersign", "specimens": found})
        else:
            for line in _lines(found, is_asked=is_asked):
                out.print(sanitize(line))
        return 1 if any(not one.taken and not one.plain_taken for one in found) else 0


def own_judge(specimen: Specimen) -> list[Fault]:
    """Return the faults that our own checks find: those of the sandbox."""
    sent: dict[str, JsonValue] = json.loads(json.dumps(as_sent(specimen)))
    message = sent.get("message")
    try:
        if isinstance(message, dict):
            accept_message_blocks(message["blocks"])
        else:
            accept_modal_or_home(sent["view"])
    except SlackError as refused:
        return [_fault(text) for text in refused.messages or [refused.code]]
    return []


def _fault(text: str) -> Fault:
    found = _POINTED.fullmatch(text)
    assert found is not None
    return Fault(pointer=found["pointer"] or "", words=found["words"])


def judged(some: Sequence[Specimen], judge: Callable[[Specimen], list[Fault]]) -> list[Judged]:
    """Have each specimen judged. One that is refused, and taken in its plain form, does no harm."""
    found = [(specimen, judge(specimen)) for specimen in some]
    taken = {specimen.name for specimen, faults in found if not faults}
    return [
        Judged(
            name=specimen.name,
            taken=not faults,
            faults=faults,
            plain_taken=bool(faults) and f"{specimen.name}, plain" in taken,
        )
        for specimen, faults in found
    ]


def _lines(found: list[Judged], *, is_asked: bool) -> Iterator[str]:
    for one in found:
        level = "ok" if one.taken else "note" if one.plain_taken else "bad"
        yield f"{level:<5} {one.name}"
        for fault in one.faults:
            yield f"      {fault.pointer or '/'}: {fault.words}"
        if one.plain_taken:
            yield "      it is sent without newer blocks where Slack refuses them"
    who = "Slack was asked about" if is_asked else "Slack was not asked: SLACK_BOT_TOKEN is not set. Checked here:"
    yield f"{who} {len(found)} messages and forms; refused: {sum(not one.taken for one in found)}"
