"""An engineer puts the input of a case right in a form, and it runs again as a new revision."""

import pytest
from pydantic import JsonValue

from store import schema
from tests.sample import Triage
from tests.slack.stage import ANA, EVE, KIM, MARIA, SUPPORT, Stage, buttons, inputs, words
from tests.slack.test_personal import LETTER, SECRETS, letters
from tests.slack.test_rows import THREE, Bill, item, press, until
from workflows import NotDone, OutcomeUnknown, Run, Workflow
from workflows.engine.review import doubts
from workflows.engine.review.rerun import reruns

pytestmark = pytest.mark.slow

TEXT, WHY = "Where is my money?", "The customer wrote again"
RIGHT: dict[str, JsonValue] = {"text.0.0": "Where is my parcel?", "why!.0.0": WHY}


def failed(stage: Stage) -> int:
    """A case that failed before anything was proposed: it has no card."""
    stage.desk.look_up_errors.append(ValueError("no such customer"))
    return stage.submit(stage.sample(), id=1, text=TEXT)


def page(stage: Stage, user: str, case: int) -> str:
    """The page of a case, as somebody asks for it; returns the name of that message."""
    before = len([message for message in stage.person(user).messages(SUPPORT) if message.ephemeral])
    stage.person(user).command(SUPPORT, "/countersign", f"case {case}")

    def answer() -> str | None:
        mine = [message for message in stage.person(user).messages(SUPPORT) if message.ephemeral]
        return mine[-1].ts if len(mine) > before else None

    return stage.person(user).wait_until(answer)


def opened(stage: Stage, case: int, user: str = KIM) -> None:
    assert stage.person(user).press(SUPPORT, page(stage, user, case), "correct_input").acknowledged
    stage.view(user)


def refusals(stage: Stage) -> list[str]:
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    return [f"{row.actor} {row.details['why']}" for row in rows if row.action == "correct_input.refused"]


def test_from_the_page_of_a_failed_case_to_its_delivery(stage: Stage) -> None:
    case = failed(stage)
    opened(stage, case)
    form = stage.view(KIM)
    assert "the case then runs again from the start, as a new revision" in words(form.blocks)
    fields = inputs(form)
    assert list(fields) == ["id.0.0", "text.0.0", "language.0.0", "why!.0.0"]
    assert fields["text.0.0"]["initial_value"] == TEXT
    assert stage.person(KIM).submit(RIGHT).outcome == "updated"
    said = words(stage.view(KIM).blocks)
    assert f"Case {case} runs again from the start with the corrected input, as revision 2." in said
    assert f"Text: ~{TEXT}~ → Where is my parcel?" in said
    stage.work()

    told, card = stage.cards()
    assert f"@{KIM} runs case {case} (ticket-1) again with a corrected input, as revision 2:" in words(told.blocks)
    assert f"Text: ~{TEXT}~ → Where is my parcel?" in words(told.blocks)
    assert WHY in words(told.blocks)
    assert "Where is my parcel?" in words(card.blocks)
    stage.press(ANA, "approve")
    stage.work()
    assert list(stage.desk.applied) == ["sample/ticket-1/revision-2"]
    page(stage, KIM, case)
    assert f"Input put right by @{KIM}" in stage.told(KIM)
    stage.person(KIM).command(SUPPORT, "/countersign", f"explain {case}")
    said = stage.person(KIM).wait_until(
        lambda: next((said for view in stage.person(KIM).views() if "It came in" in (said := words(view.blocks))), None)
    )
    assert f", as @{KIM} put it right." in said
    assert "What was put right in it" in said


def test_by_command_for_a_case_that_waits_and_its_open_card_says_so(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text=TEXT)
    stage.person(MARIA).command(SUPPORT, "/countersign", f"rerun {case} corrected")
    stage.view(MARIA)
    assert stage.person(MARIA).submit(RIGHT).outcome == "updated"
    assert "The review that was open is withdrawn." in words(stage.view(MARIA).blocks)
    stage.work()
    old, new = stage.cards()
    assert "approve" not in buttons(old)
    assert "approve" in buttons(new)
    (reply,) = stage.thread(card=0)
    assert f"@{MARIA} runs case {case} (ticket-1) again with a corrected input" in reply


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("1 corrected dry", "press Run again: /countersign rerun 1 corrected;"),
        ("1 from start corrected", "runs again from the start: /countersign rerun 1 corrected."),
        ("1 corected", "'corected' is not understood after a case, and nothing was done: rerun 1 [from STEP]"),
    ],
)
def test_words_that_do_not_go_together_are_told_with_those_that_do(stage: Stage, words: str, told: str) -> None:
    failed(stage)
    stage.person(KIM).command(SUPPORT, "/countersign", f"rerun {words}")
    stage.person(KIM).wait_until(lambda: told in stage.told(KIM))
    assert stage.world.case(1).revision == 1


def test_who_may_not_run_it_again_is_told_and_that_is_audited(stage: Stage) -> None:
    """A reviewer reads the case and has no button; what they type or press all the same is refused."""
    case = failed(stage)
    page(stage, ANA, case)
    assert "Correct the input" not in stage.told(ANA)
    stage.person(ANA).command(SUPPORT, "/countersign", f"rerun {case} corrected")
    stage.person(ANA).wait_until(lambda: "Only engineers and the owner" in stage.told(ANA))
    stage.person(EVE).command(SUPPORT, "/countersign", f"rerun {case} corrected")
    stage.person(EVE).wait_until(lambda: "There is no case" in stage.told(EVE))
    opened(stage, case)
    # The right is looked up again at each press.
    stage.ears.only_members(lambda group: [])
    assert stage.person(KIM).submit(RIGHT).outcome == "updated"
    said = words(stage.view(KIM).blocks)
    assert "You have no right to this" in said
    assert "You typed, for Text\nWhere is my parcel?" in said
    assert refusals(stage) == [f"{KIM} no_right"]
    assert stage.world.case(case).revision == 1


def test_who_saw_an_earlier_state_is_told_and_keeps_what_they_typed(stage: Stage) -> None:
    case = failed(stage)
    old = page(stage, KIM, case)
    opened(stage, case, MARIA)
    reruns.rerun(stage.world.context, case, by="cli:max")
    stage.work()
    assert stage.person(MARIA).submit(RIGHT).outcome == "updated"
    said = words(stage.view(MARIA).blocks)
    assert "The case moved on since this was shown, and nothing was changed; look" in said
    assert "You typed, for Text\nWhere is my parcel?" in said
    stage.person(KIM).press(SUPPORT, old, "correct_input")
    stage.person(KIM).wait_until(lambda: "The case moved on" in stage.told(KIM))
    assert refusals(stage) == [f"{MARIA} too_late", f"{KIM} too_late"]
    assert stage.world.case(case).revision == 1


def test_what_does_not_fit_is_said_at_its_field(stage: Stage) -> None:
    case = failed(stage)
    opened(stage, case)
    wrong = stage.person(KIM).submit({"text.0.0": "other", "id.0.0": "no number", "why!.0.0": WHY})
    assert list(wrong.errors or {}) == ["id.0.0"]
    wrong = stage.person(KIM).submit({"id.0.0": "2", "text.0.0": TEXT, "why!.0.0": WHY})
    assert "its key would be ticket-2, and it has to stay ticket-1" in (wrong.errors or {})["id.0.0"]
    wrong = stage.person(KIM).submit({"id.0.0": "1", "text.0.0": "other", "why!.0.0": "  "})
    assert wrong.errors == {"why!.0.0": "Say why, in 1 to 300 characters."}
    assert stage.person(KIM).submit({"text.0.0": TEXT, "why!.0.0": WHY}).outcome == "updated"
    assert "Nothing differs from its present input" in words(stage.view(KIM).blocks)
    assert stage.world.case(case).revision == 1


@pytest.mark.parametrize("ends", ["delivered", "may have been made"])
def test_what_is_delivered_meanwhile_is_not_delivered_beside_it(stage: Stage, ends: str) -> None:
    """The form was open before: for a delivered case its way to a correction is a button."""
    errors: dict[str, list[Exception]] = {
        "delivered": [],
        "may have been made": [OutcomeUnknown("lost"), ValueError("torn")],
    }
    stage.desk.errors += errors[ends]
    case = stage.submit(stage.sample(), id=1, text=TEXT)
    opened(stage, case)
    stage.press(ANA, "approve")
    stage.work()
    assert stage.person(KIM).submit(RIGHT).outcome == "updated"
    assert "The case moved on since this was shown" in words(stage.view(KIM).blocks)
    stage.person(KIM).command(SUPPORT, "/countersign", f"rerun {case} corrected")
    if ends == "delivered":
        stage.person(KIM).wait_until(lambda: "was delivered, so it is not run again" in stage.told(KIM))
        assert "Correct it" in stage.told(KIM)
        page(stage, KIM, case)
        assert "Correct the input" not in stage.told(KIM)
    else:
        stage.person(KIM).wait_until(lambda: "may have happened" in stage.told(KIM))
        doubts.settle(stage.world.context, case, happened=False, by="cli:max")
        opened(stage, case)
        assert stage.person(KIM).submit(RIGHT).outcome == "updated"
    assert stage.world.case(case).revision == (1 if ends == "delivered" else 2)
    assert len(set(stage.desk.attempts)) == 1


def test_personal_values_stand_in_the_form_and_not_in_the_channel(stage: Stage) -> None:
    case = stage.submit(letters(stage), **LETTER)
    stage.person(KIM).command(SUPPORT, "/countersign", f"rerun {case} corrected")
    fields = inputs(stage.view(KIM))
    assert fields["name.0.0"]["initial_value"] == "Ana Silva"
    typed: dict[str, JsonValue] = {"name.0.0": "Ana Costa", "why!.0.0": "Ana Silva is now Ana Costa"}
    assert stage.person(KIM).submit(typed).outcome == "updated"
    assert "Name: ~Ana Silva~ → Ana Costa" in words(stage.view(KIM).blocks)
    stage.work()
    (reply,) = stage.thread(card=0)
    assert "Name: ~[personal]~ → [personal], changed" in reply
    assert "[personal] is now [personal]" in reply
    shown = " ".join(words(message.blocks) + message.text for message in stage.person(ANA).messages(SUPPORT))
    assert not [secret for secret in (*SECRETS, "Ana Costa") if secret in shown]


def test_a_submission_that_arrives_again_is_told_the_same(stage: Stage) -> None:
    case = failed(stage)
    opened(stage, case)
    stage.running.administrator.duplicate_envelopes()
    assert stage.person(KIM).submit(RIGHT).outcome == "updated"
    said = words(stage.view(KIM).blocks)
    assert "as revision 2" in said
    assert "moved on" not in said
    assert stage.world.case(case).revision == 2


class Received(Bill):
    """A bill as it comes in."""

    id: int


def test_the_rows_of_a_list_are_put_right_each_in_a_form_of_its_own(stage: Stage) -> None:
    workflow = Workflow[Received, Triage](
        name="bills",
        decision="Which queue?",
        owner=MARIA,
        input=Received,
        output=Triage,
        key=lambda bill: f"bill-{bill.id}",
    )

    @workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Received]) -> str:
        return "done"

    case = stage.submit(stage.placed(workflow), id=1, supplier="Acme", lines=THREE)
    opened(stage, case)
    assert "Lines · 3 rows" in words(stage.view(KIM).blocks)
    press(stage, "change_row", "row!lines.0.", user=KIM)
    assert "nothing runs again before you press Run again there" in words(stage.view(KIM, deep=2).blocks)
    right: dict[str, JsonValue] = {"quantity.0.0": "3", "amount.0.0": "30.00"}
    assert stage.person(KIM).submit(right).outcome == "closed"
    until(stage, "1 changed", user=KIM)
    assert stage.person(KIM).submit({"why!.0.1": WHY}).outcome == "updated"
    said = words(stage.view(KIM).blocks)
    assert "Lines: ~Valve | 2 | 10.00 | 20.00~ → Valve | 3 | 10.00 | 30.00" in said, "of long values what differs"
    lines = stage.world.case(case).newest.input["lines"]
    assert lines == [item("Valve", 3, "10.00", "30.00"), *THREE[1:]]
    stage.person(KIM).wait_until(lambda: not stage.world.rows(schema.Draft))


def test_a_rerun_from_a_step_is_told_in_the_thread_of_its_card(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text=TEXT)
    stage.desk.errors.append(NotDone("closed"))
    stage.press(ANA, "approve")
    stage.work()
    stage.person(KIM).command(SUPPORT, "/rerun", f"{case} from deliver")
    stage.work()
    said = [one for one in stage.thread(card=0) if "runs case" in one]
    assert said == [f"@{KIM} runs case {case} (ticket-1) again from deliver."]
