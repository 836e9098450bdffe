"""The receipt of a decision, over every way that a case can go: who decided, and whether the three hashes fit."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from store import schema
from store.cases import cases
from store.states import DeliveryState, RunState
from tests.conftest import MakeWorld
from tests.integration.engine.deliver.test_holds import held
from tests.integration.engine.deliver.test_workflow_pauses import resume
from tests.integration.engine.review.test_corrected_inputs import put_right
from tests.integration.engine.review.test_deadlines import due, overdue
from tests.integration.engine.review.test_doubts import doubtful
from tests.integration.engine.review.test_reports import say
from tests.integration.engine.review.test_seconds import ALWAYS, waiting
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from tests.integration.engine.target import scene_with, serving
from tests.sample import Ticket, Triage
from tests.world import sure
from workflows import OutcomeUnknown, Run
from workflows.engine.declare.retention import ContentClass
from workflows.engine.errors import Refused, Unknown
from workflows.engine.privacy.erasing import remove
from workflows.engine.proof.kept import moment
from workflows.engine.proof.receipts.checking import Check, Finding, check
from workflows.engine.proof.receipts.document import HEADER, Document, document
from workflows.engine.proof.receipts.receipt import receipt_lines, receipt_view
from workflows.engine.proof.receipts.rows import ProvingRow, differences, proving_row
from workflows.engine.proof.receipts.views import Outcome, ReceiptView, RunReceipt, Standing
from workflows.engine.review import doubts
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections
from workflows.engine.text.canonical_json import content_hash, to_body
from workflows.engine.text.salted_hash import Of, salted_hash

pytestmark = pytest.mark.slow


def receipt(scene: Scene, case: int) -> ReceiptView:
    return receipt_view(scene.world.context, case)


def newest(scene: Scene, case: int) -> RunReceipt:
    """Return the receipt of a case's newest decision, whose hashes all fit, here and for somebody who has it alone."""
    view = receipt(scene, case)
    for one in view.runs:
        assert {hashed.standing for hashed in one.hashes.values()} <= {Standing.FITS}, one.hashes
    found = check(as_read(view))
    assert (found.case, found.good, found.without_text) == (case, True, 0), found.found
    assert found.fits >= len(view.runs[0].hashes)
    assert found.outcomes == {one.run: one.outcome for one in view.runs}
    (line,) = receipt_lines(scene.world.context, [case])
    assert line == as_read(view, with_content=False)
    audited = {row.id: row for row in rows(scene.world, schema.AuditRow)}
    assert list(differences(Document.model_validate(line), proving(audited.values()), covered=lambda _: True)) == []
    for one in view.runs:
        assert all(audited[row].case_id == case for row in one.rows)
        for name, hashed in one.hashes.items():
            assert hashed.row in one.rows, name
            assert hashed.hash in audited[hashed.row or 0].details.values(), name
    return view.runs[0]


def proving(audited: Iterable[schema.AuditRow]) -> Mapping[int, ProvingRow]:
    """Return audit rows as receipts rest on them."""
    made = (
        proving_row(
            id=row.id,
            case=row.case_id,
            at=moment(row.at),
            actor=row.actor,
            action=row.action,
            details=row.details,
        )
        for row in audited
    )
    return {row.id: row for row in made if row is not None}


def as_read(view: ReceiptView, *, with_content: bool = True) -> dict[str, object]:
    """Return a receipt as somebody reads it from a file."""
    read: dict[str, object] = json.loads(json.dumps(document(view, with_content=with_content)))
    assert HEADER.items() <= read.items()
    return read


def decided(scene: Scene, case: int) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.by, one.revoked_at is None) for one in receipt(scene, case).runs[0].decisions]


def test_alone(make_world: MakeWorld) -> None:
    """Nobody decided; it says at which floor, with which confidence, by which model, prompt and code."""
    scene = sample(make_world)
    case = scene.worked()
    one = newest(scene, case)
    assert (one.outcome, one.decisions) == (Outcome.ALONE, [])
    assert one.proposed == one.delivered is not None
    assert one.approved is None
    assert one.proposal is not None
    assert (one.proposal.floor, one.proposal.lowest) == (0.8, 0.95)
    assert one.proposal.code_version == scene.world.registry.code_version(scene.workflow)
    assert one.proposal.model
    assert one.delivery is not None
    assert one.delivery.said == "receipt for sample/ticket-1"
    assert one.input is not None
    assert (one.input.handed_in_by, one.input.put_right) == ("tester", False)


def test_approved(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    with pytest.raises(Refused, match="nothing of case 1 is decided for good yet"):
        receipt(scene, case)
    scene.approve(case)
    assert newest_outcome(scene, case) is Outcome.PENDING
    scene.world.work()
    one = newest(scene, case)
    assert one.outcome is Outcome.AS_PROPOSED
    assert one.proposed == one.approved == one.delivered is not None
    assert decided(scene, case) == [("approved", "U1", True)]


def newest_outcome(scene: Scene, case: int) -> Outcome:
    return receipt(scene, case).runs[0].outcome


def test_edited(make_world: MakeWorld) -> None:
    """The difference is somebody's, and a never that they passed over is in it with its sentence."""
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked(text="there is smoke")
    scene.edit(case, queue="delivery", reply="Hello", confirmed=True)
    scene.world.work()
    one = newest(scene, case)
    assert one.outcome is Outcome.EDITED
    assert one.proposed != one.approved == one.delivered
    (made,) = one.decisions
    assert (made.by, list(made.passed_over)) == ("U1", ["answer a safety report alone"])
    assert made.values["Queue"] == "delivery"
    (row,) = [row for row in rows(scene.world, schema.AuditRow) if row.action == "review.edited"]
    assert row.details["passed_over"] == "answer a safety report alone"


def test_answered_without_a_proposal(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked(language="fr")
    scene.edit(case, queue="billing", reply="Bonjour")
    scene.world.work()
    one = newest(scene, case)
    assert (one.outcome, one.proposed) == (Outcome.ANSWERED, None)
    assert one.approved == one.delivered is not None


def test_answered_after_a_proposal_was_refused(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.reject(case, Follows.BY_HAND)
    scene.edit(case, queue="billing", reply="Hello")
    scene.world.work()
    view = receipt(scene, case).runs[0]
    assert view.outcome is Outcome.ANSWERED
    assert view.approved == view.delivered is not None
    assert [one.kind for one in view.decisions] == ["rejected", "answered"]


@pytest.mark.parametrize("told", [True, False])
def test_rejected_and_closed(make_world: MakeWorld, told: bool) -> None:
    """The system of record is told the very reason, if it is told."""
    scene = sample(make_world, autonomy=DRAFT)
    if not told:
        scene.workflow.rejection_effect = None
    case = scene.worked()
    scene.reject(case, Follows.CLOSE, reason="not ours")
    scene.world.work()
    one = newest(scene, case)
    assert one.outcome is (Outcome.TOLD if told else Outcome.CLOSED)
    assert one.state is RunState.CLOSED
    if told:
        assert one.delivery is not None
        assert one.delivered == one.hashes["reason"].hash is not None


def test_a_second_person(make_world: MakeWorld) -> None:
    """Both approved the very values, and each of their audit rows has the same hash."""
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, _ = waiting(scene)
    scene.approve(case, by="U0BEN")
    scene.world.work()
    one = newest(scene, case)
    assert one.outcome is Outcome.AS_PROPOSED
    assert [(made.by, made.confirms) for made in one.decisions] == [("U0ANA", False), ("U0BEN", True)]
    assert {made.approved.hash for made in one.decisions if made.approved} == {one.approved}


def test_a_second_person_with_other_values(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=ALWAYS)
    case, _ = waiting(scene)
    scene.edit(case, by="U0BEN", queue="delivery", reply="Hello")
    scene.approve(case, by="U0CARL")
    scene.world.work()
    one = newest(scene, case)
    assert one.outcome is Outcome.EDITED
    assert decided(scene, case) == [
        ("approved", "U0ANA", False),
        ("edited", "U0BEN", True),
        ("approved", "U0CARL", True),
    ]
    assert one.standing is not None
    assert one.standing.by == "U0BEN"


def test_a_lapse_is_nobodys(make_world: MakeWorld) -> None:
    scene = due(make_world, "approve")
    case, _ = overdue(scene)
    one = newest(scene, case)
    assert (one.outcome, one.approved) == (Outcome.LAPSED, None)
    assert one.proposed == one.delivered is not None
    assert [made.by for made in one.decisions] == ["countersign"]


def test_a_lapse_that_closes(make_world: MakeWorld) -> None:
    scene = due(make_world, "reject")
    case, _ = overdue(scene)
    assert newest(scene, case).outcome is Outcome.TOLD


def test_a_correction_has_a_receipt_beside_the_first_delivery(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked()
    corrections.correct(scene.world.context, case, Triage(queue="delivery", reply="Sorry"), by="U0EVE", reasons=["no"])
    assert [one.outcome for one in receipt(scene, case).runs] == [Outcome.ALONE]
    scene.approve(case, by="U0ANA")
    scene.world.work()
    one = newest(scene, case)
    assert (one.outcome, one.correction) == (Outcome.AS_PROPOSED, 1)
    assert one.proposal is not None
    assert one.proposal.model == "U0EVE"
    assert [(run.outcome, run.correction) for run in receipt(scene, case).runs] == [
        (Outcome.AS_PROPOSED, 1),
        (Outcome.ALONE, 0),
    ]


def test_a_report_that_was_no_error(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=CARDS)
    case = scene.worked()
    say(scene, case)
    scene.approve(case, by="U0ANA")
    scene.world.work()
    one = newest(scene, case)
    assert (one.outcome, one.delivery) == (Outcome.CLOSED, None)
    assert [made.kind for made in one.decisions] == ["upheld"]


def test_an_input_that_a_person_put_right(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.look_up_errors.append(ValueError("no such customer"))
    case = scene.worked()
    put_right(scene, case)
    scene.world.work()
    one = newest(scene, case)
    assert (one.outcome, one.revision) == (Outcome.ALONE, 2)
    assert one.input is not None
    assert (one.input.handed_in_by, one.input.put_right) == ("U0DEV", True)


def test_another_revision_after_a_delivery(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked()
    assert scene.worked(text="charged three times") == case
    newest(scene, case)
    assert [(one.revision, one.outcome) for one in receipt(scene, case).runs] == [
        (2, Outcome.ALONE),
        (1, Outcome.ALONE),
    ]


@pytest.mark.parametrize("alone", [True, False])
def test_a_rerun_that_takes_over_a_delivery(make_world: MakeWorld, alone: bool) -> None:
    """The decision was about the run before; the delivery is the new run's."""
    scene = sample(make_world, autonomy=None if alone else DRAFT)
    scene.desk.errors.append(ValueError("no such queue"))
    case = scene.worked()
    if not alone:
        scene.approve(case)
        scene.world.work()
    assert (scene.run(case).state, newest_outcome(scene, case)) == ("failed", Outcome.PENDING)
    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="deliver")
    scene.world.work()
    one = newest(scene, case)
    assert one.outcome is (Outcome.ALONE if alone else Outcome.AS_PROPOSED)
    assert one.delivery is not None
    assert one.delivery.attempts == 2
    assert len(receipt(scene, case).runs) == 1


def test_a_doubt_that_a_person_settled(make_world: MakeWorld) -> None:
    """The target gave no receipt, so what it was given is not proven: what it was to be given is."""
    scene, case = doubtful(make_world)
    assert newest_outcome(scene, case) is Outcome.PENDING
    doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    one = newest(scene, case)
    assert one.outcome is Outcome.FOUND
    assert one.delivery is not None
    assert (one.delivery.settled_by, one.delivery.receipt) == ("U0EVE", None)


def test_a_delivery_that_did_not_happen_and_was_made_again(make_world: MakeWorld) -> None:
    scene, case = doubtful(make_world)
    doubts.settle(scene.world.context, case, happened=False, by="U0EVE")
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    one = newest(scene, case)
    assert one.outcome is Outcome.ALONE
    assert one.delivery is not None
    assert one.delivery.settled_by is None


def test_a_delivery_that_was_held(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = held(scene)
    assert newest_outcome(scene, case) is Outcome.PENDING
    resume(scene)
    scene.world.work()
    assert newest(scene, case).outcome is Outcome.AS_PROPOSED


def test_a_delivery_that_waited_for_its_target(make_world: MakeWorld) -> None:
    with serving() as target:
        target.status = 503
        scene = scene_with(make_world, target)
        case = scene.worked()
        scene.approve(case)
        scene.world.work()
        assert scene.deliveries() == {"sample/ticket-1": "waiting"}
        target.status = 200
        scene.world.clock.move(timedelta(hours=1))
        scene.world.work()
        one = newest(scene, case)
    assert one.outcome is Outcome.AS_PROPOSED
    assert one.delivery is not None
    assert one.delivery.waited_since is not None


def test_a_decision_from_before_there_were_hashes(make_world: MakeWorld) -> None:
    """It says what is not known, and that nothing is wrong with it."""
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    forget_hashes(scene, case)
    one = receipt(scene, case).runs[0]
    assert one.outcome is Outcome.UNKNOWN
    assert one.hashes["input"].standing is Standing.FITS
    assert {one.hashes[name].standing for name in ("proposed", "approved", "delivered")} == {Standing.NO_HASH}
    found = check(as_read(receipt(scene, case)))
    assert found.good
    assert decided(scene, case) == [("approved", "U1", True)]


def forget_hashes(scene: Scene, case: int) -> None:
    """Leave a case as an earlier version of Countersign would have kept it."""
    hashed = ("proposed", "shown", "approved", "delivered", "receipt", "floor", "code", "lowest", "model", "prompt")
    with scene.world.database.write() as session:
        (row,) = session.query(schema.Case)
        body = next(one.body for one in session.query(schema.Content) if one.kind == "input")
        row.salt, row.content_hash = None, content_hash(body)
        for entry in session.query(schema.AuditRow):
            details = {name: value for name, value in entry.details.items() if name not in hashed}
            entry.details = details | ({"input": row.content_hash} if "input" in details else {})


def test_a_case_from_before_there_were_salts_gets_one_with_its_next_content(make_world: MakeWorld) -> None:
    """It is known again by its hash without one, and what comes after it is proven."""
    scene = sample(make_world)
    case = scene.worked()
    forget_hashes(scene, case)
    assert scene.worked() == case
    assert len(scene.world.case(case).runs) == 1
    scene.worked(text="charged three times")
    runs = receipt(scene, case).runs
    assert [(one.revision, one.outcome) for one in runs] == [(2, Outcome.ALONE), (1, Outcome.UNKNOWN)]
    assert {one.standing for one in runs[0].hashes.values()} == {Standing.FITS}
    assert runs[1].hashes["input"].standing is Standing.FITS


def test_once_the_content_is_gone_the_hashes_stay(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked(text="Erika Mustermann was charged twice")
    scene.approve(case)
    scene.world.work()
    before = receipt(scene, case).runs[0]
    context = scene.world.context
    with context.database.write() as session:
        row = cases.get(session, case, team=context.team)
        assert row is not None
        remove(session, context, row, workflow="sample", at=context.clock())
    view = receipt(scene, case)
    one = view.runs[0]
    assert view.salt is None
    assert view.erased_at is not None
    assert one.outcome is Outcome.AS_PROPOSED
    assert {name: hashed.hash for name, hashed in one.hashes.items()} == {
        name: hashed.hash for name, hashed in before.hashes.items()
    }
    assert {hashed.standing for hashed in one.hashes.values()} == {Standing.REMOVED}
    assert (one.proposal.values if one.proposal is not None else None) == {}
    said = json.dumps(as_read(view))
    assert "Erika" not in said
    assert check(as_read(view)).good


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_part_that_is_gone_is_no_difference(make_world: MakeWorld, language: str) -> None:
    """Of the reasons why a person was asked the codes are left, and they are shown."""
    scene = sample(make_world, review=CARDS)
    case = scene.worked(text="there is smoke", language=language)
    scene.edit(case, queue="delivery", reply="Hello", confirmed=True)
    scene.world.work()
    context = scene.world.context
    with context.database.write() as session:
        row = cases.get(session, case, team=context.team)
        assert row is not None
        remove(session, context, row, workflow="sample", at=context.clock(), classes=[ContentClass.OUTPUT])
    one = receipt(scene, case).runs[0]
    assert one.hashes["input"].standing is Standing.FITS
    assert {hashed.standing for name, hashed in one.hashes.items() if name != "input"} == {Standing.REMOVED}
    assert one.outcome is (Outcome.EDITED if language == "en" else Outcome.ANSWERED)
    assert one.proposal is not None
    assert [reason.code for reason in one.proposal.reasons] == list(one.proposal.why)
    assert check(as_read(receipt(scene, case))).good


def test_what_was_changed_in_the_database_does_not_fit(make_world: MakeWorld) -> None:
    """Be it the values that were decided, or those that were delivered."""
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    with scene.world.database.write() as session:
        (delivery,) = session.query(schema.Delivery)
        values = '{"queue":"delivery","reply":"Hello"}'
        session.execute(update(schema.Content).where(schema.Content.id == delivery.output_id).values(body=values))
    one = receipt(scene, case).runs[0]
    assert one.hashes["delivered"].standing is Standing.DIFFERS
    found = check(as_read(receipt(scene, case)))
    assert Finding(check=Check.DIFFERS, run=one.run, what="delivered") in found.found


def test_a_value_that_nobody_approved_is_an_alarm(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    other = salted_hash(Of.OUTPUT, '{"queue":"delivery","reply":"Hello"}', salt=receipt(scene, case).salt or "")
    with scene.world.database.write() as session:
        (row,) = session.query(schema.AuditRow).where(schema.AuditRow.action == "delivery.applied")
        row.details = row.details | {"delivered": other}
    one = receipt(scene, case).runs[0]
    assert one.outcome is Outcome.NOT_APPROVED
    found = check(as_read(receipt(scene, case)))
    assert Finding(check=Check.NOT_APPROVED, run=one.run, what="delivered") in found.found


def test_an_effect_that_changes_its_values_is_given_them_anew(make_world: MakeWorld) -> None:
    """A second attempt delivers the decided values, whatever the first one changed."""
    scene = sample(make_world, autonomy=DRAFT)
    attempts: list[tuple[str, str]] = []

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        attempts.append((triage.queue, run.input.text))
        if len(attempts) == 1:
            triage.queue, run.input.text = "delivery", "changed"
            raise OutcomeUnknown("connection lost")
        return "done"

    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    assert attempts == [("billing", "charged twice")] * 2
    assert newest(scene, case).outcome is Outcome.AS_PROPOSED


def test_tampering_with_a_receipt_is_noticed(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.edit(case, queue="delivery", reply="Hello")
    scene.world.work()

    def found(change: Mapping[str, object], *where: str | int) -> list[Check]:
        read = as_read(receipt(scene, case))
        part: object = read
        for step in where:
            part = part[step]  # type: ignore[index]  # a path in JSON
        assert isinstance(part, dict)
        part |= change
        return [one.check for one in check(read).found]

    run = ("runs", 0)
    assert found({}) == []
    assert found({"text": '{"queue":"billing","reply":""}'}, *run, "hashes", "approved") == [Check.DIFFERS]
    assert Check.DIFFERS in found({"hash": "0" * 64}, *run, "hashes", "approved")
    assert found({"hash": "0" * 64}, *run, "hashes", "delivered") == [Check.DIFFERS, Check.NOT_APPROVED]
    assert found({"outcome": "as_proposed"}, *run) == [Check.OTHER_OUTCOME]
    assert found({"salt": "0" * 32})[0] is Check.DIFFERS
    assert found({"note": "approved by the CFO"}) == [Check.UNREADABLE]
    assert found({"v": 2}) == [Check.UNREADABLE]


def test_without_content_it_holds_no_word_of_the_case(make_world: MakeWorld) -> None:
    scene = sample(make_world, sure(0.5, queue="billing", reply="Dear Erika"), autonomy=DRAFT)
    case = scene.worked(text="Erika was charged twice")
    scene.edit(case, queue="billing", reply="Dear Erika Mustermann")
    scene.world.work()
    said = json.dumps(as_read(receipt(scene, case), with_content=False))
    assert not [word for word in ("Erika", "charged", "ticket-1", "salt") if word in said]
    assert "Erika" in json.dumps(as_read(receipt(scene, case)))


def test_no_audit_row_of_a_delivery_names_the_case(make_world: MakeWorld) -> None:
    """Its key may name a person; the subject names the delivery."""
    scene = sample(make_world)
    scene.worked()
    assert all("ticket-1" not in json.dumps(row.details) for row in rows(scene.world, schema.AuditRow))


def test_an_unknown_case_has_none(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    with pytest.raises(Unknown):
        receipt(scene, 7)
    assert list(receipt_lines(scene.world.context, [7, scene.submit()])) == []


VALUES = st.builds(
    Triage, queue=st.sampled_from(["billing", "delivery"]), reply=st.text('aé😀"\\\n\u2028 \x7f1', max_size=12)
)


def test_the_delivered_hash_is_that_of_what_the_effect_got(make_world: MakeWorld) -> None:
    """Whatever was proposed and decided, and by however many."""
    scene = sample(make_world, autonomy=DRAFT)
    got: list[str] = []

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        got.append(to_body(triage))
        return "done"

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(number=st.integers(1, 10**6), values=VALUES)
    def property(number: int, values: Triage) -> None:
        case = scene.submit(id=number)
        scene.world.work()
        if scene.run(case).state != "waiting":
            return
        scene.edit(case, confirmed=True, **values.model_dump())
        scene.world.work()
        view = receipt(scene, case)
        one = view.runs[0]
        assert one.delivered == one.approved == salted_hash(Of.OUTPUT, got[-1], salt=view.salt or "")
        assert one.outcome in (Outcome.EDITED, Outcome.AS_PROPOSED)
        assert one.delivery is not None
        assert one.delivery.state is DeliveryState.APPLIED
        assert check(as_read(view)).good

    property()
