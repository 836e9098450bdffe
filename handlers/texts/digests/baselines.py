"""Figures of work by hand, in words."""

from collections.abc import Mapping

from handlers.texts.digests.amounts import count
from handlers.texts.measures import Unit, said
from workflows.engine.digests.numbers.baseline_views import Figure, FigureName, Source

SOURCES: Mapping[Source, str] = {
    Source.TIMINGS: "timings",
    Source.FORMS: "empty forms",
    Source.STATED: "stated",
}
_NAMES: Mapping[FigureName, str] = {
    FigureName.MINUTES: "minutes a case",
    FigureName.ERROR_RATE: "errors",
    FigureName.REWORK: "done again",
    FigureName.BACKLOG: "backlog",
    FigureName.RESPONSE_HOURS: "hours to answer",
    FigureName.COST_PER_HOUR: "cost an hour",
}


def figure_name(name: FigureName) -> str:
    """Name a figure."""
    return _NAMES[name]


def figure_said(figure: Figure) -> str:
    """Say a figure, with the number of cases that it was counted from."""
    value = float(figure.value)
    match figure.name:
        case FigureName.MINUTES | FigureName.RESPONSE_HOURS:
            told = f"{value:,.1f}"
        case FigureName.ERROR_RATE | FigureName.REWORK:
            told = said(value, Unit.SHARE)
        case FigureName.BACKLOG:
            told = count(int(value), "case")
        case FigureName.COST_PER_HOUR:
            told = said(value, Unit.DOLLARS)
    if figure.number is None:
        return told
    spread = f" ± {figure.deviation:,.1f}" if figure.deviation is not None else ""
    return f"{told}{spread} ({count(figure.number, 'case')})"
