"""The data_visualization block."""

from pydantic import JsonValue

from bot.sandbox.blocks.shapes import Place, each, number, record, string, typed
from bot.sandbox.json import objects
from handlers.slack import limits

_LABEL = string(limits.CHART_LABEL)


def _weighs(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    weight = value["value"]
    if not isinstance(weight, int | float) or weight <= 0:
        place.at("value").refuse("must be more than 0")


def _fits_its_axis(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    series = objects(value["series"])
    axis = value["axis_config"]
    categories = axis["categories"] if isinstance(axis, dict) else []
    if len({str(one["name"]) for one in series}) != len(series):
        place.at("series").refuse("names must be unique")
    for index, one in enumerate(series):
        if [point["label"] for point in objects(one["data"])] != categories:
            place.at("series").at(index).refuse("labels must match the categories of the axis")


_POINT = record({"label": _LABEL, "value": number})
_SERIES = record({"name": _LABEL, "data": each(_POINT, most=limits.CHART_POINTS)})
_AXIS = record(
    {"categories": each(_LABEL, most=limits.CHART_POINTS)},
    {"x_label": string(limits.CHART_TITLE), "y_label": string(limits.CHART_TITLE)},
)
_DRAWN = record({"series": each(_SERIES, most=limits.CHART_SERIES), "axis_config": _AXIS}, also=(_fits_its_axis,))
_SEGMENT = record({"label": _LABEL, "value": number}, also=(_weighs,))

CHART = record(
    {
        "title": string(limits.CHART_TITLE),
        "chart": typed(
            {
                "pie": record({"segments": each(_SEGMENT, most=limits.CHART_SERIES)}),
                "bar": _DRAWN,
                "line": _DRAWN,
                "area": _DRAWN,
            }
        ),
    },
    {"block_id": string(limits.ID)},
)
