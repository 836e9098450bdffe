"""Messages about paused workflows: on a card, in the failures channel, and to the people who pause and resume them."""

from collections.abc import Sequence

from handlers.commands import ALL, command_called
from handlers.texts.pieces import Line, Paragraph, Piece, Told, bullets, command, line, moment, person, quote, words
from handlers.texts.plain import in_words
from workflows.engine.pauses import HandNote, Pause, Paused, PauseStatus, Resumed
from workflows.engine.text.sanitize import one_line

_NAMED = 30
"""Number of workflows that a list names."""


def stopped(workflow: str, pause: Pause | None) -> Told:
    """Draw that Countersign paused a workflow, and what to do. `pause`: the present one; None once resumed."""
    text = f"Countersign paused {workflow}"
    if pause is None:
        return Told(brief=text, parts=[[line(words(f"{text}. It was resumed since."))]])
    pieces: list[Paragraph] = [
        line(words(text, bold=True), words(" · "), moment(pause.at)),
        quote(pause.reason),
        line(words(_meaning(pause))),
        line(words("Repair it, then "), command("resume", workflow), *_and_propose(workflow)),
    ]
    return Told(brief=f"{text}: {pause.reason}", parts=[pieces])


def by_hand(note: HandNote) -> Told:
    """Draw that somebody paused a workflow, for the people who get its cases."""
    name, who = note.workflow, person(note.by)
    if note.pause is None or note.pause.by_itself:
        said = f"{name} was paused; it was resumed since"
        first = line(words(f"{name} was paused", bold=True), words(" by "), who, words(". It was resumed since."))
        return Told(brief=said, parts=[[first]])
    pieces: list[Paragraph] = [
        line(words(f"{name} is paused", bold=True), words(", by "), who, words(" · "), moment(note.at)),
        quote(note.pause.reason),
        line(words(_meaning(note.pause))),
        line(words("An engineer or its owner can resume it: "), command("resume", name)),
    ]
    return Told(brief=f"{name} is paused: {note.pause.reason}", parts=[pieces])


def lifted(note: HandNote) -> Told:
    """Draw that somebody resumed a workflow, for the people who get its cases."""
    said = f"{note.workflow} is resumed"
    first = line(words(said, bold=True), words(", by "), person(note.by), words(" · "), moment(note.at))
    return Told(brief=said, parts=[[first]])


def paused(made: Paused, status: PauseStatus) -> Told:
    """The result of a request to pause a workflow."""
    pause = made.pause
    first = [
        words(f"{pause.workflow} is paused." if made.changed else f"{pause.workflow} is paused already", bold=True)
    ]
    if not made.changed:
        first += [words(", by "), *_who(pause), words(f": {pause.reason}")]
    pieces = [
        line(*first),
        line(words(_meaning(pause))),
        line(words(f"{_cases(status.waiting)} for people now. To resume it: "), command("resume", pause.workflow)),
    ]
    return Told(brief=f"{pause.workflow} is paused", parts=[pieces])


NONE_PAUSED = Told(brief="No workflow is paused", parts=[[line(words("No workflow of yours is paused."))]])


def all_paused(found: Sequence[PauseStatus]) -> Told:
    """Say that several workflows are paused, each with its pause."""
    said = f"{len(found):,} workflows are paused."
    lines = [line(*_status(one)) for one in found[:_NAMED]]
    more = [line(words(f"and {len(found) - _NAMED:,} more"))] if len(found) > _NAMED else []
    resume = line(words("To resume them: "), command("resume", ALL))
    return Told(brief=said, parts=[[line(words(said, bold=True)), bullets(lines), *more, resume]])


def resumed(made: Resumed, *, askable: int) -> Told:
    """Draw the result of a request to resume a workflow. `askable`: number of cases to ask the model about now."""
    status, name = made.status, made.status.workflow
    said = f"{name} is resumed." if made.changed else f"{name} is not paused."
    pieces = [line(words(said, bold=True))]
    if status.held:
        held = f"{status.held:,} held {'delivery goes' if status.held == 1 else 'deliveries go'} out now."
        pieces.append(line(words(held)))
    if askable:
        which = f"{askable:,} {'case that waits' if askable == 1 else 'cases that wait'} without a proposal"
        pieces.append(line(words(f"To ask the model about {which}: "), command("propose", name)))
    return Told(brief=said, parts=[pieces])


def proposing(workflow: str, begun: int, in_hand: int) -> Told:
    """Draw the number of cases that the model is asked about anew, and of those that somebody works on."""
    if begun:
        said = f"The model is asked about {begun:,} {'case' if begun == 1 else 'cases'} of {workflow}."
    else:
        said = f"No case of {workflow} waits for the model."
    pieces = [line(words(said))]
    if in_hand:
        left = "1 case stays as it is" if in_hand == 1 else f"{in_hand:,} cases stay as they are"
        it = "it" if in_hand == 1 else "them"
        pieces.append(line(words(f"{left}: somebody works on {it}, or decided {it} once.")))
    return Told(brief=said, parts=[pieces])


def pause_statuses(found: Sequence[PauseStatus], *, usage: str) -> Told:
    """Tell whether workflows are paused, and what waits. `usage`: the name of the command that was given."""
    meant = command_called(usage)
    about = meant.about if meant is not None else ""
    lines = [line(*_status(one)) for one in found[:_NAMED]]
    if more := len(found) - len(lines):
        lines.append(line(words(f"and {more:,} more")))
    return Told(
        brief="State of the workflows",
        parts=[[bullets(lines), line(words("Command: "), command(usage, about))]],
    )


def paused_by(pause: Pause) -> str:
    """Return by whom, since when and why a workflow is paused, where a face has no time zone of the reader."""
    return f"by {pause.who} since {in_words(pause.at)}: {pause.reason}"


def pauses(found: Sequence[Pause]) -> Sequence[Line]:
    """Draw a line for each workflow that is paused."""
    return [line(words(f"{one.workflow} is paused", bold=True), words(", by "), *_who(one)) for one in found[:_NAMED]]


def _status(status: PauseStatus) -> Sequence[Piece]:
    pause = status.pause
    if pause is None:
        said = [words(status.workflow, bold=True), words(" is not paused")]
    else:
        by = [words(" is paused by "), *_who(pause), words(f": {one_line(pause.reason, 150)}")]
        said = [words(status.workflow, bold=True), *by]
    numbers = [
        (status.waiting, "waiting for people"),
        (status.empty, "of them without a proposal"),
        (status.held, "deliveries held"),
    ]
    return [*said, *(words(f" · {number:,} {what}") for number, what in numbers if number)]


def _who(pause: Pause) -> Sequence[Piece]:
    return [person(pause.who), words(", "), moment(pause.at)]


def _meaning(pause: Pause) -> str:
    """Return the meaning of a pause in words."""
    delivered = "is held until then" if pause.holds_deliveries else "is still delivered"
    return (
        f"The model is not asked, and nothing is resolved alone: people get empty forms. What they decide {delivered}."
    )


def _cases(number: int) -> str:
    return f"{number:,} {'case waits' if number == 1 else 'cases wait'}"


def _and_propose(workflow: str) -> Sequence[Piece]:
    return [words(". For cases that wait without a proposal: "), command("propose", workflow)]
