"""The cost report, for a team lead on a phone: what a day or a month cost, whether that is usual, and what for.

Amounts of a list are whole cents that add up to the amount that is said of them together.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from handlers.texts.digests.amounts import column, count, dollars, each, roughly
from handlers.texts.digests.cents import in_cents
from handlers.texts.digests.days import days_of, short
from handlers.texts.measures import Unit
from handlers.texts.pieces import Line, line, words
from handlers.texts.plain import begun_large
from handlers.texts.tables import Cell, Column, Table, Worded
from workflows.engine.digests.cost.views import (
    FEWEST_DAYS,
    Anomaly,
    CostFigures,
    CostLine,
    DearCase,
    MonthCost,
    WorkflowCost,
)
from workflows.engine.digests.periods import Every, first_day
from workflows.engine.digests.views import DigestView
from workflows.engine.text.sanitize import one_line

_NAME = 60
"""Characters of a name that are shown."""
_NAMED = 5
"""Models, and prompt versions, that are named; the others are one amount."""
_ROWS = 15
"""Workflows with a row of their own; the others are one row."""
_STAND_OUT = 2
"""Days that the first line names."""
_CLOSE = Decimal("0.8")
"""Part of a budget from which on a lead is told how much of it was taken."""
_VERSION = 7
"""Digits of a prompt version that are shown."""
_CENT = Decimal("0.01")


def title(view: DigestView) -> str:
    """Return the title of the report, with the days that it covers."""
    if view.every is Every.MONTH and view.first == first_day(Every.MONTH, view.last) and not view.missed:
        return f"Cost of {view.last:%B} {view.last.year}"
    return f"Cost, {days_of(view)}"


def overall(view: DigestView, figures: CostFigures) -> str:
    """Return the first line: the days that stand out, and what was spent."""
    named = figures.anomalies[:_STAND_OUT]
    shown = _of_workflows(figures) if view.first == view.last else {}
    said = [_stands_out(one, shown) for one in named]
    if more := len(figures.anomalies) - len(named):
        said.append(f"{count(more, 'more day')} {'stands' if more == 1 else 'stand'} out.")
    if view.first == view.last and any(one.workflow is None for one in named):
        return " ".join(said)
    return " ".join([*said, _spent(view, figures, begins="In all, " if said else "")])


def _stands_out(one: Anomaly, shown: Mapping[str, Decimal]) -> str:
    who = "All workflows together" if one.workflow is None else one_line(one.workflow, _NAME)
    cost = dollars(shown.get(one.workflow or "", one.dollars))
    return f"{who} cost {cost} on {short(one.day)}; a {one.day:%A} usually takes {dollars(one.usual)}."


def _spent(view: DigestView, figures: CostFigures, *, begins: str) -> str:
    if not figures.dollars:
        return "Nothing was spent."
    spent = begun_large(f"{begins}{dollars(figures.dollars)} was spent")
    if figures.usual is None:
        return f"{spent}."
    usual = dollars(figures.usual)
    if view.every is Every.MONTH:
        return f"{spent}; {_month_before(view.last)} took {usual}."
    if view.first == view.last:
        return f"{spent}; a {view.last:%A} usually takes {usual}."
    return f"{spent}; such days usually take {usual}."


def _month_before(day: date) -> str:
    first = first_day(Every.MONTH, day)
    return f"{date(first.year, first.month - 1, 1) if first.month > 1 else date(first.year - 1, 12, 1):%B}"


def numbers(view: DigestView, figures: CostFigures) -> list[Line]:
    """Say what a case costs, and what the month will."""
    costs = [
        f"per {what} {each(figures.dollars / number)}"
        for what, number in (("resolved case", figures.resolved), ("case taken in", figures.taken_in))
        if number and figures.dollars
    ]
    said = [f"Cost {', '.join(costs)}."] if costs else []
    said += [_month(figures.month, view.last)] if figures.month is not None and _is_told(figures.month) else []
    return [line(words(text)) for text in said]


def _is_told(month: MonthCost) -> bool:
    return bool(month.so_far or (month.forecast is not None and month.forecast.expected))


def _month(month: MonthCost, last: date) -> str:
    name, known = f"{month.first:%B}", month.forecast
    is_coming = month.first > last
    if known is None:
        needs = f"a forecast needs {FEWEST_DAYS} days, and {count(month.known, 'day')} can be counted."
        return f"{name}: {needs}" if is_coming else f"{name}: {dollars(month.so_far)} so far; {needs}"
    within = f"{roughly(known.expected)} ({roughly(known.least)} to {roughly(known.most)})"
    if is_coming:
        return f"{name} will take about {within}."
    return f"{name}: {dollars(month.so_far)} so far, about {within} by its end."


def by_workflow(view: DigestView, figures: CostFigures) -> Table | None:
    """Return the table of the workflows, where there is more than one."""
    if len(figures.workflows) < 2:
        return None
    is_month, shown = view.every is Every.MONTH, _of_workflows(figures)
    columns = [
        Column(name="Workflow"),
        Column(name="Cost", unit=Unit.DOLLARS),
        Column(name=_month_before(view.last) if is_month else "Usual", unit=Unit.DOLLARS),
        Column(name="Per resolved case", unit=Unit.DOLLARS),
        Column(name="Of a day's budget, at most" if view.first != view.last else "Of its budget", unit=Unit.SHARE),
    ]
    # What the first line says is usual is usual here too.
    usual = {one.workflow: one.usual for one in figures.anomalies} if view.first == view.last else {}
    named = figures.workflows[:_ROWS]
    each_case = _each_case(named)
    rows: list[Sequence[Cell]] = [
        _row(one, shown[one.workflow], usual.get(one.workflow, one.usual), each_case.get(one.workflow)) for one in named
    ]
    if others := figures.workflows[_ROWS:]:
        cost = sum((shown[one.workflow] for one in others), Decimal(0))
        rows.append([count(len(others), "other"), cost, None, None, None])
    return Table(caption="By workflow", columns=columns, rows=rows)


def _each_case(workflows: Sequence[WorkflowCost]) -> Mapping[str, Worded]:
    """Say what a resolved case of each workflow cost, where that is known."""
    amounts = {one.workflow: one.dollars / one.resolved for one in workflows if one.resolved and one.dollars}
    texts = column(list(amounts.values()))
    return {name: Worded(value=value, text=text) for (name, value), text in zip(amounts.items(), texts, strict=True)}


def _row(one: WorkflowCost, cost: Decimal, usual: Decimal | None, per_case: Worded | None) -> Sequence[Cell]:
    share = one.budget.taken / one.budget.per_day if one.budget is not None and one.budget.per_day else None
    return [one_line(one.workflow, _NAME), cost or one.dollars, usual, per_case, share]


def what_for(figures: CostFigures) -> list[Line]:
    """Say what the money went to, what was saved, and what is counted apart."""
    seen = {one.version: one for one in figures.prompts}

    def prompt(one: CostLine) -> str:
        if one.prompt_version is None:
            return _NO_MODEL
        file, version = seen.get(one.prompt_version), one.prompt_version[:_VERSION]
        return version if file is None else f"{one_line(file.name, _NAME)} {version} of {short(file.seen)}"

    lines = []
    if len(figures.workflows) == 1:
        lines.append(_split("By workflow", figures, lambda one: one_line(one.workflow, _NAME)))
    if figures.lines:
        lines.append(_split("By model", figures, lambda one: one_line(one.model or _NO_MODEL, _NAME)))
        lines.append(_split("By prompt version", figures, prompt))
    lines += _near_budgets(figures)
    lines += _saved(figures)
    if figures.unknown:
        requests = f"{count(figures.unknown, 'request')} of unknown cost"
        counted = "is counted with the most that it" if figures.unknown == 1 else "are counted with the most that they"
        lines.append(f"{requests} {counted} can have cost, {dollars(figures.reserved)}")
    if figures.for_evals:
        lines.append(f"Evals cost {dollars(figures.for_evals)} besides; no other number here counts them")
    return [line(words(text)) for text in lines]


_NO_MODEL = "without a model"


def _split(what: str, figures: CostFigures, name: Callable[[CostLine], str]) -> str:
    """Say what each part cost, the dearest first."""
    sums: dict[str, Decimal] = {}
    for one in figures.lines:
        sums[name(one)] = sums.get(name(one), Decimal(0)) + one.dollars
    parts = sorted(sums.items(), key=lambda part: (-part[1], part[0]))
    shown = in_cents([cost for _, cost in parts])
    said = [f"{part} {dollars(cents or cost)}" for (part, cost), cents in zip(parts[:_NAMED], shown, strict=False)]
    if others := shown[_NAMED:]:
        said.append(f"{count(len(others), 'other')} {dollars(sum(others, Decimal(0)))}")
    return f"{what}: {', '.join(said)}"


def _near_budgets(figures: CostFigures) -> list[str]:
    """Say which workflows took most of their budget for a day."""
    near = [(one.workflow, one.budget) for one in figures.workflows if one.budget is not None]
    return [
        f"{one_line(name, _NAME)} took {dollars(used.taken)} of its {dollars(used.per_day)} for {short(used.day)}"
        for name, used in near
        if used.taken >= _CLOSE * used.per_day
    ]


def _saved(figures: CostFigures) -> list[str]:
    """Say what was saved by answers that were given again, and by cheaper models."""
    said = []
    if figures.reused.answers:
        answers = count(figures.reused.answers, "answer")
        said.append(
            f"{dollars(figures.reused.dollars)} by {answers} that "
            f"{'was' if figures.reused.answers == 1 else 'were'} used again"
        )
    if figures.saved:
        beside = sorted({one_line(one.dearest, _NAME) for one in figures.cheaper})
        dearest = beside[0] if len(beside) == 1 else "each workflow's dearest one"
        said.append(f"{dollars(figures.saved)} by models cheaper than {dearest}, for the same tokens")
    return [f"Saved: {'; '.join(said)}"] if said else []


def dearest(figures: CostFigures) -> Sequence[DearCase]:
    """Return the cases to name: those below a cent are not worth a look."""
    return [one for one in figures.dearest if one.dollars >= _CENT]


def most_expensive(cases: Sequence[DearCase]) -> Line:
    """Name the cases that cost most."""
    named = ", ".join(f"{one.case} of {one_line(one.workflow, _NAME)} {dollars(one.dollars)}" for one in cases)
    return line(words("Most expensive cases: ", bold=True), words(named))


def small_print(figures: CostFigures) -> str:
    """Say whose days these are."""
    zones: dict[str, list[str]] = {}
    for one in figures.workflows:
        if one.budget is not None and one.budget.zone is not None:
            zones.setdefault(one.budget.zone, []).append(one_line(one.workflow, _NAME))
    return " ".join([f"Days of {figures.zone}.", *(_budgets(names, zone) for zone, names in zones.items())])


def _budgets(names: Sequence[str], zone: str) -> str:
    if len(names) == 1:
        return f"The budget of {names[0]} is for days of {zone}."
    others = [count(len(names) - _NAMED, "other")] if len(names) > _NAMED else []
    named = [*names[:_NAMED], *others]
    return f"The budgets of {', '.join(named[:-1])} and {named[-1]} are for days of {zone}."


def _of_workflows(figures: CostFigures) -> dict[str, Decimal]:
    """Return the cost of each workflow in cents that add up."""
    shown = in_cents([one.dollars for one in figures.workflows])
    return {one.workflow: cents for one, cents in zip(figures.workflows, shown, strict=True)}
