"""A case's groups are kept with the run that proposed, whatever the author's code does; other workflows pay nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from store import schema
from store.db.failpoints import Failpoint, Side, watched
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Crash, Scene, rows, sample
from tests.sample import Ticket
from workflows.engine.propose.segments import MOST_GROUPS, OTHER

pytestmark = pytest.mark.slow


def kept(scene: Scene, case: int) -> list[tuple[int, str, str]]:
    """The groups of a case: (run, segment, group)."""
    groups = {row.id: row for row in rows(scene.world, schema.SegmentGroup)}
    found = [row for row in rows(scene.world, schema.CaseSegment) if row.case_id == case]
    return [(row.run_id, groups[row.group_id].name, groups[row.group_id].value) for row in found]


def test_a_case_is_in_its_groups_whether_it_goes_alone_or_to_a_person(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.workflow.segments.update(language=lambda ticket: ticket.language, length=lambda ticket: "short")
    alone, person = scene.worked(id=1), scene.worked(id=2, text="smoke")
    outside = scene.worked(id=3, language="de")
    assert [scene.world.state(case) for case in (alone, person, outside)] == ["delivered", "waiting", "waiting"]
    for case, language in ((alone, "en"), (person, "en"), (outside, "de")):
        run = scene.run(case).id
        assert kept(scene, case) == [(run, "language", language), (run, "length", "short")]


def test_a_newer_content_is_in_a_group_of_its_own_run(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    scene.workflow.segments["size"] = lambda ticket: str(len(ticket.text))
    case = scene.worked(id=1, text="one")
    assert scene.worked(id=1, text="four") == case
    assert [group for _, _, group in kept(scene, case)] == ["3", "4"]
    assert len({run for run, _, _ in kept(scene, case)}) == 2


def exits(ticket: Ticket) -> str:
    raise SystemExit(3)


def divides(ticket: Ticket) -> str:
    return str(1 // 0)


@pytest.mark.parametrize("function", [exits, divides, lambda _: 7, lambda _: None], ids=["exit", "error", "7", "None"])
def test_code_that_fails_leaves_its_case_without_a_group_and_nothing_else(
    make_world: MakeWorld, function: Callable[[Ticket], str]
) -> None:
    scene = sample(make_world)
    scene.workflow.segments["odd"] = function
    case = scene.worked(id=1)
    assert scene.world.state(case) == "delivered"
    assert [group for _, _, group in kept(scene, case)] == [""]


def test_a_function_that_changes_its_input_changes_nothing_that_is_delivered(make_world: MakeWorld) -> None:
    scene = sample(make_world)

    def spoiling(ticket: Ticket) -> str:
        ticket.text = "smoke"
        return "x"

    scene.workflow.segments["odd"] = spoiling
    assert scene.world.state(scene.worked(id=1)) == "delivered", "the never does not see it"


def test_a_group_is_kept_on_one_line_of_at_most_60_characters(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.workflow.segments["odd"] = lambda _: "a\n\u202eb" + "c" * 100
    ((_, _, group),) = kept(scene, scene.worked(id=1))
    assert len(group) == 60
    assert group.isprintable()
    assert group.startswith("a \\u202eb")


def test_groups_beyond_fifty_count_as_other(make_world: MakeWorld) -> None:
    """A function that returns a number of each case keeps none of them."""
    scene = sample(make_world)
    scene.workflow.segments["each"] = lambda ticket: f"customer {ticket.id}"
    cases = [scene.worked(id=number) for number in range(MOST_GROUPS + 6)]
    groups = [group for case in cases for _, _, group in kept(scene, case)]
    assert groups[MOST_GROUPS - 1] == f"customer {MOST_GROUPS - 1}"
    assert groups[MOST_GROUPS:] == [OTHER] * 6
    assert len(rows(scene.world, schema.SegmentGroup)) == MOST_GROUPS + 1


def test_a_workflow_without_segments_keeps_nothing(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    assert kept(scene, scene.worked(id=1)) == []


@pytest.mark.parametrize("text", ["charged twice", "smoke"], ids=["alone", "to a person"])
def test_a_crash_keeps_a_case_in_its_groups_once(make_world: MakeWorld, text: str) -> None:
    """They are kept in the transaction that opens the review or resolves the case, or not at all."""
    scene = sample(make_world)
    scene.workflow.segments["language"] = lambda ticket: ticket.language
    case = scene.submit(id=1, text=text)
    ended = False
    for allowed in range(40):
        leases = scene.world.claim()
        if not leases:
            break
        passed = 0

        def dies(seam: Failpoint, side: Side, _about: str, allowed: int = allowed) -> None:
            nonlocal passed, ended
            if (seam, side) == (Failpoint.COMMIT, Side.BEFORE):
                passed += 1
                if passed > allowed:
                    ended = True
                    raise Crash

        with watched(dies), suppress(Crash):
            scene.world.runner.advance(leases[0])
        scene.world.restart()
    assert ended
    assert [value for _, _, value in kept(scene, case)] == ["en"]
