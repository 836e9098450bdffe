"""The words of cases that are alike: their rows, and what happened when they were approved together."""

from collections.abc import Mapping, Sequence

from handlers.texts import states
from handlers.texts.buttons import Button
from handlers.texts.pieces import Line, Piece, line, person, words
from handlers.texts.plain import begun_large, excerpt
from workflows.engine.review.alike.views import Bar, GridView, GroupView, PressView, RowResult, RowView, Went
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.text.sanitize import one_line

_SUBJECT, _VALUE, _WHY = 100, 80, 120
"""Most characters of a case's one line, of a value, and of a reason."""
_ROW = 300
"""Most characters of a row's values. A line with a button takes 3,000, and a sign may become several."""
_RULE = 120
"""Most characters of the rules that keep a row for a person."""
HEADING = "Alike: approve together"
_BELOW = ": see below."
MENU = "Alike: approve several together"
"""Choice in a card's menu."""
SEE_DETAILS = "Open one to see all of it."
LOOK_AGAIN, SHOW_OTHERS, GO_ON = "How it stands", "Show the others", "Go on reviewing"
"""The words on main buttons."""
CLOSE = "Close"
NONE_LEFT = "None of these waits any more."
_LEFT: Mapping[Bar, str] = {
    Bar.RULE: "needs you: a rule keeps it for a person",
    Bar.ASKED: "its source was asked, and it waits for the answer",
    Bar.CLAIMED: "a colleague is on it",
    Bar.ASSIGNED: "it is for somebody else",
    Bar.REPORTED: "somebody reported it as wrong",
    Bar.OWN_CASE: "you handed it in, so somebody else decides it",
}


def number_alike(number: int) -> str:
    """Say how many there are, for a title."""
    return f"{number:,} alike"


def see(number: int, name: str) -> Button:
    """Name the button that shows the cases that are alike."""
    return Button(text=number_alike(number), says=f"{number_alike(number)}: {one_line(name, 50)}")


def open_row(key: str) -> Button:
    """Name the button that opens one of them."""
    return Button(text="Open", says=f"Open {key}")


EARLIER = Button(text="Earlier", says="Earlier cases that are alike")
LATER = Button(text="Later", says="Later cases that are alike")


def approve(number: int) -> str:
    """Say what the main button does."""
    return f"Approve {number:,} together" if number != 1 else "Approve 1"


def group(one: GroupView) -> Line:
    """Say which cases are alike, in a list of such groups."""
    return line(words(one_line(one.name, _SUBJECT), bold=True), words(f"\n{number_alike(one.number)} · {one.workflow}"))


def above(view: GridView, *, why: str) -> Sequence[Line]:
    """Say what is to be done with these rows, and what is the same in all of them. `why`: why a person is asked."""
    if not view.rows:
        return [line(words(NONE_LEFT))]
    ready, left = _ready(view), len(view.rows) - _ready(view)
    shown = f"{view.first + 1} to {view.first + len(view.rows)}. " if view.has_more or view.first else ""
    kept = f" {left:,} {'is' if left == 1 else 'are'} left for a person." if left else ""
    said = [line(words(f"{shown}{ready:,} to approve together.{kept} {SEE_DETAILS}"))]
    if view.same:
        said.append(line(words("The same in all:", bold=True), words(f" {_values(view.same)}")))
    if why:
        said.append(line(words("Why you are asked:", bold=True), words(f" {begun_large(excerpt(why, _WHY))}")))
    return said


def row(one: RowView, *, why: str) -> Line:
    """Say what is special about a row. `why`: why a person is asked; empty where nothing is said."""
    asked = begun_large(excerpt(why, _WHY)) if why and one.bar is not Bar.RULE else ""
    said = [words(f"\n{part}") for part in (excerpt(_values(one.values), _ROW), asked) if part]
    return line(words(_subject(one.subject), bold=True), *said, *_kept(one))


def result(one: RowResult) -> Line:
    """Say what happened to a row."""
    return line(words(f"{_subject(one.subject)}:", bold=True), words(" "), *_went(one))


def so_far(view: PressView) -> str:
    """Say how far a press is, or what came of it."""
    done = len(view.results)
    approved = sum(one.went in (Went.APPROVED, Went.AWAITS_SECOND) for one in view.results)
    if not view.is_over:
        return f"{done:,} of {view.number:,} done. You may close this: it goes on."
    others = view.number - approved
    return f"{approved:,} approved." + (f" {others:,} not{_BELOW}" if others else "")


def recorded(view: PressView) -> str:
    """Say what came of a press where no page can show it."""
    return so_far(view).removesuffix(_BELOW).removesuffix(".")


def _ready(view: GridView) -> int:
    return sum(one.bar is None for one in view.rows)


def _subject(text: str) -> str:
    return one_line(text, _SUBJECT) or "–"


def _values(values: Mapping[str, str]) -> str:
    shown = [f"{label}: {excerpt(one_line(text, 2 * _VALUE), _VALUE)}" for label, text in values.items() if text]
    return " · ".join(shown)


def _kept(one: RowView) -> Sequence[Piece]:
    if one.bar is None:
        return []
    if one.bar is Bar.CLAIMED and one.claimed_by is not None:
        return [words("\n"), words("Left:", bold=True), words(" "), person(one.claimed_by), words(" is on it")]
    if one.bar is Bar.ASSIGNED and one.assignee is not None:
        return [words("\n"), words("Left:", bold=True), words(" it is for "), person(one.assignee)]
    rules = f" (never {excerpt('; never '.join(one.rules), _RULE)})" if one.bar is Bar.RULE else ""
    return [words("\n"), words("Left:", bold=True), words(" "), words(f"{_LEFT[one.bar]}{rules}")]


def _went(one: RowResult) -> Sequence[Piece]:
    match one.went:
        case Went.APPROVED:
            return [words("approved")]
        case Went.AWAITS_SECOND:
            return [words("approved; now a second person has to")]
        case Went.LEFT:
            return [words(f"left for you: {excerpt(one.said, _RULE)}")]
        case Went.OPEN:
            return [words("not decided yet")]
        case Went.ELSEWHERE if one.kind in (DecisionKind.LAPSED, DecisionKind.EXPIRED):
            return [words(f"nobody answered in time, so it was {states.DECISION[one.kind]}; nothing of yours counts")]
        case Went.ELSEWHERE if one.by is not None and one.kind is not None:
            return [
                words(f"already {states.DECISION[one.kind]} by "),
                person(one.by),
                words("; nothing of yours counts"),
            ]
        case Went.ELSEWHERE:
            return [words("it changed meanwhile, so nothing was decided")]
