"""Cost reports to draw specimens from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from workflows.engine.digests.cost.views import (
    Anomaly,
    BudgetUse,
    Cheaper,
    CostFigures,
    CostLine,
    DayCost,
    DearCase,
    Forecast,
    MonthCost,
    PromptFile,
    Reused,
    WorkflowCost,
)
from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView

_DAY = date(2026, 11, 17)
_SMALL, _LARGE = "claude-haiku-5-5", "claude-opus-5-5"
_TRIAGE = [
    "7.90",
    "8.80",
    "9.10",
    "1.20",
    "0.95",
    "8.70",
    "8.95",
    "9.20",
    "8.60",
    "8.85",
    "1.10",
    "0.90",
    "9.05",
    "41.203",
]
_INVOICES = ["3.05", "2.90", "3.10", "0", "0", "2.95", "3.15", "2.80", "3.00", "3.20", "0", "0", "3.10", "2.954"]


def _days(first: date, triage: list[str], invoices: list[str]) -> list[DayCost]:
    return [
        DayCost(
            day=first + timedelta(days=place),
            dollars={name: Decimal(cost) for name, cost in (("invoices", there), ("triage", here)) if Decimal(cost)},
        )
        for place, (here, there) in enumerate(zip(triage, invoices, strict=True))
    ]


_FIGURES = CostFigures(
    lines=[
        CostLine(
            workflow="invoices", model=_LARGE, prompt_version="9f8e7d6c5b4a", dollars=Decimal("2.954"), requests=96
        ),
        CostLine(
            workflow="triage", model=_SMALL, prompt_version="a1b2c3d4e5f6", dollars=Decimal("8.713"), requests=940
        ),
        CostLine(
            workflow="triage", model=_LARGE, prompt_version="0f1e2d3c4b5a", dollars=Decimal("32.49"), requests=610
        ),
    ],
    workflows=[
        WorkflowCost(
            workflow="triage",
            dollars=Decimal("41.203"),
            taken_in=1_460,
            resolved=1_322,
            usual=Decimal("8.95"),
            budget=BudgetUse(day=_DAY, taken=Decimal("41.203"), per_day=Decimal(50), zone="America/New_York"),
        ),
        WorkflowCost(
            workflow="invoices",
            dollars=Decimal("2.954"),
            taken_in=96,
            resolved=91,
            usual=Decimal("2.95"),
            budget=BudgetUse(day=_DAY, taken=Decimal("2.954"), per_day=Decimal(20), zone=None),
        ),
    ],
    usual=Decimal("11.90"),
    zone="Europe/Berlin",
    anomalies=[Anomaly(workflow="triage", day=_DAY, dollars=Decimal("41.203"), usual=Decimal("9"))],
    days=_days(_DAY - timedelta(days=13), _TRIAGE, _INVOICES),
    month=MonthCost(
        first=date(2026, 11, 1),
        so_far=Decimal("181.37"),
        forecast=Forecast(expected=Decimal("304.10"), least=Decimal("281.60"), most=Decimal("326.60")),
        known=56,
    ),
    evals={"triage": Decimal("1.20")},
    unknown=3,
    reserved=Decimal("0.42"),
    reused=Reused(answers=120, dollars=Decimal("3.10")),
    cheaper=[Cheaper(workflow="triage", model=_SMALL, dearest=_LARGE, saved=Decimal("34.90"))],
    dearest=[
        DearCase(case=4711, workflow="triage", dollars=Decimal("0.47")),
        DearCase(case=4805, workflow="triage", dollars=Decimal("0.44")),
        DearCase(case=4790, workflow="invoices", dollars=Decimal("0.21")),
    ],
    prompts=[
        PromptFile(version="a1b2c3d4e5f6", name="triage.md", seen=date(2026, 10, 3)),
        PromptFile(version="0f1e2d3c4b5a", name="triage.md", seen=date(2026, 11, 16)),
        PromptFile(version="9f8e7d6c5b4a", name="extract.md", seen=date(2026, 9, 12)),
    ],
)
_USUAL = replace(
    _FIGURES,
    lines=[replace(_FIGURES.lines[0]), replace(_FIGURES.lines[1])],
    workflows=[
        replace(
            _FIGURES.workflows[0],
            dollars=Decimal("8.713"),
            budget=BudgetUse(day=_DAY, taken=Decimal("8.713"), per_day=Decimal(50), zone=None),
        ),
        _FIGURES.workflows[1],
    ],
    anomalies=[],
    days=_days(_DAY - timedelta(days=13), [*_TRIAGE[:-1], "8.713"], _INVOICES),
    evals={},
    unknown=0,
    reserved=Decimal(0),
)
_ONE = replace(_USUAL, lines=_USUAL.lines[1:], workflows=_USUAL.workflows[:1], usual=None, prompts=[], dearest=[])
_QUIET = replace(
    _ONE,
    lines=[replace(_USUAL.lines[1], dollars=Decimal("0.62"), requests=31)],
    workflows=[replace(_USUAL.workflows[0], dollars=Decimal("0.62"), taken_in=31, resolved=20, budget=None)],
    usual=Decimal("0.70"),
)
_EARLY = replace(
    _QUIET, usual=None, month=MonthCost(first=date(2026, 11, 1), so_far=Decimal("2.10"), forecast=None, known=5)
)
_NOTHING = CostFigures(
    lines=[],
    workflows=[],
    usual=None,
    month=MonthCost(first=date(2026, 11, 1), so_far=Decimal(0), forecast=None, known=0),
)
_MONTH = replace(
    _FIGURES,
    lines=[replace(line, dollars=line.dollars * 7) for line in _FIGURES.lines],
    workflows=[
        replace(one, dollars=one.dollars * 7, resolved=one.resolved * 30, taken_in=one.taken_in * 30, usual=before)
        for one, before in zip(_FIGURES.workflows, (Decimal("201.30"), Decimal("62.10")), strict=True)
    ],
    usual=Decimal("263.40"),
    days=_days(
        date(2026, 11, 1), [*_TRIAGE[-3:], *_TRIAGE[:-1], *_TRIAGE], [*_INVOICES[-3:], *_INVOICES[:-1], *_INVOICES]
    ),
    month=MonthCost(
        first=date(2026, 12, 1),
        so_far=Decimal(0),
        forecast=Forecast(expected=Decimal("291.80"), least=Decimal("262.20"), most=Decimal("321.40")),
        known=56,
    ),
)


def _report(figures: CostFigures, *, first: date = _DAY, missed: int = 0) -> DigestView:
    return DigestView(id=1, job=JobName.COST, every=Every.DAY, first=first, last=_DAY, missed=missed, figures=figures)


COSTS: Mapping[str, DigestView] = {
    "a day that stands out": _report(_FIGURES),
    "a usual day": _report(_USUAL),
    "one workflow": _report(_ONE),
    "a quiet day": _report(_QUIET),
    "too early for a forecast": _report(_EARLY),
    "nothing spent": _report(_NOTHING),
    "several days at once": _report(
        replace(
            _FIGURES,
            anomalies=[*_FIGURES.anomalies, replace(_FIGURES.anomalies[0], workflow=None), *_FIGURES.anomalies],
        ),
        first=_DAY - timedelta(days=3),
        missed=3,
    ),
    "a month": replace(
        _report(_MONTH, first=date(2026, 11, 1)), job=JobName.COST_MONTH, every=Every.MONTH, last=date(2026, 11, 30)
    ),
}
"""Reports, by what they are about."""
