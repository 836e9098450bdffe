"""The cost report as a team lead reads it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from handlers.slack import limits
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.costs import COSTS
from handlers.texts.digests.cost import overall, small_print, what_for
from handlers.texts.digests.daily_cost import course
from handlers.texts.pieces import Line, Words
from workflows.engine.digests.cost.views import BudgetUse, CostFigures, CostLine, DayCost, WorkflowCost
from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView

DAY = date(2026, 11, 17)


def report(name: str) -> list[str]:
    """The lines of a specimen as they are read where Slack draws no pictures."""
    drawn = digest(COSTS[name])
    blocks = (drawn.plain() if drawn.plain is not None else drawn).blocks
    return [line for block in blocks for line in _lines(block)]


def _lines(block: object) -> Iterator[str]:
    assert isinstance(block, dict)
    if block["type"] == "header":
        yield block["text"]["text"]
    elif block["type"] == "rich_text_section":
        yield "".join(element["text"] for element in block["elements"])
    elif block["type"] in ("actions", "context"):
        yield from (_text(element) for element in block["elements"])
    else:
        for element in block["elements"]:
            yield from _lines(element)


def _text(element: dict[str, object]) -> str:
    text = element["text"]
    return str(text["text"] if isinstance(text, dict) else text)


def told(lines: list[Line]) -> list[str]:
    return ["".join(piece.text for piece in line.pieces if isinstance(piece, Words)) for line in lines]


def test_a_quiet_day_is_two_or_three_lines_below_its_title() -> None:
    assert report("nothing spent") == ["Cost, 17 Nov 2026", "Nothing was spent."]
    assert report("a quiet day") == [
        "Cost, 17 Nov 2026",
        "$0.62 was spent; a Tuesday usually takes $0.70.",
        "Cost per resolved case $0.031, per case taken in $0.020.",
        "November: $181.37 so far, about $304 ($282 to $327) by its end.",
    ]


def test_a_day_that_stands_out_is_named_in_the_first_line_with_what_is_usual() -> None:
    first = "triage cost $41.20 on 17 Nov; a Tuesday usually takes $9.00."
    lines = report("a day that stands out")
    assert lines[1] == f"{first} In all, $44.16 was spent; a Tuesday usually takes $11.90."
    assert digest(COSTS["a day that stands out"]).text.startswith(f"Cost, 17 Nov 2026: {first}")
    assert "triage: Cost $41.20, Usual $9.00, Per resolved case $0.031, Of its budget 82%" in lines, "one usual"


def test_a_report_says_what_the_money_went_to_what_was_saved_and_what_is_apart() -> None:
    lines = report("a day that stands out")
    for said in (
        "By model: claude-opus-5-5 $35.45, claude-haiku-5-5 $8.71",
        "Saved: $3.10 by 120 answers that were used again; $34.90 by models cheaper than claude-opus-5-5, for "
        "the same tokens",
        "3 requests of unknown cost are counted with the most that they can have cost, $0.42",
        "Evals cost $1.20 besides; no other number here counts them",
        "triage took $41.20 of its $50.00 for 17 Nov",
        "Most expensive cases: 4711 of triage $0.47, 4805 of triage $0.44, 4790 of invoices $0.21",
        "Days of Europe/Berlin. The budget of triage is for days of America/New_York.",
    ):
        assert said in lines


def test_too_few_days_make_no_forecast_and_that_is_said() -> None:
    assert report("too early for a forecast")[-1] == (
        "November: $2.10 so far; a forecast needs 21 days, and 5 days can be counted."
    )


def test_several_days_at_once_say_which_stood_out_and_how_many_more() -> None:
    title, first, *_ = report("several days at once")
    assert title == "Cost, 14 to 17 Nov 2026; no summary was posted for 3 days"
    assert "1 more day stands out." in first


def test_budgets_of_the_same_days_are_told_together() -> None:
    def with_budgets(number: int) -> str:
        used = BudgetUse(day=DAY, taken=Decimal(1), per_day=Decimal(5), zone="UTC")
        view = made([CostLine(workflow="triage", model=None, prompt_version=None, dollars=Decimal(1), requests=1)])
        assert isinstance(view.figures, CostFigures)
        one = replace(view.figures.workflows[0], budget=used)
        return small_print(replace(view.figures, workflows=[replace(one, workflow=f"w{n}") for n in range(number)]))

    assert with_budgets(2).endswith(". The budgets of w0 and w1 are for days of UTC.")
    assert with_budgets(9).endswith(". The budgets of w0, w1, w2, w3, w4 and 4 others are for days of UTC.")


def test_a_month_is_compared_with_the_one_before_and_the_next_is_forecast() -> None:
    title, first, _, forecast, *rest = report("a month")
    assert title == "Cost of November 2026"
    assert first.endswith("In all, $309.10 was spent; October took $263.40.")
    assert forecast == "December will take about $292 ($262 to $321)."
    assert [line for line in rest if line.startswith("Cost by day")] == [
        "Cost by day, 1 Nov to 15 Nov",
        "Cost by day, 16 Nov to 30 Nov",
    ]


AMOUNTS = st.decimals(min_value=Decimal("1e-9"), max_value=90, places=9)
LINES = st.lists(
    st.builds(
        CostLine,
        workflow=st.sampled_from(["triage", "invoices", "refunds", "claims"]),
        model=st.sampled_from(["small", "large", "huge", "tiny", "odd", "even", "prime"]),
        prompt_version=st.sampled_from([f"{number}0f1e2d3c4b" for number in range(9)]),
        dollars=AMOUNTS,
        requests=st.just(1),
    ),
    min_size=1,
    max_size=30,
)


@given(LINES)
def test_what_is_shown_of_each_split_adds_up_to_what_is_said(lines: list[CostLine]) -> None:
    view = made(lines)
    assert isinstance(view.figures, CostFigures)
    said = overall(view, view.figures)
    total = sum((line.dollars for line in lines), Decimal(0)).quantize(Decimal("0.01"))
    assert said == (f"${total:,.2f} was spent." if total else "Less than $0.01 was spent.")
    splits = [text for text in told(what_for(view.figures)) if text.startswith("By ")]
    assert len(splits) >= 2
    for text in splits:
        assert sum(map(Decimal, _amounts(text)), Decimal(0)) == total
    (chart,) = course(view.figures)
    assert sum((Decimal(str(series.values[-1])) for series in chart.series), Decimal(0)) == total


def _amounts(text: str) -> list[str]:
    """Return the amounts of a line; less than a cent is none."""
    return [amount.replace(",", "") for amount in re.findall(r"\$([\d,]+\.\d\d)", text.replace("less than $0.01", ""))]


def made(lines: list[CostLine]) -> DigestView:
    """A report of these lines."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.workflow] = sums.get(line.workflow, Decimal(0)) + line.dollars
    order = sorted(sums, key=lambda name: (-sums[name], name))
    figures = CostFigures(
        lines=lines,
        workflows=[
            WorkflowCost(workflow=name, dollars=sums[name], taken_in=1, resolved=1, usual=None, budget=None)
            for name in order
        ],
        usual=None,
        days=[DayCost(day=DAY - timedelta(days=1), dollars={}), DayCost(day=DAY, dollars=sums)],
    )
    return DigestView(id=1, job=JobName.COST, every=Every.DAY, first=DAY, last=DAY, missed=0, figures=figures)


def test_many_workflows_models_and_prompts_fit_into_a_message() -> None:
    lines = [
        CostLine(
            workflow=f"workflow-{number}-" + "x" * 80,
            model=f"model-{number}-" + "y" * 180,
            prompt_version=f"{number:012x}",
            dollars=Decimal(number),
            requests=1,
        )
        for number in range(1, 41)
    ]
    view = made(lines)
    assert isinstance(view.figures, CostFigures)
    days = [replace(day, dollars=view.figures.days[-1].dollars) for day in view.figures.days]
    drawn = digest(replace(view, figures=replace(view.figures, days=days)))
    assert drawn.plain is not None
    for one in (drawn, drawn.plain()):
        assert one.size <= limits.MESSAGE_BLOCKS_BUDGET
        assert len(one.blocks) <= limits.MESSAGE_BLOCKS
    assert "25 others" in str(drawn.blocks)


def test_names_from_elsewhere_call_nobody() -> None:
    lines = [replace(COSTS["a usual day"].figures.lines[0], model="<!channel> @here\nx")]  # type: ignore[union-attr]  # a cost report
    drawn = digest(made(lines))
    assert "<!channel>" not in drawn.text
    assert all(block["type"] != "section" for block in drawn.blocks)
