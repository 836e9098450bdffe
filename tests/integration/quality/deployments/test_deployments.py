"""Versions are proposed, signed, used and taken back: what is used is settled by one row, and by whoever signs."""

import gc
from contextlib import suppress
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from sqlalchemy import update

from store import schema
from store.db.failpoints import Failpoint, Side, watched
from store.governance import teams
from store.learning import deployments
from store.states import DeploymentState
from tests import volume
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Crash, Scene, rows, sample
from tests.unit.model.test_embeddings import made
from workflows import Rollout
from workflows.engine.declare.versions import From, Undeployed
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import Refused, Stale
from workflows.engine.propose.examples.left_out import leave_out, mark_of
from workflows.engine.propose.models import Models
from workflows.engine.run.runner import Runner
from workflows.model.choice import ModelSettings
from workflows.model.local.embedding_folder import EmbeddingFolder
from workflows.model.local.packed import CannotLoad
from workflows.quality.deployments.codes import As, Ended
from workflows.quality.deployments.kept import KeptVersions
from workflows.quality.deployments.moves import roll_back
from workflows.quality.deployments.parts import parts_of
from workflows.quality.deployments.proposing import Proposer
from workflows.quality.deployments.reading import deployment_view
from workflows.quality.deployments.shares import in_share
from workflows.quality.deployments.signing import reject, sign
from workflows.quality.deployments.taking_over import take_over
from workflows.quality.deployments.trained import MOST, keep, train

pytestmark = pytest.mark.slow

WORDS = {"billing": "charged twice invoice", "delivery": "parcel late driver", "safety": "burning smell plug"}
GIVEN = [
    Example(input={"id": n, "text": f"{text} number {n}"}, output={"queue": queue})
    for n in range(12)
    for queue, text in WORDS.items()
]


class Room:
    """A scene with versions that are deployed."""

    def __init__(self, scene: Scene, versions_from: From | None = From.DEPLOYED) -> None:
        self.scene, world = scene, scene.world
        self.models = Models(
            ModelSettings(wanted="local"), database=world.database, team=world.context.team, clock=world.clock
        )
        self.versions = self.another(versions_from)
        world.context = self.context = replace(world.context, versions=self.versions)
        world.runner = Runner(world.context, lambda _: world.model)
        with world.database.write() as session:
            self.row = teams.workflow_id(
                session, team=self.context.team, name=scene.workflow.name, options=None, at=world.clock()
            )

    def another(self, versions_from: From | None = From.DEPLOYED) -> KeptVersions:
        """The versions of another process."""
        world = self.scene.world
        return KeptVersions(
            world.database, team=world.context.team, clock=world.clock, models=self.models, versions_from=versions_from
        )

    def proposed(self, **values: Any) -> schema.Deployment:  # Any: columns of the row
        """A version that waits for signatures, without an eval."""
        parts = parts_of(self.scene.workflow, None, self.models)
        with self.context.database.write() as session:
            given = {
                "state": DeploymentState.PROPOSED,
                "change": 1,
                "name": parts.name,
                "parts": dict(parts.values),
                "prompt_version": None,
                "model": "local",
                "training": None,
                "recall": 0,
                "rollout": asdict(Rollout(way="at once")),
                "proposed_by": "U1",
                "proposed_at": self.context.clock(),
                **values,
            }
            number = deployments.last_number(session, self.row, team=self.context.team) + 1
            added = deployments.add(session, team=self.context.team, workflow=self.row, number=number, **given)
            assert added is not None
            found = deployments.get(session, added, team=self.context.team)
            assert found is not None
            return found

    def signed(self, **values: Any) -> schema.Deployment:  # Any: as above
        """A version that its owner signed."""
        row = self.proposed(**values)
        sign(self.context, self.scene.workflow, row.id, change=1, by="U0MARIA", how=As.OWNER)
        return row

    @property
    def used(self) -> deployments.Used:
        with self.context.database.read() as session:
            found = deployments.used(session, self.row, team=self.context.team)
            assert found is not None
            return found

    def states(self) -> list[str]:
        return [one.state.value for one in rows(self.scene.world, schema.Deployment)]

    def pinned(self) -> list[int | None]:
        return [one.deployment_id for one in rows(self.scene.world, schema.Run)]


@pytest.fixture
def room(make_world: MakeWorld) -> Room:
    """A workflow of which nothing is deployed, where only what is deployed is used."""
    return Room(sample(make_world, autonomy=DRAFT))


def test_what_is_not_deployed_is_not_asked_and_a_fresh_sqlite_uses_its_files(room: Room) -> None:
    room.scene.worked()
    assert room.scene.world.model.questions == ()
    version = room.context.version_of(room.scene.workflow, None)
    assert (version.undeployed, version.is_asked) == (Undeployed.NOTHING, False)
    unset = room.another(None).of(room.scene.workflow, None, deployment=None)
    assert unset.is_asked is (room.context.database.file is not None)
    assert room.another(From.FILES).pin(live=1, beside=None, case=1) is None


def test_a_signed_version_is_used_by_all_processes_and_what_began_keeps_its_own(room: Room) -> None:
    first = room.signed()
    room.scene.worked(id=1)
    other = room.another()
    second = room.signed()
    used = room.used
    assert [one.pin(live=used.live, beside=used.beside, case=7) for one in (room.versions, other)] == [second.id] * 2
    room.scene.worked(id=2)
    assert room.pinned() == [first.id, second.id]
    assert room.states() == ["replaced", "live"]
    assert other.of(room.scene.workflow, None, deployment=second.id).undeployed is None
    roll_back(room.context, room.scene.workflow, by="U1", why=Ended.BY_HAND)
    assert (room.states(), room.used.live) == (["live", "rolled_back"], first.id)
    with pytest.raises(Refused, match="the first"):
        roll_back(room.context, room.scene.workflow, by="U1", why=Ended.BY_HAND)
    roll_back(room.context, room.scene.workflow, to=2, by="U1", why=Ended.BY_HAND)
    assert (room.states(), room.used.live) == (["rolled_back", "live"], second.id)


def test_other_code_makes_drafts_and_another_model_asks_nothing(room: Room) -> None:
    room.signed()

    @room.scene.workflow.check("it is short", fields=["reply"])
    def is_short(ticket: Any, triage: Any) -> bool:
        return len(triage.reply) < 100

    version = room.another().of(room.scene.workflow, None, deployment=room.used.live)
    assert (version.undeployed, version.is_asked) == (Undeployed.CODE, True)
    paid = room.signed(model="claude-x", prompt_version="0" * 12, parts={"vendor": "elsewhere"})
    version = room.another().of(room.scene.workflow, None, deployment=paid.id)
    assert (version.undeployed, version.is_asked) == (Undeployed.MODEL, False)


def test_a_volume_test_asks_no_other_model_than_the_live_one(room: Room) -> None:
    room.signed(model="claude-x", prompt_version="0" * 12, parts={"vendor": "elsewhere"})
    with pytest.raises(Refused, match="asks another model than this process"):
        volume.begun(room.scene.world, room.scene.workflow, [{"id": 1, "text": "late"}])


def test_who_signs(room: Room) -> None:
    context, workflow = room.context, room.scene.workflow
    one = room.proposed()
    with pytest.raises(Refused, match="owner or their backup"):
        sign(context, workflow, one.id, change=1, by="U0ENG", how=As.ENGINEER)
    with pytest.raises(Stale):
        sign(context, workflow, one.id, change=2, by="U0MARIA", how=As.OWNER)
    reject(context, workflow, one.id, change=1, by="U0MARIA", reason="no")
    two = room.proposed(rollout=asdict(Rollout(way="at once", signatures=2)), refused_for=["worse"])
    with pytest.raises(Refused, match="only with a reason"):
        sign(context, workflow, two.id, change=1, by="U0ENG", how=As.ENGINEER)
    sign(context, workflow, two.id, change=1, by="U0ENG", how=As.ENGINEER, override="it is needed today")
    for by in ("U0ENG", "U0ENG2"):
        with pytest.raises(Refused):
            sign(context, workflow, two.id, change=2, by=by, how=As.ENGINEER)
    assert sign(context, workflow, two.id, change=2, by="U0MARIA", how=As.OWNER).state is DeploymentState.LIVE
    view = deployment_view(context, two.id)
    assert (view.override_reason, [one.by for one in view.signatures]) == ("it is needed today", ["U0ENG", "U0MARIA"])
    assert room.states() == ["rejected", "live"]


def test_a_version_is_watched_or_used_for_a_share(room: Room) -> None:
    live = room.signed()
    shadow = room.signed(rollout=asdict(Rollout()))
    assert (room.used.live, room.used.beside) == (live.id, shadow.id)
    sharing = room.signed(rollout=asdict(Rollout(way="share", share=0.5)))
    assert room.states() == ["live", "rejected", "sharing"]
    room.scene.worked()  # the process hears of it
    chosen = {room.versions.pin(live=live.id, beside=sharing.id, case=case) for case in range(50)}
    assert chosen == {live.id, sharing.id}
    share = sum(in_share(sharing.id, case, 0.5) for case in range(2_000)) / 2_000
    assert 0.45 < share < 0.55


@pytest.mark.parametrize("act", ["sign", "rollback"])
def test_killed_at_each_seam_one_version_is_live(room: Room, act: str) -> None:
    room.signed()
    if act == "rollback":
        room.signed()
    passed = 0
    for place in range(40):
        waiting = room.proposed() if act == "sign" else None
        count = 0

        def die(seam: Failpoint, side: Side, about: str, place: int = place) -> None:
            nonlocal count
            count += 1
            if count == place + 1:
                raise Crash

        with watched(die), suppress(Crash):
            if waiting is not None:
                sign(room.context, room.scene.workflow, waiting.id, change=1, by="U0MARIA", how=As.OWNER)
            else:
                roll_back(room.context, room.scene.workflow, by="U1", why=Ended.BY_HAND)
        live = [one.id for one in rows(room.scene.world, schema.Deployment) if one.state is DeploymentState.LIVE]
        assert live == [room.used.live], "the row that says what is used is the state's"
        passed += 1
        if count <= place:
            break
        if act == "rollback" and room.states()[0] == "live":
            room.signed()
    assert passed > 5


def test_what_was_in_use_before_is_the_first_deployment_once(room: Room) -> None:
    with room.context.database.write() as session:
        session.execute(update(schema.Workflow).values(takes_over=True))
    for _ in range(2):
        take_over(room.context, room.models)
    (first,) = rows(room.scene.world, schema.Deployment)
    assert (first.state, first.number, first.proposed_by) == (DeploymentState.LIVE, 1, "countersign")
    assert (room.used.live, room.used.takes_over) == (first.id, False)
    assert [one.action for one in rows(room.scene.world, schema.AuditRow)][-1] == "deployment.taken_over"


def test_a_local_model_is_kept_with_its_version_and_trained_again_where_it_is_forgotten(room: Room) -> None:
    workflow = room.scene.workflow
    workflow.examples = lambda: GIVEN
    proposer = Proposer(
        context=room.context, models=room.models, workflow=workflow, by="U1", dollars=Decimal(1), threads=1
    )
    row = proposer.propose(note="first")
    view = deployment_view(room.context, row.id)
    assert view.evidence is not None
    assert view.evidence.new is not None
    assert (view.evidence.examples, view.evidence.new.tried, view.refused_for) == (36, 36, [])
    sign(room.context, workflow, row.id, change=view.change, by="U0MARIA", how=As.OWNER)
    version = room.context.version_of(workflow, room.used.live)
    assert version.model is not None
    before = version.model()
    with room.context.database.write() as session:
        deployments.forget_trained(session, workflow.name, team=room.context.team)
    again = room.another().of(workflow, None, deployment=row.id).model
    assert again is not None
    assert again().probabilities("parcel late", {"queue": "delivery"}) == before.probabilities(  # type: ignore[attr-defined]  # both are local models
        "parcel late", {"queue": "delivery"}
    )
    with pytest.raises(Refused, match="live already"):
        proposer.propose()


def test_a_process_holds_the_last_few_versions_and_builds_another_one_again(room: Room) -> None:
    """A version has a trained model and an index of examples: a process that serves for months would fill up."""
    workflow = room.scene.workflow
    workflow.examples = lambda: GIVEN
    body = train(room.context.database, workflow, [], team=room.context.team, folder=room.models.embedding).saved()
    with room.context.database.write() as session:
        key = keep(session, room.row, body, team=room.context.team, clock=room.context.clock)
    rows_made = [room.proposed(training=key) for _ in range(MOST + 2)]
    held = []
    for row in rows_made:
        version = room.versions.of(workflow, None, deployment=row.id)
        assert version.model is not None
        held.append((ref(version), ref(version.model())))
    del version
    gc.collect()
    for which in (0, 1):
        assert [pair[which]() is not None for pair in held] == [False, False] + MOST * [True]
    again = room.versions.of(workflow, None, deployment=rows_made[0].id)
    assert again.model is not None
    assert again.model().probabilities("parcel late", {"queue": "delivery"})  # type: ignore[attr-defined]  # a local model


def test_no_model_is_kept_of_what_is_forgotten_while_it_is_trained(room: Room) -> None:
    workflow, context = room.scene.workflow, room.context
    due = [mark_of(GIVEN[0], seed="")]

    def read() -> list[Example]:
        # Somebody forgets a customer, of whom an example tells, while it is read.
        while due:
            with context.database.write() as session:
                leave_out(session, [due.pop()], workflow.name, team=context.team, by="U1", at=context.clock())
        return GIVEN

    workflow.examples = read
    proposer = Proposer(context=context, models=room.models, workflow=workflow, by="U1", dollars=Decimal(1), threads=1)
    with pytest.raises(Stale, match="removed meanwhile"):
        proposer.propose()
    assert rows(room.scene.world, schema.TrainedModel) == []
    first = proposer.propose()
    due.append(mark_of(GIVEN[1], seed=""))
    with context.database.write() as session:
        deployments.forget_trained(session, workflow.name, team=context.team)
    model = room.another().of(workflow, None, deployment=first.id).model
    assert model is not None
    model()
    (kept,) = rows(room.scene.world, schema.TrainedModel)
    with context.database.read() as session:
        now = deployments.get(session, first.id, team=context.team)
    assert now is not None
    assert (now.training, now.training != first.training) == (kept.key, True)


def test_a_local_model_whose_embedding_is_missing_says_why_and_answers_again_where_it_is_back(
    room: Room, tmp_path: Path
) -> None:
    workflow = room.scene.workflow
    workflow.examples = lambda: GIVEN
    folder = made(tmp_path / "embedding", words=["colis", "driver", "invoice", "late", "parcel", "plug", "smell"])
    room.models.embedding = EmbeddingFolder(folder)
    row = Proposer(
        context=room.context, models=room.models, workflow=workflow, by="U1", dollars=Decimal(1), threads=1
    ).propose()
    room.models.embedding = EmbeddingFolder(None)
    lost = room.another().of(workflow, None, deployment=row.id).model
    assert lost is not None
    with pytest.raises(CannotLoad, match="this process has none: let COUNTERSIGN_EMBEDDING name the folder"):
        lost()
    room.models.embedding = EmbeddingFolder(folder)
    found = room.another().of(workflow, None, deployment=row.id).model
    assert found is not None
    assert found().probabilities("colis", {"queue": "delivery"})["queue"] > 0.5  # type: ignore[attr-defined]  # it is the local one
