"""Newer kinds of blocks, which a workspace's Slack may refuse: the same is sent again without them.

A `Drawn` with newer blocks says in `plain` how it looks without. Which kinds are refused is remembered until the
process ends, so that Slack is not asked each time, and it is logged once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import TypeVar

import structlog

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.error_codes import code_of

log = structlog.get_logger()

Answer = TypeVar("Answer")

_CODES = frozenset({"invalid_arguments", "invalid_blocks", "invalid_blocks_format"})
"""Slack's codes for blocks that it does not take; the first is that of views."""
_refused: set[frozenset[str]] = set()
"""Kinds that were refused together."""
_guard = Lock()


class BlocksRefused(Exception):
    """A response_url does not take the blocks of an answer."""


def send(drawn: Drawn, attempt: Callable[[Drawn], Answer], *, code: Callable[[Exception], str] = code_of) -> Answer:
    """Return what an attempt at sending returns; where Slack refuses newer blocks, that of a second one without them.

    Raise what the attempt raises for anything else. `code`: Slack's error code in what it raises.
    """
    first = form_of(drawn)
    try:
        return attempt(first)
    except Exception as error:
        is_refusal = isinstance(error, BlocksRefused) or code(error) in _CODES
        if first.plain is None or not is_refusal:
            raise
    plain = first.plain()
    answer = attempt(plain)
    _remember(_kinds(first) - _kinds(plain))
    return answer


def form_of(drawn: Drawn) -> Drawn:
    """Return something drawn in the form that this workspace's Slack takes, as far as that was found out."""
    if drawn.plain is None:
        return drawn
    kinds = _kinds(drawn)
    with _guard:
        is_refused = any(refused <= kinds for refused in _refused)
    return drawn.plain() if is_refused else drawn


def forget() -> None:
    """Ask Slack anew from now on, as after a restart."""
    with _guard:
        _refused.clear()


def _remember(kinds: frozenset[str]) -> None:
    with _guard:
        if not kinds or kinds in _refused:
            return
        _refused.add(kinds)
    log.warning("blocks.refused", kinds=sorted(kinds), sent="without them")


def _kinds(drawn: Drawn) -> frozenset[str]:
    return frozenset(_types(drawn.blocks))


def _types(value: object) -> Iterator[str]:
    """Yield the type of each block, element and cell."""
    if isinstance(value, Mapping):
        if isinstance(value.get("type"), str):
            yield value["type"]
        for inner in value.values():
            yield from _types(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _types(inner)
