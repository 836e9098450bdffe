"""Checks of a prompt that a model wrote: what it may change, and what may not stand in it. Pure.

The text comes from a model that read cases, so it is as little to be trusted as those. A person reads it before it is
used; what they could overlook is refused here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from workflows.engine.declare.registry import AnyWorkflow, form_asked, told
from workflows.engine.errors import Refused
from workflows.engine.propose.evidence.copies import Copied, Texts
from workflows.invisible import is_invisible
from workflows.model.prompts import BadPrompt, parse_prompt, parts_of, tags_of

LONGER = 4_000
"""Characters by which a draft may be longer than the prompt."""
_BREAKS = frozenset("\n\t")
_WHY = {
    Copied.WORDS: "it copies words of a case, which no other case may see",
    Copied.NUMBER: "it names a number of a case, which no other case may see",
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """A model's answer."""

    body: str
    """The prompt without its front matter."""
    rationale: str


def checked(
    workflow: AnyWorkflow, source: str, name: str, written: Written, *, cases: Sequence[str], known: Sequence[JsonValue]
) -> str:
    """Return a draft as a whole file, with the front matter of the prompt. Raise `Refused` for one that will not do.

    `source`, `name`: of the prompt. `cases`: the texts of the cases that the model read. `known`: what may stand in the
    draft although it stands in a case.
    """
    old = parts_of(source, name)
    body = "\n".join(line.rstrip() for line in written.body.strip().splitlines())
    if body == old.body.strip():
        raise _unfit("it changes nothing")
    if len(body) > len(old.body) + LONGER:
        raise _unfit(f"it is more than {LONGER:,} characters longer than the prompt")
    if any(is_invisible(char) and char not in _BREAKS for char in body):
        raise _unfit("it holds characters that cannot be seen")
    try:
        if tags_of(body, name) != tags_of(old.body, name):
            raise _unfit("it does not keep the parts in braces as they are, and in their order")
        draft = f"{old.front}\n{body}\n" if old.front else f"{body}\n"
        parse_prompt(draft, name, form=form_asked(workflow), declared=told(workflow))
    except BadPrompt as error:
        raise _unfit(str(error)) from error
    texts = Texts(said=[body, written.rationale], known=[old.body, *known])
    for case in cases:
        if (copied := texts.copied(case)) is not None:
            raise _unfit(_WHY[copied])
    return draft


def _unfit(why: str) -> Refused:
    return Refused(f"the draft cannot be used: {why}. Nothing is kept; asking again may give another one")
