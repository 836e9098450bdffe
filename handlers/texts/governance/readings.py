"""The words of readings: who was shown what is in a case, when, and by which way."""

from collections.abc import Mapping, Sequence

from handlers.texts.pieces import Line, Told, bullets, line, moment, person, words
from workflows.engine.case.reading_ways import Way
from workflows.engine.read.reading_views import ReadingView

WAYS: Mapping[Way, str] = {
    Way.DETAILS: "its details",
    Way.FORM: "its form",
    Way.INPUT_FORM: "the form of its input",
    Way.SESSION: "a review session",
    Way.ROWS: "a row among cases that are alike",
    Way.SPOT_CHECK: "a spot check",
    Way.CASE: "the command case",
    Way.EXPLAIN: "its explanation",
    Way.SPANS: "its spans",
    Way.PULL: "a test made from it",
    Way.EXAMPLE: "an example or a prompt made from it",
    Way.RECEIPT: "its receipt",
    Way.EXPORT: "an export",
    Way.COMMAND_LINE: "the command line",
}
NOT_KNOWN = "Who saw its card in the channel is not recorded: only Slack knows who is in a channel."
"""The limit of what readings tell."""


def readings(case: int, found: Sequence[ReadingView], *, most: int) -> Told:
    """Say who read a case, the newest first. `most`: readings that are told; where there are as many, older may be."""
    people = len({one.by for one in found})
    if not found:
        first = f"Case {case} was read by nobody."
    else:
        first = f"Case {case} was read by {people:,} {'person' if people == 1 else 'people'}."
    older = [line(words(f"These are the newest {most:,}: countersign readings {case} --limit NUMBER shows more."))]
    return Told(
        brief=first,
        parts=[
            [
                line(words(first, bold=True)),
                *([bullets([_line(one) for one in found])] if found else []),
                *(older if len(found) >= most else []),
                line(words(NOT_KNOWN)),
            ]
        ],
    )


def _line(one: ReadingView) -> Line:
    return line(person(one.by), words(", "), moment(one.at), words(f": {WAYS[one.way]}"))
