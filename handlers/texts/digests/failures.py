"""The failure summary, for a team lead on a phone: what failed, what is still to fix and how, and the cost."""

from collections.abc import Sequence
from decimal import Decimal

from handlers.texts.digests.amounts import count, dollars, hours
from handlers.texts.digests.days import days_of
from handlers.texts.pieces import Line, Paragraph, Piece, bullets, command, line, moment, words
from handlers.texts.plain import begun_large
from workflows.engine.digests.failures.views import Cause, FailureFigures, StoppedCase, Unproposed, WorkflowFigures
from workflows.engine.digests.views import DigestView
from workflows.engine.text.sanitize import one_line

_CAUSES = 3
_NAME = 60
"""Characters of a name that are shown."""
_WHY = {
    "paused": "paused",
    "unavailable": "model not available",
    "over_budget": "budget spent",
    "account": "model's account",
    "not_allowed": "not let in",
    "retired": "model retired",
    "garbage": "answer not usable",
    "refused": "model declined",
    "truncated": "answer cut off",
    "out_of_scope": "out of scope",
    "no_proposal": "for another reason",
}
"""Code of the reason for a missing proposal -> a few words."""


def title(view: DigestView) -> str:
    """Return the title of the summary, with the days that it covers."""
    return f"Failures and cost, {days_of(view)}"


def left_out(number: int) -> Line:
    """Say how many workflows are left out."""
    return line(words(f"and {count(number, 'more workflow')}"))


def worst_first(view: FailureFigures) -> list[WorkflowFigures]:
    """Return the workflows, the one with most to fix first."""
    return sorted(view.workflows, key=_badness)


def overall(view: FailureFigures) -> str:
    """Return the whole summary in one line."""
    if view.stopped:
        still = _stand(view.still_stopped) if view.still_stopped else "none still to fix"
        failed = f"{count(view.stopped, 'case')} failed, {still}."
    else:
        failed = "Nothing failed."
    older = f" {_stand(view.older, ' from before')}." if view.older else ""
    return f"{failed}{older} {begun_large(dollars(view.cost))} spent."


def _badness(figures: WorkflowFigures) -> tuple[int, int, int, int, Decimal, str]:
    paused = figures.paused is None
    return -figures.still_stopped, paused, -figures.stopped, -figures.older, -figures.cost, figures.workflow


def workflow(figures: WorkflowFigures) -> list[Paragraph]:
    """Say all of a workflow."""
    name = words(one_line(figures.workflow, _NAME), bold=True)
    lines = [*_paused(figures), *(line(*_cause(cause)) for cause in figures.causes[:_CAUSES])]
    if more := len(figures.causes[_CAUSES:]) + figures.more_causes:
        lines.append(line(words(f"and {count(more, 'other cause')}")))
    lines += _stopped("Still to fix", figures.still_stopped_cases, figures.still_stopped)
    lines += _stopped("From before", figures.older_cases, figures.older)
    lines += _found_wrong(figures)
    lines += _unproposed(figures.unproposed)
    lines.append(line(words(_numbers(figures))))
    if figures.work_alone:
        lines.append(line(words(_work_alone(figures))))
    if figures.samples:
        whose = "whose answers are samples, written by hand, not counted here"
        lines.append(line(words(f"{count(figures.samples, 'case')} {whose}")))
    return [line(name), bullets(lines)]


def _paused(figures: WorkflowFigures) -> list[Line]:
    """Draw that a workflow is paused, and how to resume it."""
    paused = figures.paused
    if paused is None:
        return []
    held = f"; {paused.held:,} {'delivery' if paused.held == 1 else 'deliveries'} held" if paused.held else ""
    by = " by Countersign" if paused.by_itself else ""
    said = [words(f"Paused{by}", bold=True), words(" since "), moment(paused.at)]
    return [line(*said, words(f"{held}. To resume it: "), command("resume", figures.workflow))]


def _found_wrong(figures: WorkflowFigures) -> list[Line]:
    """Draw what people said was wrong, and what turned out to be."""
    said = [count(figures.reported, "report") + " that something was wrong"] if figures.reported else []
    said += [f"{count(figures.corrected, 'error')} found and corrected"] if figures.corrected else []
    return [line(words(", ".join(said)))] if said else []


def _unproposed(unproposed: Sequence[Unproposed]) -> list[Line]:
    """Draw the number of cases without a proposal, by reason."""
    total = sum(one.cases for one in unproposed)
    if not total:
        return []
    why = ", ".join(
        f"{one.cases:,} {_WHY.get(one.code, one_line(one.code.replace('_', ' '), _NAME))}"
        for one in unproposed[:_CAUSES]
    )
    more = sum(one.cases for one in unproposed[_CAUSES:])
    return [line(words(f"{count(total, 'case')} without a proposal: {why}{f', {more:,} more' if more else ''}"))]


def _cause(cause: Cause) -> Sequence[Piece]:
    """Draw the number of cases that one cause stopped, and the cause."""
    error = words(one_line(cause.error, _NAME)) if cause.error is not None else words("the process ended in it")
    cases = words(f"{count(cause.cases, 'case')}: ")
    return (cases, error) if cause.step is None else (cases, words(one_line(cause.step, _NAME)), words(", "), error)


def _stopped(what: str, named: Sequence[StoppedCase], total: int) -> list[Line]:
    """Draw the cases still to fix, and the command for the first. A case in doubt is not simply run again."""
    failed = [case.case for case in named if not case.in_doubt]
    in_doubt = [case.case for case in named if case.in_doubt]
    more = total - len(named)
    lines = []
    if failed:
        rerun = command("rerun", failed[0])
        lines.append(line(words(f"{what}: {_cases(failed, more)}. Run again with "), rerun))
        more = 0
    if in_doubt:
        settle = words(f"countersign settle {in_doubt[0]} happened", code=True)
        told = f"{what}, in doubt: {_cases(in_doubt, more)}. Look whether it was delivered, then "
        lines.append(line(words(told), settle, words(" or "), words("not-happened", code=True)))
    return lines


def _cases(ids: Sequence[int], more: int) -> str:
    named = ", ".join(str(case) for case in ids)
    return f"{'case' if len(ids) == 1 and not more else 'cases'} {named}{f' and {more:,} more' if more else ''}"


def _numbers(figures: WorkflowFigures) -> str:
    """Return the cases taken in, their results, and the cost."""
    numbers = [
        (figures.taken_in, "taken in"),
        (figures.alone, "resolved alone"),
        (figures.by_people, "resolved by people"),
        (figures.lapsed, "not answered in time"),
        (figures.waiting, "waiting for a person now"),
    ]
    said = [f"{number:,} {what}" for number, what in numbers if number]
    return ", ".join([*said, dollars(figures.cost)])


def _work_alone(figures: WorkflowFigures) -> str:
    """Return the work that went alone, with the figures behind it."""
    assert figures.by_hand is not None
    each = figures.by_hand.total_seconds() / 60
    return f"Work that went alone: {hours(figures.work_alone)} ({count(figures.alone, 'case')} at {each:g} min by hand)"


def _stand(number: int, which: str = "") -> str:
    return f"{number:,}{which} still to fix"
