"""The words of a review session: how far a person is, what they did last, and what they did in all."""

from collections.abc import Mapping, Sequence

from handlers.texts import answers, states
from handlers.texts.pieces import Line, Paragraph, Told, bullets, line, words
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.views import CardView
from workflows.engine.text.sanitize import one_line

APPROVE, DECIDE, REJECT, RIGHT = "Approve and next", "Decide and next", "Reject and next", "It was right, next"
APPROVE_AS_WELL = "Approve as well, next"
"""The words on a step's main button."""
GO_ON, SKIPPED_ONES = "Go on", "Show the skipped"
STOP = "Stop"
TITLE = "Review"
RECORDED = "Your decision is recorded."
NOT_TURNED = "Nothing was decided. Close this and press Skip again"
SEE_CARD = "The card shows whether it is taken back"
_DID = {DecisionKind.ANSWERED: "filled in", DecisionKind.UPHELD: "kept"}
_KEY = 60
"""Most characters of a case's key."""


def place(number: int, of: int) -> str:
    """Say which of how many reviews a step shows."""
    return f"{number:,} of {of:,}"


def did(kind: DecisionKind, key: str, *, awaits_second: bool) -> Line:
    """Say what the person did last."""
    then = ". Now a second person has to" if awaits_second else ""
    return line(words(f"You {_verb(kind)} {one_line(key, _KEY)}{then}."))


def taken_back(key: str) -> Told:
    """Say that a decision was taken back."""
    said = f"You took your decision on {one_line(key, _KEY)} back."
    return Told(brief=said, parts=[[line(words(said, bold=True))]])


def overtaken(view: CardView, user: str) -> Told:
    """Say that somebody decided the review of the last step meanwhile. `user`: the person who is told."""
    told = answers.too_late(view, user)
    first, *rest = (piece for part in told.parts for piece in part)
    assert isinstance(first, Line)
    named = line(words(f"{one_line(view.key, _KEY)}: ", bold=True), *first.pieces)
    return Told(brief=told.brief, parts=[[named, *rest]])


def ended(counts: Mapping[DecisionKind, int], made: Sequence[tuple[DecisionKind, str]], skipped: int) -> Told:
    """Say what was done in a session, once nothing more waits. `made`: the last decisions, each with its case's key."""
    first = "Nothing waits any more." if not skipped else "Nothing waits any more but what you skipped."
    how = ", ".join(f"{number:,} {_verb(kind)}" for kind, number in counts.items())
    total = sum(counts.values())
    decided = f"You decided {total:,}" + (
        f" ({how})" if len(counts) > 1 else f", all {_verb(next(iter(counts)))}" if total else ""
    )
    said: list[Paragraph] = [line(words(first, bold=True)), line(words(f"{decided}, skipped {skipped:,}."))]
    if made:
        lines = [line(words(f"{one_line(key, _KEY)}: {_verb(kind)}")) for kind, key in made]
        said += [line(words("The last ones:" if len(made) < total else "What you decided:")), bullets(lines)]
    return Told(brief=first, parts=[said])


def _verb(kind: DecisionKind) -> str:
    return _DID.get(kind) or states.DECISION[kind]
