"""The bias digest, for a team lead on a phone: which groups differ from the rest, and who looked at it."""

from collections.abc import Sequence
from datetime import date

from handlers.texts.digests.amounts import count, share
from handlers.texts.digests.days import dated, days_of
from handlers.texts.measures import Unit
from handlers.texts.pieces import Line, Paragraph, Piece, bullets, line, moment, person, quote, words
from handlers.texts.plain import excerpt
from handlers.texts.tables import Cell, Column, Table
from workflows.engine.digests.bias.views import (
    FEWEST,
    FEWEST_NAMED,
    MOST_NOTE,
    BiasFigures,
    Difference,
    EarlierDigest,
    EarlierMonth,
    GroupFigures,
    GroupKind,
    Look,
    RateName,
    SegmentFigures,
)
from workflows.engine.digests.days import DAY
from workflows.engine.digests.numbers.estimates import Estimate
from workflows.engine.digests.views import DigestView
from workflows.engine.text.sanitize import one_line

_NAME = 60
_DIFFERENCES, _LOOKS, _MONTHS = 8, 5, 3
"""Differences, looks, and earlier months of a difference that are shown."""
_OF = {
    RateName.TO_PERSON: "of its cases went to a person",
    RateName.EDITED: "of its proposals were edited",
    RateName.WRONG: "of what went alone was wrong",
}
NOT_A_PROOF = (
    "A difference is a question, not a proof of bias: a group may have other cases than the rest. Finding no "
    "difference does not prove that there is no bias. Only groups that a workflow names are compared; others are "
    "not looked at."
)
KEPT, NOTE = "That you looked at it is kept, with the time.", "Note"
NOTE_HINT = "A sentence for those who read it later. It is shown with your name when the digest is drawn next."
TITLE, KEEP, DONE = "Looked at", "Keep the note", "Done"


def title(view: DigestView) -> str:
    """Return the title of the digest, with the days that it covers."""
    return f"Bias, {days_of(view)}"


def overall(figures: BiasFigures) -> str:
    """Return all of it in a line or two."""
    if not figures.segments:
        if not figures.declared:
            return "No workflow names a segment, so no groups are compared."
        return "No case of a workflow with segments was resolved."
    if not figures.comparisons:
        return f"Too few cases to compare any group with the rest: it takes {FEWEST} of each."
    number, of = len(figures.differences), count(figures.comparisons, "comparison")
    if not number:
        return f"No group differs from the rest by more than chance explains, in {of}."
    differ = "1 difference is" if number == 1 else f"{number:,} differences are"
    return f"{differ} more than chance explains, in {of}. Look at what is behind {'it' if number == 1 else 'them'}."


def differences(figures: BiasFigures) -> list[Paragraph]:
    """Tell which groups differ from the rest, the largest difference first."""
    told = [_difference(one) for one in figures.differences[:_DIFFERENCES]]
    if more := len(figures.differences) - len(told):
        told.append(line(words(f"and {count(more, 'smaller difference')}: countersign digest export bias")))
    return [bullets(told)] if told else []


def by_group(segment: SegmentFigures) -> Table:
    """Return the rates of a segment's groups as a table."""
    columns = (
        Column(name="Group"),
        Column(name="Cases", unit=Unit.COUNT),
        Column(name="To a person"),
        Column(name="Edited"),
        Column(name="Wrong alone"),
        Column(name="Corrected", unit=Unit.COUNT),
    )
    rows: list[Sequence[Cell]] = [
        [
            _named(one),
            one.cases,
            *(_cell(one.estimate(rate), one.number(rate)) for rate in RateName),
            one.corrected,
        ]
        for one in segment.groups
    ]
    caption = f"{one_line(segment.workflow, _NAME)} by {one_line(segment.segment, _NAME)}"
    return Table(caption=caption, columns=columns, rows=rows)


def left_out(number: int) -> Line:
    """Say how many segments are left out."""
    return line(words(f"and {count(number, 'more segment')}: countersign digest preview bias --workflow NAME"))


def remarks(figures: BiasFigures) -> list[Paragraph]:
    """Tell of cases without a group, and how the comparisons are meant."""
    said = [
        f"{one_line(one.workflow, _NAME)}, {one_line(one.segment, _NAME)}: {count(one.unknown, 'case')} came before "
        "the segment was declared"
        for one in figures.segments
        if one.unknown
    ]
    if any(line.kind is GroupKind.NONE for one in figures.segments for line in one.groups):
        said.append("No group: the workflow's function gave none, or failed; the log says which")
    return [bullets([line(words(one)) for one in said])] if said else []


def small_print(figures: BiasFigures) -> str:
    """Say what the comparisons do not mean."""
    if not figures.comparisons:
        return NOT_A_PROOF
    chance = "Intervals are 90% intervals. If all groups were alike, at most one month in ten would name a difference."
    return f"{NOT_A_PROOF} {chance}"


def looked(view: DigestView, before: EarlierDigest | None) -> list[Paragraph]:
    """Tell who looked at it, and at the one before."""
    told: list[Paragraph] = []
    if view.id is not None:
        told += _looks(view.looks)
    if before is not None:
        whose = _whose(before)
        if not before.looks:
            told.append(line(words(f"Nobody looked at {whose}.", bold=True)))
        else:
            told.append(line(words(f"{whose[0].upper()}{whose[1:]} was looked at by "), *_names(before.looks)))
    return told


def _looks(looks: Sequence[Look]) -> list[Paragraph]:
    if not looks:
        return [line(words("Nobody has looked at it yet."))]
    told: list[Paragraph] = []
    for one in looks[:_LOOKS]:
        told.append(line(words("Looked at by "), person(one.by), words(", "), moment(one.at)))
        told += [quote(excerpt(one.note, MOST_NOTE))] if one.note else []
    more = len(looks) - _LOOKS
    return [*told, line(words(f"and {more:,} more"))] if more > 0 else told


def _names(looks: Sequence[Look]) -> list[Piece]:
    told: list[Piece] = []
    for place, one in enumerate(looks[:_LOOKS]):
        told += [*([words(", ")] if place else []), person(one.by)]
    more = len(looks) - _LOOKS
    return [*told, words(f" and {more:,} more")] if more > 0 else told


def _whose(before: EarlierDigest) -> str:
    """Name the digest before: October's, or the one to a day where it covers more than its month."""
    is_month = before.first.day == 1 and (before.first.year, before.first.month) == (
        before.last.year,
        before.last.month,
    )
    if is_month and (before.last + DAY).day == 1:
        return f"{before.last:%B}'s"
    return f"the one to {dated(before.last)}"


def _difference(one: Difference) -> Line:
    about = f"{one_line(one.workflow, _NAME)}, {one_line(one.segment, _NAME)} {one_line(one.group, _NAME)}"
    said = f": {_estimated(one.share)} {_OF[one.rate]}, of the rest {_estimated(one.rest)}"
    return line(words(about, bold=True), words(f"{said}{_course(one.before, one.rate)}"))


def _course(before: Sequence[EarlierMonth], rate: RateName) -> str:
    known = [(one.last, value) for one in before if (value := one.share(rate)) is not None][-_MONTHS:]
    return f"; before: {', '.join(f'{_month(last)} {share(value)}' for last, value in known)}" if known else ""


def _month(last: date) -> str:
    return f"{last:%b}"


def _estimated(found: Estimate) -> str:
    assert found.low is not None
    assert found.high is not None
    return f"{share(found.value)} ({share(found.low)} to {share(found.high)})"


def _cell(found: Estimate | None, number: int) -> str:
    if found is None:
        return f"too few ({number:,})"
    assert found.low is not None
    assert found.high is not None
    # A column is narrow, so the sign of percent stands once for both ends.
    return f"{share(found.value)} ({share(found.low).removesuffix('%')} to {share(found.high)})"


def _named(one: GroupFigures) -> str:
    match one.kind:
        case GroupKind.NAMED:
            return one.group
        case GroupKind.NONE:
            return "no group"
        case GroupKind.SMALL:
            return f"{count(one.groups, 'group')} of fewer than {FEWEST_NAMED} cases"
