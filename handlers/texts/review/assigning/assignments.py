"""The words of assignments: who is to decide a review, and why that changed."""

from collections.abc import Sequence

from handlers.texts.buttons import Button
from handlers.texts.pieces import Line, Piece, Told, line, moment, person, words
from workflows.engine.review.assignment.views import AbsenceView, AssignmentView, WhyAssigned
from workflows.engine.review.views import CardView

MENU = "Assign: name who decides"
"""The choice in a card's menu."""
TITLE = "Assign"
WHOM = "Who is to decide this?"
BARS_NOBODY = "The others may still decide."
TO_BOT = "This is an app. Choose a person."
NO_RIGHT = "This person may not decide it: they are not among its reviewers."
NOT_KNOWN = "It could not be checked just now whether this person may decide it. Try again."
OWN = "This person handed the case in, or asked for it again. Choose somebody else."
FOR_YOU = "for you"
NOBODY = Button(text="Assign to nobody", says="Assign to nobody: anybody may take it")


def on_card(view: CardView) -> Sequence[Piece]:
    """Say on the card for whom it is; nothing where that is anybody, or whoever is on it."""
    if view.assignee is None or (view.assignee == view.claimed_by and view.assignee_away_until is None):
        return []
    said: list[Piece] = [words(" · for "), person(view.assignee)]
    if view.assignee_away_until is not None:
        said += [words(", away until "), moment(view.assignee_away_until)]
    return said


def in_thread(view: CardView, change: AssignmentView) -> Told:
    """Say in the thread of the card who is to decide it now. The name calls that person."""
    if change.why is WhyAssigned.BY_HAND:
        return Told(brief=f"Assigned: {view.key}", parts=[[line(*_by_hand(change))]])
    if change.why is WhyAssigned.AWAY and change.until is not None:
        why = [words("Whoever it was for is away until "), moment(change.until), words(". ")]
    elif change.why is WhyAssigned.GONE:
        why = [words("Whoever it was for may no longer decide it. ")]
    else:
        why = []
    now = [words("For "), person(change.to), words(" now.")] if change.to else [words("Anybody may take it now.")]
    return Told(brief=f"Reassigned: {view.key}", parts=[[line(*why, *now)]])


def _by_hand(change: AssignmentView) -> Sequence[Piece]:
    if change.to is None:
        return [person(change.by), words(" assigned this to nobody. Anybody may take it.")]
    if change.to == change.by:
        return [person(change.by), words(" takes this.")]
    return [person(change.by), words(" assigned this to "), person(change.to), words(".")]


def reassigned(view: CardView) -> Told:
    """Say to whoever assigns it that somebody else was a moment earlier."""
    whom = [words("It is for "), person(view.assignee)] if view.assignee else [words("It is for nobody")]
    said = line(
        words("Somebody else assigned this a moment ago.", bold=True),
        words(" "),
        *whom,
        words(" now. Nothing of yours was recorded."),
    )
    return Told(brief="Somebody else assigned this a moment ago", parts=[[said]])


def to_nobody(view: CardView) -> Told:
    """Say that a review is assigned to nobody."""
    return Told(brief=f"Assigned to nobody: {view.key}", parts=[[line(words("Anybody may take it now."))]])


def away(absences: Sequence[AbsenceView]) -> Sequence[Line]:
    """Say who of the people that may be meant is away."""
    return [line(words("Away: "), person(one.person), words(" until "), moment(one.until)) for one in absences]


def absent(until: str) -> str:
    """Say beside the field that a person is away. `until`: when they are back, in words."""
    return f"This person is away until {until}. Choose somebody else."
