"""Needs in words: the line of each, and its button."""

from handlers.texts.buttons import Button, Question
from handlers.texts.digests.amounts import count
from handlers.texts.digests.days import dated
from handlers.texts.operations.causes import where
from handlers.texts.pieces import Line, Piece, command, line, moment, words
from store.states import Health
from workflows.engine.digests.failures.needs import Need, NeedKind
from workflows.engine.text.sanitize import one_line

_NAME = 60
"""Characters of a name that are shown."""
_ON_BUTTON = 40
"""Characters of a name in the words for a screen reader."""
NOTHING = "Nothing to do."
_IN_WORDS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def in_brief(number: int) -> str:
    """Say how many things need somebody."""
    if not number:
        return NOTHING
    how_many = _IN_WORDS[number - 1] if number <= len(_IN_WORDS) else f"{number:,}"
    return f"{how_many} thing{' needs' if number == 1 else 's need'} you."


def need(one: Need) -> Line:
    """Say what needs somebody, in one line that begins with what it is about."""
    name = words(_subject(one), bold=True)
    return line(name, *_said(one))


def more(number: int) -> Line:
    """Say how many needs are left out, and where they are."""
    return line(words(f"and {number:,} more: "), command("status", ""))


def _subject(one: Need) -> str:
    match one.kind:
        case NeedKind.TROUBLE | NeedKind.ACCESS:
            return one_line(one.system or "", _NAME)
        case NeedKind.UNSENT:
            return count(one.number, "message")
        case NeedKind.ATTENTION:
            return count(one.number, "review")
        case _:
            return one_line(one.workflow or "", _NAME)


def _said(one: Need) -> list[Piece]:
    number, since = one.number, [words(" since "), moment(one.since)] if one.since is not None else []
    is_one = number == 1
    match one.kind:
        case NeedKind.DOUBT:
            return [words(f": {_deliveries(number)} may have happened or not ({_cases(one)}),"), *since]
        case NeedKind.TROUBLE:
            how = "down" if one.health is Health.DOWN else "in trouble"
            return [words(f" has been {how}" if since else f" is {how}"), *since, words(_stopped_for_it(one))]
        case NeedKind.CAUSE:
            back = [words("; back again after it was resolved")] if one.is_back else []
            return [words(f": {_failed(number)} {_where(one)},"), *since, *back]
        case NeedKind.UNCAUSED:
            return [words(f": {_failed(number)}, for no known cause ({_cases(one)})")]
        case NeedKind.OVERDUE:
            return [words(f": {count(number, 'review')} past {'its' if is_one else 'their'} deadline"), *_first(one)]
        case NeedKind.REPORTED:
            return [words(f": {count(number, 'case')} reported wrong, and nobody decided {'it' if is_one else 'them'}")]
        case NeedKind.PAUSED:
            held = [words(f"; {_deliveries(number)} held")] if number else []
            return [words(": paused by Countersign"), *since, *held]
        case NeedKind.BUDGET:
            return [words(f": {count(number, 'case')} went to people, as its budget was spent")]
        case NeedKind.ACCESS:
            return [words(_ends(one))]
        case NeedKind.UNSENT:
            return [words(f" could not be posted, and {'was' if is_one else 'were'} given up")]
        case NeedKind.ATTENTION:
            return [words(" wait: more than people decided on their last five days with decisions")]


def _first(one: Need) -> list[Piece]:
    if one.since is None:
        return []
    return [words(", since " if one.number == 1 else ", the first since "), moment(one.since)]


def _deliveries(number: int) -> str:
    return f"{number:,} {'delivery' if number == 1 else 'deliveries'}"


def _failed(number: int) -> str:
    return f"{count(number, 'case')} failed"


def _where(one: Need) -> str:
    return f"{where(one.step or '')}, {one_line(one.error or '', _NAME)}"


def _stopped_for_it(one: Need) -> str:
    if not one.number:
        return ""
    causes = f" ({one.causes:,} causes)" if one.causes > 1 else ""
    return f"; {_failed(one.number)} for it{causes}"


def _ends(one: Need) -> str:
    on = f", on {dated(one.expires_on)}" if one.expires_on is not None else ""
    if one.days < 0:
        return f": Countersign's access ended {count(-one.days, 'day')} ago{on}"
    if one.days == 0:
        return f": Countersign's access ends today{on}"
    return f": Countersign's access ends in {count(one.days, 'day')}{on}"


def _cases(one: Need) -> str:
    rest = one.number - len(one.cases)
    named = ", ".join(f"{case}" for case in one.cases)
    return f"{'case' if one.number == 1 else 'cases'} {named}{f' and {rest:,} more' if rest > 0 else ''}"


def button(one: Need) -> Button:
    """Name the button of a need."""
    subject = one_line(_subject(one), _ON_BUTTON)
    match one.kind:
        case NeedKind.DOUBT:
            return Button(text="Look", says=f"Look at the deliveries in doubt of {subject}")
        case NeedKind.CAUSE:
            return Button(text="Show cause", says=f"Show why cases of {subject} failed")
        case NeedKind.UNCAUSED:
            return Button(text="Show cases", says=f"Show the failed cases of {subject}")
        case NeedKind.OVERDUE | NeedKind.REPORTED:
            return Button(text="Review", says=f"Review what waits of {subject}")
        case NeedKind.ATTENTION:
            return Button(text="Review", says="Review what waits")
        case NeedKind.PAUSED:
            return Button(text="Resume", says=f"Resume {subject}", question=_resume(subject))
        case NeedKind.BUDGET:
            return Button(text="Show", says=f"Show what {subject} spent")
        case NeedKind.TROUBLE | NeedKind.ACCESS:
            return Button(text="Show", says=f"Show how {subject} is")
        case NeedKind.UNSENT:
            return Button(text="Show", says="Show what could not be posted")


def _resume(workflow: str) -> Question:
    return Question(
        title=f"Resume {workflow}?",
        text="The model is asked again, what is sure enough is resolved alone, and deliveries that were held are made.",
        yes="Resume",
    )
