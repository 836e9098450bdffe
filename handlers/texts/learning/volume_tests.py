"""The report of a volume test in words: go or no-go first, then each floor. It holds no text of a case."""

from collections.abc import Sequence

from handlers.texts.pieces import Line, Paragraph, Told, bullets, line, words
from workflows.engine.text.sanitize import one_line
from workflows.quality.volume.views import Failure, FloorRow, Report, Verdict, WhyNot

_NAME = 60
"""Characters of a kind of failure."""
_FAILURES = 6
"""Kinds of failures that are named."""


def told(report: Report) -> Told:
    """Tell a report."""
    head = f"Volume test {report.test} of {report.workflow}: {'GO' if report.verdict is Verdict.GO else 'NO-GO'}"
    first: list[Paragraph] = [line(words(head, bold=True)), line(words(sentence(report)))]
    drawn = f"{report.tried:,} of {report.drawn:,} inputs tried, drawn from {report.rows:,}"
    looked = f"{report.known:,} right answers known, {report.packed:,} in the review pack, {report.waiting:,} to judge"
    first.append(line(words(f"{drawn}; {looked}.")))
    parts: list[Sequence[Paragraph]] = [first]
    parts.append([line(words("At each floor", bold=True)), bullets([_row(row, report) for row in report.floors])])
    if report.failures:
        kinds = [line(words(_failure(one))) for one in report.failures[:_FAILURES]]
        parts.append([line(words("What went wrong", bold=True)), bullets(kinds)])
    parts.append([line(words("At the real volume", bold=True)), bullets(_volume(report))])
    method = (
        "Each bound holds at 95 %, by itself. The floor is tested from strict to loose, so that the promise holds for "
        "the chosen one, too. What nobody has judged counts as wrong."
    )
    parts.append([line(words(method))])
    return Told(brief=head, parts=parts)


def sentence(report: Report) -> str:
    """Return go or no-go in one sentence, with its reason."""
    best = f"At best {report.at_best:.0%} can go alone. " if report.at_best is not None else ""
    promise = f"{report.promise:.1%}"
    row = report.row(report.recommended)
    if report.verdict is Verdict.GO and row is not None:
        alone = row.alone / max(1, report.tried)
        return f"{best}At a floor of {row.floor:g}, {alone:.0%} go alone, and fewer than {promise} of these are wrong."
    match report.why_not:
        case WhyNot.UNTRIED:
            return "Not all inputs are tried yet."
        case WhyNot.UNJUDGED:
            wait = "case of the review pack waits" if report.waiting == 1 else "cases of the review pack wait"
            return f"{best}{report.waiting:,} {wait} for people."
        case WhyNot.FLOOR_TOO_LOW if row is not None:
            own = f"{report.own_floor:g}" if report.own_floor is not None else "none"
            return f"{best}Raise the floor to {row.floor:g}: its own, {own}, is not shown to stay under {promise}."
        case _:
            return f"{best}No floor is shown to stay under {promise} wrong: everything to people."


def _row(row: FloorRow, report: Report) -> Line:
    alone = f"{row.alone:,} {'goes' if row.alone == 1 else 'go'} alone ({row.alone / max(1, report.tried):.0%})"
    mark = " (its own)" if row.own else ""
    if row.share is None:
        return line(words(f"{row.floor:g}{mark}: {alone}, none looked at"))
    interval = f"{row.at_least:.1%} to {row.at_most:.1%}"
    of = f"{row.wrong:,} of {row.looked_at:,} looked at"
    return line(words(f"{row.floor:g}{mark}: {alone}, wrong {row.share:.1%} ({interval}; {of})"))


def _failure(one: Failure) -> str:
    name = one_line(one.kind.removeprefix("field:"), _NAME)
    kind = f"{name} wrong" if one.kind.startswith("field:") else name
    cases = "case" if one.count == 1 else "cases"
    more = ", …" if one.count > len(one.places) else ""
    return f"{kind}: {one.count:,} ({cases} {', '.join(map(str, one.places))}{more})"


def _volume(report: Report) -> list[Line]:
    each = f"${report.dollars_each:.5f}"
    if report.in_batches:
        each += f" a case in batches, ${report.dollars_each_live:.5f} live; how long a live case takes is not known"
    if report.milliseconds_each is not None:
        each += f" and {report.milliseconds_each:,.1f} ms a case"
    if report.per_day is None:
        return [line(words(f"{each}; say how many cases a day brings with --per-day"))]
    day = report.per_day
    in_all = f"${report.dollars_each_live * day:,.2f}"
    if report.milliseconds_each is not None:
        in_all += f" and {report.milliseconds_each * day / 1000:,.0f} s"
    lines = [line(words(f"{each}; at {day:,.0f} cases a day {in_all}{' live' if report.in_batches else ''}"))]
    if report.by_hand_minutes is not None:
        row = report.row(report.recommended)
        alone = row.alone / max(1, report.tried) if row is not None else 0.0
        before, after = report.by_hand_minutes * day, report.by_hand_minutes * day * (1 - alone)
        lines.append(line(words(f"people: {after:,.0f} minutes a day, by hand {before:,.0f}")))
    return lines
