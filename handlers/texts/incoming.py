"""The words of cases that come as messages: what was taken in, what failed, and the outcome in the thread."""

from collections.abc import Mapping, Sequence

from handlers.texts.pieces import Line, Paragraph, Room, Told, bullets, channel, line, moment, quote, words
from handlers.texts.plain import excerpt
from store.states import LAPSES, Resolution, RunState
from workflows.engine.review.decisions import MAX_ANSWER
from workflows.engine.sources.heard.views import (
    Answer,
    AnsweredNote,
    HandedInView,
    MessageFailedNote,
    OutcomeNote,
    QuestionNote,
    TakenInNote,
)
from workflows.engine.text.sanitize import one_line

SHORTCUT = "Send to Countersign"
TITLE = "Hand in a case"
HAND_IN = "Hand in"
DONE = "Handed in"
GO_ON = "Go on"
WORKFLOW = "Workflow"
MESSAGE = "Message"
NOBODY = "Only reviewers, engineers and owners may hand in cases."
"""Words for whoever may hand in to no workflow."""
OWN = "Countersign wrote this message itself, so it cannot be a case. Hand in the message that it is about."
NOT_FILLED_IN = "The message could not be read into the form, so fill it in yourself."
NO_CASE = "The workflow makes no case of this message by itself. You can hand it in all the same."
TOO_LARGE = "This form is too large for Slack. Hand the case in at the command line: countersign submit"
_LONGEST = 160
"""Most characters of a value in a thread."""
_MOST = 6
"""Most values in a thread."""
_STOPPED: Mapping[RunState, str] = {
    RunState.FAILED: "It could not be carried out. People look at it.",
    RunState.PARKED: "It stopped. People look at it.",
    RunState.DOUBTFUL: "Nobody knows yet whether it was carried out. People look at it.",
}


def no_such_workflow(name: str, mine: Sequence[str]) -> str:
    """Say that there is no such workflow for a person. `mine`: those that they may hand in to."""
    return f"there is no workflow {one_line(name, 40)!r} that you may hand in to; yours are {', '.join(sorted(mine))}"


def about(workflow: str, *, is_filled_in: bool) -> Line:
    """Say above the form what it is for, and what to do with it."""
    first = "Look at it" if is_filled_in else "Fill it in"
    return line(words(f"A case for {workflow}", bold=True), words(f". {first}, then hand it in."))


def handed_in(view: HandedInView) -> Told:
    """Tell a person what became of what they handed in."""
    if view.is_new:
        said = f"Handed in to {view.workflow}: case {view.case}."
    elif view.is_revision:
        said = f"Case {view.case} of {view.workflow} was there, with other content: this is a new revision of it."
    else:
        said = f"Case {view.case} of {view.workflow} was there already, with the same content. Nothing was changed."
    where = "in the thread of the message" if view.is_told_in_thread else "to you, by a direct message"
    is_told = view.is_new or view.is_revision
    more = [line(words(f"The outcome is told {where}."))] if is_told else []
    return Told(brief=said, parts=[[line(words(said)), *more]])


def taken_in(note: TakenInNote) -> Told:
    """Tell a thread that its message is a case."""
    what = "A new revision of case" if note.is_revision else f"Handed in to {note.workflow}. Case"
    said = f"{what} {note.case}"
    return Told(brief=said, parts=[[line(words(said))]])


def outcome(note: OutcomeNote, room: Room) -> Told:
    """Tell a thread the outcome of the case of its message."""
    title = _title(note)
    said: list[Paragraph] = [line(words(title, bold=True), words(f" · {note.workflow}, case {note.case}"))]
    if note.values:
        said.append(bullets(_values(note.values, room)))
    if note.state in _STOPPED:
        said.append(line(words(_STOPPED[note.state])))
    elif note.reason is not None:
        said.append(line(words(f"Reason: {one_line(note.reason, room.line)}")))
    elif note.is_by_person and note.resolution is not Resolution.REJECTED:
        said.append(line(words("A person decided this.")))
    elif note.resolution in LAPSES:
        said.append(line(words("Nobody answered in time.")))
    return Told(brief=f"{title}: {note.workflow}, case {note.case}", parts=[said])


def _title(note: OutcomeNote) -> str:
    if note.state in _STOPPED:
        return "Stopped"
    match note.resolution:
        case Resolution.REJECTED:
            return "Rejected"
        case Resolution.EXPIRED:
            return "Expired"
    if note.state is RunState.CLOSED:
        return "Closed"
    return "Corrected" if note.is_correction else "Delivered"


def _values(values: Mapping[str, str], room: Room) -> list[Line]:
    shown = [
        line(words(f"{one_line(label, room.line)}: "), words(one_line(text, min(room.line, _LONGEST))))
        for label, text in list(values.items())[:_MOST]
    ]
    left = len(values) - len(shown)
    return [*shown, *([line(words(f"and {left} more"))] if left > 0 else [])]


def question(note: QuestionNote, room: Room) -> Told:
    """Ask whoever handed a case in."""
    card = f"at the card of case {note.case}"
    how = f"Whoever wrote the message answers in this thread, others {card}" if note.is_in_thread else f"Answer {card}"
    said: list[Paragraph] = [
        line(words("A question", bold=True), words(f" · {note.workflow}, case {note.case}")),
        quote(excerpt(note.text, room.text)),
        line(words(f"{how}, by "), moment(note.answer_by), words(".")),
    ]
    return Told(brief=f"A question about case {note.case}", parts=[said])


def answered(note: AnsweredNote) -> Told:
    """Tell the thread of a question what became of the reply."""
    if note.answer is Answer.NO_WORDS:
        said = "No file is read here, so this answer was not taken. Answer in words."
    elif note.answer is Answer.TOO_LONG:
        said = f"An answer has 1 to {MAX_ANSWER:,} characters, so this one was not taken. Answer again, in fewer."
    else:
        said = f"Thank you. Case {note.case} goes on with your answer."
    return Told(brief=said, parts=[[line(words(said))]])


def failed(note: MessageFailedNote) -> Told:
    """Tell engineers that messages of a watched channel were not taken in."""
    brief = f"Messages were not taken in by {note.workflow}"
    several = f", the first of {note.number:,} since then," if note.number > 1 else ""
    said = [
        line(words("Not taken in", bold=True), words(f" · {note.workflow}")),
        line(
            words("A message in "),
            channel(note.channel),
            words(" of "),
            moment(note.sent_at),
            words(f"{several} is no case: the workflow's function for messages ended with "),
            words(one_line(note.error), bold=True),
            words(". Others that end so today are not told again."),
        ),
        line(words(f"To hand one in: choose {SHORTCUT} in the menu of the message.")),
    ]
    return Told(brief=brief, parts=[said])
