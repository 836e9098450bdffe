"""Findings of a check of the set-up, and the words for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.texts.pieces import Line, Told, line, words
from handlers.texts.plain import begun_large, excerpt

BAD = "bad"
"""Level of what does not work."""
_LEVELS = {BAD: "Does not work", "note": "Look"}
_SHOWN = 25
"""Findings that a message shows."""
_LENGTH = 400
"""Characters of one."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was checked."""

    level: str
    """Level: ok, note (works, but look), or bad (does not work)."""
    what: str
    do: str = ""
    """Advice."""


CHECKING = Told(brief="Checking the set-up", parts=[[line(words("Checking the set-up. This takes some seconds."))]])


def found(findings: Sequence[Finding]) -> Told:
    """Say what was found: what does not work first; of what is in order only the number."""
    wrong = sorted((one for one in findings if one.level in _LEVELS), key=lambda one: one.level != BAD)
    fine = len(findings) - len(wrong)
    first = f"{fine} {'check is' if fine == 1 else 'checks are'} in order"
    first += f", {len(wrong)} {'wants' if len(wrong) == 1 else 'want'} a look." if wrong else "."
    left = len(wrong) - _SHOWN
    more = [[line(words(f"and {left} more; countersign doctor shows all."))]] if left > 0 else []
    return Told(
        brief=first,
        parts=[[line(words(first, bold=True))], *(_said(one) for one in wrong[:_SHOWN]), *more],
    )


def _said(one: Finding) -> list[Line]:
    said = [line(words(f"{_LEVELS[one.level]}: ", bold=True), words(excerpt(one.what, _LENGTH)))]
    return [*said, line(words(begun_large(excerpt(one.do, _LENGTH))))] if one.do else said
