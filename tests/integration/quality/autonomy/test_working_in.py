"""Labels earn autonomy and take it back, in the transaction in which they are made."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.learning import certificates
from store.slack import messages
from store.states import Level
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Crash, rows
from tests.integration.quality.autonomy.earned import EARNED, HOURS, Earned, earned
from tests.sample import Triage
from workflows import Autonomy
from workflows.engine.review.undo import undo
from workflows.engine.review.wrong import corrections
from workflows.quality.autonomy.certificates import certificate_view
from workflows.quality.autonomy.certifying.earning import Earning
from workflows.quality.autonomy.evidence import evidence_of
from workflows.quality.autonomy.verifying import is_same
from workflows.quality.labels.making import make_labels

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few")]


def is_from_rows(world: Earned) -> bool:
    """Tell whether the newest epoch's evidence is what its rows give."""
    epoch, context = world.epoch, world.scene.world.context
    with context.database.read() as session:
        again = evidence_of(session, context, epoch, until=epoch.worked_until)
    return is_same(Earning.read(epoch.state), again) and epoch.looked_at == again.labels


def test_labels_earn_it_a_person_lets_it_and_errors_take_it_back(make_world: MakeWorld) -> None:
    world = earned(make_world)
    assert (world.epoch.level, world.epoch.permitted, world.acts()) == (Level.DRAFT, None, ["epoch.began"])
    world.approved(8)
    world.learned()
    assert world.epoch.permitted is not None
    assert world.questions() == 1
    moved = world.let()
    assert (moved.level, moved.floor) == (Level.GUARDED, world.epoch.permitted)
    cases = world.tickets(9)
    assert len(world.scene.deliveries()) == 17, "they go alone"
    for case in cases[:7]:
        world.checked(case, is_error=True)
    world.learned()
    assert world.epoch.level is Level.GUARDED
    assert is_from_rows(world)

    def die(seam: Failpoint, side: Side, about: str) -> None:
        if (seam, side, about) == (Failpoint.AUDIT, Side.AFTER, "epoch.began"):
            raise Crash

    world.checked(cases[7], is_error=True)
    with failpoints.watched(die), pytest.raises(Crash):
        make_labels(world.scene.world.context)
    assert (len(world.epochs), world.news()) == (1, []), "all of it, or nothing"
    world.learned()
    ended, began = world.epochs
    assert (ended.end, began.level, began.floor, began.looked_at) == ("demoted", Level.DRAFT, None, 0)
    (news,) = world.news()
    assert (news["news"], news["errors"], news["checks"], news["alone_since"]) == ("demoted", 8, 8, 9)
    assert set(news["cases"]) == set(cases[:8])
    world.tickets(1)
    assert len(world.scene.deliveries()) == 17, "the next one goes to a person"
    world.learned()
    assert len(world.epochs) == 2


def test_what_went_alone_undrawn_since_the_last_good_evidence_is_a_pack_worst_first(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.alone()
    drawn = world.tickets(9)
    world.checked(drawn[0], is_error=False)
    world.learned()
    never = Autonomy.earned(wrong=0.4, sure=0.5, spot_checks=0.000001)
    world.scene.workflow.autonomy = never
    with world.scene.world.database.write() as session:
        session.query(schema.Epoch).update({"probability": never.spot_checks, "least": never.spot_checks})
    for confidence in (0.97, 0.96, 0.98):
        world.tickets(1, confidence=confidence)
    undrawn = rows(world.scene.world, schema.EpochCase)[-3:]
    for case in drawn[1:]:
        world.checked(case, is_error=True)
    world.learned()
    packed = [one.run_id for one in rows(world.scene.world, schema.SpotCheck) if one.why == "pack"]
    assert packed == [undrawn[1].run_id, undrawn[0].run_id, undrawn[2].run_id]
    assert world.news()[0]["packed"] == 3


def test_a_case_waits_for_the_ones_before_it_two_working_days_at_most(make_world: MakeWorld) -> None:
    world = earned(make_world)
    (first,) = world.tickets(1)
    world.approved(8)
    world.learned()
    assert (world.epoch.looked_at, world.epoch.worked_until) == (0, 0)
    world.later(days=3, hours=7)
    world.learned()
    assert world.epoch.looked_at == 0, "a weekend is no working time"
    world.later(hours=2)
    world.learned()
    assert world.epoch.looked_at == 8
    assert world.epoch.permitted is not None
    assert is_from_rows(world)
    # What comes late stands at its place all the same, and never lets more go alone.
    world.scene.edit(first, queue="delivery", reply="Hello")
    world.learned()
    assert world.epoch.looked_at == 9
    assert is_from_rows(world)


def test_evidence_is_the_same_in_whatever_order_labels_come(make_world: MakeWorld) -> None:
    world = earned(make_world)
    cases = world.tickets(8)
    for place in (7, 2, 5, 0, 1, 6, 4, 3):
        if place in (2, 6):
            world.scene.edit(cases[place], queue="delivery", reply="Hello")
        else:
            world.scene.approve(cases[place])
        world.learned()
    kept = world.epoch
    assert kept.looked_at == 8
    errors = [row.is_error for row in rows(world.scene.world, schema.EpochCase)]
    assert errors == [False, False, True, False, False, False, True, False]
    assert is_from_rows(world)


def test_a_lapse_or_a_case_that_nobody_opened_holds_nothing_up(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.tickets(1)
    world.approved(3)
    world.learned()
    assert world.epoch.looked_at == 0
    world.scene.submit(id=1, text="ticket 77")
    world.scene.world.work()
    world.learned()
    assert world.epoch.looked_at == 3, "newer content took its place"
    now = certificate_view(world.scene.world.context, world.scene.workflow).now
    assert now is not None
    assert (now.looked_at, now.unjudged) == (3, 1), "the certificate says of how many it says nothing"


def test_what_is_taken_back_is_taken_out_and_no_longer_permits(make_world: MakeWorld) -> None:
    world = earned(make_world, review=replace(HOURS, grace=timedelta(minutes=5)))
    cases = world.tickets(8)
    context = world.scene.world.context
    reviews = [world.scene.review(case) for case in cases]
    for case in cases:
        world.scene.approve(case)
    world.learned()
    world.let()
    assert world.epoch.level is Level.GUARDED
    for review in reviews[:3]:
        undo(context, review.id, review.version, by="U1")
    world.later(minutes=1)
    world.learned()
    epoch = world.epoch
    assert (epoch.level, epoch.floor, epoch.permitted, epoch.looked_at) == (Level.DRAFT, None, None, 5)
    assert [one["news"] for one in world.news()] == ["narrowed"]
    assert is_from_rows(world)


def test_a_question_that_labels_no_longer_bear_out_is_asked_no_more(make_world: MakeWorld) -> None:
    world = earned(make_world, review=replace(HOURS, grace=timedelta(minutes=5)))
    context = world.scene.world.context
    cases = world.tickets(8)
    reviews = [world.scene.review(case) for case in cases]
    for case in cases:
        world.scene.approve(case)
    world.learned()

    def at_home() -> list[str]:
        with context.database.read() as session:
            return certificates.asked_of(session, ["sample"], team=context.team)

    assert at_home() == ["sample"]
    with context.database.write() as session:
        subject = SubjectKind.EPOCH.of(world.epoch.id)
        messages.drawn(session, team=context.team, channel="C0SUPPORT", subject=subject, ts="1.1", waits=False)
    for review in reviews[:3]:
        undo(context, review.id, review.version, by="U1")
    world.later(minutes=1)
    world.learned()
    assert (world.epoch.permitted, at_home()) == (None, [])
    assert world.questions() > 1, "its card is drawn anew"


def test_what_somebody_reports_of_what_nobody_drew_only_has_more_looked_at(make_world: MakeWorld) -> None:
    world = earned(make_world, autonomy=Autonomy.earned(wrong=0.4, sure=0.5, spot_checks=0.000001))
    world.alone()
    with world.scene.world.database.write() as session:
        epoch = session.query(schema.Epoch).one()
        epoch.state = {**epoch.state, "on probation": 0}
        epoch.probability = epoch.least = 0.000001
    (case,) = world.tickets(1)
    corrections.correct(world.scene.world.context, case, Triage(queue="delivery", reply="Hello"), by="U2")
    world.scene.approve(case)
    before = world.epoch.looked_at
    world.learned()
    assert (world.epoch.looked_at, world.epoch.probability, world.epoch.least) == (before, 0.5, 0.5)
    assert is_from_rows(world)
    view = certificate_view(world.scene.world.context, world.scene.workflow)
    assert view.now is not None
    assert (view.now.looked_at, view.now.errors) == (before, 0), "it is none of those that were looked at"
    context = world.scene.world.context
    with context.database.read() as session:
        (at_half,) = certificates.sums(session, world.epoch.id, [0.5], team=context.team, limit=9)
    assert (at_half.number, at_half.errors) == (before, 0)


def test_an_error_that_is_corrected_before_its_spot_check_counts_since_it_was_drawn(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.alone()
    (case,) = world.tickets(1)
    corrections.correct(world.scene.world.context, case, Triage(queue="delivery", reply="Hello"), by="U2")
    world.scene.approve(case)
    world.learned()
    row = rows(world.scene.world, schema.EpochCase)[-1]
    assert (row.is_error, world.epoch.looked_at) == (True, 9)
    assert max(Earning.read(world.epoch.state).alarm.held) > 1
    assert is_from_rows(world)


def test_two_processes_work_a_label_in_once(make_world: MakeWorld) -> None:
    world = earned(make_world, autonomy=EARNED)
    world.approved(8)
    context = world.scene.world.context
    both = [threading.Thread(target=make_labels, args=(context,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with context.database.write() as session:
        session.query(schema.LabelProgress).update({"decision_id": 0})
    world.learned()
    assert world.epoch.looked_at == 8
    assert is_from_rows(world)
