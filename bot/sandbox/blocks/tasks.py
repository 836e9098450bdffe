"""The task_card and plan blocks."""

from pydantic import JsonValue

from bot.sandbox.blocks.rich_text import RICH_TEXT
from bot.sandbox.blocks.shapes import Place, each, one_of, record, string, typed
from bot.sandbox.blocks.texts import link
from bot.sandbox.json import objects
from handlers.slack import limits

_SOURCES = 100
"""Most sources of a task; a limit of our own, since Slack names none."""
_RICH = typed({"rich_text": RICH_TEXT})
_SOURCE = typed({"url": record({"url": link(limits.BUTTON_URL), "text": string(limits.SECTION_TEXT)})})
_NEEDED = {"task_id": string(limits.ID), "title": string(limits.SECTION_TEXT)}
_OPTIONAL = {
    "block_id": string(limits.ID),
    "details": _RICH,
    "output": _RICH,
    "sources": each(_SOURCE, most=_SOURCES, least=0),
}


def _differ(value: JsonValue, place: Place) -> None:
    assert isinstance(value, dict)
    named = [str(task["task_id"]) for task in objects(value.get("tasks"))]
    if len(set(named)) != len(named):
        place.at("tasks").refuse("task_id must be unique")


TASK_CARD = record({**_NEEDED, "status": one_of("in_progress", "complete", "error")}, _OPTIONAL)
"""A task by itself has begun; only one in a plan may be pending."""
PLAN = record(
    {
        "title": string(limits.SECTION_TEXT),
        "tasks": each(
            record(
                {**_NEEDED, "status": one_of("pending", "in_progress", "complete", "error")},
                {**_OPTIONAL, "type": one_of("task_card")},
            ),
            most=limits.PLAN_TASKS,
        ),
    },
    {"block_id": string(limits.ID)},
    also=(_differ,),
)
