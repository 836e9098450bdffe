"""The question whether a workflow is to expand, hold or stop: its evidence, what was chosen, and a text to forward."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from handlers.texts.digests.amounts import count, dollars, hours, in_hours, rounded, share
from handlers.texts.digests.days import dated
from handlers.texts.digests.made_up import made_up
from handlers.texts.pieces import Line as Said
from handlers.texts.pieces import Paragraph, Room, Told, ago, bullets, command, line, moment, person, quote, words
from handlers.texts.plain import excerpt, percent
from workflows.engine.digests.courses.views import (
    Choice,
    Code,
    CourseNote,
    CourseView,
    Evidence,
    Lack,
    Line,
    Thin,
)
from workflows.engine.text.sanitize import one_line

_NAME = 60
"""Characters of a workflow's name that are shown."""
_SHARES = 20
"""Fewest cases of which a share is told in percent."""
CHOICES = {Choice.EXPAND: "Expand", Choice.HOLD: "Hold", Choice.STOP: "Stop"}
NOTE, NOTE_HINT = "Note", "Why, for those who read it later. It is shown in the channel."
KEEP, DONE, FORWARD = "Keep the note", "Done", "To forward"
TO_COPY = "To copy for your management. It names nobody."
TITLE = "Chosen"
_EXACT = 9
"""Hours up to which a time is told with a tenth."""
_LACKS = {
    Thin.CHECKS: "spot checks in four weeks",
    Thin.DECISIONS: "cases decided by people in five weeks",
    Thin.CASES: "resolved cases in the week",
    Thin.WEEKS: "whole weeks of work before this one",
}


def heading(view: CourseView) -> str:
    """Return the question, or what was chosen."""
    name = one_line(view.workflow, _NAME)
    return f"{name}: {CHOICES[view.choice].lower()}" if view.choice is not None else f"{name}: expand, hold or stop?"


def in_brief(view: CourseView) -> str:
    """Return the card in a line, for a notification."""
    return f"{heading(view)} Week to {dated(view.last)}"


def small_print(view: CourseView) -> str:
    """Say what the question is about."""
    return (
        f"Week to {dated(view.last)}. A choice changes nothing by itself: it is kept, with who made it, and told here."
    )


def paragraphs(view: CourseView, room: Room) -> list[Paragraph]:
    """Say what was chosen, the evidence, and where that is too thin."""
    told: list[Paragraph] = [*_chosen(view, room), bullets([_line(one) for one in view.evidence.lines])]
    if view.evidence.lacks:
        told.append(line(words("Too little evidence to expand: ", bold=True), words(f"{lacks(view.evidence.lacks)}.")))
    return told


def meanings(view: CourseView) -> list[Paragraph]:
    """Say what each answer would mean for this workflow."""
    name = one_line(view.workflow, _NAME)
    stop = [words("people do it by hand. Its owner or an engineer pauses it: "), command("pause", f"{name} REASON")]
    said = [
        line(words("Expand: ", bold=True), words(_expands(view.evidence))),
        line(words("Hold: ", bold=True), words("it goes on as it is, and is asked about again next week.")),
        line(words("Stop: ", bold=True), *stop),
    ]
    return [bullets(said)]


def _expands(evidence: Evidence) -> str:
    if evidence.is_earned:
        return "somebody who answers for it lets as much go alone as its evidence permits."
    if evidence.floor is None:
        return "its author sets a confidence from which cases go alone. Now all go to people."
    floor = f"its author lowers the floor of {percent(evidence.floor)} from which cases go alone"
    return f"{floor}, or widens its scope." if evidence.is_scoped else f"{floor}."


def _chosen(view: CourseView, room: Room) -> list[Paragraph]:
    if view.choice is None or view.by is None or view.at is None:
        return [line(words("This was asked again for a later week."))] if view.is_closed else []
    who = [words(CHOICES[view.choice], bold=True), words(", chosen by "), person(view.by), words(", "), moment(view.at)]
    said: list[Paragraph] = [line(*who)]
    if view.note:
        said.append(quote(excerpt(view.note, room.text)))
    if view.choice is Choice.STOP:
        how = command("pause", f"{one_line(view.workflow, _NAME)} REASON")
        said.append(line(words("That pauses nothing by itself: its owner or an engineer does, with "), how, words(".")))
    return said


def note(told: CourseNote) -> Told:
    """Tell in the thread what was chosen. It names nobody: the card does, and a name here would call them."""
    chosen = CHOICES[told.choice].lower()
    brief = f"Note on: {chosen}" if told.before == told.choice else f"Chosen: {chosen}"
    if told.before not in (None, told.choice):
        brief += f"; before, {CHOICES[told.before].lower()}"
    said: list[Paragraph] = [line(words(brief, bold=True))]
    if told.note:
        said.append(quote(excerpt(told.note, 500)))
    return Told(brief=brief, parts=[said])


def lacks(several: Sequence[Lack]) -> str:
    """Say what is missing."""
    return ", ".join(f"{one.there:,} of {one.needed:,} {_LACKS[one.what]}" for one in several)


def _line(one: Line) -> Said:
    """Draw a line of evidence."""
    match one.code:
        case Code.BACKLOG if one.since is not None:
            waits = (
                f"{_whole(one.number, 'case')} {'waits' if one.number == 1 else 'wait'} for a person, the oldest came "
            )
            return line(words("Waiting: ", bold=True), words(waits), ago(one.since))
        case Code.PAUSED:
            return line(words("Paused now", bold=True))
        case code:
            return line(words(f"{_SUBJECTS[code]}: ", bold=True), words(in_words(one)))


_SUBJECTS = {
    Code.CASES: "Cases",
    Code.ALONE: "Alone",
    Code.ERRORS: "Errors",
    Code.TOO_FEW_CHECKS: "Errors",
    Code.NOTHING_ALONE: "Errors",
    Code.PROMISE: "Promise",
    Code.EDITED: "Edited",
    Code.REJECTED: "Rejected",
    Code.COST: "Cost",
    Code.FREED: "Hours freed",
    Code.NOT_MEASURED: "Hours freed",
    Code.BY_HAND: "Hours freed",
    Code.NO_BASELINE: "Hours freed",
    Code.STOPPED: "Stopped",
    Code.WRONG: "Wrong",
    Code.BACKLOG: "Waiting",
    Code.PAUSED: "Paused",
}


def in_words(one: Line) -> str:
    """Say what a line of evidence says, without its subject."""
    number, of = one.number or 0, one.of or 0
    match one.code:
        case Code.CASES:
            return f"{number:,.0f}{_usual(one.before)}"
        case Code.ALONE:
            return f"{number:,.0f} of {of:,} resolved{_share(number, of)}{_earlier(one.before)}"
        case Code.ERRORS:
            between = f"90%: {rounded(one.low or 0)} to {rounded(one.high or 0)}"
            return (
                f"about {rounded(number)} in 1,000 of what went alone ({between}), by {of:,} spot checks in four weeks"
            )
        case Code.TOO_FEW_CHECKS:
            return f"too few spot checks to say, {number:.0f} of {of:,} in four weeks"
        case Code.NOTHING_ALONE:
            return "nothing went alone in four weeks"
        case Code.PROMISE:
            goes = f"kept so far; {percent(one.before)} alone" if one.before is not None else "nothing goes alone"
            wrong = f", at most {one.high:,.0f} wrong of {of:,}" if one.high is not None and of else ""
            return f"{goes}, {number:,.0f} looked at{wrong}"
        case Code.EDITED | Code.REJECTED:
            return f"{number:,.0f} of {count(of, 'case')} that people decided{_share(number, of)}{_earlier(one.before)}"
        case Code.COST:
            spent = dollars(one.dollars or Decimal(0))
            each = f", {cents(one.each)} for a resolved case" if one.each is not None else ""
            return spent + each + (f"; before, {cents(one.each_before)}" if one.each_before is not None else "")
        case Code.FREED:
            return f"{in_hours(number)}{_between('90%:', one)}, against the baseline, less people's time and cost"
        case Code.NOT_MEASURED:
            return "not known: too few decisions were timed"
        case Code.BY_HAND:
            return f"about {_roughly(one.time or timedelta())}, as its author states; not measured"
        case Code.NO_BASELINE:
            return "no baseline: nobody measured how long a case takes by hand"
        case Code.STOPPED:
            return f"{_whole(number, 'case')} failed or stopped{_usual(one.before)}"
        case Code.WRONG:
            return f"{_whole(number, 'report')} that something was wrong, {count(of, 'case')} corrected"
        case Code.BACKLOG:
            return f"{_whole(number, 'case')} {'waits' if number == 1 else 'wait'} for a person"
        case Code.PAUSED:
            return "now"


def cents(amount: Decimal | None) -> str:
    """Return a small amount: the price of a case may be a part of a cent."""
    if amount is None or not amount or amount >= 1:
        return dollars(amount or Decimal(0))
    return f"${amount:.3f}" if amount >= Decimal("0.001") else "less than $0.001"


def forward(view: CourseView) -> str:
    """Return a paragraph for those above, in plain words: the numbers, and what was decided. It names nobody."""
    lines = {one.code: one for one in view.evidence.lines}
    label = [made_up(view.made_up_until)] if view.made_up_until is not None else []
    return " ".join([*label, _work(view, lines), *_errors(lines), *_price(lines), _decided(view)])


def _work(view: CourseView, lines: Mapping[Code, Line]) -> str:
    cases, alone, edited, rejected = (lines.get(code) for code in (Code.CASES, Code.ALONE, Code.EDITED, Code.REJECTED))
    said = f"In the week to {dated(view.last)}, {one_line(view.workflow, _NAME)} took in "
    said += _whole(cases.number if cases is not None else 0, "case")
    if cases is not None and cases.before is not None:
        said += f" ({cases.before:,.0f} a week is usual)"
    if alone is not None and alone.number:
        said += f" and resolved {alone.number:,.0f} by itself"
    elif alone is not None:
        said += ", and people decided all that were finished"
    if edited is not None and rejected is not None:
        changed = f"changed {edited.number or 0:,.0f} and rejected {rejected.number or 0:,.0f}"
        said += f"; of the {count(edited.of or 0, 'case')} that people looked at, they {changed}"
    return f"{said}."


def _errors(lines: Mapping[Code, Line]) -> list[str]:
    if (errors := lines.get(Code.ERRORS)) is not None:
        between = f"most likely between {rounded(errors.low or 0)} and {rounded(errors.high or 0)}"
        checked = f"Random checks of {errors.of:,} of the cases that it resolved by itself say that"
        return [f"{checked} about {rounded(errors.number or 0)} in 1,000 are wrong ({between})."]
    if (few := lines.get(Code.TOO_FEW_CHECKS)) is not None:
        done = f"{few.number or 0:.0f} of the {few.of} random checks that it takes are done"
        return [f"It is not known yet how many of those that it resolved by itself are wrong: {done}."]
    return []


def _price(lines: Mapping[Code, Line]) -> list[str]:
    cost, by_hand, freed = lines.get(Code.COST), lines.get(Code.BY_HAND), lines.get(Code.FREED)
    if cost is None:
        return []
    said = f"The AI cost {dollars(cost.dollars or Decimal(0))}"
    if freed is not None:
        hours_freed = freed.number or 0
        what = "freed" if hours_freed > 0 else "took"
        than = " of people's work" if hours_freed > 0 else " more than work by hand"
        said += f"; it {what} about {in_hours(abs(hours_freed))}{than}{_between('most likely', freed)}"
    elif by_hand is not None and by_hand.time:
        said += f"; by hand, what it resolved takes about {_roughly(by_hand.time)}, an estimate that nobody measured"
    elif Code.NO_BASELINE in lines or Code.NOT_MEASURED in lines:
        said += "; how much work it saves is not measured yet"
    return [f"{said}."]


def _decided(view: CourseView) -> str:
    match view.choice:
        case Choice.EXPAND:
            return "It was decided to let it do more."
        case Choice.HOLD:
            return "It was decided that it goes on as it is."
        case Choice.STOP:
            return "It was decided to stop it, so that people do this work by hand."
        case None:
            return "What becomes of it is not decided yet."


def recorded(view: CourseView) -> list[Paragraph]:
    """Tell whoever chose that it is kept."""
    chosen = CHOICES[view.choice] if view.choice is not None else "Nothing chosen yet"
    return [
        line(words(chosen, bold=True), words(f" for {one_line(view.workflow, _NAME)}, week to {dated(view.last)}."))
    ]


def how_to_stop(view: CourseView, *, may_pause: bool, is_paused: bool) -> Said | None:
    """Say how a workflow is stopped; None where that was not chosen."""
    if view.choice is not Choice.STOP:
        return None
    if is_paused:
        return line(words("It is paused: no model is asked, and people get empty forms."))
    if may_pause:
        return line(words("It still runs. Pausing it is a separate step, and you may take it."))
    owner = [person(view.owner)] if view.owner is not None else [words("its owner")]
    return line(words("It still runs. You may not pause it; "), *owner, words(" or an engineer may."))


def why_paused(view: CourseView) -> str:
    """Return the reason of a pause that follows from this choice."""
    return f"Leads chose to stop it, week to {dated(view.last)}"


def _share(number: float, of: int) -> str:
    return f" ({share(number / of)})" if of >= _SHARES else ""


def _between(how: str, one: Line) -> str:
    return f" ({how} {rounded(one.low)} to {rounded(one.high)})" if one.low is not None and one.high is not None else ""


def _roughly(time: timedelta) -> str:
    """Return a time that was not measured, without a precision that it does not have."""
    whole = round(time.total_seconds() / 3_600)
    return f"{whole:,} hours" if whole > _EXACT else hours(time)


def _earlier(before: float | None) -> str:
    return f"; before, {share(before)}" if before is not None else ""


def _usual(mean: float | None) -> str:
    return f"; usually {mean:,.0f} a week" if mean is not None else ""


def _whole(number: float | None, what: str) -> str:
    return count(round(number or 0), what)
