"""The card of a cause of failures, and the note that calls those who can mend it."""

from collections.abc import Sequence
from decimal import Decimal

from handlers.texts import bars
from handlers.texts.operations import bulk_reruns
from handlers.texts.operations.follow_ups import not_made
from handlers.texts.pieces import (
    Line,
    Paragraph,
    Piece,
    Room,
    Told,
    ago,
    bullets,
    command,
    hour,
    line,
    moment,
    person,
    quote,
    words,
)
from handlers.texts.plain import begun_large, excerpt
from store.states import CauseState, RunState
from workflows.engine.declare.steps import DELIVER
from workflows.engine.read.cause_views import CauseLineView, CauseView
from workflows.engine.text.sanitize import one_line

_STEP = 60
"""Characters of a step's name in the heading."""
_PART = {"propose": "while the proposal was made", DELIVER: "at the delivery"}
IGNORE_TITLE = "Ignore until"
IGNORE = "Ignore"
IGNORE_LABEL = "Ignore it"
IGNORE_HINT = "Failures are still counted. After that it opens again by itself."
NOT_CHOSEN = "Choose how long it is ignored."


def heading(view: CauseView) -> str:
    """Say what fails, in one line."""
    stopped, name = view.failed + view.in_doubt, one_line(view.line.workflow, _STEP)
    if view.line.state is CauseState.RESOLVED and not stopped:
        return f"Resolved: {name} failed {_where(view)}"
    if not stopped:
        return f"{name} failed {_where(view)}"
    return f"{stopped:,} {'case' if stopped == 1 else 'cases'} of {name} failed {_where(view)}"


def in_brief(view: CauseView) -> str:
    """Say it in a line, for a notification."""
    return f"{heading(view)}: {view.line.error}. {_STATE[view.line.state]}"


_STATE = {
    CauseState.OPEN: "Open",
    CauseState.MENDING: "Being mended",
    CauseState.IGNORED: "Ignored",
    CauseState.RESOLVED: "Resolved",
    CauseState.REGRESSED: "Back again",
}
"""State of a cause, as it begins its line."""


def paragraphs(view: CauseView, room: Room) -> list[Paragraph]:
    """Say how it stands, what the error said, how often, and what it costs."""
    of = view.line
    about = [f"Workflow {one_line(of.workflow, 100)}", f"step {excerpt(of.step, room.line)}"]
    about += [f"needs {excerpt(of.dependency, room.line)}"] if of.dependency else []
    said: list[Paragraph] = [
        line(words(_STATE[of.state], bold=True), *_standing(view)),
        quote(excerpt(f"{of.error}: {of.message}", min(room.text, 400))),
        line(words(" · ".join(about))),
        line(*_numbers(view)),
        *_trend(view),
        *_advice(view),
    ]
    if view.down_since is not None and of.dependency:
        down = begun_large(excerpt(of.dependency, room.line))
        itself = words("; it has a message of its own.")
        said.append(line(words(f"{down} has been down since "), moment(view.down_since), itself))
    return said


def _standing(view: CauseView) -> Sequence[Piece]:
    of = view.line
    match of.state:
        case CauseState.OPEN:
            if view.bulk is not None and view.bulk.is_active:
                runs = [person(view.bulk.began_by), words(" runs its cases again.")]
                return [words(" since "), moment(view.opened_at), words(". "), *runs]
            return [words(" since "), moment(view.opened_at), words(". Nobody is on it yet.")]
        case CauseState.MENDING:
            return [words(" by "), person(of.changed_by), words(" since "), moment(of.changed_at), words(".")]
        case CauseState.IGNORED:
            return [words(" by "), person(of.changed_by), *_until(view), words(". Then it opens again by itself.")]
        case CauseState.RESOLVED if view.is_by_itself:
            return [words(" since "), moment(of.changed_at), words(": no failed case of it is left.")]
        case CauseState.RESOLVED:
            how = f", in version {of.resolved_in} of the code, " if of.resolved_in else ", "
            return [words(" by "), person(of.changed_by), words(how), moment(of.changed_at)]
        case CauseState.REGRESSED:
            before = [words("; it was resolved"), *_by_whom(view), *_versions(view)]
            return [words(" since "), moment(view.opened_at), *before]


def _advice(view: CauseView) -> list[Line]:
    """Say whether reruns help, while there is something to run again."""
    said = bulk_reruns.advice(view.line)
    return [line(words(said))] if said is not None and view.failed else []


def _by_whom(view: CauseView) -> Sequence[Piece]:
    if view.resolved_by is None or view.is_by_itself:
        return []
    return [words(" by "), person(view.resolved_by)]


def _versions(view: CauseView) -> Sequence[Piece]:
    """Say in which version of the code it was resolved, and in which one it failed again."""
    resolved, failed = view.line.resolved_in, view.line.failed_in
    if resolved is None or failed is None:
        return [words(".")]
    if resolved == failed:
        return [words(f". The code is the same as then (version {failed}): nothing was changed in it.")]
    return [words(f" in version {resolved} of the code, and failed in version {failed}.")]


def _until(view: CauseView) -> Sequence[Piece]:
    if view.ignored_until is not None:
        return [words(" until "), moment(view.ignored_until)]
    if view.ignored_count is not None:
        return [words(f" until it fails {_times(view.ignored_count + 1)} more")]
    return [words(f" until it fails more than {_times(view.ignored_rate or 0)} in an hour")]


def _numbers(view: CauseView) -> Sequence[Piece]:
    of = view.line
    if of.count == 1:
        return [words("Failed once, "), moment(of.first_at), words(f".{_cost(of.cost)}")]
    often = words(f"Failed {_times(of.count)}: first ")
    return [often, moment(of.first_at), words(", last "), ago(of.last_at), words(f".{_cost(of.cost)}")]


def _cost(cost: Decimal) -> str:
    """Return what the failed runs took; nothing where they took nothing."""
    if not cost:
        return ""
    return f" It cost ${cost:,.2f}." if cost >= Decimal("0.01") else " It cost less than $0.01."


def _trend(view: CauseView) -> list[Line]:
    """Draw the failures by hour, with the most of them in words: who cannot see bars loses nothing by them."""
    most = max(view.hours, default=0)
    if sum(number > 0 for number in view.hours) < 2:
        return []
    place = len(view.hours) - 1 - list(reversed(view.hours)).index(most)
    said = words(f"Most in an hour, of the last {len(view.hours)}: {most:,}, from ")
    return [line(said, hour(view.hour_at(place)), words(f" on. {bars.standing(view.hours)}"))]


def progress(view: CauseView, room: Room) -> list[Paragraph]:
    """Say how its reruns went, and name a few cases that stand."""
    again, said = view.through + view.under_way, list[Paragraph](bulk_reruns.line_of(view))
    in_bulk = view.bulk.through + view.bulk.under_way if view.bulk is not None else 0
    if again > in_bulk:
        under_way = f", {view.under_way:,} under way" if view.under_way else ""
        still = f", {view.failed:,} still failed" if view.failed else ""
        total = again + view.failed
        said.append(
            line(
                words("Run again: ", bold=True), words(f"{view.through:,} of {total:,} are through{under_way}{still}.")
            )
        )
    if view.in_doubt:
        one = view.in_doubt == 1
        asks = "its own card asks" if one else "their own cards ask"
        said.append(
            line(words(f"{view.in_doubt:,} {'is' if one else 'are'} in doubt: {asks} whether it was delivered."))
        )
    said += not_made(view)
    if view.examples:
        more = view.failed + view.in_doubt - len(view.examples)
        lines = [_example(one.key, one.case, one.state, room) for one in view.examples]
        said.append(bullets([*lines, *([line(words(f"and {more:,} more"))] if more > 0 else [])]))
    return said


def _example(key: str, case: int, state: RunState, room: Room) -> Line:
    how = {RunState.DOUBTFUL: " (in doubt)", RunState.PARKED: " (parked)"}.get(state, "")
    return line(words(f"{excerpt(key, room.line)}{how}: "), command("case", case))


def listed(found: Sequence[CauseLineView]) -> Told:
    """List causes, each in a line."""
    if not found:
        return Told(brief="No causes", parts=[[line(words("Nothing fails now.", bold=True))]])
    first = line(words("Why cases fail", bold=True))
    show = line(words("One of them, with its buttons: "), command("causes", found[0].name))
    return Told(brief="Causes", parts=[[first, bullets([_listed(one) for one in found]), show]])


def where(step: str) -> str:
    """Say where it fails. `step`: the step, or the part of the way."""
    return _PART.get(step, f"at {one_line(step, _STEP)}")


def _listed(one: CauseLineView) -> Line:
    by = [words(" by "), person(one.changed_by)] if one.state is CauseState.MENDING else []
    what = words(f": {one_line(one.workflow, 60)} {where(one.step)}, ")
    often = words(f"{_times(one.count)}, last ")
    said = words(f". {one_line(f'{one.error}: {one.message}', 150)}")
    given = bulk_reruns.advice(one)
    more = [words(f" · {given}")] if given is not None and one.state is not CauseState.RESOLVED else []
    return line(words(f"{one.name} · {_STATE[one.state]}", bold=True), *by, what, often, ago(one.last_at), said, *more)


def small_print(view: CauseView) -> str:
    """Name the cause, as it is named at the command line too."""
    return f"Cause {view.line.name} · countersign causes {view.line.name}"


def called(view: CauseView, *, is_back: bool) -> Told | None:
    """Call those who can mend it, in the thread of its card; None where that is done, or nobody is known."""
    is_theirs = is_back and view.resolved_by is not None and not view.is_by_itself
    whom = view.resolved_by if is_theirs else view.owner
    if whom is None or view.line.state is CauseState.RESOLVED:
        return None
    told = "it is back." if is_back else f"this is new, and you own {view.line.workflow}."
    if is_back and not is_theirs:
        told = f"it is back, and you own {view.line.workflow}."
    what = "Whoever mends it presses “Take over” first. Afterwards “Rerun one” shows whether it works."
    return Told(brief=heading(view), parts=[[line(person(whom), words(f", {told} {what}"))]])


def choices() -> dict[str, str]:
    """Return the ways to leave a cause alone: a word for each -> how it is said."""
    return {
        "time.1": "for 1 hour",
        "time.4": "for 4 hours",
        "time.24": "for 1 day",
        "time.168": "for 1 week",
        "count.10": "until it fails more than 10 times from now on",
        "count.100": "until it fails more than 100 times from now on",
        "rate.10": "until it fails more than 10 times in an hour",
        "rate.100": "until it fails more than 100 times in an hour",
    }


def begun_again(case: int, from_step: str) -> Told:
    """Say that a case of a cause is run again."""
    said = f"Case {case} is run again from {from_step}. The card says how it goes."
    return Told(brief=said, parts=[[line(words(said))]])


def _where(view: CauseView) -> str:
    return _PART.get(view.line.step, f"at {one_line(view.line.step, _STEP)}")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
