"""Nothing goes alone before its charter is signed and complete; each change of terms is kept, told, and signed anew
where it widens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cli.screens.told import _lines
from handlers.texts.governance.changes import listed, note
from handlers.texts.pieces import Room, Told
from store import schema
from store.db.database import Database
from store.slack import outbox
from tests.conftest import MakeWorld
from tests.sample import Desk, sample_workflow
from tests.world import World, sure, why
from workflows import Autonomy, Review, Workflow
from workflows.engine.charters.kept import KeptCharters
from workflows.engine.charters.signing import NeedsEvidence, sign
from workflows.engine.charters.terms import Answering
from workflows.engine.context import Unsigned
from workflows.engine.declare.charter import How
from workflows.engine.declare.registry import Registry
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.read.declared.changes import changes_view, terms_note
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.review.waiting import deadlines
from workflows.engine.run.runner import Runner

REVIEW = Review(post_to="C0SUPPORT", reviewers=("U0ANA",))
OWNER = "U0MARIA"
Change = Callable[[Workflow[Any, Any]], None]


def declared(change: Change | None = None, **other: Any) -> Workflow[Any, Any]:  # Any: as the author would
    """Return a workflow whose charter is complete, unless a test changes it."""
    workflow = sample_workflow(Desk(), **other)
    workflow.backup, workflow.told, workflow.review = "U0JONAS", ("the customer",), REVIEW
    workflow.may = {"retrieve": "look up the customer", "execute": "sort a ticket"}
    if change is not None:
        change(workflow)
    return workflow


class Process:
    """A process that begins with a workflow, on a database that others may use too."""

    def __init__(self, world: World, workflow: Workflow[Any, Any], *, models: tuple[str, ...] = ("one",)) -> None:
        registry = Registry()
        registry.add(workflow)
        self.workflow, self.world = workflow, world
        self.charters = KeptCharters(
            world.database,
            registry,
            team=world.context.team,
            clock=world.clock,
            answering=lambda _: Answering(models=models),
        )
        world.context = replace(world.context, registry=registry, charters=self.charters)
        world.runner = Runner(world.context, lambda _: world.model)
        self.context, self.runner = world.context, world.runner
        self.charters.begin(workflow)

    def worked(self, number: int = 1) -> int:
        """Take in a ticket that the model is sure of, and work on it as this process."""
        self.world.context, self.world.runner = self.context, self.runner
        case = self.world.submit(self.workflow, id=number, text="charged twice").case
        self.world.work()
        return case

    def sign(self, *, by: str = OWNER, how: How = How.OWNER) -> None:
        """Sign the terms that its charter shows."""
        terms = charter_view(self.context, self.workflow).terms
        assert terms is not None
        assert terms.id is not None
        sign(self.context, self.workflow, terms.id, by=by, how=how, exception="tried by hand")


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world(sure(0.95, queue="billing", reply="We look into it."))


def terms_in(world: World) -> list[schema.TermsRow]:
    return [row for row in world.rows(schema.TermsRow) if isinstance(row, schema.TermsRow)]


def notes_in(world: World) -> list[schema.OutboxRow]:
    return [row for row in world.rows(schema.OutboxRow) if isinstance(row, schema.OutboxRow) and row.kind == "terms"]


def said(told: Told) -> str:
    return "\n".join(line for part in told.parts for line in _lines(part))


def test_a_workflow_asks_a_person_until_its_owner_signs_and_goes_alone_from_then_on(world: World) -> None:
    process = Process(world, declared())
    waiting = process.worked(1)
    assert world.state(waiting) == "waiting"
    assert why(world.review(waiting)) == ["its owner, U0MARIA, has not signed its charter yet"]
    process.sign()
    assert world.state(process.worked(2)) == "delivered"
    # The case that was asked about is still a person's.
    assert world.state(waiting) == "waiting"
    (row,) = terms_in(world)
    assert (row.number, row.signed_by, row.signed_how, row.widens) == (1, OWNER, "owner", [])
    assert notes_in(world) == []


def test_the_signature_and_what_went_alone_by_it_are_in_the_audit(world: World) -> None:
    process = Process(world, declared())
    process.worked(1)
    process.sign()
    process.worked(2)
    version = process.charters.terms(process.workflow, deployment=None).version
    rows = [row for row in world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    by_action = {row.action: row for row in rows}
    signed = by_action["charter.signed"]
    details = {"terms": version, "number": 1, "how": "owner", "without": "volume_test, baseline"}
    assert (signed.actor, signed.details) == (OWNER, details)
    assert by_action["terms.begun"].details == {"terms": version, "number": 1, "signed": None}
    assert by_action["review.opened"].details["terms"] == version[:16]
    assert by_action["run.delivering"].details["terms"] == version[:16]


def test_nothing_goes_alone_where_nobody_says_whether_it_may(world: World) -> None:
    process = Process(world, declared())
    process.sign()
    world.context = replace(world.context, charters=Unsigned())
    process.context, process.runner = world.context, Runner(world.context, lambda _: world.model)
    assert world.state(process.worked(1)) == "waiting"


def test_what_is_missing_keeps_it_from_going_alone_and_from_being_signed(world: World) -> None:
    def forgetful(workflow: Workflow[Any, Any]) -> None:
        workflow.backup, workflow.told = None, ()

    process = Process(world, declared(forgetful))
    reasons = why(world.review(process.worked(1)))
    assert "its charter is not complete: somebody who stands in for the owner and who is told are missing" in reasons
    with pytest.raises(Refused, match="is not complete"):
        process.sign()
    # Signed while it was complete, it stops going alone where something is taken out.
    complete = Process(world, declared())
    complete.sign()

    def silent(workflow: Workflow[Any, Any]) -> None:
        workflow.told = ()

    again = Process(world, declared(silent))
    assert terms_in(world)[-1].signed_how == "kept"
    assert world.state(again.worked(2)) == "waiting"


def test_a_draft_needs_no_signature_and_none_is_asked_for(world: World) -> None:
    process = Process(world, declared(autonomy=Autonomy.draft()))
    assert why(world.review(process.worked(1))) == ["this workflow only drafts; a person decides every case"]


def test_an_answer_that_is_late_is_given_by_nobody_before_the_charter_is_signed(world: World) -> None:
    def lapses(workflow: Workflow[Any, Any]) -> None:
        workflow.review = replace(REVIEW, on_expiry="approve", answer_within=timedelta(hours=1))

    process = Process(world, declared(lapses, autonomy=Autonomy.draft()))
    case = process.worked(1)
    world.clock.move(timedelta(hours=2))
    deadlines.sweep(world.context)
    assert world.state(case) == "waiting"
    process.sign()
    later = process.worked(2)
    world.clock.move(timedelta(hours=2))
    deadlines.sweep(world.context)
    world.work()
    assert world.state(later) == "delivered"


def test_terms_that_do_not_widen_keep_the_signature_and_are_told(world: World) -> None:
    Process(world, declared()).sign()
    process = Process(world, declared(autonomy=Autonomy.floor(0.9)), models=("two",))
    assert world.state(process.worked(1)) == "delivered"
    first, second = terms_in(world)
    assert (second.number, second.signed_by, second.signed_how, second.widens) == (2, OWNER, "kept", [])
    assert second.signed_at == first.signed_at
    (row,) = notes_in(world)
    assert (row.channel, row.about) == ("C0SUPPORT", {"terms": str(second.id)})
    told = said(note(terms_note(world.context, second.id), Room(text=500, line=100, items=10)))
    assert "- Model: one → two" in told
    assert "- Confidence to go alone: 80% → 90%" in told
    assert "signed by U0MARIA, for earlier terms that these do not widen" in told


def test_terms_that_widen_wait_for_a_signature(world: World) -> None:
    Process(world, declared()).sign()
    process = Process(world, declared(autonomy=Autonomy.floor(0.6)))
    assert world.state(process.worked(1)) == "waiting"
    told = said(note(terms_note(world.context, terms_in(world)[-1].id), Room(text=500, line=100, items=10)))
    assert "It widens what it may do: confidence to go alone. Until U0MARIA signs, a person decides every case" in told
    process.sign()
    assert world.state(process.worked(2)) == "delivered"


def test_what_widens_is_measured_against_what_was_signed_and_not_against_what_waits(world: World) -> None:
    Process(world, declared()).sign()
    Process(world, declared(autonomy=Autonomy.floor(0.5)))
    Process(world, declared(autonomy=Autonomy.floor(0.6)))
    assert [(row.number, row.signed_how, row.widens) for row in terms_in(world)] == [
        (1, "owner", []),
        (2, None, ["floor"]),
        (3, None, ["floor"]),
    ]
    # The terms that were signed come back with their signature.
    process = Process(world, declared())
    assert terms_in(world)[-1].signed_how == "kept"
    assert world.state(process.worked(1)) == "delivered"


def test_a_tightening_is_not_undone_by_terms_that_were_signed_before_it(world: World) -> None:
    Process(world, declared()).sign()
    Process(world, declared(autonomy=Autonomy.floor(0.9)))
    Process(world, declared())
    assert terms_in(world)[-1].widens == ["floor"]
    assert terms_in(world)[-1].signed_by is None


def test_a_new_owner_signs_anew(world: World) -> None:
    def handed_over(workflow: Workflow[Any, Any]) -> None:
        workflow.owner = "U0LEE"

    Process(world, declared()).sign()
    process = Process(world, declared(handed_over))
    assert why(world.review(process.worked(1))) == ["its owner, U0LEE, has not signed its charter yet"]


def test_a_start_with_the_same_terms_keeps_and_tells_nothing(world: World) -> None:
    for _ in range(3):
        Process(world, declared())
    assert len(terms_in(world)) == 1


def test_only_the_terms_that_were_shown_are_signed_and_only_once(world: World) -> None:
    process = Process(world, declared())
    shown = terms_in(world)[0].id
    Process(world, declared(autonomy=Autonomy.floor(0.9)))
    with pytest.raises(Stale, match="have changed since"):
        sign(process.context, process.workflow, shown, by=OWNER, how=How.OWNER)
    newest = terms_in(world)[-1].id
    sign(process.context, process.workflow, newest, by=OWNER, how=How.OWNER, exception="tried by hand")
    with pytest.raises(Refused, match="signed already"):
        sign(process.context, process.workflow, newest, by="U0JONAS", how=How.BACKUP)
    with pytest.raises(Unknown):
        sign(process.context, process.workflow, 999, by=OWNER, how=How.OWNER)


def test_a_sample_goes_alone_unsigned_by_any_person_until_a_person_signs_it(world: World) -> None:
    def sample(workflow: Workflow[Any, Any]) -> None:
        workflow.is_sample, workflow.backup = True, None

    process = Process(world, declared(sample))
    assert world.state(process.worked(1)) == "delivered"
    assert (terms_in(world)[0].signed_by, terms_in(world)[0].signed_how) == ("countersign", "sample")
    process.sign()
    assert terms_in(world)[0].signed_how == "owner"
    # What a person signed, a sample does not widen by itself.
    Process(world, declared(sample, autonomy=Autonomy.floor(0.5)))
    assert terms_in(world)[-1].signed_by is None


def test_what_was_a_sample_is_signed_by_a_person_once_it_is_none(world: World) -> None:
    def sample(workflow: Workflow[Any, Any]) -> None:
        workflow.is_sample = True

    Process(world, declared(sample))
    process = Process(world, declared())
    assert terms_in(world)[-1].signed_by is None
    assert world.state(process.worked(1)) == "waiting"


def test_two_versions_at_once_each_go_by_their_own_terms(world: World) -> None:
    old = Process(world, declared())
    old.sign()
    new = Process(world, declared(autonomy=Autonomy.floor(0.5)))
    assert world.state(new.worked(1)) == "waiting"
    assert world.state(old.worked(2)) == "delivered"
    assert not charter_view(old.context, old.workflow).may_be_signed
    assert charter_view(new.context, new.workflow).may_be_signed


def test_a_signature_by_another_process_is_seen_by_the_next_run(world: World) -> None:
    one, other = Process(world, declared()), Process(world, declared())
    assert world.state(one.worked(1)) == "waiting"
    other.sign()
    assert world.state(one.worked(2)) == "delivered"


def test_once_signed_the_database_is_not_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(world, declared())
    process.sign()
    assert process.charters.status(process.workflow, deployment=None).is_signed

    def read(_: Database) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr(Database, "read", read)
    assert process.charters.status(process.workflow, deployment=None).is_signed
    assert process.charters.terms(process.workflow, deployment=None).short


def test_processes_that_begin_at_once_keep_the_terms_once(world: World) -> None:
    Process(world, declared())
    registries = []
    for _ in range(8):
        registry = Registry()
        registry.add(declared(autonomy=Autonomy.floor(0.7)))
        registries.append(registry)

    def begin(registry: Registry) -> None:
        (workflow,) = registry
        KeptCharters(
            world.database,
            registry,
            team=world.context.team,
            clock=world.clock,
            answering=lambda _: Answering(models=["one"]),
        ).begin(workflow)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(begin, registries))
    assert [row.number for row in terms_in(world)] == [1, 2]
    assert len(notes_in(world)) == 1


def test_a_signature_while_runs_are_proposed_stops_none_of_them(world: World) -> None:
    process = Process(world, declared())
    cases = [world.submit(process.workflow, id=number, text="charged twice").case for number in range(1, 9)]
    leases = world.claim(limit=8)
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(process.runner.advance, lease) for lease in leases]
        process.sign()
        for one in done:
            one.result()
    states = {world.state(case) for case in cases}
    assert states <= {"waiting", "delivered"}
    assert world.state(process.worked(9)) == "delivered"


def test_changes_are_listed_newest_first_with_who_signed(world: World) -> None:
    Process(world, declared()).sign(by="ana", how=How.OPERATOR)
    world.clock.move(timedelta(days=1))
    Process(world, declared(autonomy=Autonomy.floor(0.6)))
    view = changes_view(world.context, "sample")
    assert [(one.number, one.is_first) for one in view.shown] == [(2, False), (1, True)]
    text = said(listed(view))
    assert text.index("number 2") < text.index("number 1")
    assert "- Confidence to go alone: 80% → 60%" in text
    assert "signed by ana, at the command line," in text
    assert changes_view(world.context, None, limit=1).all == 2
    with pytest.raises(Unknown):
        changes_view(world.context, "nothing")


def test_a_note_about_terms_says_each_change_in_a_line(world: World) -> None:
    def other(workflow: Workflow[Any, Any]) -> None:
        workflow.nevers = workflow.nevers[:1]
        workflow.review = replace(
            REVIEW, reviewers=("S0SUPPORT", "U0ANA"), grace=timedelta(minutes=5), on_expiry="hold", guests=True
        )
        workflow.scope, workflow.backup = None, "U0LEE"

    Process(world, declared())
    Process(world, declared(other))
    text = said(note(terms_note(world.context, terms_in(world)[-1].id), Room(text=500, line=100, items=20)))
    assert "- Backup: U0JONAS → U0LEE" in text
    assert "- Never: “promise money” is gone" in text
    # To name them in a channel would call all of them.
    assert "- Reviewers: changed" in text
    assert "- Reviewers: U0ANA → S0SUPPORT, U0ANA" in said(listed(changes_view(world.context, "sample")))
    assert "- Grace period: none → 5 minutes" in text
    assert "- Guests may decide: no → yes" in text
    assert "- Scope: code " in text


def test_terms_are_told_once_however_often_that_is_wanted(world: World) -> None:
    Process(world, declared())
    Process(world, declared(autonomy=Autonomy.floor(0.6)))
    Process(world, declared(autonomy=Autonomy.floor(0.6)))
    assert len(notes_in(world)) == 1
    assert "terms" not in outbox.VIEWS


def test_without_evidence_it_is_signed_only_with_a_reason_which_is_kept_and_shown(world: World) -> None:
    process = Process(world, declared())
    view = charter_view(process.context, process.workflow)
    assert [one.value for one in view.lacks] == ["volume_test", "baseline"]
    assert view.terms is not None
    assert view.terms.id is not None
    for empty in (None, "", "  "):
        with pytest.raises(NeedsEvidence, match="without a volume test"):
            sign(process.context, process.workflow, view.terms.id, by=OWNER, how=How.OWNER, exception=empty)
    process.sign()
    (row,) = terms_in(world)
    assert row.exception == "tried by hand"
    assert "An exception: tried by hand" in said(listed(changes_view(process.context, None)))


def test_terms_that_do_not_widen_keep_the_signature_with_its_reason(world: World) -> None:
    Process(world, declared()).sign()
    Process(world, declared(lambda workflow: setattr(workflow, "told", ("the customer", "their bank"))))
    assert terms_in(world)[-1].exception == "tried by hand"
