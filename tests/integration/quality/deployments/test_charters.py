"""A charter says which version proposes at this moment, in every process, and no new version takes its signature."""

from dataclasses import replace
from typing import Any

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows
from tests.integration.quality.deployments.test_deployments import Room
from tests.sample import Desk, sample_workflow
from tests.world import sure
from workflows import Review, Workflow
from workflows.engine.charters.kept import KeptCharters
from workflows.engine.charters.signing import sign
from workflows.engine.charters.terms import DEPLOYED, Answering
from workflows.engine.context import Context
from workflows.engine.declare.charter import How
from workflows.engine.declare.versions import From, Undeployed
from workflows.engine.read.declared.charter_views import UsedVersion
from workflows.engine.read.declared.charters import charter_view, unsigned_among
from workflows.engine.run.runner import Runner
from workflows.quality.deployments.codes import Ended
from workflows.quality.deployments.moves import roll_back

pytestmark = pytest.mark.slow


def declared() -> Workflow[Any, Any]:  # Any: as the author would
    workflow = sample_workflow(Desk())
    workflow.backup, workflow.told = "U0JONAS", ("the customer",)
    workflow.review = Review(post_to="C0SUPPORT", reviewers=("U0ANA",))
    workflow.may = {"retrieve": "look up the customer", "execute": "sort a ticket"}
    return workflow


def process(room: Room, versions_from: From | None) -> Context:
    """Another process with charters of its own."""
    context, versions = room.context, room.another(versions_from)
    charters = KeptCharters(
        context.database,
        context.registry,
        team=context.team,
        clock=context.clock,
        answering=lambda _: Answering(models=("of the file",)),
        versions=versions,
    )
    return replace(context, versions=versions, charters=charters)


@pytest.fixture
def room(make_world: MakeWorld) -> Room:
    """A workflow that may go alone, of which nothing is deployed."""
    workflow, world = declared(), make_world(sure(0.95, queue="billing", reply="Hello"))
    world.registry.add(workflow)
    return Room(Scene(world=world, workflow=workflow))


def used(context: Context, room: Room) -> UsedVersion:
    version = charter_view(context, room.scene.workflow).version
    assert version is not None
    return version


def test_two_processes_name_the_live_version_from_its_first_moment_on(room: Room) -> None:
    one, other = process(room, From.DEPLOYED), process(room, From.DEPLOYED)
    files = process(room, From.FILES)
    assert (used(one, room).number, used(one, room).undeployed) == (None, Undeployed.NOTHING)
    room.context = one
    for number in (1, 2):
        room.signed()
        for context in (one, other):
            found = used(context, room)
            assert (found.number, list(found.models), found.uses_files) == (number, ["local"], False)
            assert [signature.by for signature in found.signatures] == ["U0MARIA"]
    roll_back(one, room.scene.workflow, by="U1", why=Ended.BY_HAND)
    assert [used(context, room).number for context in (one, other)] == [1, 1]
    found = used(files, room)
    assert (found.uses_files, found.always_files, found.number, list(found.models)) == (True, True, 1, ["of the file"])


def test_a_signed_charter_stays_signed_when_a_version_goes_live(room: Room) -> None:
    context = process(room, None if room.context.database.file is not None else From.DEPLOYED)
    workflow, world = room.scene.workflow, room.scene.world
    room.context = world.context = context
    world.runner = Runner(context, lambda _: world.model)
    context.charters.begin(workflow)
    terms = charter_view(context, workflow).terms
    assert terms is not None
    assert terms.id is not None
    sign(context, workflow, terms.id, by="U0MARIA", how=How.OWNER, exception="tried by hand")
    for number in (1, 2):
        room.signed()
        # Before the first case: whoever reads the charter sees it signed.
        for one in (context, process(room, context.versions.versions_from)):  # type: ignore[attr-defined]  # kept ones
            terms = charter_view(one, workflow).terms
            assert terms is not None
            assert terms.signature is not None
            with one.database.read() as session:
                assert unsigned_among(session, one, [workflow]).waiting == []
        room.scene.worked(id=number)
    assert [run.resolution for run in rows(world, schema.Run)] == ["alone", "alone"]
    kept = rows(world, schema.TermsRow)
    # Once, with the first deployment, the terms say so; the second changes nothing in them.
    assert kept[-1].parts["prompt"] == DEPLOYED
    assert len(kept) == (2 if context.database.file is not None else 1)
    assert [row.widens for row in kept] == [[]] * len(kept)
