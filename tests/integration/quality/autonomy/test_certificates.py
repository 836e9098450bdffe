"""Certificates are read from rows: what spot checks found of all that ever went alone, and what the labels say."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store import schema
from store.learning import deployments
from store.learning import epochs as kept
from store.states import Level
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows, sample
from tests.integration.quality.autonomy.earned import EARNED, Earned, earned
from tests.integration.quality.autonomy.test_prior import deployed, judge, tell, tried
from workflows import Autonomy
from workflows.quality.autonomy import certificates, epochs
from workflows.quality.autonomy.answers import let_shown
from workflows.quality.autonomy.certificates import certificate_view, question_of, question_view, standings
from workflows.quality.autonomy.certifying.earning import Earning
from workflows.quality.autonomy.codes import Began
from workflows.quality.autonomy.views import NeedKind, Step

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few")]


def test_the_ledger_counts_what_went_alone_up_to_the_first_open_spot_check(make_world: MakeWorld) -> None:
    made = earned(make_world)
    made.alone()
    cases = sorted(made.tickets(4))
    made.checked(cases[0], is_error=False)
    made.checked(cases[1], is_error=True)
    view = certificate_view(made.scene.world.context, made.scene.workflow)
    ledger = view.ledger
    assert (ledger.alone, ledger.looked_at, ledger.errors, ledger.most_wrong) == (2, 2, 1, 1)
    assert ledger.until is not None, "the third is still open"
    made.checked(cases[2], is_error=False)
    made.checked(cases[3], is_error=False)
    made.learned()
    view = certificate_view(made.scene.world.context, made.scene.workflow)
    assert (view.ledger.alone, view.ledger.most_wrong, view.ledger.until) == (4, 1, None)
    assert view.now is not None
    assert (view.now.alone, view.now.looked_at, view.now.errors) == (4, 12, 1)
    assert view.numbers["labels"] == 12


@pytest.mark.parametrize(("end", "errors"), [("forgotten", 1), ("correction", 1), ("revision", 1), ("stopped", 0)])
def test_a_draw_of_what_went_out_and_nobody_can_look_at_any_more_is_wrong_to_the_ledger(
    make_world: MakeWorld, end: str, errors: int
) -> None:
    """A bound from which somebody may leave out draws for what came of them is none."""
    made = earned(make_world)
    made.alone()
    first, second = sorted(made.tickets(2))
    made.checked(first, is_error=False)
    with made.scene.world.database.write() as session:
        check = session.query(schema.SpotCheck).filter_by(case_id=second)
        check.update({"state": "superseded", "end": end, "ended_at": made.scene.world.clock()})
    ledger = certificate_view(made.scene.world.context, made.scene.workflow).ledger
    assert (ledger.alone, ledger.errors, ledger.most_wrong) == (2, errors, 1)


def test_what_was_announced_for_long_enough_may_go_alone_though_it_is_no_more(make_world: MakeWorld) -> None:
    made = earned(make_world, autonomy=replace(EARNED, veto=timedelta(minutes=10)))
    context, workflow = made.scene.world.context, made.scene.workflow
    made.approved(8)
    made.learned()
    assert made.let().level is Level.VETO
    view = certificate_view(context, workflow)
    assert view.step is None
    assert view.needs[0].kind is NeedKind.ANNOUNCED, "not before enough of it was looked at"
    earning = Earning.read(made.epoch.state)
    assert view.needs[0].number == earning.on_probation
    earning.on_probation = 0
    with context.database.write() as session:
        at = context.clock()
        kept.note(session, made.epoch.id, team=context.team, state=dict(earning.kept()), asked_at=at)
    asked = question_view(context, made.epoch.id)
    assert (asked.step, asked.answered, asked.then.floor) == (Step.ALONE, None, made.epoch.floor)
    assert question_of(context, workflow).step is Step.ALONE
    assert standings(context, [workflow])[0].may_go_further
    assert let_shown(context, asked.epoch, asked.shown, by="U0MARIA").level is Level.GUARDED
    assert certificate_view(context, workflow).step is None


def test_errors_and_the_curve_are_of_what_the_evidence_rests_on(make_world: MakeWorld) -> None:
    """A report about a case that nobody drew, or a decision out of turn, is in no figure before it is worked in."""
    made = earned(make_world)
    context, workflow = made.scene.world.context, made.scene.workflow
    made.alone()
    before = certificate_view(context, workflow)
    first, second = sorted(made.tickets(2))
    made.checked(second, is_error=True)
    made.learned()
    _reported(made, first)
    after = certificate_view(context, workflow)
    assert before.now is not None
    assert after.now is not None
    assert (after.now.looked_at, after.now.errors) == (before.now.looked_at, 0)
    assert [(one.looked_at, one.errors) for one in after.curve] == [(8, 0)] * len(after.curve)


def _reported(made: Earned, case: int) -> None:
    """Have somebody report an error of a case of which nobody made a draw."""
    context = made.scene.world.context
    row = next(one for one in rows(made.scene.world, schema.EpochCase) if one.case_id == case)
    with context.database.write() as session:
        kept.note_label(session, row.id, team=context.team, label=None, is_error=True, at=context.clock())


def test_the_judged_cases_of_a_volume_test_are_in_all_figures(make_world: MakeWorld) -> None:
    scene = sample(make_world, tell, autonomy=Autonomy.earned())
    context = scene.world.context
    judge(scene, tried(scene, 8), 8)
    workflow, version = deployed(scene, rows(scene.world, schema.VolumeTest)[0].version["name"])
    with context.database.write() as session:
        deployments.use(session, workflow, team=context.team, live=version, beside=None)
        epochs.begin(session, context, scene.workflow, row=workflow, deployment=version, by="operator", why=Began.LIVE)
    view = certificate_view(context, scene.workflow)
    assert view.now is not None
    assert (view.now.looked_at, view.now.errors) == (8, 2)
    assert question_view(context, view.epoch or 0, asking=True).errors == 2
    with context.database.read() as session:
        epoch = kept.get(session, view.epoch or 0, team=context.team)
        assert epoch is not None
        assert [one.is_error for one in certificates._start(session, context, epoch, certificates._NO_FIGURES)] == [
            one.place % 3 == 0 for one in rows(scene.world, schema.VolumeCase)
        ]


def test_certificate_question_and_status_tell_the_same_share(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "FEWEST_SCORES", 5)
    made = earned(make_world)
    context, workflow = made.scene.world.context, made.scene.workflow
    made.alone()
    made.tickets(2, confidence=0.2)
    view = certificate_view(context, workflow)
    assert view.now is not None
    (line,) = standings(context, [workflow])
    told = question_view(context, made.epoch.id).answered
    assert told is not None
    assert view.now.reach == line.reach == told.reach
    assert view.now.reach.share == 0.8


def test_scores_that_were_weighed_otherwise_say_nothing_of_a_version(make_world: MakeWorld) -> None:
    made = earned(make_world)
    made.approved(3)
    database, team = made.scene.world.database, made.scene.world.context.team
    with database.write() as session:
        row = deployments.get(session, made.deployed[1], team=team)
        assert row is not None
        row.weighing = {"weights": {"stated": 2.0}, "labels": 400}
    with database.read() as session:
        workflow = made.epoch.workflow_id
        for like, found in ((made.deployed[0], [0.96] * 3), (made.deployed[1], [])):
            assert kept.newest_scores(session, workflow, team=team, like=like, limit=9) == found
