"""The words of absences: until when a person is away, and who takes what is theirs meanwhile."""

from collections.abc import Mapping, Sequence

from handlers.texts.buttons import Button
from handlers.texts.pieces import Line, Piece, Told, line, moment, person, words
from workflows.engine.review.assignment.views import AbsenceView, Wrong

TITLE = "Away"
SAVE = "Save"
SINCE = "First day away"
FROM_NOW = "Left empty: from now on."
UNTIL = "First day back"
DELEGATE = "Who takes what is assigned to you?"
OWN_RIGHT = "They decide by their own right. Left empty: it goes back to your team."
AWAY = Button(text="Away…", says="Say that you are away, and who takes what is yours")
CHANGE = Button(text="Change…", says="Change when you are away, and who takes what is yours")
BACK = Button(text="I'm back", says="Say that you are back")
CALL_OFF = Button(text="I stay", says="Say that you stay, and are not away")
OUT_OF_OFFICE = "Out of office"
GOING_AWAY = line(words("While you are away nothing is assigned to you, and nobody reminds you."))
NO_USE = "This person may decide none of your workflows. Choose a colleague who may."
WRONG: Mapping[Wrong, str] = {
    Wrong.SINCE: "An absence begins within a year.",
    Wrong.UNTIL: "Choose a day after today and after the first day away, at most a year later.",
    Wrong.DELEGATE: "Choose somebody else than yourself.",
}


def days_in(zone: str) -> str:
    """Say when a day begins. `zone`: the name of its time zone."""
    return f"Days begin at midnight, {zone} time."


def at_home(absence: AbsenceView) -> Line:
    """Say on a person's Home that they are away, or will be, and who takes what is theirs."""
    if absence.has_begun:
        said: list[Piece] = [words("You are away until ", bold=True), moment(absence.until)]
    else:
        said = [words("You will be away from ", bold=True), moment(absence.since), words(" until ")]
        said.append(moment(absence.until))
    return line(*said, words(". "), *_then(absence))


def _then(absence: AbsenceView) -> Sequence[Piece]:
    if absence.delegate is None:
        return [words("What is assigned to you goes back to your team.")]
    return [person(absence.delegate), words(" takes what is yours, where they may decide it.")]


NOT_AWAY = Told(brief="You are not away", parts=[[line(words("You are not away."))]])
