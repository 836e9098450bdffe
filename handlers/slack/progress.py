"""The place of a person in a review session. Its modal carries this: numbers and ids, and nothing of any case.

It is not ours to trust, and nothing depends on it but what the person is shown of their own session.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workflows.engine.review.decisions import DecisionKind

_MOST_MADE, _MOST_SKIPPED = 40, 150
"""Ids of decided and skipped reviews that are carried: Slack takes 3,000 characters in all."""
_LETTERS = {
    DecisionKind.APPROVED: "a",
    DecisionKind.EDITED: "e",
    DecisionKind.ANSWERED: "f",
    DecisionKind.REJECTED: "r",
    DecisionKind.UPHELD: "u",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_FORM = re.compile(
    r"[0-9]{1,6}(?:-[0-9]{1,6}){4}_(?:[aefru][0-9]{1,12}(?:-[aefru][0-9]{1,12})*)?_(?:[0-9]{1,12}(?:-[0-9]{1,12})*)?"
)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A decision of the session."""

    kind: DecisionKind
    review: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The decisions of a review session, and what was skipped in it."""

    counts: tuple[int, ...] = (0,) * len(_LETTERS)
    """Number of decisions of each kind."""
    made: tuple[Made, ...] = ()
    """The last decisions, oldest first."""
    skipped: tuple[int, ...] = ()
    """Reviews that were skipped, oldest first."""

    @property
    def decided(self) -> int:
        """Number of decisions."""
        return sum(self.counts)

    @property
    def by_kind(self) -> dict[DecisionKind, int]:
        """Number of decisions of each kind of which there are any."""
        return {kind: number for kind, number in zip(_LETTERS, self.counts, strict=True) if number}

    @property
    def not_again(self) -> frozenset[int]:
        """Reviews that are not shown again: what was skipped, and what was rejected for others to fill in."""
        return frozenset(self.skipped) | {one.review for one in self.made if one.kind is DecisionKind.REJECTED}

    def with_decision(self, kind: DecisionKind, review: int) -> "Progress":
        """Return the progress after a decision."""
        made = (*self.made, Made(kind=kind, review=review))[-_MOST_MADE:]
        return replace(self, counts=self._counted(kind, 1), made=made)

    def without_decision(self, review: int) -> "Progress":
        """Return the progress after the last decision about a review was taken back."""
        last = next((one for one in reversed(self.made) if one.review == review), None)
        if last is None:
            return self
        made = tuple(one for one in self.made if one is not last)
        return replace(self, counts=self._counted(last.kind, -1), made=made)

    def with_skipped(self, review: int) -> "Progress":
        """Return the progress after a review was skipped."""
        return replace(self, skipped=(*self.skipped, review)[-_MOST_SKIPPED:])

    def anew(self) -> "Progress":
        """Return the progress with which a person goes through what they skipped."""
        return replace(self, skipped=())

    def _counted(self, kind: DecisionKind, more: int) -> tuple[int, ...]:
        return tuple(max(number + more * (one is kind), 0) for one, number in zip(_LETTERS, self.counts, strict=True))

    def __str__(self) -> str:
        made = [f"{_LETTERS[one.kind]}{one.review}" for one in self.made]
        return "_".join(("-".join(map(str, self.counts)), "-".join(made), "-".join(map(str, self.skipped))))

    @classmethod
    def read(cls, text: str) -> "Progress":
        """Read a progress from Slack; an unknown text means the beginning."""
        if not _FORM.fullmatch(text):
            return cls()
        counts, made, skipped = text.split("_")
        return cls(
            counts=tuple(map(int, counts.split("-"))),
            made=tuple(Made(kind=_KINDS[one[0]], review=int(one[1:])) for one in _some(made)),
            skipped=tuple(map(int, _some(skipped))),
        )


def _some(text: str) -> Sequence[str]:
    return text.split("-") if text else ()
