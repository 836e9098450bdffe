"""Somebody says that something was wrong: it is kept, and a person looks at it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from store import schema
from store.states import ReviewState
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Triage
from workflows import NotDone, Review, Second
from workflows.engine.case import notices
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.making import digest_view, make
from workflows.engine.digests.names import JobName
from workflows.engine.errors import BadReason
from workflows.engine.read.tally import act_counts, tally
from workflows.engine.review import reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.undo import undo
from workflows.engine.review.wrong import reports
from workflows.engine.review.wrong.corrections import correct
from workflows.engine.review.wrong.report_views import report_lines, report_note
from workflows.engine.review.wrong.reports import Outcome

KEY = "sample/ticket-1"


def say(scene: Scene, case: int | None, said: str = "the wrong queue", *, by: str = "U0MARIA") -> Outcome | None:
    """Report a case, and have the report taken up."""
    kept = reports.note(scene.world.context, about="it", case=case, by=by, said=said)
    assert kept is not None
    return reports.take_up(scene.world.context, kept)


def delivered(scene: Scene) -> int:
    case = scene.worked()
    scene.approve(case, by="U0ANA")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    return case


def test_a_report_of_a_delivered_case_opens_a_review_of_what_was_delivered(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = delivered(scene)
    assert say(scene, case) is Outcome.OPENED
    view = card_view(scene.world.context, scene.review(case).id)
    assert (view.reported, view.correction, [report.said for report in view.reports]) == (
        True,
        True,
        ["the wrong queue"],
    )
    assert [(value.proposed, value.delivered) for value in view.values] == [("billing", "billing"), ("Hello", "Hello")]
    assert scene.wanted(view.review) == 2
    scene.edit(case, by="U0BEN", queue="delivery", reply="Hello")
    scene.world.work()
    assert scene.desk.applied[f"{KEY}/correction-1"].queue == "delivery"
    assert card_view(scene.world.context, scene.world.case(case).runs[0].review.id).corrected  # type: ignore[union-attr]  # it was decided by a person
    follow_the_trail(scene.world)


@pytest.mark.parametrize("how", ["approve", "edit"])
def test_what_was_right_stays_and_nothing_is_delivered_again(make_world: MakeWorld, how: str) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = delivered(scene)
    say(scene, case)
    if how == "approve":
        scene.approve(case, by="U0BEN")
    else:
        scene.edit(case, by="U0BEN", queue="billing", reply="Hello")
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts, scene.desk.told) == ("closed", [KEY], {})
    assert act_counts(scene.world.context).decisions == {"approved": 1, "upheld": 1}
    assert say(scene, case, "still wrong") is Outcome.OPENED
    assert [report.said for report in card_view(scene.world.context, scene.review(case).id).reports] == ["still wrong"]
    follow_the_trail(scene.world)


def test_a_second_report_joins_the_first(make_world: MakeWorld) -> None:
    """Also where somebody proposed a correction already. Nothing doubles."""
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = delivered(scene)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda number: say(scene, case, f"wrong {number}"), range(8)))
    assert sorted(said, key=str) == [Outcome.JOINED] * 7 + [Outcome.OPENED]
    assert len(card_view(scene.world.context, scene.review(case).id).reports) == 8
    assert len(scene.world.case(case).runs) == 2
    other = scene.worked(id=2)
    scene.approve(other)
    scene.world.work()
    correct(scene.world.context, other, Triage(queue="delivery"), by="U0BEN")
    assert say(scene, other) is Outcome.JOINED


@pytest.mark.parametrize("state", ["open", "second", "grace", "failed"])
def test_a_report_of_a_case_that_is_not_delivered_is_shown_on_its_card(make_world: MakeWorld, state: str) -> None:
    declared = {
        "open": CARDS,
        "second": Review(post_to="C0SUPPORT", second=Second()),
        "grace": Review(post_to="C0SUPPORT", grace=timedelta(minutes=1)),
        "failed": CARDS,
    }
    scene = sample(make_world, autonomy=DRAFT, review=declared[state])
    case = scene.worked()
    review = scene.review(case).id
    if state != "open":
        scene.desk.errors.append(NotDone("no"))
        scene.approve(case)
        scene.world.work()
    wanted = scene.wanted(review)
    assert say(scene, case) is Outcome.SHOWN
    assert [report.by for report in card_view(scene.world.context, review).reports] == ["U0MARIA"]
    assert (scene.wanted(review), len(scene.world.case(case).runs)) == (wanted + 1, 1)


@pytest.mark.parametrize("state", ["grace", "failed"])
def test_a_report_of_a_decision_that_is_delivered_afterwards_opens_a_review_then(
    make_world: MakeWorld, state: str
) -> None:
    """Nobody decided about it since, whatever held the delivery back."""
    review = Review(post_to="C0SUPPORT", grace=timedelta(minutes=1)) if state == "grace" else CARDS
    scene = sample(make_world, autonomy=DRAFT, review=review)
    context, case = scene.world.context, scene.worked()
    if state == "failed":
        scene.desk.errors.append(NotDone("no"))
    scene.approve(case)
    scene.world.work()
    assert say(scene, case) is Outcome.SHOWN
    assert reports.take_up_all(context) == 0, "it stands on the card already"
    scene.world.clock.move(timedelta(minutes=1))
    if state == "failed":
        reruns.rerun(context, case, by="U0ENG")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert reports.take_up_all(context) == 1
    view = card_view(context, scene.review(case).id)
    assert (view.reported, view.correction) == (True, True)
    assert [report.said for report in view.reports] == ["the wrong queue"]
    assert reports.take_up_all(context) == 0
    follow_the_trail(scene.world)


def test_a_report_of_a_decision_is_over_once_that_is_taken_back_or_the_case_has_newer_content(
    make_world: MakeWorld,
) -> None:
    """Whoever decides anew has it in view; of newer content nobody said anything."""
    scene = sample(make_world, autonomy=DRAFT, review=Review(post_to="C0SUPPORT", grace=timedelta(minutes=1)))
    context, back, newer = scene.world.context, scene.worked(), scene.worked(id=2)
    for case in (back, newer):
        scene.approve(case, by="U0ANA")
        scene.world.work()
        say(scene, case)
    undo(context, scene.decided(back).id, 1, by="U0ANA")
    scene.submit(id=2, text="newer")
    scene.world.work()
    assert reports.take_up_all(context) == 2
    assert [len(card_view(context, scene.review(case).id).reports) for case in (back, newer)] == [1, 0]
    scene.approve(back, by="U0BEN")
    scene.world.clock.move(timedelta(minutes=1))
    scene.world.work()
    assert reports.take_up_all(context) == 0
    assert scene.desk.attempts.count(KEY) == 1


def test_a_report_moves_to_the_card_of_a_rerun(make_world: MakeWorld) -> None:
    """Not beyond what is delivered, nor to newer content of the case."""
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    context = scene.world.context

    def told(case: int) -> list[str]:
        return [report.said for report in card_view(context, scene.review(case).id).reports]

    case = scene.worked()
    assert say(scene, case) is Outcome.SHOWN
    first = scene.review(case).id
    reruns.rerun(context, case, by="U0ENG")
    scene.world.work()
    assert scene.review(case).id != first
    assert told(case) == ["the wrong queue"]
    assert say(scene, case, "and the wrong reply") is Outcome.SHOWN
    assert told(case) == ["the wrong queue", "and the wrong reply"]
    assert len(card_view(context, first).reports) == 1
    reviews.reject(context, scene.review(case).id, 1, by="U0ANA", reason="no", follows=Follows.PROPOSE_AGAIN)
    scene.world.work()
    assert told(case) == ["the wrong queue", "and the wrong reply"]
    scene.approve(case, by="U0ANA")
    scene.world.work()
    correct(context, case, Triage(queue="delivery"), by="U0BEN")
    assert told(case) == []
    other = scene.worked(id=2)
    say(scene, other)
    scene.submit(id=2, text="newer")
    scene.world.work()
    assert told(other) == []


def test_a_report_of_a_closed_case_reopens_nothing_and_is_told_to_its_owner(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    assert say(scene, case) is Outcome.TOLD
    (note,) = [row for row in rows(scene.world, schema.OutboxRow) if row.kind == notices.REPORTED]
    assert (note.subject, note.channel) == (SubjectKind.CASE.of(case), "C0SUPPORT")
    told = report_note(scene.world.context, int(note.about["report"]))
    assert (told.owner, told.state, told.report.said) == ("U0MARIA", "closed", "the wrong queue")
    assert scene.run(case).state == "closed"


def test_a_report_of_a_case_that_is_being_worked_on_waits_until_it_is_known_what_was_delivered(
    make_world: MakeWorld,
) -> None:
    """Also where the process ended before it took a report up."""
    scene = sample(make_world)
    case = scene.submit()
    assert say(scene, case) is None
    scene.world.work()
    assert [line.outcome for line in report_lines(scene.world.context, limit=5)] == [None]
    assert reports.take_up_all(scene.world.context) == 1
    assert scene.decided(case).state == ReviewState.OPEN
    assert reports.take_up_all(scene.world.context) == 0


def test_a_report_of_nothing_is_kept_too(make_world: MakeWorld) -> None:
    """It stands in the audit as any other, and in the list."""
    scene = sample(make_world)
    assert say(scene, None) is None
    (line,) = report_lines(scene.world.context, limit=5)
    assert (line.case, line.about, line.by, line.outcome) == (None, "it", "U0MARIA", "unseen")
    assert [row.action for row in rows(scene.world, schema.AuditRow)] == ["report.made"]


def test_a_report_that_arrives_twice_is_one(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked()
    kept = [
        reports.note(scene.world.context, about="it", case=case, by="U1", said="wrong", interaction_id="U1 press")
        for _ in range(2)
    ]
    assert kept[1] is None
    assert len(rows(scene.world, schema.Report)) == 1


@pytest.mark.parametrize("said", ["", "  ", "x" * 2_001, "\x00"])
def test_a_report_has_words(make_sqlite_world: MakeWorld, said: str) -> None:
    scene = sample(make_sqlite_world)
    with pytest.raises(BadReason):
        reports.note(scene.world.context, about="it", case=None, by="U1", said=said)
    assert rows(scene.world, schema.Report) == []


def test_whoever_reports_may_decide_even_where_nobody_decides_their_own(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(self_approval=False))
    case = delivered(scene)
    say(scene, case, by="U0ANA")
    review = scene.review(case)
    reviews.approve(scene.world.context, review.id, review.version, by="U0ANA")


def test_an_error_counts_as_found_once_a_person_corrected_it(make_world: MakeWorld) -> None:
    """A report alone is no error, and one that was right stays none."""
    scene = sample(make_world, autonomy=DRAFT)
    cases = [delivered(scene)]
    cases.append(scene.worked(id=2))
    scene.approve(cases[1])
    scene.world.work()
    for case in cases:
        say(scene, case)
    counted = tally(scene.world.context, cases, {})
    assert counted.corrected == 0
    scene.edit(cases[0], queue="delivery", reply="Hello")
    scene.approve(cases[1])
    scene.world.work()
    assert tally(scene.world.context, cases, {}).corrected == 1
    today = scene.world.clock().date() + timedelta(days=1)
    made = make(scene.world.context, JobName.FAILURES, today=today, zone=ZoneInfo("UTC"))
    assert made is not None
    told = digest_view(scene.world.context, made).figures
    assert isinstance(told, FailureFigures)
    (figures,) = told.workflows
    assert (figures.reported, figures.corrected) == (2, 1)
