"""Review packs in Slack: people go through the cases of a volume test, one at a time, and the report follows."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue

from bot.sandbox.client import ShownMessage, ShownView
from store import schema
from tests import volume
from tests.paper import claims, pdf
from tests.sample import sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, EVE, MARIA, SUPPORT, Stage, buttons, inputs, words
from tests.world import sure
from workflows import Autonomy
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.arrivals import by_form
from workflows.engine.documents.keeping import in_folder
from workflows.engine.documents.removing import sweep
from workflows.engine.privacy.volume_tests import forget
from workflows.engine.review.claims import CLAIM_LASTS
from workflows.model.port import Answer, Question
from workflows.model.scripted import says
from workflows.quality.volume import judging

pytestmark = pytest.mark.slow

TEXT = "charged twice for one parcel"
REPLY = "We look into it."


def tell(question: Question) -> Answer:
    text = str(question.data["text"])
    if "broken" in text:
        raise RuntimeError("the model tripped")
    return says({"queue": "billing", "reply": REPLY}, confidence=0.6)


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(tell)


def tried(stage: Stage, texts: Sequence[str], *, by: str = "U0MARIA") -> AnyWorkflow:
    """Try a workflow on these tickets, all of which come into the pack."""
    workflow = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.9)))
    tickets: list[dict[str, JsonValue]] = [{"id": number, "text": text} for number, text in enumerate(texts, 1)]
    volume.tried(stage.world, workflow, tickets, by=by)
    stage.work()
    return workflow


def asked(stage: Stage, user: str = ANA, *, workflow: str = "sample") -> ShownMessage:
    """Ask for the volume test, and return the last answer."""
    person = stage.person(user)
    before = len(person.messages(SUPPORT))
    assert person.command(SUPPORT, "/countersign", f"volume-test {workflow}").acknowledged
    person.wait_until(lambda: len(person.messages(SUPPORT)) > before)
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    return person.messages(SUPPORT)[-1]


def begun(stage: Stage, user: str = ANA) -> ShownView:
    """Ask for the volume test, and go through its pack; returns the first case."""
    said = asked(stage, user)
    assert stage.person(user).press(SUPPORT, said.ts, "judge_pack").acknowledged
    return stage.view(user)


def right(stage: Stage, user: str = ANA) -> ShownView:
    assert stage.person(user).submit({}).outcome == "updated"
    return stage.view(user)


def pressed(stage: Stage, action: str, user: str = ANA) -> ShownView:
    assert stage.person(user).press_in_view(action).acknowledged
    return stage.view(user)


def saved(stage: Stage, form: ShownView, *, queue: str, reply: str, user: str = ANA) -> ShownView:
    first, second = inputs(form)
    assert stage.person(user).submit({first: f"={queue}", second: reply}).outcome == "updated"
    return stage.view(user)


def cases(stage: Stage) -> list[schema.VolumeCase]:
    rows = [row for row in stage.world.rows(schema.VolumeCase) if isinstance(row, schema.VolumeCase)]
    return sorted(rows, key=lambda row: row.place)


def refused(stage: Stage) -> list[str]:
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    return [f"{row.actor} {row.details['why']}" for row in rows if row.action == "judge.refused"]


def titled(view: ShownView) -> str:
    return words(view.title)


def test_one_goes_through_a_pack_and_the_report_follows(stage: Stage) -> None:
    tried(stage, [f"{TEXT} {number}" for number in range(3)])
    said = asked(stage)
    assert "Volume test 1 of sample: 3 cases wait for people." in words(said.blocks)
    first = begun(stage)
    assert titled(first) == "Review pack 1 of 3"
    assert TEXT in words(first.blocks)
    assert "Proposed · 60% sure" in words(first.blocks)
    assert REPLY in words(first.blocks)
    second = right(stage)
    assert titled(second) == "Review pack 2 of 3"
    assert "Case 1: right." in words(second.blocks)
    form = pressed(stage, "judge_wrong")
    assert "Put right what is wrong" in words(form.blocks)
    third = saved(stage, form, queue="delivery", reply=REPLY)
    assert "Case 2: wrong, with the right values." in words(third.blocks)
    assert titled(third) == "Review pack 3 of 3"
    ended = right(stage)
    assert "All are judged: 3 cases of volume test 1." in words(ended.blocks)
    assert "You judged 3." in words(ended.blocks)
    assert [(one.is_error, one.wrong, one.judged_by) for one in cases(stage)] == [
        (False, [], ANA),
        (True, ["queue"], ANA),
        (False, [], ANA),
    ]
    assert "Volume test 1 of sample: NO-GO" in words(asked(stage).blocks)
    actions = [row.action for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert actions.count(judging.READ) == 3
    assert actions.count(judging.JUDGED) == 3
    assert actions.count("volume_test.reported") == 1


def test_two_people_never_get_the_same_case_at_once(stage: Stage) -> None:
    tried(stage, ["first ticket", "second ticket"])
    mine, theirs = words(begun(stage, ANA).blocks), words(begun(stage, BEN).blocks)
    assert ("first ticket" in mine) != ("first ticket" in theirs)
    ended = right(stage, BEN)
    assert "1 case waits still" in words(ended.blocks)
    stage.world.clock.move(CLAIM_LASTS + timedelta(seconds=1))
    again = right(stage, BEN)
    assert titled(again) == "Review pack 2 of 2"
    assert "All are judged" in words(right(stage, BEN).blocks)
    late = right(stage, ANA)
    assert f"{BEN} has judged case" in words(late.blocks)
    assert {one.judged_by for one in cases(stage)} == {BEN}
    assert refused(stage) == [f"{ANA} too_late"]


def test_a_press_that_arrives_twice_judges_once_and_is_no_refusal(stage: Stage) -> None:
    tried(stage, ["first ticket", "second ticket", "third ticket"])
    begun(stage)
    stage.running.administrator.duplicate_envelopes()
    after = right(stage)
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    assert titled(after) == "Review pack 2 of 3"
    assert [one.judged_by for one in cases(stage)] == [ANA, None, None]
    assert refused(stage) == []


def test_a_case_without_a_proposal_is_filled_in_and_one_may_be_left_for_later(stage: Stage) -> None:
    tried(stage, ["broken"])
    form = begun(stage)
    assert "There is no proposal. Fill in what is right" in words(form.blocks)
    assert "skip_packed" in buttons(form)
    ended = pressed(stage, "skip_packed")
    assert "1 case waits still: those that you left" in words(ended.blocks)
    assert stage.person(ANA).submit({}).outcome == "updated"
    form = stage.view(ANA)
    assert stage.person(ANA).submit({}).outcome == "incomplete"
    assert "All are judged" in words(saved(stage, form, queue="billing", reply="Hello").blocks)
    (one,) = cases(stage)
    assert (one.is_error, one.judged_by) == (True, ANA)


def test_what_is_typed_is_kept_until_the_case_is_judged(stage: Stage) -> None:
    tried(stage, ["first ticket"])
    begun(stage)
    form = pressed(stage, "judge_wrong")
    _, reply = inputs(form)
    stage.person(ANA).type({reply: "Half a sentence"})
    stage.person(ANA).close()
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    assert "Half a sentence" in (cases(stage)[0].body or "")
    assert cases(stage)[0].claimed_by is None
    begun(stage)
    form = pressed(stage, "judge_wrong")
    assert "Half a sentence" in repr(inputs(form))
    saved(stage, form, queue="billing", reply="Whole")
    assert "Half a sentence" not in (cases(stage)[0].body or "")


def test_only_those_who_may_decide_get_the_button_and_a_case(stage: Stage) -> None:
    tried(stage, ["first ticket"])
    said = asked(stage, MARIA)
    assert "1 case waits for people" in words(said.blocks)
    assert "Its reviewers go through them" in words(said.blocks)
    assert buttons(said) == []
    theirs = asked(stage, ANA)
    assert buttons(theirs) == ["judge_pack"]
    assert "Its reviewers" not in words(theirs.blocks)
    assert forged(stage, MARIA, "judge_pack", "1.0").startswith("You are not among the reviewers of sample.")
    one = cases(stage)[0].id
    assert "may read cases of sample" in forged(stage, EVE, "judge_pack", "1.0")
    assert "may read cases of sample" in forged(stage, EVE, "judge_wrong", f"{one}.1")
    assert "You have no right to this" in forged(stage, ANA, "judge_pack", "77.0")
    assert "before the database was restored" in forged(stage, ANA, "judge_pack", "1.0.7")
    assert [one.claimed_by for one in cases(stage)] == [None]


def forged(stage: Stage, user: str, action: str, value: str) -> str:
    """Send a press that no button of this person could make; returns what they are told."""
    pressed: dict[str, JsonValue] = {
        "action_id": action,
        "type": "button",
        "value": value,
        "block_id": "b",
        "action_ts": "1.1",
    }
    body: dict[str, JsonValue] = {
        "type": "block_actions",
        "team": {"id": "T0SANDBOX"},
        "user": {"id": user, "team_id": "T0SANDBOX"},
        "trigger_id": "1.1.x",
        "container": {"type": "message", "channel_id": SUPPORT, "message_ts": "1.000001"},
        "channel": {"id": SUPPORT},
        "actions": [pressed],
    }
    stage.running.administrator.send_payload(body)
    return stage.told(user, SUPPORT)


def test_a_case_judged_by_file_or_removed_meanwhile_is_told_and_the_session_goes_on(
    stage: Stage,
) -> None:
    tried(stage, ["first ticket", "second ticket"])
    context = stage.world.context
    begun(stage)
    judging.judge(context, 1, 1, by="ops", right=None)
    after = right(stage)
    assert "Ops has judged case 1 meanwhile; nothing was recorded." in words(after.blocks)
    assert titled(after) == "Review pack 2 of 2"
    forget(context, 1, by="ops")
    gone = right(stage)
    assert "The text of case 2 is removed, so nothing was recorded." in words(gone.blocks)
    assert "The inputs of volume test 1 are removed" in words(gone.blocks)
    assert cases(stage)[1].judged_by is None


def test_the_owner_and_who_began_it_hear_once_and_no_text_of_a_case(stage: Stage) -> None:
    tried(stage, ["secret ticket"], by=ANA)
    (note,) = direct(stage, MARIA)
    assert "Volume test 1 of sample has ended: 1 input tried." in words(note.blocks)
    assert "1 case waits for people" in words(note.blocks)
    assert buttons(note) == [], "the owner is not a reviewer here"
    assert "Its reviewers go through them: /countersign volume-test sample" in words(note.blocks)
    (theirs,) = direct(stage, ANA)
    ana = stage.person(ANA)
    assert ana.press(ana.direct, theirs.ts, "judge_pack").acknowledged
    assert "secret ticket" in words(stage.view(ANA).blocks)
    right(stage)
    stage.work()
    asked(stage)
    stage.work()
    told = [words(one.blocks) for one in direct(stage, MARIA)]
    assert len(told) == 2
    assert "NO-GO. All of its review pack is judged: 1 case." in told[1]
    assert "secret" not in repr(told)


def test_the_owner_hears_of_a_test_whose_workflow_is_gone_without_a_button(stage: Stage) -> None:
    workflow = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.9)))
    volume.tried(stage.world, workflow, [{"id": 1, "text": "first ticket"}])
    stage.world.registry._workflows.clear()
    stage.work()
    (note,) = direct(stage, MARIA)
    assert "Volume test 1 of sample has ended" in words(note.blocks)
    assert buttons(note) == []


def test_a_removed_test_hides_no_earlier_pack(stage: Stage) -> None:
    tried(stage, ["first ticket"])
    context, workflow = stage.world.context, stage.world.registry.get("sample")
    later = volume.begun(stage.world, workflow, [{"id": 2, "text": "second ticket"}])
    assert "Volume test 2 of sample is under way" in words(asked(stage).blocks)
    forget(context, later, by="ops")
    assert "Volume test 1 of sample: 1 case waits for people." in words(asked(stage).blocks)
    assert [(one.test, one.number) for one in judging.waiting_packs(context)] == [(1, 1)]
    begun(stage)
    right(stage)
    assert "Volume test 1 of sample: NO-GO" in words(asked(stage).blocks)


def direct(stage: Stage, user: str) -> list[ShownMessage]:
    person = stage.person(user)
    return person.messages(person.direct)


def test_documents_of_past_inputs_are_named_and_kept_until_these_are_removed(
    make_stage: MakeStage, tmp_path: Path
) -> None:
    stage = make_stage(sure(0.6, amount="90.00"))
    shelf, folder = tmp_path / "shelf", tmp_path / "past"
    shelf.mkdir()
    folder.mkdir()
    (folder / "form.pdf").write_bytes(pdf("Claim 7\nAmount 90.00"))
    context = stage.world.context
    object.__setattr__(context, "documents", Documents(FolderShelf(shelf)))
    workflow = stage.placed(claims())
    arrived = by_form(workflow.input, in_folder(context, folder))
    test = volume.tried(stage.world, workflow, [{"number": "7", "form": "form.pdf"}], arrived=arrived)
    stage.world.clock.move(timedelta(days=3))
    assert sweep(context).documents == 0
    said = asked(stage, workflow=workflow.name)
    assert stage.person(ANA).press(SUPPORT, said.ts, "judge_pack").acknowledged
    step = words(stage.view(ANA).blocks)
    assert "Documents: form.pdf (1 p.)" in step
    assert "Amount 90.00" in step
    forget(context, test, by="ops")
    assert sweep(context).documents == 1
