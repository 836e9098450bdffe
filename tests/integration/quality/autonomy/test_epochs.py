"""Epochs begin and end with the use of versions; people move levels; upkeep does what no label brings on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from store import schema
from store.governance.teams import Restores
from store.learning import epochs as kept
from store.states import Level
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows
from tests.integration.quality.autonomy.earned import EARNED, Earned, earned
from workflows import Autonomy
from workflows.engine.context import Unsigned
from workflows.engine.errors import Refused, Stale
from workflows.engine.proof.kept_audit import verify_database
from workflows.engine.proof.verification import Trust
from workflows.engine.run.runner import Runner
from workflows.quality.autonomy import asking, moves
from workflows.quality.autonomy.certifying.earning import Earning
from workflows.quality.autonomy.kept_state import unfamiliar_of
from workflows.quality.autonomy.upkeep import tend
from workflows.quality.autonomy.verifying import with_epochs
from workflows.quality.deployments.codes import Ended
from workflows.quality.deployments.moves import roll_back

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few")]


def ends(world: Earned) -> list[tuple[int, str | None]]:
    """Return which deployment each epoch is of, and why it ended."""
    return [(world.deployed.index(one.deployment_id), one.end) for one in world.epochs]


def test_another_version_begins_without_evidence_and_so_does_the_one_before_it_again(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.alone()
    world.go_live(1)
    assert ends(world) == [(0, "replaced"), (1, None)]
    assert (world.epoch.level, world.epoch.looked_at, world.epoch.permitted) == (Level.DRAFT, 0, None)
    roll_back(world.scene.world.context, world.scene.workflow, by="U0MARIA", why=Ended.BY_HAND)
    assert ends(world) == [(0, "replaced"), (1, "replaced"), (0, None)]
    assert (world.epoch.level, world.epoch.looked_at) == (Level.DRAFT, 0)
    whys = [row.details["why"] for row in rows(world.scene.world, schema.AuditRow) if row.action == "epoch.began"]
    assert whys == ["live", "live", "again"]


def test_another_promise_begins_anew_and_what_is_earned_no_more_ends(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.alone()
    context, workflow = world.scene.world.context, world.scene.workflow
    workflow.review = replace(workflow.review, post_to="C0OTHER")
    assert tend(context).changed == 0, "another channel is no other time"
    workflow.autonomy = Autonomy.earned(wrong=0.3, sure=0.5, spot_checks=1)
    tend(context)
    assert ends(world) == [(0, "promise"), (0, None)]
    workflow.autonomy = Autonomy.draft()
    tend(context)
    assert ends(world) == [(0, "promise"), (0, "not_earned")]
    workflow.autonomy = EARNED
    tend(context)
    assert ends(world)[2:] == [(0, None)]
    assert tend(context).changed == 0


def test_nothing_goes_alone_before_a_volume_test_and_a_baseline(make_world: MakeWorld) -> None:
    world = earned(make_world, is_ready=False)
    world.approved(8)
    world.learned()
    with pytest.raises(moves.NotReady, match=r"without a volume test .* and a baseline"):
        world.let()
    assert world.epoch.level is Level.DRAFT


def test_nothing_goes_alone_by_another_promise_before_its_epoch_has_ended(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.alone()
    world.scene.workflow.autonomy = Autonomy.earned(wrong=0.3, sure=0.5, spot_checks=1)
    (case,) = world.tickets(1)
    assert world.scene.review(case).version == 1, "a person decides"
    assert not rows(world.scene.world, schema.EpochCase)[-1].alone


def test_what_was_announced_goes_to_people_where_a_declaration_announces_nothing_any_more(
    make_world: MakeWorld,
) -> None:
    veto = Autonomy.earned(wrong=0.4, sure=0.5, spot_checks=1, veto=timedelta(minutes=30))
    world = earned(make_world, autonomy=veto)
    world.approved(8)
    world.learned()
    world.let()
    assert world.epoch.level is Level.VETO
    context = world.scene.world.context
    world.scene.workflow.autonomy = EARNED
    assert tend(context).changed == 1
    assert (world.epoch.level, world.epoch.floor, world.epoch.least) == (Level.DRAFT, None, 1)
    assert [one["news"] for one in world.news()] == ["unannounced"]
    assert tend(context).changed == 0
    assert world.epoch.asked_at is not None, "people are asked whether it may go alone without being announced"
    assert world.let().level is Level.GUARDED
    with pytest.raises(Refused, match="declares no time for a veto"):
        moves.withdraw(
            context, world.epoch.id, change=world.epoch.change, by="U0MARIA", to=Level.VETO, reason="too many"
        )
    assert with_epochs(context, verify_database(context, Trust())).findings == []


def test_after_a_restore_from_a_backup_people_decide_until_it_is_let_again(make_world: MakeWorld) -> None:
    """It may have been taken back since the backup was made."""
    world = earned(make_world, autonomy=replace(EARNED, by_itself=True))
    world.approved(8)
    world.learned()
    assert world.epoch.level is Level.GUARDED
    world.later(hours=1)
    scene = world.scene.world
    scene.context = replace(scene.context, restores=Restores(number=1, at=scene.clock()))
    scene.runner = Runner(scene.context, lambda _: scene.model, sleep=scene.waits.append)
    (case,) = world.tickets(1)
    assert world.scene.review(case).version == 1, "a person decides, before anything is tended to"
    world.later(minutes=1)
    world.learned()
    assert (world.epoch.level, world.epoch.floor, world.epoch.allowed_by) == (Level.DRAFT, None, None)
    assert [one["news"] for one in world.news()] == ["restored"]
    world.later(minutes=1)
    assert tend(scene.context).changed == 0
    assert world.let().level is Level.GUARDED
    world.tickets(1)
    assert rows(scene, schema.EpochCase)[-1].alone
    assert tend(scene.context).changed == 0
    assert with_epochs(scene.context, verify_database(scene.context, Trust())).findings == []


def test_a_level_is_let_once_as_it_was_shown_and_never_beyond_the_evidence(make_world: MakeWorld) -> None:
    world = earned(make_world)
    context = world.scene.world.context
    with pytest.raises(Refused, match="the evidence does not permit that"):
        world.let()
    world.approved(8)
    world.learned()
    epoch = world.epoch
    unsigned = replace(context, charters=Unsigned())
    with pytest.raises(moves.NotReady, match="is not signed"):
        moves.let(unsigned, epoch.id, change=epoch.change, by="U0MARIA")
    with pytest.raises(Refused, match="does not permit"):
        moves.let(context, epoch.id, change=epoch.change, by="U0MARIA", floor=0.1)
    with pytest.raises(Refused, match="declares no time for a veto"):
        moves.let(context, epoch.id, change=epoch.change, by="U0MARIA", to=Level.VETO)
    moves.let(context, epoch.id, change=epoch.change, by="U0MARIA")
    with pytest.raises(Stale):
        moves.let(context, epoch.id, change=epoch.change, by="U0MARIA")
    world.tickets(1)
    assert len(world.scene.deliveries()) == 9
    epoch = world.epoch
    assert (epoch.allowed_by, epoch.probability, epoch.least) == ("U0MARIA", 1.0, 1.0)
    moved = moves.withdraw(
        context, epoch.id, change=epoch.change, by="U0PETER", to=Level.DRAFT, reason="the shop moves"
    )
    assert (moved.level, moved.floor) == (Level.DRAFT, None)
    world.tickets(1)
    assert len(world.scene.deliveries()) == 9
    with pytest.raises(Refused, match="say why"):
        moves.withdraw(context, epoch.id, change=world.epoch.change, by="U0PETER", to=Level.SHADOW, reason=" ")
    moves.withdraw(
        context, epoch.id, change=world.epoch.change, by="U0PETER", to=Level.SHADOW, reason="new rules", anew=True
    )
    assert ends(world) == [(0, "withdrawn"), (0, None)]
    assert (world.epoch.level, world.epoch.looked_at) == (Level.SHADOW, 0)
    assert world.acts() == [
        "epoch.began",
        "epoch.asked",
        "epoch.let",
        "epoch.withdrawn",
        "epoch.ended",
        "epoch.began",
        "epoch.withdrawn",
    ]


def test_people_are_asked_once_and_not_again_for_little_more(make_world: MakeWorld) -> None:
    world = earned(make_world)
    for _ in range(3):
        world.approved(8)
        world.learned()
    assert (world.acts().count("epoch.asked"), world.questions()) == (1, 1)
    epoch = world.epoch
    moves.leave(world.scene.world.context, epoch.id, change=epoch.change, by="U0MARIA")
    world.approved(1)
    world.learned()
    assert world.acts().count("epoch.asked") == 1
    assert world.epoch.asked_at is None


def test_it_goes_up_by_itself_where_that_is_written_out_but_not_after_a_person_took_it_back(
    make_world: MakeWorld,
) -> None:
    world = earned(make_world, autonomy=replace(EARNED, by_itself=True))
    world.approved(8)
    world.learned()
    assert (world.epoch.level, world.epoch.allowed_by) == (Level.GUARDED, "countersign")
    context, epoch = world.scene.world.context, world.epoch
    moves.withdraw(context, epoch.id, change=epoch.change, by="U0MARIA", to=Level.DRAFT, reason="a sale begins")
    world.approved(8)
    world.learned()
    assert world.epoch.level is Level.DRAFT


def test_from_shadow_people_are_shown_proposals_after_enough_are_compared(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "COMPARED", 3)
    world = earned(make_world, autonomy=replace(EARNED, begin="shadow"))

    def answered(number: int) -> None:
        for case in world.tickets(number):
            world.scene.edit(case, queue="billing", reply="Hello")

    answered(2)
    world.learned()
    assert (world.epoch.level, world.questions()) == (Level.SHADOW, 0)
    with pytest.raises(Refused, match="2 of 3"):
        world.let()
    answered(1)
    world.learned()
    assert world.questions() == 1
    assert world.let().level is Level.DRAFT


def test_nothing_goes_alone_while_spot_checks_are_behind_and_a_weekend_is_no_delay(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.alone()
    cases = world.tickets(2)
    world.later(days=3)
    tend(world.scene.world.context)
    assert world.epoch.held is None, "a Monday morning"
    world.later(days=1, hours=1)
    tend(world.scene.world.context)
    behind = world.epoch
    assert (behind.held, behind.least, behind.end) == ("behind", 1.0, None)
    (waits,) = world.tickets(1)
    assert len(world.scene.deliveries()) == 10
    for case in cases:
        world.checked(case, is_error=False)
    world.learned()
    freed = world.epoch
    assert (freed.held, freed.level) == (None, Level.GUARDED)
    assert [one["news"] for one in world.news()] == ["held", "free"]
    world.tickets(1)
    assert len(world.scene.deliveries()) == 11
    world.scene.approve(waits)


def test_more_is_looked_at_where_other_cases_come_in_before_they_are_resolved(make_world: MakeWorld) -> None:
    world = earned(make_world, autonomy=replace(EARNED, spot_checks=0.01))
    world.alone()
    with world.scene.world.database.write() as session:
        epoch = session.query(schema.Epoch).one()
        epoch.state = {**epoch.state, "on probation": 0}
    world.tickets(1)
    tend(world.scene.world.context)
    assert (world.epoch.probability, world.epoch.least) == (0.01, 0.01)
    watch = unfamiliar_of(world.epoch.state)
    assert watch is not None
    assert watch.expected == 0.0
    with world.scene.world.database.write() as session:
        team, epoch = world.scene.world.context.team, session.query(schema.Epoch).one()
        session.query(schema.EpochCase).update({"score": 0.0})
        kept.note(session, epoch.id, team=team, seen_until=0)
    tend(world.scene.world.context)
    assert (world.epoch.probability, world.epoch.least) == (0.5, 0.5)
    assert Earning.read(world.epoch.state).suspected > 0


def test_a_verification_finds_what_does_not_follow_from_the_rows(make_world: MakeWorld) -> None:
    world = earned(make_world)
    context = world.scene.world.context
    world.alone()
    world.checked(world.tickets(1)[0], is_error=False)
    world.learned()

    def said() -> list[str | None]:
        verdict = with_epochs(context, verify_database(context, Trust()))
        assert verdict.epochs == 1
        return [one.said for one in verdict.findings]

    assert said() == []
    with context.database.write() as session:
        epoch = session.query(schema.Epoch).one()
        floor, permitted, state = epoch.floor, epoch.permitted, epoch.state
        epoch.floor = 0.4
    assert said() == ["sample 1: reach"]
    with context.database.write() as session:
        epoch = session.query(schema.Epoch).one()
        epoch.floor = floor
        epoch.state = {**state, "labels": 100}
    assert said() == ["sample 1: evidence"]
    with context.database.write() as session:
        session.query(schema.Epoch).one().state = state
        session.query(schema.EpochCase).filter(schema.EpochCase.id == 2).update({"is_error": True})
    assert said() == ["sample 1: labels"]
    with context.database.write() as session:
        session.query(schema.EpochCase).filter(schema.EpochCase.id == 2).update({"is_error": False})
    assert said() == []
    others: list[dict[str, Any]] = [{"probability": 0.001, "least": 0.001}, {"least": 0.5}, {"worked_until": 10_000}]
    others += [{"wrong": 0.5}, {"sure": 0.6}, {"wrong": 0.5, "state": {**state, "promise": [0.5, 0.5]}}]
    others += [{"seen_until": 10_000}]
    for other in others:
        before = {name: getattr(world.epoch, name) for name in other}
        for values, found in ((other, 1), (before, 0)):
            with context.database.write() as session:
                session.execute(update(schema.Epoch).values(values))
            assert len(said()) == found, values
    assert permitted is not None


def test_the_question_is_renewed_after_a_working_day_where_enough_more_would_go_alone(make_world: MakeWorld) -> None:
    world = earned(make_world)
    world.alone()
    epoch, workflow = world.epoch, world.scene.workflow
    earning, at = Earning.read(epoch.state), world.scene.world.clock()
    floors = earning.certifier.floors
    shares = {floor.at: place / 100 for place, floor in enumerate(floors)}
    before = asking.Before(labels=8, on_probation=0)

    def is_asked(after: timedelta) -> bool:
        return asking.is_worth_asking(workflow, epoch, earning, before, share=shares.__getitem__, at=at + after)

    epoch.asked_at, epoch.asked_floor, epoch.floor = at, floors[0].at, floors[0].at
    assert not is_asked(timedelta(hours=7))
    assert is_asked(timedelta(days=3))
    epoch.asked_floor = floors[-1].at
    assert not is_asked(timedelta(days=3))
