"""The business numbers, for a team lead on a phone: what was done, by whom, in which time, at what cost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.texts.buttons import Button
from handlers.texts.charts import Chart, ChartKind, Series, trend
from handlers.texts.digests.amounts import count, dollars, each, in_hours, rounded
from handlers.texts.digests.cents import in_cents
from handlers.texts.digests.days import days_of
from handlers.texts.measures import Unit, said
from handlers.texts.pieces import Line, Paragraph, Told, ago, bullets, line, words
from handlers.texts.plain import begun_large
from handlers.texts.tables import Cell, Column, Table, Worded
from workflows.engine.digests.numbers.definitions import DEFINITIONS, NumberName
from workflows.engine.digests.numbers.estimates import FEWEST_LOOKS, FEWEST_MEASURED, Estimate
from workflows.engine.digests.numbers.views import DayNumbers, NumberFigures, Numbers, Times, WhyNotFreed
from workflows.engine.digests.views import DigestView
from workflows.engine.text.sanitize import one_line

WHAT_IS_THIS = Button(text="What is this?", says="What each business number is, and what it does not mean")
DEFINED = "Business numbers"
"""The title of their definitions."""
_NAME = 40
_FEW = 20
"""Cases below which a share is told as a number of them."""
_REMARKS = 5
"""Most workflows of which a remark is told."""


def title(view: DigestView) -> str:
    """Return the title of the numbers, with the days that they cover."""
    return f"Business numbers, {days_of(view)}"


def overall(figures: NumberFigures) -> str:
    """Return all of it in one line."""
    total = figures.total
    if not total.resolved:
        return f"No case was resolved. {begun_large(dollars(total.cost))} spent."
    done = f"{count(total.resolved, 'case')} resolved, {_share(total.alone, total.resolved)} without a person."
    freed = ""
    if total.hours_freed is not None:
        hours = total.hours_freed.value
        freed = f" {in_hours(hours)} freed." if hours >= 0 else f" {in_hours(-hours)} more spent than freed."
    return f"{done}{freed} {begun_large(dollars(total.cost))} spent."


def numbers(figures: NumberFigures) -> list[Paragraph]:
    """Tell the numbers of all together."""
    one, names = figures.total, [workflow.workflow or "" for workflow in figures.workflows]
    lines = [_named("Cases", _cases(one)), _named("Reviews", _reviews(one))]
    is_timed = any(of.by_hand is not None and of.by_hand.timings for of in figures.workflows)
    lines += [_named("Arrival to delivery", _times(one.arrival_to_delivery))] if one.arrival_to_delivery else []
    lines += [_named("Card to decision", _times(one.card_to_decision))] if one.card_to_decision else []
    lines += [_named("People's time", _peoples_time(one))] if one.decisions else []
    lines += [
        _named("Cost", _cost(one)),
        _named("Hours freed", _freed(one, names, is_timed=is_timed)),
        _named("Errors", _errors(one)),
    ]
    return [bullets([*lines, _backlog(one)])]


def remarks(workflows: Sequence[Numbers]) -> list[Paragraph]:
    """Tell what the hours of each workflow rest on: its baseline, or its author's word."""
    told = [remark for one in workflows if (remark := _remark(one)) is not None]
    more = len(told) - _REMARKS
    if more > 0:
        told = [*told[:_REMARKS], line(words(f"and {count(more, 'more workflow')}"))]
    return [bullets(told)] if told else []


def by_workflow(workflows: Sequence[Numbers]) -> list[Table]:
    """Return the numbers of each workflow, in tables that are no wider than a message."""
    most_first = sorted(workflows, key=lambda one: (-one.resolved, one.workflow or ""))
    # They add up to what is said of all.
    costs = in_cents([one.cost for one in most_first])
    done: dict[str, Sequence[Cell]] = {
        "Resolved": [one.resolved for one in most_first],
        "Alone": [one.alone for one in most_first],
        "Cost": [cents or one.cost for one, cents in zip(most_first, costs, strict=True)],
        "Hours freed": [_hours(one) for one in most_first],
        "In": [one.cases_in for one in most_first],
        "Backlog": [one.backlog for one in most_first],
    }
    reviews: dict[str, Sequence[Cell]] = {
        "Reviewed": [one.reviewed for one in most_first],
        "Edited": [one.edited for one in most_first],
        "Rejected": [one.rejected for one in most_first],
        "Corrected": [one.corrected for one in most_first],
    }
    times: dict[str, Sequence[Cell]] = {
        "Arrival to delivery": [_minutes(one.arrival_to_delivery) for one in most_first],
        "Card to decision": [_minutes(one.card_to_decision) for one in most_first],
        "Errors per 1,000": [_per_thousand(one.wrong_share) for one in most_first],
    }
    names = [one.workflow or "" for one in most_first]
    return [
        _table("By workflow", names, done),
        replace(_table("Reviews by workflow", names, reviews), is_extra=True),
        replace(_table("Times (half took no longer) and errors by workflow", names, times), is_extra=True),
    ]


_UNITS = {"Cost": Unit.DOLLARS, "Arrival to delivery": Unit.MINUTES, "Card to decision": Unit.MINUTES}
"""Units of the columns that are no counts."""


def _table(caption: str, names: Sequence[str], columns: Mapping[str, Sequence[Cell]]) -> Table:
    return Table(
        caption=caption,
        columns=[Column(name="Workflow"), *(Column(name=name, unit=_UNITS.get(name, Unit.COUNT)) for name in columns)],
        rows=list(zip(names, *columns.values(), strict=True)),
    )


def _hours(one: Numbers) -> float | None:
    return round(one.hours_freed.value, 1) if one.hours_freed is not None else None


def charts(days: Sequence[DayNumbers]) -> list[Chart]:
    """Return the trend: what became of the cases, and the share that went alone; then errors and cost."""
    dates = [day.day for day in days]
    places = [f"{day.day} {day:%b}" for day in dates]
    ways = {
        "Alone": [day.alone for day in days],
        "By people": [day.by_people for day in days],
        "Rejected": [day.rejected for day in days],
        "Not answered in time": [day.lapsed for day in days],
    }
    volume = Chart(
        title=f"Cases resolved, {len(days)} days",
        kind=ChartKind.AREA,
        measure="Cases",
        unit=Unit.COUNT,
        places=places,
        series=[Series(name=name, values=values) for name, values in ways.items() if any(values)]
        or [Series(name="Cases", values=[0] * len(days))],
    )
    share = trend(
        "Straight through",
        dates,
        [day.straight_through for day in days],
        measure="Share of resolved cases",
        unit=Unit.SHARE,
    )
    found = [day.corrected for day in days]
    errors = trend("Errors found and corrected", dates, found, measure="Cases", unit=Unit.COUNT)
    cost = trend("Cost", dates, [day.cost for day in days], measure="Cost", unit=Unit.DOLLARS)
    return [volume, share, errors, cost]


def definitions(names: Sequence[NumberName] = tuple(DEFINITIONS)) -> Told:
    """Tell what numbers are, and what they do not mean."""
    parts = [
        [
            line(words(DEFINITIONS[name].title, bold=True)),
            line(words(f"{DEFINITIONS[name].is_} {DEFINITIONS[name].is_not}")),
        ]
        for name in names
    ]
    return Told(brief=DEFINED, parts=parts)


def _named(name: str, told: str) -> Line:
    return line(words(name, bold=True), words(f": {told}"))


def _cases(one: Numbers) -> str:
    ways = [
        (one.alone, "alone"),
        (one.by_people, "by people"),
        (one.rejected, "rejected"),
        (one.lapsed, "not answered in time"),
    ]
    by_way = ", ".join(f"{number:,} {way}" for number, way in ways if number)
    return f"{one.cases_in:,} in, {one.resolved:,} resolved{f': {by_way}' if by_way else ''}"


def _reviews(one: Numbers) -> str:
    of = f"{count(one.reviewed, 'case')} reviewed"
    if one.reviewed:
        of += f": {_part(one.edited, one.reviewed)} edited, {_part(one.rejected, one.reviewed)} rejected"
    corrected = f"; {count(one.corrected, 'case')} corrected after delivery" if one.corrected else ""
    a_day = f"; people decide {one.reviews_a_day:,} on a usual day" if one.reviews_a_day else ""
    return f"{of}{corrected}{a_day}"


def _times(times: Times | None) -> str:
    return f"half within {lasting(times.p50)}, nine in ten within {lasting(times.p90)}" if times is not None else ""


def _peoples_time(one: Numbers) -> str:
    if one.seconds is None or one.peoples_time is None:
        return f"measured for {one.measured:,} of {count(one.decisions, 'decision')}; shown from {FEWEST_MEASURED} on"
    a_decision = f"{lasting(timedelta(seconds=one.seconds))} for a decision"
    measured = f"measured for {_share(one.measured, one.decisions)}"
    measured += f" of {count(one.decisions, 'decision')}" if one.decisions >= _FEW else " decisions"
    return f"{a_decision} ({measured}), {lasting(one.peoples_time)} in all"


def _cost(one: Numbers) -> str:
    per_case = f", {each(one.cost_per_case)} for each case resolved" if one.cost_per_case else ""
    return f"{dollars(one.cost)}{per_case}"


def _freed(one: Numbers, names: Sequence[str], *, is_timed: bool) -> str:
    """Tell the hours, and how well they are known. `is_timed`: a part of them rests on timings."""
    if one.hours_freed is None:
        if one.why_not_freed is WhyNotFreed.NOT_MEASURED:
            return f"not known: fewer than {FEWEST_MEASURED} decisions were measured"
        of = one_line(names[0], _NAME) if len(names) == 1 else "WORKFLOW"
        return f"not known without a baseline; countersign baseline record {of}"
    net = "people's time and cost" if one.takes_off_cost else "people's time, not of cost"
    of = f", of {one.freed_by:,} of {len(names):,} workflows" if one.freed_by < len(names) else ""
    return f"{_estimated(one.hours_freed, is_timed=is_timed)}, net of {net}{of}"


def _estimated(freed: Estimate, *, is_timed: bool) -> str:
    if freed.low is None or freed.high is None:
        how = "1 timing" if freed.number else "in part stated, not measured" if is_timed else "not measured, stated"
        return f"{in_hours(freed.value)} ({how})"
    return f"{in_hours(freed.value)} (90% interval {rounded(freed.low)} to {rounded(freed.high)})"


def _errors(one: Numbers) -> str:
    if one.wrong_share is None:
        return f"too few spot checks to say ({one.looks:,} of {FEWEST_LOOKS})"
    found = one.wrong_share
    assert found.low is not None
    assert found.high is not None
    between = f"90% interval {_thousandth(found.low)} to {_thousandth(found.high)}"
    return f"{_thousandth(found.value)} in a thousand that went alone ({between}; {count(one.looks, 'spot check')})"


def _backlog(one: Numbers) -> Line:
    wait = "waits" if one.backlog == 1 else "wait"
    name, told = words("Backlog", bold=True), words(f": {count(one.backlog, 'case')} {wait} now")
    return line(name, told) if one.oldest is None else line(name, told, words(", the oldest came "), ago(one.oldest))


def _remark(one: Numbers) -> Line | None:
    name = words(one_line(one.workflow or "", _NAME), bold=True)
    if one.by_hand is not None:
        minutes = f"{one.by_hand.minutes:,.1f}".removesuffix(".0") + " min by hand"
        how = "stated, not measured" if one.by_hand.timings is None else f"of {count(one.by_hand.timings, 'timing')}"
        unknown = "; too few decisions measured for hours freed" if one.hours_freed is None else ""
        return line(name, words(f": baseline {minutes}, {how}{unknown}"))
    if not one.stated_by_hand or not one.alone:
        return None
    hours = in_hours((one.alone * one.stated_by_hand).total_seconds() / 3600)
    a_case = f"{rounded(one.stated_by_hand.total_seconds() / 60)} min by hand"
    return line(name, words(f": about {hours} of work went alone, at {a_case} as its author states; no baseline"))


def _share(part: int, whole: int) -> str:
    """Tell a part of some as a share; of few, as a number of them."""
    return f"{part:,} of {whole:,}" if whole < _FEW else said(part / whole, Unit.SHARE)


def _part(part: int, whole: int) -> str:
    """Tell a number, with its share where there are enough for one."""
    return f"{part:,} ({said(part / whole, Unit.SHARE)})" if whole >= _FEW and part else f"{part:,}"


def _per_thousand(found: Estimate | None) -> Worded | None:
    if found is None:
        return None
    assert found.low is not None
    assert found.high is not None
    between = f"{_thousandth(found.low)} to {_thousandth(found.high)}"
    return Worded(value=found.value * 1000, text=f"{_thousandth(found.value)} ({between})")


def _thousandth(share: float) -> str:
    return rounded(share * 1000)


def _minutes(times: Times | None) -> float | None:
    return times.p50.total_seconds() / 60 if times is not None else None


def lasting(time: timedelta) -> str:
    """Return a time in the unit in which it is a small number."""
    seconds = time.total_seconds()
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{rounded(seconds / 60)} min"
    return in_hours(seconds / 3600) if seconds < 48 * 3600 else f"{rounded(seconds / 86_400)} days"
