"""The words of review packs: a case to judge, what waits, and the news of a volume test.

News hold no text of a case.
"""

from collections.abc import Mapping, Sequence

from handlers.texts.pieces import Line, Paragraph, Room, Rows, Told, as_written, bullets, command, line, quote, words
from handlers.texts.plain import enough_of, excerpt, percent, without_first_line
from workflows.engine.reasons import Code
from workflows.engine.text.form_fields import Field, Kind
from workflows.engine.text.sanitize import one_line
from workflows.quality.volume.packs import Why
from workflows.quality.volume.views import News, NextCase, PackState, PackView, Verdict, VolumeNote

TITLE = "Review pack"
RIGHT, SAVE = "Right, next", "Save, next"
"""The words on the main button: of a proposal, and of the form."""
GO_ON, STOP = "Go on", "Stop"
SHOWN = 1_200
"""Most characters of a case's text above its proposal."""
_LONG = 120
"""Most characters of a value on the same line as its label."""
_NAMES = 8
"""Documents that are named; more are counted."""
_REASONS: Mapping[str, str] = {
    Code.BELOW_FLOOR: "its confidence is below the floor",
    Code.SCORE_BELOW: "its confidence is below the floor",
    Code.NO_CONFIDENCE: "a confidence is missing",
    Code.DRAFT: "this workflow only drafts",
    Code.NEVER: "it breaks a rule",
    Code.NEVER_UNCHECKED: "a rule could not be checked",
    Code.UNFAMILIAR: "it is like none of the examples",
    Code.DOUBT: "there is a doubt about it",
    Code.SECOND: "the examples speak against it",
    Code.NO_SECOND: "there is no second opinion",
    Code.FALLBACK: "another model answered",
    Code.LACKS: "the case lacks something",
}
"""Code of a reason -> its words, as far as they need no value of it."""
_NOT_SAID = frozenset(
    {Code.UNSIGNED, Code.INCOMPLETE, Code.UNDEPLOYED, Code.CONFIDENT, Code.NO_PROPOSAL, Code.NOT_EARNED}
)
"""Codes that say nothing of the case."""


def place(of: NextCase | PackState) -> str:
    """Say which case of how many is shown."""
    return f"{of.number:,} of {of.size:,}"


def title(view: PackView) -> str:
    """Return the title of a form, until its place in the pack is known."""
    return f"Case {view.place:,}"


def name(view: PackView) -> str:
    """Name a case of a pack for a screen reader."""
    return f"case {view.place} of volume test {view.test}"


def is_long(view: PackView) -> bool:
    """Tell whether a modal shows the beginning of a case, or of a proposed value, alone."""
    return len(view.text) > SHOWN or any(len(text) > SHOWN for text in view.values.values())


def documents(view: PackView) -> list[Paragraph]:
    """Name the documents of a case."""
    named = [f"{one_line(one.name, 60)} ({one.pages} p.)" for one in view.documents[:_NAMES]]
    more = len(view.documents) - len(named)
    said = ", ".join(named) + (f" and {more:,} more" if more > 0 else "")
    return [line(words("Documents: ", bold=True), words(said))] if named else []


def case(view: PackView, room: Room, *, heading: int) -> list[Paragraph]:
    """Show the text of a case below its heading, and name its documents. `heading`: characters that it holds."""
    text = view.text
    if len(view.subject) <= heading:
        is_all = text.strip() == view.subject.strip()
        text = "" if is_all else without_first_line(text, view.subject)
    most = min(enough_of(text, SHOWN), 2 * room.text)
    return [*([as_written(text, most=most)] if text.strip() else []), *documents(view)]


def proposed(view: PackView, room: Room) -> list[Paragraph]:
    """Show what is proposed, field by field, and how sure the model is of it."""
    if not view.has_proposal:
        return [line(words("There is no proposal: ", bold=True), words(one_line(view.code or "no reason kept", 100)))]
    sure = f" · {percent(view.confidence)} sure" if view.confidence is not None else ""
    made: list[Paragraph] = [line(words("Proposed", bold=True), words(sure))]
    short: list[Line] = []
    for field in view.fields:
        text = view.values.get(field.name, "")
        if field.kind is not Kind.ROWS and len(text) <= _LONG and "\n" not in text:
            label = words(f"{excerpt(field.label, room.line)}: ")
            short.append(line(label, words(one_line(text, room.line) or "–", bold=True)))
    made += [bullets(short)] if short else []
    for field in view.fields:
        made += _at_length(field, view.values.get(field.name, ""), room)
    return made


def why(view: PackView) -> Line:
    """Say why a case is in the pack, and why it would go to a person."""
    low = "is below the floor" + (f" of {view.floor:g}" if view.floor is not None else "")
    said = {
        Why.RANDOM: "drawn at random",
        Why.LOW: f"its confidence {low}" if view.confidence is not None else "it has no usable confidence",
        Why.ERROR: "there is no proposal, though there should be one",
    }[view.why]
    known = [_REASONS.get(code, code.replace("_", " ")) for code in view.reasons if code not in _NOT_SAID]
    more = [one for one in known if view.why is not Why.LOW or one != _REASONS[Code.BELOW_FLOOR]]
    person = f". It would go to a person because {'; '.join(one_line(one, 80) for one in more[:4])}" if more else ""
    return line(words("In the pack: ", bold=True), words(f"{said}{person}."))


def say_what(view: PackView) -> str:
    """Say what is to be done in the form."""
    if view.has_proposal:
        return f"Put right what is wrong, then press {SAVE}. Nothing is delivered."
    return f"There is no proposal. Fill in what is right, then press {SAVE}. Nothing is delivered."


def more_elsewhere(view: PackView) -> str:
    """Say where the rest of a page is that is too long."""
    return f"There is more than fits here: countersign volume-test pack {view.test} --out pack.csv"


def is_waiting(state: PackState, *, may_judge: bool) -> Told:
    """Say how many cases of a pack wait for people, and for whom if not for whoever reads it."""
    said = f"Volume test {state.test} of {state.workflow}: {_wait(state.waiting)} for people."
    more = (
        f"{state.packed - state.waiting:,} of {state.packed:,} are judged. Each is right or wrong; the report follows "
        "once all are judged."
    )
    others = [] if may_judge else [_for_reviewers(state.workflow)]
    return Told(brief=said, parts=[[line(words(said, bold=True)), line(words(more)), *others]])


def is_tried(state: PackState) -> Told:
    """Say that a volume test is under way."""
    said = f"Volume test {state.test} of {state.workflow} is under way: not all of its inputs are tried yet."
    return Told(brief=said, parts=[[line(words(said))]])


def reporting(state: PackState) -> Told:
    """Say that the report of a volume test is being made."""
    said = f"All of volume test {state.test} is judged: {state.packed:,} {_cases(state.packed)}. Its report follows."
    return Told(brief=said, parts=[[line(words(said))]])


def in_status(waiting: Mapping[int, int]) -> Told:
    """Say for each volume test how many of its cases wait. `waiting`: volume test -> that number."""
    found = waiting.items()
    said = [f"{number:,} {_cases(number)} of volume test {test} {_verb(number)} for people" for test, number in found]
    return Told(brief="; ".join(said), parts=[[line(words(f"{one}.")) for one in said]])


def judged(place: int, *, is_right: bool) -> Told:
    """Say above the next case what was recorded of the one before."""
    said = f"Case {place:,}: {'right' if is_right else 'wrong, with the right values'}."
    return _bold(said)


def not_judged(why: str) -> Told:
    """Say above the next case why nothing was recorded of the one before."""
    return _bold(f"{why[:1].upper()}{why[1:]}.")


def skipped(place: int) -> Told:
    """Say that a case was left for later."""
    return _bold(f"Case {place:,} is left for later.")


def too_large(why: str) -> Line:
    """Say why a case cannot be judged here."""
    return line(words(why, bold=True))


def ended(state: PackState, done: int) -> Told:
    """Say that no case of a pack waits for a person any more. `done`: those that they judged in a row."""
    thanks = [line(words(f"You judged {done:,}. Thank you."))] if done else []
    if state.removed:
        first = f"The inputs of volume test {state.test} are removed, so there is nothing left to judge."
        return Told(brief=first, parts=[[line(words(first, bold=True)), *thanks]])
    if state.waiting:
        first = f"{_wait(state.waiting)} still: those that you left, and those that a colleague has open."
        return Told(brief=first, parts=[[line(words(first, bold=True)), *thanks]])
    first = f"All are judged: {state.packed:,} {_cases(state.packed)} of volume test {state.test}."
    how = line(words("Go or no-go: "), command("volume-test", state.workflow))
    return Told(brief=first, parts=[[line(words(first, bold=True)), how, *thanks]])


def note(view: VolumeNote) -> Told:
    """Tell news of a volume test."""
    head = f"Volume test {view.test} of {view.workflow}"
    if view.news is News.JUDGED:
        verdict = "GO" if view.verdict is Verdict.GO else "NO-GO"
        said = f"{head}: {verdict}. All of its review pack is judged: {view.packed:,} {_cases(view.packed)}."
        return Told(brief=said, parts=[[line(words(said, bold=True)), _report(view.workflow)]])
    failed = f", {view.failed:,} without a proposal" if view.failed else ""
    inputs = "input" if view.tried == 1 else "inputs"
    said = f"{head} has ended: {view.tried:,} {inputs} tried{failed}."
    if not view.packed:
        return Told(brief=said, parts=[[line(words(said, bold=True)), _report(view.workflow)]])
    ask = "what would be right" if view.failed >= view.packed else "is the proposal right or wrong"
    waits = f"{_wait(view.packed)} for people: {ask}? Nothing is delivered."
    others = [] if view.may_judge else [_for_reviewers(view.workflow)]
    parts = [[line(words(said, bold=True)), line(words(waits)), *others]]
    return Told(brief=f"{said} {_wait(view.packed)}.", parts=parts)


def _for_reviewers(workflow: str) -> Line:
    return line(words("Its reviewers go through them: "), command("volume-test", workflow))


def _report(workflow: str) -> Line:
    return line(words("The report: "), command("volume-test", workflow))


def _bold(said: str) -> Told:
    return Told(brief=said, parts=[[line(words(said, bold=True))]])


def _at_length(field: Field, text: str, room: Room) -> Sequence[Paragraph]:
    """Draw a value that takes lines of its own."""
    label = line(words(f"{excerpt(field.label, room.line)}:"))
    if field.kind is Kind.ROWS:
        return [label, Rows(columns=field.columns, text=text, most=room.text)] if text else []
    return [label, quote(excerpt(text, room.text))] if len(text) > _LONG or "\n" in text else []


def _cases(number: int) -> str:
    return "case" if number == 1 else "cases"


def _verb(number: int) -> str:
    return "waits" if number == 1 else "wait"


def _wait(number: int) -> str:
    return f"{number:,} {_cases(number)} {_verb(number)}"
