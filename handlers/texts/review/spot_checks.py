"""The words of spot checks: how many wait, the form, two answers side by side, grades, and what comes of them."""

from collections.abc import Mapping, Sequence

from handlers.texts.pieces import Line, Paragraph, Room, Told, bullets, left_out, line, moment, quote, words
from handlers.texts.plain import excerpt
from store.states import SpotCheckState
from workflows.engine.review.spot_checks.views import (
    Became,
    BlindView,
    ChecksOfChannel,
    ChecksOfPerson,
    ComparisonView,
    Difference,
    End,
    Grade,
    PackNote,
    Right,
    SpotCheckView,
    Task,
)
from workflows.engine.text.form_fields import Field
from workflows.engine.text.sanitize import one_line

TITLE = "Spot check"
ANSWER, GRADE = "Compare", "Save and next"
"""The words on the main button of a form: of the answer, and of the grade."""
GO_ON, STOP = "Next spot check", "Stop"
BLIND = (
    "This case went alone. Answer it as you would without Countersign; what was delivered is shown afterwards. "
    "Nothing is delivered by your answer."
)
PACKED = "went alone before that was taken back"
"""Said of what is looked at although nobody drew it."""
COMPARE = "Your answer is kept. It differs from what was delivered:"
COMPARE_SECOND = (
    "Two answers to this case differ, and one of them was delivered. You are not told which, so that you judge the "
    "difference alone."
)
HOW_BAD = "How bad is the difference?"
NOTE = "Why?"
WHICH = "Which one is right?"
SAY_WHICH = "Say which one is right, or choose that both are."
RIGHTS: Mapping[Right, str] = {
    Right.ONE: "One answer, the first",
    Right.OTHER: "The other",
    Right.NEITHER: "Neither",
}
"""Choices of a second person."""
GRADES: Mapping[Grade, tuple[str, str]] = {
    Grade.SAME: ("None: both are right", "Either could be delivered."),
    Grade.MINOR: ("Minor", "What is wrong does no harm."),
    Grade.MAJOR: ("Major", "What is wrong has to be put right, if it was delivered."),
    Grade.CRITICAL: ("Critical", "What is wrong does harm."),
}
"""Grade -> its name, and what it means."""
OWN_GRADES: Mapping[Grade, tuple[str, str]] = {
    Grade.SAME: ("None: leave it as it was delivered", "It says the same, or you would change your answer."),
    Grade.MINOR: ("Minor", "What was delivered is wrong, and that does no harm."),
    Grade.MAJOR: ("Major", "What was delivered is wrong and has to be put right."),
    Grade.CRITICAL: ("Critical", "What was delivered is wrong and does harm."),
}
"""The same for the person who answered."""
SIDES = ("delivered", "you")
SECOND_SIDES = ("one answer", "the other")
"""Names of the two answers."""
SHOWN = 1_000
"""Most characters of a case's text above a form."""
_LONG = 120
"""Most characters of a value on the same line as its label."""
_TASKS = {
    Task.ANSWER: "to answer",
    Task.GRADE: "yours to grade",
    Task.SECOND: "to grade as the second person",
}
_OUTCOMES = {
    Grade.SAME: "it can stay",
    Grade.MINOR: "a minor error",
    Grade.MAJOR: "a major error",
    Grade.CRITICAL: "a critical error",
}
_BECAME = {
    Became.DUE: "A correction is opened now.",
    Became.OPENED: "A correction with the blind answer waits for a person.",
    Became.JOINED: "A correction of the case waits already.",
    Became.OVERTAKEN: "Something else was delivered since.",
    Became.REPORTED: "The case is reported as wrong, and a person looks at it.",
}
_ENDED = {
    End.REVISION: "newer content of the case came",
    End.CORRECTION: "the case was corrected first",
    End.RERUN: "the case was run again first",
    End.STOPPED: "the case did not go out by itself, and a person decided it",
    End.GONE: "its workflow is not there any more",
    End.FORGOTTEN: "the content of the case was removed",
}


def number(count: int) -> str:
    """Say how many spot checks there are."""
    return f"{count:,} spot {'check' if count == 1 else 'checks'}"


def in_channel(view: ChecksOfChannel) -> Told:
    """Say how many spot checks wait in a channel, and by when the first is due."""
    waits = f"{number(view.number)} {'waits' if view.number == 1 else 'wait'}"
    due = [words(" It is due " if view.number == 1 else " The first is due ")] if view.due_at is not None else []
    due += [moment(view.due_at), words(".")] if view.due_at is not None else []
    packed = f" {_packed(view.number, view.packed)}, worst first." if view.packed else ""
    about = line(words(f"Cases that went alone, looked at without seeing the answer.{packed}"), *due)
    brief = f"{waits}: cases that went alone, looked at blind"
    return Told(brief=brief, parts=[[line(words(waits, bold=True)), about]])


def _packed(number: int, packed: int) -> str:
    """Say how many of the spot checks nobody drew."""
    which = {1: "It"} if number == 1 else {number: "All of them"}
    return f"{which.get(packed, f'{packed:,} of them')} {PACKED}"


def told_blind(view: BlindView) -> str:
    """Say why a person answers a case without seeing what was delivered."""
    if view.pack is None:
        return BLIND
    first = f"One of {view.pack.number:,} that {view.workflow} resolved alone before that was taken back"
    return f"{first}; {view.pack.left:,} left. {BLIND.partition('. ')[2]}"


def task(of: Task, *, packed: bool = False) -> str:
    """Say what a person is to do about a spot check. `packed`: nobody drew it."""
    return f"{_TASKS[of]}; {PACKED}" if packed else _TASKS[of]


def is_long(text: str) -> bool:
    """Tell whether a form shows the beginning of a case's text alone."""
    return len(text) > SHOWN


def about(view: BlindView | ComparisonView) -> str:
    """Name the case of a spot check in a line."""
    return f"{view.workflow} · {one_line(view.key, 80)}"


def due(view: BlindView) -> Line:
    """Say by when a spot check is due."""
    return line(words("Due "), moment(view.due_at), words("."))


def said_to_compare(view: ComparisonView) -> str:
    """Say what a person is shown two answers for."""
    return COMPARE_SECOND if view.is_second else COMPARE


def compared(view: ComparisonView, room: Room) -> list[Paragraph]:
    """Put two answers side by side, field by field."""
    one, other = SECOND_SIDES if view.is_second else SIDES
    made: list[Paragraph] = []
    for difference in view.differences[: room.items]:
        made += _side_by_side(difference, one, other, room)
    left = len(view.differences) - room.items
    return [*made, *([left_out(left, "fields")] if left > 0 else [])]


def _side_by_side(difference: Difference, one: str, other: str, room: Room) -> list[Paragraph]:
    label = words(excerpt(difference.label, room.line), bold=True)
    sides = ((one, difference.one), (other, difference.other))
    if all(len(text) <= _LONG and "\n" not in text for _, text in sides):
        said = [line(words(f"{name}: "), words(one_line(text, room.line) or "–", bold=True)) for name, text in sides]
        return [line(label), bullets(said)]
    made: list[Paragraph] = [line(label)]
    for name, text in sides:
        made += [line(words(f"{name}:")), quote(excerpt(text, room.text) or "–")]
    return made


def grades(view: ComparisonView) -> Mapping[Grade, tuple[str, str]]:
    """Return the grades that a person chooses from: their names, and what they mean."""
    return GRADES if view.is_second else OWN_GRADES


def outcome(view: SpotCheckView) -> str:
    """Say how a spot check stands, in one or two sentences."""
    if view.state == SpotCheckState.AWAITING_SECOND:
        return "Your grade is kept. Now another reviewer looks at both answers."
    if view.state == SpotCheckState.ANSWERED:
        return "Your answer is kept. It differs from what was delivered, and nobody has graded that yet."
    if view.state == SpotCheckState.SUPERSEDED:
        return f"It ended without an outcome: {_ENDED[view.end or End.RERUN]}."
    if view.outcome is None:
        return "Nobody has looked at it yet."
    if view.end is End.EQUAL:
        return "Your answer is what was delivered."
    follows = f" {_BECAME[view.correction]}" if view.correction is not None else ""
    alone = " Nobody else could look at it, so your grade counts." if view.end is End.NO_OTHER else ""
    return f"It is decided: {_OUTCOMES[view.outcome]}.{alone}{follows}"


def told_before(view: SpotCheckView) -> Told:
    """Say above the next spot check what came of the one before."""
    said = f"{one_line(view.key, 60)}: {outcome(view)}"
    return Told(brief=said, parts=[[line(words(said, bold=True))]])


def passed_on(key: str) -> Told:
    """Say that a spot check was left to others."""
    said = f"{one_line(key, 60)} is left to others."
    return Told(brief=said, parts=[[line(words(said, bold=True))]])


def waits_for_you(checks: ChecksOfPerson) -> str:
    """Say how many spot checks wait for a person."""
    count, packed = checks.number, checks.packed
    told = f"{number(count)} {'waits' if count == 1 else 'wait'} for you: cases that went alone, looked at blind."
    return f"{told} {_packed(count, packed)}, worst first." if packed else told


def pack_looked_at(view: PackNote) -> Told:
    """Tell an owner what people found in what went alone before that was taken back."""
    said = f"{view.workflow}: people looked at {view.looked_at:,} that {PACKED}, {_found(view)}."
    lines = [line(words(said, bold=True))]
    if view.to_correct:
        follow = "A correction follows" if view.to_correct == 1 else f"{view.to_correct:,} corrections follow"
        lines.append(line(words(f"{follow}: a person decides each.")))
    left = view.number - view.looked_at
    if left:
        were = "was" if left == 1 else "were"
        lines.append(line(words(f"{left:,} of {view.number:,} {were} changed or removed before anybody looked.")))
    return Told(brief=said, parts=[lines])


def _found(view: PackNote) -> str:
    """Say how many of a pack were wrong."""
    if view.looked_at == 1:
        return "and it was wrong" if view.wrong else "and it was right"
    return f"{view.wrong:,} of them wrong" if view.wrong else "and none was wrong"


def nothing_waits(for_others: int) -> Told:
    """Say that no spot check waits for a person. `for_others`: number of those that are left to others at first."""
    said = " ".join(["No spot check waits for you.", *_for_others(for_others)])
    return Told(brief=said, parts=[[line(words(said))]])


def session_ended(done: int, for_others: int = 0) -> Told:
    """Say that no spot check waits any more. `done`: number of those that the person has looked at in a row."""
    first = "No spot check waits for you any more."
    how = f"You looked at {done:,}. Thank you." if done else "Nothing was left to look at."
    more = " ".join([how, *_for_others(for_others)])
    return Told(brief=first, parts=[[line(words(first, bold=True)), line(words(more))]])


def _for_others(number: int) -> list[str]:
    """Say why some are not shown yet to somebody who answered the last ones."""
    if not number:
        return []
    which = "One more is" if number == 1 else f"{number:,} more are"
    return [f"{which} left to other reviewers for a day: the last ones were all yours."]


_WHOLE = Room(text=4_000, line=300, items=100)
"""Room where what is told is read in full."""


def blind(view: BlindView, fields: Sequence[Field]) -> Told:
    """Show a case that is to be answered, with the fields to fill in."""
    named = [line(words(f"{field.name}{f': {field.choices_named()}' if field.choices else ''}")) for field in fields]
    return Told(
        brief=about(view),
        parts=[
            [line(words(about(view), bold=True)), line(words(told_blind(view))), due(view)],
            [line(words(view.question)), quote(excerpt(view.text, _WHOLE.text))],
            [line(words("Fields to answer:")), bullets(named)],
        ],
    )


def comparison(view: ComparisonView) -> Told:
    """Show two answers side by side, with the grades to choose from."""
    named = [line(words(f"{grade}: {meaning}")) for grade, (_, meaning) in grades(view).items()]
    return Told(
        brief=about(view),
        parts=[
            [line(words(about(view), bold=True)), line(words(said_to_compare(view)))],
            compared(view, _WHOLE),
            [line(words(HOW_BAD)), bullets(named)],
            [line(words(WHICH)), bullets([line(words(f"{right}: {name}")) for right, name in RIGHTS.items()])]
            if view.is_second
            else [],
        ],
    )
