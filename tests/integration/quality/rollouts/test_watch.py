"""Versions go live, end, or are taken back by people's labels."""

from datetime import timedelta
from decimal import Decimal

import pytest

from store import schema
from store.states import DeploymentState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows
from tests.integration.quality.rollouts.versions import Rollouts, rollout
from tests.sample import Ticket, Triage
from workflows.quality.deployments.codes import Ended
from workflows.quality.deployments.evidence import Evidence, Figures, GoneAlone, Measured
from workflows.quality.rollouts.listing import under_way

pytestmark = pytest.mark.slow


def differences(found: Rollouts) -> list[int | None]:
    """Return what labels said of the pairs, in the order of the questions."""
    return [row.difference for row in rows(found.scene.world, schema.ShadowProposal)]


def asked(found: Rollouts, numbers: list[int]) -> list[int]:
    """Take tickets in and ask the watched version for each."""
    shadow = found.shadow()
    shadow.look()
    cases = found.tickets(numbers)
    while shadow.look():
        pass
    return cases


def test_labels_judge_both_versions(make_world: MakeWorld) -> None:
    """Both right, one wrong, both wrong; a rejection without values judges the same proposal alone."""
    found = rollout(make_world)
    found.wrong["new"], found.wrong["old"] = {2, 4, 6}, {3, 4, 5, 6}
    cases = asked(found, [1, 2, 3, 4, 5, 6])
    watch = found.watch()
    for case in cases[:4]:
        found.label(case)
    kept = found.label(cases[4], right=None), found.label(cases[5], right=None)
    watch.look()
    # Of ticket 5 nobody knows whether the other proposal is right; of ticket 6 both proposed what was rejected.
    assert differences(found) == [0, 1, -1, 0, None, 0]
    watch.look()
    [line] = under_way(found.scene.world.context)
    assert (line.pairs, line.only_new_wrong, line.only_live_wrong, line.untold) == (5, 1, 1, 1)
    found.revoke(kept[1])
    found.scene.world.clock.move(timedelta(seconds=1))
    found.watch().look()
    assert differences(found)[5] is None
    assert found.state(found.beside) is DeploymentState.SHADOW


def test_an_equal_version_goes_live_by_itself_and_reviews_keep_their_proposal(make_sqlite_world: MakeWorld) -> None:
    """After enough pairs it is live; people are told once, however many processes look."""
    found = rollout(make_sqlite_world, margin=0.3)
    cases = asked(found, list(range(22)))
    for case in cases[:-1]:
        found.label(case)
    waiting = found.scene.review(cases[-1])
    [one, other] = found.watch(), found.watch()
    assert one.look() + other.look() == 1
    assert found.used() == (found.beside, None)
    assert [note["news"] for note in found.notes()] == ["live"]
    assert found.scene.review(cases[-1]).version == waiting.version
    found.scene.approve(cases[-1])
    assert found.scene.run(found.tickets([70])[0]).id
    assert rows(found.scene.world, schema.Run)[-1].deployment_id == found.beside


def test_a_worse_version_ends_in_the_shadow_with_its_cases(make_sqlite_world: MakeWorld) -> None:
    """Nobody was given what it proposed, and the note names the cases that show it."""
    found = rollout(make_sqlite_world)
    found.wrong["new"] = set(range(0, 18, 2))
    cases = asked(found, list(range(18)))
    watch = found.watch()
    for case in cases:
        found.label(case)
        if watch.look():
            break
    assert found.state(found.beside) is DeploymentState.ROLLED_BACK
    assert found.used() == (found.live, None)
    [note] = found.notes()
    assert note["news"] == "worse"
    assert note["only_new_wrong"] == len(note["cases"]) > 2
    assert set(note["cases"]) <= set(cases)


def test_for_a_share_each_version_is_judged_by_its_own_cases(make_sqlite_world: MakeWorld) -> None:
    """A version that is wrong in all of its cases ends; the cases stay with the versions that began them."""
    found = rollout(make_sqlite_world, way="share", share=0.5)
    found.watch().look()
    found.wrong["new"] = set(range(30))
    watch = found.watch()
    for case in found.tickets(list(range(30))):
        found.label(case)
    assert watch.look() == 1
    assert found.state(found.beside) is DeploymentState.ROLLED_BACK
    pinned = {row.deployment_id for row in rows(found.scene.world, schema.Run)}
    assert pinned == {found.live, found.beside}
    assert found.notes()[0]["news"] == "worse"


def promise(wrong: int, of: int) -> dict[str, object]:
    """Return evidence that lets expect so many errors."""
    new = Figures(
        eval=1,
        model="scripted",
        prompt_version="new",
        examples=of,
        tried=of,
        whole=Measured(right=of - wrong, of=of, low=0.9, high=1),
        fields={},
        alone=GoneAlone(floor=None, of=of, alone=0, wrong=0, at_most=None),
        nevers={},
        garbage=0,
        no_proposal=0,
        dollars=Decimal(0),
        milliseconds=None,
        is_finished=True,
        right=0,
        wrong=(),
    )
    evidence = Evidence(examples=of, of_measuring=of, critical=0, new=new, live=None, pairs=None)
    return evidence.model_dump(mode="json")


def test_a_version_that_looked_better_on_examples_is_taken_back_by_itself(make_sqlite_world: MakeWorld) -> None:
    """The version before is live again, with the number of cases it cost; open reviews and runs stay as they are."""
    found = rollout(make_sqlite_world, margin=0.3)
    world = found.scene.world
    with world.database.write() as session:
        row = session.query(schema.Deployment).where(schema.Deployment.id == found.beside).one()
        row.evidence = promise(2, 200)
    for case in asked(found, list(range(22))):
        found.label(case)
    assert found.watch().look() == 1
    assert found.used() == (found.beside, None)

    # People now send something else: every second one is wrong.
    world.clock.move(timedelta(hours=1))
    found.wrong["new"] = set(range(100, 200, 2))
    watch = found.watch()
    watch.look()
    cases = found.tickets(list(range(100, 118)))
    world.submit_all(found.scene.workflow, [{"id": 999, "text": "ticket 999"}])
    began = world.claim()
    number = next(count for count, case in enumerate(cases, 1) if found.label(case) and watch.look())
    assert number < 18
    assert found.used() == (found.live, None)
    assert found.state(found.beside) is DeploymentState.ROLLED_BACK
    note = found.notes()[-1]
    assert (note["news"], note["what"], note["again"]) == ("rolled_back", "edits", 1)
    assert note["cost"] == len(note["cases"]) == -(-number // 2)
    for lease in began:
        world.runner.advance(lease)
    runs = {row.id: row.deployment_id for row in rows(world, schema.Run)}
    assert runs[began[0].run] == found.beside
    assert found.scene.review(cases[-1]).version == 1
    assert rows(world, schema.Run)[-1].deployment_id == found.beside
    assert found.tickets([500])
    assert rows(world, schema.Run)[-1].deployment_id == found.live
    assert watch.look() == 0


@pytest.mark.parametrize("what", [Ended.NEVERS, Ended.GARBAGE])
def test_more_nevers_or_garbage_than_promised_take_a_version_back(make_sqlite_world: MakeWorld, what: Ended) -> None:
    """Its examples showed none of both; nobody has to decide a case first."""
    found = rollout(make_sqlite_world)
    world = found.scene.world
    if what is Ended.NEVERS:

        @found.scene.workflow.never("Nothing goes to delivery")
        def to_delivery(ticket: Ticket, proposal: Triage) -> bool:
            return proposal.queue == "delivery"

    with world.database.write() as session:
        session.query(schema.Deployment).update({"evidence": promise(0, 200)})
    found.go_live()
    watch = found.watch()
    found.tickets([1, 2])
    assert watch.look() == 0
    bad = range(10, 18)
    (found.wrong["new"] if what is Ended.NEVERS else found.garbage).update(bad)
    cases = found.tickets(bad)
    assert watch.look() == 1
    assert found.used() == (found.live, None)
    [note] = found.notes()
    assert (note["news"], note["what"], note["again"]) == ("rolled_back", what, 1)
    assert note["cases"] == cases
    assert note["promised"] < 0.02


def test_people_are_told_after_two_weeks_that_nothing_can_be_told(make_sqlite_world: MakeWorld) -> None:
    """They are told once, with the pairs so far, and again after two more weeks."""
    found = rollout(make_sqlite_world)
    for case in asked(found, [1, 2]):
        found.label(case)
    watch = found.watch()
    watch.look()
    world = found.scene.world
    assert found.notes() == []
    world.clock.move(timedelta(days=15))
    for _ in range(2):
        found.watch().look()
        watch.look()
    [note] = found.notes()
    assert (note["news"], note["pairs"], note["days"]) == ("cant_tell", 2, 14)
    world.clock.move(timedelta(days=14))
    watch.look()
    assert [one["days"] for one in found.notes()] == [14, 28]
