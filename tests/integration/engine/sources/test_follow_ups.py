"""One workflow's outcome is another's case: made once, whatever happens, and marked where the outcome is corrected."""

from contextlib import suppress
from datetime import timedelta

import pytest

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.states import FollowUpState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Crash, rows
from tests.integration.engine.sources.chain import Brief, Chain, Facts, chain
from tests.world import why
from workflows import Autonomy, NotDone, Review, TryAgain
from workflows.engine.errors import Fenced, Refused
from workflows.engine.review import reviews, undo
from workflows.engine.review.decisions import Follows
from workflows.engine.sources import follow_ups

pytestmark = pytest.mark.slow

ALONE = Autonomy.floor(0.5, second_opinion=None)


def drafted(make_world: MakeWorld) -> tuple[Chain, int, int]:
    """Return a chain with a page that was approved, and the case that was made of it."""
    scene = chain(make_world)
    page = scene.crawled()
    scene.approve(page)
    return scene, page, scene.child(page)


def test_each_workflow_of_a_chain_has_its_own_review(make_world: MakeWorld) -> None:
    scene = chain(make_world)
    page = scene.crawled()
    assert scene.states(page) == [], "nothing follows before anybody decided"

    scene.approve(page)
    draft = scene.child(page)
    assert scene.world.case(draft).source == "workflow crawl"
    assert scene.world.case(draft).newest.input == {"url": "a", "topic": "tea"}
    assert scene.world.state(draft) == "waiting"

    scene.approve(draft)
    check = scene.child(draft)
    assert scene.world.case(check).newest.input == {"text": "a: a text"}
    scene.approve(check)
    assert scene.world.state(check) == "delivered"
    assert scene.of(check) == []
    assert scene.states(page) == scene.states(draft) == [FollowUpState.MADE]


def test_a_case_that_goes_alone_is_followed_too(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, autonomy=ALONE)
    assert scene.states(scene.crawled()) == [FollowUpState.MADE]


def test_nothing_follows_a_rejection(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    page = scene.crawled()
    review = scene.world.review(page)
    reviews.reject(scene.world.context, review.id, review.version, by="U1", reason="no", follows=Follows.CLOSE)
    scene.work()
    assert scene.of(page) == []


def test_nothing_follows_where_the_function_says_none(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    page = scene.crawled()
    review = scene.world.review(page)
    output = Facts(topic="tea", use=False)
    reviews.edit(scene.world.context, review.id, review.version, output, by="U1")
    scene.work()
    assert scene.states(page) == [FollowUpState.NOTHING]
    assert scene.acts(page) == ["follow_up.nothing"]


def test_what_is_undone_in_time_is_followed_by_nothing(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, review=Review(post_to="C0SUPPORT", grace=timedelta(minutes=5)))
    page = scene.crawled()
    scene.approve(page)
    decided = scene.world.case(page).newest.review
    assert decided is not None
    undo.undo(scene.world.context, decided.id, decided.version, by="U1")
    scene.world.clock.move(timedelta(minutes=10))
    scene.work()
    assert scene.of(page) == []


def test_killed_at_any_commit_a_follow_up_is_made_once(make_world: MakeWorld) -> None:
    scene = chain(make_world, autonomy=ALONE)
    for at in range(1, 10):
        page = scene.world.submit(scene.crawl, url=f"page {at}").case
        scene.world.work()
        seen = 0

        def die(seam: Failpoint, side: Side, about: str, *, at: int = at) -> None:
            nonlocal seen
            if seam in (Failpoint.COMMIT, Failpoint.AUDIT):
                seen += 1
                if seen == at:
                    raise Crash

        with failpoints.watched(die), suppress(Crash):
            follow_ups.look(scene.world.context)
        scene.world.restart()
        scene.work()
        assert scene.states(page) == [FollowUpState.MADE]
        assert len(rows(scene.world, schema.Case)) == len(rows(scene.world, schema.Run)) == 2 * at


def test_two_processes_make_a_follow_up_once(make_world: MakeWorld) -> None:
    scene = chain(make_world, autonomy=ALONE)
    page = scene.world.submit(scene.crawl, url="a").case
    scene.world.work()
    context = scene.world.context
    (row,) = scene.of(page)
    with scene.world.database.read() as session:
        outcome = follow_ups._outcome(session, context, row.id)
    assert outcome is not None
    assert follow_ups.look(context) == 1
    with pytest.raises(Fenced):
        follow_ups._settle(context, outcome)
    assert len(rows(scene.world, schema.Case)) == 2


def test_many_deliveries_at_once_are_each_followed_once(make_world: MakeWorld) -> None:
    number = 120
    scene = chain(make_world, autonomy=ALONE)
    scene.world.submit_all(scene.crawl, [{"url": f"u{one}"} for one in range(number)])
    scene.work()
    made = [row.made_case_id for row in rows(scene.world, schema.FollowUp)]
    assert len(made) == len(set(made)) == number


def test_what_may_work_later_is_tried_again_with_growing_pauses(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, autonomy=ALONE)
    scene.errors = [TryAgain("busy"), NotDone("down"), TryAgain("busy", after=60)]
    page = scene.crawled()
    pauses = []
    for _ in range(3):
        (row,) = scene.of(page)
        assert row.state is FollowUpState.DUE
        pauses.append((row.due_at - scene.world.clock()).total_seconds())
        scene.world.clock.move(row.due_at - scene.world.clock())
        scene.work()
    assert pauses == [5, 10, 60]
    assert scene.states(page) == [FollowUpState.MADE]


def test_what_never_works_fails_in_the_end(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, autonomy=ALONE)
    scene.errors = [NotDone("down") for _ in range(follow_ups.TRIES)]
    page = scene.crawled()
    for _ in range(follow_ups.TRIES):
        scene.world.clock.move(follow_ups.LONGEST_PAUSE)
        scene.work()
    assert scene.states(page) == [FollowUpState.FAILED]
    assert scene.errors == []


def test_a_failure_is_counted_with_its_cause_and_made_again_on_demand(make_world: MakeWorld) -> None:
    scene = chain(make_world, autonomy=ALONE)
    scene.errors = [ValueError("the page about-herbs is unknown")]
    page = scene.crawled("about-herbs")
    assert scene.states(page) == [FollowUpState.FAILED]
    (cause,) = rows(scene.world, schema.Cause)
    assert (cause.step, cause.error, cause.count, cause.state) == ("then draft", "ValueError", 1, "open")
    assert "herbs" not in cause.message

    assert follow_ups.again(scene.world.context, page, by="U0ENG") == 1
    scene.work()
    assert scene.states(page) == [FollowUpState.MADE]
    assert scene.acts(page) == ["follow_up.failed", "follow_up.again", "follow_up.taken_in"]
    (cause,) = rows(scene.world, schema.Cause)
    assert cause.state == "resolved"
    with pytest.raises(Refused, match="no follow-up of case"):
        follow_ups.again(scene.world.context, page, by="U0ENG")


def test_a_workflow_that_is_not_known_fails_visibly(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, autonomy=ALONE)
    del scene.world.registry._workflows["draft"]
    page = scene.crawled()
    assert scene.states(page) == [FollowUpState.FAILED]
    (cause,) = rows(scene.world, schema.Cause)
    assert cause.error == "BadDeclaration"


def test_the_same_case_of_two_parents_is_one(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, autonomy=ALONE, key_of_draft="{topic}")
    first, second = scene.crawled("a"), scene.crawled("b")
    assert scene.states(first) == [FollowUpState.MADE]
    assert scene.states(second) == [FollowUpState.FAILED], "another page's draft is not overwritten"
    assert len(scene.world.case(scene.child(first)).runs) == 1


def test_a_full_queue_puts_it_off(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, autonomy=ALONE)
    page = scene.world.submit(scene.crawl, url="a").case
    scene.world.work()
    full = scene.world.context.__class__(**{**vars(scene.world.context), "queue_limit": 0})
    assert follow_ups.look(full) == 0
    assert scene.states(page) == [FollowUpState.DUE]
    scene.world.clock.move(follow_ups.FIRST_PAUSE)
    assert follow_ups.look(scene.world.context) == 1


def test_a_correction_that_makes_the_same_is_noted_alone(make_world: MakeWorld) -> None:
    scene, page, draft = drafted(make_world)
    scene.crawl.follow_ups = (
        scene.crawl.follow_ups[0].__class__(
            workflow="draft", make=lambda facts, run: Brief(url=run.input.url, topic="tea")
        ),
    )
    scene.correct(page, Facts(topic="coffee"))
    assert scene.made(page) == [draft, draft]
    assert scene.acts(page) == ["follow_up.taken_in", "follow_up.same"]
    assert len(scene.world.case(draft).runs) == 1


def test_a_correction_gives_what_nobody_decided_a_new_revision(make_world: MakeWorld) -> None:
    scene, page, draft = drafted(make_world)
    scene.correct(page, Facts(topic="coffee"))
    assert scene.made(page) == [draft, draft]
    view = scene.world.case(draft)
    assert [run.state for run in view.runs] == ["superseded", "waiting"]
    assert (view.revision, view.newest.input) == (2, {"url": "a", "topic": "coffee"})


def test_a_correction_marks_what_was_delivered_and_undoes_nothing(make_world: MakeWorld) -> None:
    scene, page, draft = drafted(make_world)
    scene.approve(draft)
    scene.correct(page, Facts(topic="coffee"))
    assert scene.acts(page)[-1] == "follow_up.marked"
    assert scene.world.case(draft).revision == 1
    (report,) = rows(scene.world, schema.Report)
    assert (report.said, report.outcome) == (
        "What it was made from was corrected: Topic: tea → coffee.",
        "opened",
    ), "it is before people at once, also where no process serves"
    assert why(scene.world.review(draft)) == ["somebody says that what was delivered is wrong"]
    assert len(scene.of(draft)) == 1, "what follows the draft follows its own corrections only"


def test_where_nothing_would_follow_any_more_the_case_is_marked(make_sqlite_world: MakeWorld) -> None:
    scene, page, draft = drafted(make_sqlite_world)
    scene.correct(page, Facts(topic="tea", use=False))
    assert scene.states(page) == [FollowUpState.MADE, FollowUpState.NOTHING]
    (report,) = rows(scene.world, schema.Report)
    assert (report.case_id, report.outcome) == (draft, "shown")
    assert scene.world.state(draft) == "waiting"


def test_where_another_case_follows_the_first_one_is_marked(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world, key_of_draft="{topic}")
    page = scene.crawled()
    scene.approve(page)
    draft = scene.child(page)
    scene.correct(page, Facts(topic="coffee"))
    assert scene.child(page) != draft
    (report,) = rows(scene.world, schema.Report)
    assert report.case_id == draft


def test_a_newer_revision_that_is_delivered_counts_as_a_correction(make_sqlite_world: MakeWorld) -> None:
    scene, page, draft = drafted(make_sqlite_world)
    scene.crawl.key = lambda page: "a"
    assert scene.world.submit(scene.crawl, url="a2").case == page
    scene.work()
    scene.approve(page)
    assert scene.made(page)[0] == draft
    assert len(scene.made(page)) == 2


def test_only_the_newest_outcome_is_followed(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    scene.errors = [ValueError("broken")]
    page = scene.crawled()
    scene.approve(page)
    scene.correct(page, Facts(topic="coffee"))
    assert scene.states(page) == [FollowUpState.FAILED, FollowUpState.MADE]
    follow_ups.again(scene.world.context, page, by="U0ENG")
    scene.work()
    assert scene.states(page) == [FollowUpState.NOTHING, FollowUpState.MADE]
    assert "follow_up.overtaken" in scene.acts(page)


def test_the_person_who_decided_may_be_barred_from_deciding_what_follows(make_sqlite_world: MakeWorld) -> None:
    scene = chain(make_sqlite_world)
    scene.draft.review = Review(post_to="C0SUPPORT", self_approval=False)
    page = scene.crawled()
    scene.approve(page, by="U7")
    draft = scene.child(page)
    with pytest.raises(Refused):
        scene.approve(draft, by="U7")
    scene.approve(draft, by="U8")
    assert scene.world.state(draft) == "delivered"
