"""The failure summary, for a team lead on a phone: what needs them, what happened, and what of each workflow is new."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from handlers.texts import bars
from handlers.texts.buttons import Button
from handlers.texts.digests import attention, needs
from handlers.texts.digests.amounts import count, dollars
from handlers.texts.digests.days import days_of
from handlers.texts.operations.causes import where
from handlers.texts.pieces import Line, Paragraph, Piece, bullets, command, line, moment, words
from handlers.texts.plain import about, begun_large, percent
from store.states import CauseState
from workflows.engine.digests.failures.views import (
    Cause,
    CauseNumbers,
    FailureFigures,
    LongWait,
    Recovery,
    Unproposed,
    WorkflowFigures,
)
from workflows.engine.digests.views import DigestView
from workflows.engine.text.sanitize import one_line

_FEW = 20
"""Fewest cases of which a share is told in percent."""
_CAUSES = 3
_NAME = 60
"""Characters of a name that are shown."""
_WHY = {
    "paused": "paused",
    "unavailable": "model not available",
    "no_sample": "no sample answer",
    "over_budget": "budget spent",
    "account": "model's account",
    "not_allowed": "access denied",
    "retired": "model retired",
    "garbage": "answer not usable",
    "refused": "model declined",
    "truncated": "answer cut off",
    "documents": "document not readable",
    "out_of_scope": "out of scope",
    "outside_share": "not looked at yet",
    "no_proposal": "for another reason",
}
"""Code of the reason for a missing proposal -> a few words."""
_HOW = {
    CauseState.MENDING: ", being mended",
    CauseState.IGNORED: ", ignored",
    CauseState.RESOLVED: ", resolved",
    CauseState.REGRESSED: ", back again",
}
"""State of a cause, as its line ends."""


def first_line(view: DigestView) -> str:
    """Say whether to act."""
    figures = _figures(view)
    if figures.needs is None:
        # It was made before there were needs, and only tells what failed.
        return f"{begun_large(_failed(figures.stopped, figures.still_stopped, None))}."
    return needs.in_brief(len(figures.needs))


def in_brief(view: DigestView) -> str:
    """Say it in a line, for a notification: whether to act, and what it is about."""
    return f"{first_line(view)} Failures, {_about(view)}"


def _figures(view: DigestView) -> FailureFigures:
    assert isinstance(view.figures, FailureFigures)
    return view.figures


def happened(view: DigestView) -> list[Line]:
    """Say what happened, in a few lines: one on a quiet day."""
    figures = _figures(view)
    said = [line(words(f"{_about(view)}: ", bold=True), words(f"{_numbers(figures)}."))]
    said += [*_success(figures), *_causes(figures.causes)]
    if figures.recovery is not None:
        said.append(line(words(_recovery(figures.recovery))))
    if figures.stopped and len(figures.failed_by_day) > 1:
        bar = words(bars.standing(figures.failed_by_day), code=True)
        said.append(line(words(f"Failed by day, {len(figures.failed_by_day)} days: "), bar))
    return said


def long_wait(one: LongWait) -> Line:
    """Say that a review waits for long."""
    late = ", past its deadline" if one.is_overdue else ""
    name = words(f"Case {one.case} of {one_line(one.workflow, _NAME)}", bold=True)
    return line(name, words(f" waits for a person{late}, since "), moment(one.opened_at))


def open_review(one: LongWait) -> Button:
    """Name the button that opens a review."""
    return Button(text="Review", says=f"Review case {one.case}")


def under_pressure(figures: FailureFigures) -> list[Paragraph]:
    """Say what people are asked, and what would relieve them; nothing where they can look at all that waits."""
    return attention.paragraphs(figures.attention, figures.relief) if figures.attention is not None else []


def left_out(number: int) -> Line:
    """Say how many workflows are left out."""
    return line(words(f"and {count(number, 'more workflow')}"))


def worst_first(figures: FailureFigures) -> list[WorkflowFigures]:
    """Return the workflows of which there is something to say, the one with most to mend first."""
    return sorted((one for one in figures.workflows if one.is_worth_telling), key=_badness)


def _badness(figures: WorkflowFigures) -> tuple[int, int, int, int, Decimal, str]:
    paused = figures.paused is None
    return -figures.still_stopped, paused, -figures.stopped, -figures.older, -figures.cost, figures.workflow


def is_in_hand(figures: FailureFigures) -> bool:
    """Tell whether somebody has all that failed in hand, so that it needs nobody."""
    return figures.needs is not None and not figures.needs


def workflow(
    figures: WorkflowFigures, *, said: Collection[int] = (), is_only: bool = False, in_hand: bool = False
) -> list[Paragraph]:
    """Say what is to be said of a workflow; nothing where that is all said above.

    `said`: the causes that are. `is_only`: the day's numbers are its own.
    `in_hand`: somebody has all that failed in hand.
    """
    causes = [one for one in figures.causes if one.id not in said]
    lines = [] if is_only else [line(words(_workflow_numbers(figures, in_hand=in_hand)))]
    lines += [line(*_cause(cause)) for cause in causes[:_CAUSES]]
    if more := len(causes[_CAUSES:]) + figures.more_causes:
        lines.append(line(words(f"and {count(more, 'other cause')}")))
    lines += [*_paused(figures), *_found_wrong(figures), *_unproposed(figures.unproposed)]
    if figures.lapsed:
        lines.append(line(words(f"{count(figures.lapsed, 'case')} not answered in time")))
    if figures.samples:
        whose = "with sample answers, written by hand, not counted here"
        lines.append(line(words(f"{count(figures.samples, 'case')} {whose}")))
    return [line(words(one_line(figures.workflow, _NAME), bold=True)), bullets(lines)] if lines else []


def _about(view: DigestView) -> str:
    only = f"{one_line(view.workflow, _NAME)}, " if view.workflow is not None else ""
    return f"{only}{days_of(view)}"


def _numbers(figures: FailureFigures) -> str:
    """Say how many cases came, went through, failed and wait, and what was spent."""
    in_hand = is_in_hand(figures)
    said = [_came(figures.taken_in, figures.usually_taken_in)]
    said += [f"{figures.went_through:,} went through"] if figures.went_through else []
    said.append(_failed(figures.stopped, figures.still_stopped, figures.usually_stopped, in_hand=in_hand))
    said += [f"{figures.older:,} from before {_to_fix(in_hand)}"] if figures.older else []
    said += [_wait(figures.waiting)] if figures.waiting else []
    return ", ".join([*said, f"{dollars(figures.cost)} spent"])


def _workflow_numbers(figures: WorkflowFigures, *, in_hand: bool) -> str:
    said = [_came(figures.taken_in, figures.usually_taken_in)]
    said += [f"{figures.went_through:,} went through"] if figures.went_through else []
    if figures.stopped:
        said.append(_failed(figures.stopped, figures.still_stopped, figures.usually_stopped, in_hand=in_hand))
    said += [f"{figures.older:,} from before {_to_fix(in_hand)}"] if figures.older else []
    said += [_wait(figures.waiting)] if figures.waiting else []
    return ", ".join(said)


def _came(number: int, usually: int | None) -> str:
    came = f"{count(number, 'case')} came" if number else "no case came"
    return f"{came}{_beside(_usually(number, usually))}"


def _to_fix(in_hand: bool) -> str:
    """Return the words for what is not mended; "to fix" calls somebody, as the first line does."""
    return "in hand" if in_hand else "still to fix"


def _failed(number: int, still: int, usually: int | None, *, in_hand: bool = False) -> str:
    if not number:
        return f"none failed{_beside(_usually(number, usually))}"
    stands = f"{still:,} {_to_fix(in_hand)}" if still else "all mended"
    if still == number:
        stands = "all in hand" if in_hand else ""
    return f"{number:,} failed{_beside(stands, _usually(number, usually))}"


def _usually(number: int, usually: int | None) -> str:
    """Name the number of the usual day, where it is another."""
    return f"usually {usually:,}" if usually is not None and usually != number else ""


def _beside(*said: str) -> str:
    told = "; ".join(filter(None, said))
    return f" ({told})" if told else ""


def _wait(number: int) -> str:
    return f"{number:,} now {'waits' if number == 1 else 'wait'} for a person"


def _success(figures: FailureFigures) -> list[Line]:
    """Say how many of the cases that ended or stopped are through by now; nothing where all are."""
    through, of = figures.went_through, figures.went_through + figures.still_stopped
    if not figures.still_stopped:
        return []
    share = f" ({percent(through / of)})" if of >= _FEW else ""
    return [line(words(f"Success rate: {through:,} of {of:,} are through by now{share}."))]


def _causes(numbers: CauseNumbers) -> list[Line]:
    """Say what became of causes, where something did, and how all stand."""
    moved = [(numbers.new, "new"), (numbers.back, "back again"), (numbers.closed, "closed")]
    stand = [(numbers.open, "open"), (numbers.mending, "being mended"), (numbers.ignored, "ignored")]
    if not numbers.happened and not numbers.open:
        return []
    became, now = (", ".join(f"{number:,} {what}" for number, what in some if number) for some in (moved, stand))
    said = "; ".join(part for part in (became, f"now {now}" if now else "now none open") if part)
    return [line(words(f"Causes of failures: {said}."))]


def _recovery(recovery: Recovery) -> str:
    longest = f"{about(recovery.longest)} ({one_line(recovery.longest_of, _NAME)})"
    if recovery.number == 1:
        return f"Recovered once, after {longest}."
    return f"Recovered {recovery.number:,} times: half within {about(recovery.median)}, the longest after {longest}."


def _cause(cause: Cause) -> Sequence[Piece]:
    """Say how many cases one cause stopped, and the cause."""
    cases = words(f"{count(cause.cases, 'case')}: ")
    if cause.step is None and cause.error is None:
        return (cases, words("no known cause" if cause.id is None else "a cause that is gone"))
    step = where(cause.step) if cause.step is not None else None
    named = [one_line(part, _NAME) for part in (step, cause.error) if part is not None]
    how = _HOW.get(cause.state, "") if cause.state is not None else ""
    return (cases, words(", ".join(named) + how))


def _paused(figures: WorkflowFigures) -> list[Line]:
    """Say that a workflow is paused. How to resume it is told where Countersign paused it, since that is a need."""
    paused = figures.paused
    if paused is None or paused.by_itself:
        return []
    held = f"; {paused.held:,} {'delivery' if paused.held == 1 else 'deliveries'} held" if paused.held else ""
    said = [words("Paused by a person", bold=True), words(" since "), moment(paused.at)]
    return [line(*said, words(f"{held}. To resume it: "), command("resume", figures.workflow))]


def _found_wrong(figures: WorkflowFigures) -> list[Line]:
    """Say what people said was wrong, and what turned out to be."""
    said = [count(figures.reported, "report") + " that something was wrong"] if figures.reported else []
    said += [f"{count(figures.corrected, 'error')} found and corrected"] if figures.corrected else []
    return [line(words(", ".join(said)))] if said else []


def _unproposed(unproposed: Sequence[Unproposed]) -> list[Line]:
    """Say how many cases had no proposal, by reason."""
    total = sum(one.cases for one in unproposed)
    if not total:
        return []
    why = ", ".join(
        f"{one.cases:,} {_WHY.get(one.code, one_line(one.code.replace('_', ' '), _NAME))}"
        for one in unproposed[:_CAUSES]
    )
    more = sum(one.cases for one in unproposed[_CAUSES:])
    return [line(words(f"{count(total, 'case')} without a proposal: {why}{f', {more:,} more' if more else ''}"))]
