"""A person's own figures, in words, for that person alone."""

from datetime import timedelta

from handlers.texts.digests.amounts import count
from handlers.texts.digests.days import short
from handlers.texts.digests.numbers import lasting
from handlers.texts.pieces import Line, Told, bullets, line, words
from workflows.engine.digests.numbers.views import OwnDay, OwnNumbers

OFF = Told(
    brief="Figures about a single person are off",
    parts=[
        [
            line(words("Figures about a single person are off.", bold=True)),
            line(
                words("Your team may switch them on with "),
                words("COUNTERSIGN_PERSONAL_FIGURES=true", code=True),
                words(". To measure what single employees do is regulated in most countries: ask first."),
            ),
        ]
    ],
)
_TITLE = "Your decisions of the last 14 days"


def own(numbers: OwnNumbers) -> Told:
    """Tell a person what they decided, by day."""
    total = sum(day.decisions for day in numbers.days)
    title: Line = line(words(f"{_TITLE}: {total:,}", bold=True))
    lines = [line(words(f"{short(day.day)}: {_day(day)}")) for day in numbers.days]
    privately = line(words("Only you see this. It is in no digest, export or metric."))
    return Told(brief=_TITLE, parts=[[title, *([bullets(lines)] if lines else []), privately]])


def _day(day: OwnDay) -> str:
    if not day.measured:
        return count(day.decisions, "decision")
    mean = lasting(timedelta(seconds=day.seconds / day.measured))
    return f"{count(day.decisions, 'decision')}, {day.measured:,} of them measured: {mean} each"
