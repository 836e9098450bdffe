"""Words about bulk reruns: what one would do, how far it is, and how it ended."""

from collections.abc import Sequence

from handlers.texts.pieces import Line, Piece, Told, command, hour, line, moment, person, words
from handlers.texts.plain import begun_large, excerpt
from store.states import BulkState
from workflows.engine.causes.advice import Advice
from workflows.engine.read.cause_views import AllAgain, BulkView, CauseLineView, CauseView
from workflows.engine.review.rerun.bulk_rules import MOST, TRIAL, WAITS_AT_MOST, WhyStopped
from workflows.engine.review.views import BulkBegun, BulkPlan, BulkPlanned

_WHY = {
    WhyStopped.PERSON: "somebody stopped it",
    WhyStopped.BACK_IN_TRIAL: "the same failure came back in the trial",
    WhyStopped.NONE_THROUGH: "all cases of the trial failed for another reason",
    WhyStopped.BACK: "the same failure came back",
    WhyStopped.OTHERWISE: "too many failed for another reason",
    WhyStopped.NONE_LEFT: "no failed case was left when the rerun was to begin",
}


def first_a_few(total: int) -> str:
    """Say how a bulk rerun of so many cases goes on."""
    if total <= TRIAL:
        return f"{_they(total, 'It is', 'All are')} tried at once."
    left = total - TRIAL
    rest = "the other one follows" if left == 1 else f"the other {left:,} follow"
    at_a_time = f", at most {MOST} at a time" if left > MOST else ""
    return f"{TRIAL} are tried first. Where the failure does not come back, {rest}{at_a_time}."


def means(of: AllAgain | BulkPlan) -> list[str]:
    """Say in sentences what running all of them again means."""
    said = []
    if of.delivers_only:
        number = "All were" if not of.proposes else f"{of.delivers_only:,} {_they(of.delivers_only, 'was', 'were')}"
        number = "It was" if of.total == 1 else number
        said.append(f"{number} decided already: that stays, and is delivered once.")
    if of.proposes:
        whose = "All get" if not of.delivers_only else f"{of.proposes:,} {_they(of.proposes, 'gets', 'get')}"
        whose = "It gets" if of.total == 1 else whose
        said.append(f"{whose} a new recommendation; that may cost ${of.cost:,.2f} at most.")
    return said


def line_of(view: CauseView) -> list[Line]:
    """Say how far the newest bulk rerun of a cause is, or how it ended."""
    bulk = view.bulk
    if bulk is None:
        return []
    match bulk.state:
        case BulkState.PLANNED:
            return [line(*_planned(view, bulk))]
        case BulkState.TRIAL:
            tried = f"trying {TRIAL} of {bulk.total:,} first" if bulk.total > TRIAL else f"trying {bulk.total}"
            said: list[Piece] = [words("Rerun", bold=True), words(" by "), person(bulk.began_by), words(f": {tried}. ")]
        case BulkState.WAVES:
            said = [words("Rerun", bold=True), words(" by "), person(bulk.began_by), words(": the trial was good. ")]
        case BulkState.STOPPED if bulk.why_stopped is WhyStopped.NONE_LEFT:
            return [line(words("Not run again", bold=True), words(f": {_why(bulk)}."))]
        case BulkState.STOPPED if bulk.why_stopped is WhyStopped.PERSON:
            said = [words("Rerun stopped", bold=True), words(" by "), person(bulk.changed_by), words(". ")]
        case BulkState.STOPPED:
            said = [words("Rerun stopped by itself", bold=True), words(f": {_why(bulk)}. ")]
        case BulkState.DONE:
            said = [words("Rerun done. ", bold=True)]
    said.append(words(_numbers(bulk)))
    if bulk.is_active and bulk.is_paused:
        said.append(words(f" {view.line.workflow} is paused: nothing is begun until it is resumed."))
    return [line(*said)]


def _planned(view: CauseView, bulk: BulkView) -> list[Piece]:
    """Say when a rerun begins by itself, and who wanted it."""
    assert bulk.planned_for is not None
    name = excerpt(bulk.waits_for, 60)
    when = [words(f" once {name} is well, at the latest at ")] if bulk.waits_for is not None else [words(" at ")]
    paused = f" {view.line.workflow} is paused: it waits until that is resumed." if bulk.is_paused else ""
    return [
        words("Rerun by itself", bold=True),
        *when,
        hour(bulk.planned_for),
        words(", as "),
        person(bulk.began_by),
        words(f" said: a few first, and it stops where the failure comes back.{paused}"),
    ]


def advice(of: CauseLineView) -> str | None:
    """Say what is known about reruns of a cause; None where nothing is."""
    total = of.went_through + of.came_back
    reruns = f"{of.went_through:,} of {total:,} {_they(total, 'rerun', 'reruns')} went through"
    match of.advice:
        case Advice.HELPS:
            return f"Transient so far: {reruns} without a new version of the code."
        case Advice.IN_VAIN:
            return f"Rerunning has not helped so far: {reruns} without a new version of the code."
        case Advice.MIXED:
            return f"Reruns help sometimes: {reruns} without a new version of the code."
        case Advice.BY_TYPE:
            so_far = f" So far {reruns}." if total else ""
            return f"Mostly transient: an error of this type tends to go away by itself.{so_far}"
        case None:
            return None


def reruns_in_brief(of: CauseLineView) -> str:
    """Say in a word or two how reruns of a cause went; nothing where there was none."""
    total = of.went_through + of.came_back
    return f"{of.went_through:,} of {total:,}" if total else ""


def once_well(system: str) -> str:
    """Say when a rerun begins that waits for a system."""
    hours = int(WAITS_AT_MOST.total_seconds() // 3600)
    return f"By itself once {excerpt(system, 60)} is well again, and in {hours} hours at the latest."


def after(minutes: int) -> str:
    """Say when a rerun begins that waits for a time."""
    return f"By itself in {minutes} minutes."


def later(when: str, total: int) -> tuple[str, str]:
    """Return the question of the button that has a rerun begin by itself, and its explanation."""
    asks = f"Rerun {total:,} {_they(total, 'case', 'cases')} later?"
    return asks, f"{when} {first_a_few(total)} The card says when it begins, and has a button to stop it."


def planned(plan: BulkPlanned) -> Told:
    """Say that a rerun begins by itself."""
    brief = f"{plan.total:,} {_they(plan.total, 'case is', 'cases are')} run again by themselves."
    until = f"Once {plan.waits_for} is well, at the latest at " if plan.waits_for is not None else "At "
    said = line(words(until), moment(plan.at), words(f". {first_a_few(plan.total)}"))
    more = line(words(f"The card of cause {plan.name} says so, and has a button to stop it."))
    return Told(brief=brief, parts=[[line(words(brief, bold=True)), said, more]])


def stopped(cause: str) -> Told:
    """Say that a bulk rerun was stopped."""
    brief = f"The rerun of cause {excerpt(cause, 40)} is stopped."
    return Told(brief=brief, parts=[[line(words(brief, bold=True), words(" What was begun goes on; no more begins."))]])


def no_pause(cause: str, said: str) -> str:
    """Say that a pause is none."""
    return f"{excerpt(said, 20)!r} is not a time: rerun cause {excerpt(cause, 40)} after 10m; also 2h, or 1d"


def ended(view: CauseView) -> Told | None:
    """Tell whoever began a bulk rerun how it ended, in the thread of the card; None where it goes on."""
    bulk = view.bulk
    if bulk is None or bulk.is_active:
        return None
    how = f"the rerun stopped by itself: {_why(bulk)}." if bulk.state is BulkState.STOPPED else "the rerun is done."
    if bulk.why_stopped is WhyStopped.NONE_LEFT:
        how = f"{_why(bulk)}: nothing was run again."
        return Told(brief=begun_large(how), parts=[[line(person(bulk.began_by), words(f", {how}"))]])
    to_do = " No more cases are run. Once it is mended, press “Rerun all” on the card." if bulk.why_stopped else ""
    text = f", {how} {_numbers(bulk)}{to_do}"
    return Told(brief=begun_large(how), parts=[[line(person(bulk.began_by), words(text))]])


def foreseen(plans: Sequence[BulkPlan], *, again: str) -> Told:
    """Say what bulk reruns would do. Nothing of it was done. `again`: the words of the command that does it."""
    total = sum(plan.total for plan in plans)
    brief = f"{total:,} {_they(total, 'case', 'cases')} would run again."
    said = [line(words(brief, bold=True), words(" Nothing was done yet."))]
    for plan in plans:
        steps = ", ".join(plan.from_steps)
        text = f"Cause {plan.name}: {plan.total:,}, from {steps}. {first_a_few(plan.total)} {' '.join(means(plan))}"
        doubts = f" {plan.in_doubt:,} in doubt {_they(plan.in_doubt, 'is', 'are')} left alone." if plan.in_doubt else ""
        said.append(line(words(text + doubts)))
    return Told(brief=brief, parts=[[*said, line(words("To do it: "), command("rerun", again))]])


def begun(several: Sequence[BulkBegun], refused: Sequence[str]) -> Told:
    """Say that bulk reruns began. `refused`: the causes of which none did, with the reason."""
    total = sum(one.total for one in several)
    brief = f"{total:,} {_they(total, 'case is', 'cases are')} run again."
    said = [
        line(words(brief, bold=True), words(" The card of each cause in the channel for failures says how it goes."))
    ]
    said += [line(words(f"Cause {one.name}: {one.total:,}. {first_a_few(one.total)}")) for one in several]
    return Told(brief=brief, parts=[[*said, *(line(words(why)) for why in refused)]])


def no_time(workflow: str, said: str) -> str:
    """Say that a time is missing, or is none."""
    why = f"{excerpt(said, 20)!r} is not a time" if said else "say since when"
    return f"{why}: rerun failed {excerpt(workflow, 60)} since 2h; also 30m, or 1d"


def _why(bulk: BulkView) -> str:
    assert bulk.why_stopped is not None
    return _WHY[bulk.why_stopped]


def _numbers(bulk: BulkView) -> str:
    """Say what became of its cases, in numbers."""
    parts = [f"{bulk.through:,} of {bulk.total:,} through"]
    parts += [f"{bulk.under_way:,} under way"] if bulk.under_way else []
    parts += [f"{bulk.again:,} failed again"] if bulk.again else []
    parts += [f"{bulk.otherwise:,} failed for another reason"] if bulk.otherwise else []
    parts += [f"{bulk.left_out:,} left for a person to look at"] if bulk.left_out else []
    return f"{', '.join(parts)}."


def _they(number: int, one: str, more: str) -> str:
    return one if number == 1 else more
