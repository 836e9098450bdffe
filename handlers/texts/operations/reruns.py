"""Words about running a case again: that it is begun, what it would do, and what was put right in its input."""

from collections.abc import Sequence

from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    bullets,
    command,
    line,
    moment,
    person,
    quote,
    words,
)
from handlers.texts.plain import excerpt
from workflows.engine.review.corrected.views import CorrectedInput, CorrectedRerun, InputChange, RunAgainNote
from workflows.engine.review.views import Rerun

ROOM = Room(text=600, line=200, items=15)
"""Room for what was put right in an ordinary input."""
_PROPOSED = "There will be a new recommendation; where a person is needed, they get a new card."
_UNPROPOSED = "Its workflow is paused: no model is asked, and people get an empty form."
_KEY = 40
"""Characters of a case's key in a line."""


def begun_again(case: int, rerun: Rerun) -> Told:
    """Say that a case runs again."""
    text = f"Case {case} runs again from {rerun.from_step}."
    return Told(brief=text, parts=[[line(words(text))]])


def not_understood(case: str, stray: str) -> str:
    """Say that words after a case mean nothing."""
    return (
        f"{excerpt(stray, _KEY)!r} is not understood after a case, and nothing was done: rerun {excerpt(case, _KEY)} "
        "[from STEP] [dry], or corrected"
    )


def corrected_alone(case: int, *, dry: bool) -> str:
    """Say what is typed where the input of a case is put right in its form. `dry`: they asked what would happen."""
    form = f"/countersign rerun {case} corrected"
    if dry:
        return (
            f"the form changes nothing before you press Run again: {form}; the command line can say before what would "
            f"change: countersign rerun {case} --input FILE dry"
        )
    return f"with a corrected input a case runs again from the start: {form}"


def foreseen(case: int, rerun: Rerun) -> Told:
    """Say what a rerun would do. Nothing of it was done."""
    text = f"Case {case} would run again from {rerun.from_step}."
    first = line(words(text, bold=True), words(" Nothing was done yet."))
    to_do = line(words("To do it: "), command("rerun", f"{case} from {rerun.from_step}"))
    return Told(brief=text, parts=[[first, *(line(words(one)) for one in follows(rerun)), to_do]])


def follows(rerun: Rerun) -> list[str]:
    """Say in sentences what follows from a rerun."""
    said = []
    if rerun.delivers_only:
        said.append("What was decided stays, and is delivered under the same key: nobody is asked again.")
    else:
        said.append(_UNPROPOSED if rerun.is_paused else _PROPOSED)
    if rerun.recalled:
        number = f"{rerun.recalled} earlier {'step is' if rerun.recalled == 1 else 'steps are'}"
        said.append(f"{number} taken from the record and not made again.")
    if rerun.withdraws:
        said.append("The review that is open now would be withdrawn.")
    return said


def begun_corrected(rerun: CorrectedRerun, room: Room = ROOM) -> Told:
    """Say that a case runs again with a corrected input, old beside new."""
    of = rerun.corrected
    text = f"Case {of.case} runs again from the start with the corrected input, as revision {of.revision}."
    return Told(brief=text, parts=[[line(words(text, bold=True)), *changed(of.changes, room), *_follows(rerun)]])


def foreseen_corrected(rerun: CorrectedRerun, room: Room = ROOM) -> Told:
    """Say what a rerun with a corrected input would do. Nothing of it was done."""
    of = rerun.corrected
    text = f"Case {of.case} would run again from the start with this input, as revision {of.revision}."
    first = line(words(text, bold=True), words(" Nothing was done yet."))
    return Told(brief=text, parts=[[first, *changed(of.changes, room), *_follows(rerun)]])


def _follows(rerun: CorrectedRerun) -> list[Line]:
    said = [_UNPROPOSED if rerun.is_paused else _PROPOSED]
    said += ["The review that was open is withdrawn."] if rerun.withdraws else []
    said += ["What was decided about the earlier input does not count."] if rerun.drops_decision else []
    said += (
        ["The other system was told that it was rejected, and that stands there."] if rerun.rejection_was_told else []
    )
    return [line(words(one)) for one in said]


def changed(changes: Sequence[InputChange], room: Room) -> list[Paragraph]:
    """Say how an input differs from the one before, old beside new."""
    lines = [
        line(words(f"{excerpt(one.label, room.line)}: "), *_replaced(one.before, one.now, room))
        for one in changes[: room.items]
    ]
    left = len(changes) - len(lines)
    lines += [line(words(f"and {left:,} more {'field' if left == 1 else 'fields'}"))] if left else []
    return [bullets(lines)] if lines else []


def _replaced(before: str, now: str, room: Room) -> list[Piece]:
    old, new = (excerpt(text, room.line) or "nothing" for text in _differing(before, now))
    return [words(old, strike=True), words(" → "), words(new, bold=True)]


def _differing(before: str, now: str) -> tuple[str, str]:
    """Return the lines of two values that the other one does not have, each on one line; all where none is left."""
    old, new = before.splitlines(), now.splitlines()
    gone, come = ([one for one in some if one not in others] for some, others in ((old, new), (new, old)))
    return ("; ".join(gone), "; ".join(come)) if gone or come else ("; ".join(old), "; ".join(new))


def put_right(of: CorrectedInput, room: Room) -> list[Paragraph]:
    """Say who put an input right, when and why, old beside new."""
    first = line(
        words("Input put right by "), person(of.by), words(", "), moment(of.at), words(f", as revision {of.revision}:")
    )
    return [first, *changed(of.changes, room), quote(excerpt(of.reason, room.text))]


def told_put_right(of: CorrectedInput, room: Room = ROOM) -> Told:
    """Say that a case runs with an input that somebody put right."""
    return Told(brief=f"The input of case {of.case} was put right", parts=[put_right(of, room)])


def in_channel(note: RunAgainNote, room: Room = ROOM) -> Told:
    """Tell a workflow's people that somebody runs a case again."""
    case, of = f"case {note.case} ({excerpt(note.key, _KEY)})", note.corrected
    how = (
        f"from {excerpt(note.from_step, room.line)}."
        if of is None
        else f"with a corrected input, as revision {of.revision}:"
    )
    text = f" runs {case} again {how}"
    who = words("Countersign") if note.by_itself else person(note.by)
    more = [*changed(of.changes, room), quote(excerpt(of.reason, room.text))] if of is not None else []
    brief = f"Case {note.case} runs again" + (
        " with a corrected input" if of is not None else f" from {note.from_step}"
    )
    return Told(brief=brief, parts=[[line(who, words(text)), *more]])
