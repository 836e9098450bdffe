"""The business numbers as a lead reads them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.demo.screen_text import lines
from handlers.slack import limits
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.numbers import FEW_NUMBERS, INVOICES, NO_NUMBERS, NUMBERS, TRIAGE
from handlers.texts import tables
from handlers.texts.digests import numbers as texts
from handlers.texts.digests.numbers import by_workflow
from workflows.engine.digests.numbers.definitions import DEFINITIONS, NumberName, numbers_called
from workflows.engine.digests.numbers.estimates import Estimate
from workflows.engine.digests.numbers.records import records
from workflows.engine.digests.numbers.views import NumberFigures, Numbers
from workflows.engine.digests.views import DigestView
from workflows.engine.errors import Unknown


def of(view: DigestView) -> NumberFigures:
    assert isinstance(view.figures, NumberFigures)
    return view.figures


def shown(view: DigestView) -> list[str]:
    drawn = digest(view)
    return [str(line) for line in lines((drawn.plain() if drawn.plain is not None else drawn).blocks)]


def with_total(**changes: object) -> DigestView:
    figures = of(NUMBERS)
    total: Numbers = replace(figures.total, **changes)  # type: ignore[arg-type]  # a field of whatever type
    return replace(NUMBERS, figures=replace(figures, total=total))


def line_of(view: DigestView, name: str) -> str:
    (found,) = [line for line in shown(view) if line.startswith(f"{name}: ")]
    return found


def test_a_week_is_told_in_a_line_and_then_number_by_number() -> None:
    assert shown(NUMBERS)[:10] == [
        "Business numbers, 9 to 15 Nov 2026",
        "1,211 cases resolved, 62% without a person. 108 hours freed. $41.51 spent.",
        "Cases: 1,254 in, 1,211 resolved: 749 alone, 405 by people, 32 rejected, 25 not answered in time",
        "Reviews: 437 cases reviewed: 62 (14%) edited, 32 (7.3%) rejected; 4 cases corrected after delivery; people "
        "decide 58 on a usual day",
        "Arrival to delivery: half within 48 s, nine in ten within 3.1 hours",
        "Card to decision: half within 42 min, nine in ten within 5 hours",
        "People's time: 34 s for a decision (measured for 84% of 454 decisions), 4.3 hours in all",
        "Cost: $41.51, $0.034 for each case resolved",
        "Hours freed: 108 hours (90% interval 99 to 118), net of people's time and cost, of 1 of 2 workflows",
        "Errors: 16 in a thousand that went alone (90% interval 4.2 to 60; 62 spot checks)",
    ]


def test_of_few_cases_no_share_is_told() -> None:
    told = shown(FEW_NUMBERS)
    assert told[1] == "7 cases resolved, 3 of 7 without a person. $0.31 spent."
    assert "People's time: measured for 3 of 4 decisions; shown from 5 on" in told
    assert "Errors: too few spot checks to say (0 of 30)" in told
    assert "Hours freed: not known without a baseline; countersign baseline record invoices" in told
    assert not [line for line in told[:12] if "%" in line]


def test_an_authors_word_is_told_as_such() -> None:
    told = "invoices: about 0.6 hours of work went alone, at 12 min by hand as its author states; no baseline"
    assert told in shown(FEW_NUMBERS)


def test_a_week_without_a_case_is_two_lines() -> None:
    assert shown(NO_NUMBERS) == ["Business numbers, 9 to 15 Nov 2026", "No case was resolved. $0 spent."]


@pytest.mark.parametrize(
    ("freed", "said"),
    [
        (Estimate(value=8.0, low=None, high=None, number=0), "8 hours (in part stated, not measured)"),
        (Estimate(value=1.0, low=None, high=None, number=1), "1 hour (1 timing)"),
        (Estimate(value=-3.2, low=-5.0, high=-1.4, number=40), "−3.2 hours (90% interval −5 to −1.4)"),
    ],
)
def test_hours_say_how_well_they_are_known(freed: Estimate, said: str) -> None:
    assert said in line_of(with_total(hours_freed=freed), "Hours freed")


def test_hours_by_somebodys_word_alone_are_not_called_measured() -> None:
    figures = of(with_total(hours_freed=Estimate(value=8.0, low=None, high=None, number=0)))
    view = replace(NUMBERS, figures=replace(figures, workflows=[INVOICES]))
    assert "Hours freed: 8 hours (not measured, stated), net" in line_of(view, "Hours freed")


def test_what_workflows_cost_adds_up_to_the_cent() -> None:
    costs = [Decimal("0.056"), Decimal("0.045"), Decimal("0.055"), Decimal("0.004")]
    each = [replace(TRIAGE, workflow=f"w{place}", cost=cost) for place, cost in enumerate(costs)]
    (told, *_) = by_workflow(each)
    assert [row[3] for row in told.rows] == [Decimal("0.06"), Decimal("0.05"), Decimal("0.05"), Decimal("0.004")]
    assert tables.cell_text(told.rows[3][3], told.columns[3], 40) == "less than $0.01"


def test_more_spent_than_freed_is_said_first() -> None:
    view = with_total(hours_freed=Estimate(value=-3.2, low=-5.0, high=-1.4, number=40))
    assert "3.2 hours more spent than freed." in shown(view)[1]


def test_cost_that_is_not_taken_off_is_named() -> None:
    assert "net of people's time, not of cost" in line_of(with_total(takes_off_cost=False), "Hours freed")


def test_each_number_says_what_it_does_not_mean() -> None:
    assert set(DEFINITIONS) == set(NumberName)
    for definition in DEFINITIONS.values():
        assert definition.is_not.startswith("It does not mean ")
        assert definition.is_.endswith(".")
    assert len(texts.definitions().parts) == len(NumberName)


def test_a_number_is_found_by_its_name_or_title() -> None:
    for name in ("hours_freed", "hours-freed", "Hours freed"):
        assert numbers_called(name) == [NumberName.HOURS_FREED]
    with pytest.raises(Unknown, match="there is no number 'profit'"):
        numbers_called("profit")


def test_a_record_has_the_value_with_its_interval() -> None:
    table = records(of(NUMBERS))
    by_name = {(one["workflow"], one["number"]): one for one in table}
    assert len(by_name) == len(table)
    freed = by_name["triage", "hours_freed"]
    assert (freed["value"], freed["low"], freed["high"], freed["n"]) == (108.3, 99.1, 117.5, 40)
    errors = by_name["triage", "errors_per_thousand"]
    assert errors["value"] == pytest.approx(16.1)
    assert by_name["invoices", "errors_per_thousand"]["value"] is None
    assert by_name["", "arrival_to_delivery_p50"]["value"] == 48.0
    assert by_name["triage", "cost"]["value"] == Decimal("41.2")


@pytest.mark.parametrize("number", [1, 40, 400])
def test_however_many_workflows_there_are_it_keeps_within_the_limits(number: int) -> None:
    long = "🙂" * 100
    many = [
        replace(TRIAGE if place % 2 else INVOICES, workflow=f"{place}{long}", cost=Decimal(10) ** 9)
        for place in range(number)
    ]
    drawn = digest(replace(NUMBERS, figures=replace(of(NUMBERS), workflows=many)))
    for one in (drawn, drawn.plain() if drawn.plain is not None else drawn):
        assert len(one.blocks) <= limits.MESSAGE_BLOCKS
        assert one.size <= limits.MESSAGE_BLOCKS_BUDGET


def test_times_are_told_in_a_unit_of_their_size() -> None:
    figures = of(NUMBERS).total
    assert figures.arrival_to_delivery is not None
    for seconds, said in ((0, "0 s"), (89, "89 s"), (90, "1.5 min"), (5400, "1.5 hours"), (200_000, "2.3 days")):
        times = replace(figures.arrival_to_delivery, p50=timedelta(seconds=seconds))
        assert f"half within {said}" in line_of(with_total(arrival_to_delivery=times), "Arrival to delivery")
