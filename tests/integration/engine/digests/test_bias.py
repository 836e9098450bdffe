"""The bias digest says what a recount of the rows finds, names what is more than chance, and knows who looked."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import pytest

from bot.cli.screens.digests import as_csv, as_json, print_digest
from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.digests import recount
from tests.integration.engine.digests.conftest import Lived
from tests.integration.engine.digests.recount import Span
from tests.integration.engine.digests.test_reports import told
from tests.integration.engine.digests.test_year import months
from tests.integration.engine.digests.year import FIRST, LAST, TRIAGE, ZONE
from tests.integration.engine.digests.year_groups import WORSE
from tests.integration.engine.scene import Scene, rows, sample
from workflows.engine.digests.bias.looks import look
from workflows.engine.digests.bias.views import (
    FEWEST,
    FEWEST_NAMED,
    BiasFigures,
    GroupKind,
    RateName,
)
from workflows.engine.digests.making import digest_view, make, preview
from workflows.engine.digests.names import JobName
from workflows.engine.errors import BadReason, Unknown

pytestmark = pytest.mark.slow

WHOLE = Span(first=FIRST, last=LAST, zone=ZONE)


@dataclass(kw_only=True)
class Counted:
    """A group, counted by plain loops."""

    cases: int = 0
    alone: int = 0
    decided: int = 0
    edited: int = 0
    corrected: int = 0
    looks: list[recount.Look] = field(default_factory=list)


def counted(lived: Lived, span: Span) -> dict[tuple[str, str, str], Counted]:
    """Count each group of each segment, from all rows."""
    rows = lived.rows
    with lived.world.database.read() as session:
        known = {row.id: (row.workflow_id, row.name, row.value) for row in session.query(schema.SegmentGroup)}
        put = [(row.case_id, row.run_id, known[row.group_id]) for row in session.query(schema.CaseSegment)]
    of_case = defaultdict(list)
    for case, run, key in put:
        of_case[case].append((run, key))
    names = {row.id: row.name for row in rows.workflows}
    found: defaultdict[tuple[str, str, str], Counted] = defaultdict(Counted)

    def groups_of(case: int, run: int) -> list[Counted]:
        earlier = [one for one in of_case[case] if one[0] <= run]
        newest = max((one[0] for one in earlier), default=None)
        return [found[names[workflow], segment, value] for at, (workflow, segment, value) in earlier if at == newest]

    for ended in recount.resolved(rows, span):
        for group in groups_of(ended.case.id, ended.run.id):
            group.cases += 1
            group.alone += ended.run.resolution == "alone"
    runs, reviews = {run.id: run for run in rows.runs}, {review.id: review for review in rows.reviews}
    proposed = {proposal.run_id for proposal in rows.proposals}
    for made in recount.decisions_of_people(rows, span):
        review = reviews[made.review_id]
        if made.confirms or runs[review.run_id].correction or review.run_id not in proposed:
            continue
        if made.kind in ("approved", "edited", "rejected"):
            for group in groups_of(review.case_id, review.run_id):
                group.decided += 1
                group.edited += made.kind == "edited"
    for case in recount.corrected(rows, span):
        last = max(run.id for run in rows.runs if run.case_id == case and run.correction and span.has(run.changed_at))
        for group in groups_of(case, last):
            group.corrected += 1
    for check in rows.spot_checks:
        looked = runs[check.run_id]
        if looked.state == "delivered" and span.has(looked.changed_at) and check.is_error is not None:
            for group in groups_of(looked.case_id, looked.id):
                group.looks.append(recount.Look(is_wrong=check.is_error, probability=check.probability))
    return dict(found)


def test_each_group_of_each_month_is_what_a_recount_finds(lived: Lived) -> None:
    """On both databases, of a year with revisions, reruns, corrections and second runs."""
    seen = Counter[str]()
    for span in (WHOLE, *months()):
        figures, found = told(lived, JobName.BIAS, span), counted(lived, span)
        assert isinstance(figures, BiasFigures)
        named = {
            (one.workflow, one.segment, line.group): line
            for one in figures.segments
            for line in one.groups
            if line.kind is not GroupKind.SMALL
        }
        large = {key for key, one in found.items() if max(one.cases, one.decided) >= FEWEST_NAMED or not key[2]}
        assert set(named) == large
        for key, line in named.items():
            one = found[key]
            assert (line.cases, line.alone, line.corrected) == (one.cases, one.alone, one.corrected), key
            assert (line.decided, line.edited, line.looks) == (one.decided, one.edited, len(one.looks)), key
            errors = recount.errors_per_thousand(one.looks)
            assert (line.wrong_share is None) == (errors is None)
            if errors is not None and line.wrong_share is not None:
                assert line.wrong_share.value * 1000 == pytest.approx(errors.value)
                low, high = line.wrong_share.low or 0, line.wrong_share.high or 0
                assert (low * 1000, high * 1000) == pytest.approx((errors.low, errors.high))
            assert (line.edited_share is None) == (one.decided < FEWEST)
            if line.to_person_share is not None:
                assert line.to_person_share.value == pytest.approx((one.cases - one.alone) / one.cases)
            seen.update(rate.value for rate in RateName if line.estimate(rate) is not None)
        for segment in figures.segments:
            small = [one for key, one in found.items() if key[:2] == (segment.workflow, segment.segment)]
            small = [one for one in small if one not in [found[key] for key in large]]
            together = next((line for line in segment.groups if line.kind is GroupKind.SMALL), None)
            assert (together.cases if together else 0) == sum(one.cases for one in small)
    assert seen["to_person"] > 20
    assert seen["edited"] > 10
    assert seen["wrong"]


def test_cases_from_before_a_segment_was_declared_are_counted_apart(lived: Lived) -> None:
    figures = told(lived, JobName.BIAS, WHOLE)
    by_name = {(one.workflow, one.segment): one for one in figures.segments}
    channel, language = by_name[TRIAGE, "channel"], by_name[TRIAGE, "language"]
    known = sum(line.cases for line in channel.groups)
    assert channel.unknown > 1_000
    assert known + channel.unknown == sum(line.cases for line in language.groups) + language.unknown


def test_a_small_group_is_named_nowhere(lived: Lived) -> None:
    """Neither in what is posted, nor in what is exported or kept."""
    view = preview(lived.world.context, JobName.BIAS, today=date(2025, 12, 1), zone=ZONE)
    small = [key[2] for key, one in counted(lived, Span(first=view.first, last=view.last, zone=ZONE)).items()
             if 0 < max(one.cases, one.decided) < FEWEST_NAMED and key[2]]  # fmt: skip
    assert small
    for text in (as_csv(view), as_json(view)):
        assert not [one for one in small if f'"{one}"' in text or f",{one}," in text]


def test_the_group_that_is_edited_more_often_is_named_and_no_other(lived: Lived) -> None:
    figures = told(lived, JobName.BIAS, WHOLE)
    first = figures.differences[0]
    assert (first.workflow, first.segment, first.group, first.rate) == (TRIAGE, "language", WORSE, RateName.EDITED)
    assert first.share.value > 1.5 * first.rest.value
    assert first.p < 0.001
    assert {one.segment for one in figures.differences} == {"language"}


def test_without_segments_no_digest_is_made_and_a_preview_says_why(
    make_world: MakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    context = sample(make_world).world.context
    assert make(context, JobName.BIAS, today=date(2026, 12, 1), zone=ZONE) is None
    print_digest(preview(context, JobName.BIAS, today=date(2026, 12, 1), zone=ZONE))
    assert "No workflow names a segment" in capsys.readouterr().out


def digests_of(scene: Scene, *months: date) -> list[int]:
    """Make the digest of the month before each of these days."""
    scene.workflow.segments["language"] = lambda ticket: ticket.language
    made = []
    for today in months:
        scene.world.clock.time = datetime.combine(today, time(8), tzinfo=ZONE).astimezone(UTC)
        found = make(scene.world.context, JobName.BIAS, today=today, zone=ZONE)
        assert found is not None
        made.append(found)
    return made


def test_who_looked_is_kept_with_the_digest_and_told_by_the_next_one(
    make_world: MakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = sample(make_world)
    world = scene.world
    _, second = digests_of(scene, date(2026, 12, 1), date(2027, 1, 1))
    print_digest(digest_view(world.context, second))
    assert "Nobody looked at November's." in capsys.readouterr().out

    look(world.context, second, by="U0LEAD")
    look(world.context, second, by="U0LEAD")
    look(world.context, second, by="U0MARIA", note="  We asked the   team. ")
    looks = digest_view(world.context, second).looks
    assert [(one.by, one.note) for one in looks] == [("U0LEAD", None), ("U0MARIA", "We asked the team.")]
    audit = [row for row in rows(world, schema.AuditRow) if row.action == "digest.looked_at"]
    assert [(row.actor, row.details) for row in audit] == [("U0LEAD", {"noted": 0}), ("U0MARIA", {"noted": 1})]

    (third,) = digests_of(scene, date(2027, 2, 1))
    view = digest_view(world.context, third)
    assert isinstance(view.figures, BiasFigures)
    assert view.figures.before is not None
    assert [(one.by, one.note) for one in view.figures.before.looks] == [("U0LEAD", None), ("U0MARIA", None)]
    print_digest(view)
    assert "December's was looked at by" in capsys.readouterr().out


def test_a_digest_tells_the_rates_of_a_group_in_the_months_before(make_world: MakeWorld) -> None:
    """As each month's own digest told them."""
    scene = sample(make_world)
    scene.workflow.segments["language"] = lambda ticket: ticket.language
    scene.world.clock.time = datetime(2026, 11, 20, 8, tzinfo=UTC)
    for number in range(30):
        scene.worked(id=number)
    _, second = digests_of(scene, date(2026, 12, 1), date(2027, 1, 1))
    context = scene.world.context
    scene.world.clock.time = datetime(2026, 12, 20, 8, tzinfo=UTC)
    for number in range(30, 35):
        scene.worked(id=number)
    figures = preview(context, JobName.BIAS, today=date(2027, 1, 1), zone=ZONE).figures
    assert isinstance(figures, BiasFigures)
    (segment,) = figures.segments
    (line,) = segment.groups
    assert (line.group, line.cases, line.to_person_share) == ("en", 5, None), "five are too few for a rate"
    assert [(month.last, month.to_person, month.edited) for month in line.before] == [(date(2026, 11, 30), 0.0, None)]
    assert second


def test_a_look_needs_a_digest_and_a_short_note(make_world: MakeWorld) -> None:
    context = sample(make_world).world.context
    with pytest.raises(Unknown):
        look(context, 99, by="U0LEAD")
    with pytest.raises(BadReason):
        look(context, 99, by="U0LEAD", note="x" * 301)
