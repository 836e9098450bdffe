"""A person's Home in Slack: drawn when they open it and after each press in it, and of nothing they may not read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pydantic import JsonValue

from bot.sandbox.client import Block, Person, ShownHome
from store import schema
from store.cases.turns import Turns
from tests.sample import sample_workflow
from tests.slack.stage import ANA, BEN, ENGINEERS, EVE, KIM, Stage, dict_of, list_of, words
from tests.slack.test_personal import LETTER, SECRETS, letters
from workflows import Autonomy
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review import claims
from workflows.engine.review.cards import waiting_in

MINUTE = timedelta(minutes=1)


def home(stage: Stage, user: str = ANA) -> ShownHome:
    """Open the Home as somebody, and wait until it is drawn for them."""
    person = stage.person(user)
    before = person.home()
    assert person.open_home().acknowledged
    return drawn_after(person, before)


def drawn_after(person: Person, before: ShownHome | None) -> ShownHome:
    """Return a Home once it is another one than before."""

    def drawn() -> ShownHome | None:
        now = person.home()
        return now if now is not None and (before is None or now.hash != before.hash) else None

    return person.wait_until(drawn)


def presses(blocks: Sequence[Block]) -> list[str]:
    """The action_ids of all buttons, in rows and beside lines."""
    found = [dict_of(block["accessory"]) for block in blocks if "accessory" in block]
    rows = [block for block in blocks if block["type"] == "actions"]
    found += [dict_of(element) for row in rows for element in list_of(row["elements"])]
    return [str(one["action_id"]) for one in found]


def graceful(stage: Stage) -> AnyWorkflow:
    """The sample automation, with ten minutes to undo a decision."""
    workflow = stage.sample()
    workflow.review = replace(workflow.review, grace=10 * MINUTE)
    return workflow


def test_it_shows_what_waits_what_is_in_my_hands_and_what_i_decided(stage: Stage) -> None:
    """A decision is undone there, and the Home is drawn anew with it."""
    workflow = graceful(stage)
    stage.submit(workflow, id=1, text="charged twice")
    stage.submit(workflow, id=2, text="where is it?")
    said = words(home(stage).blocks)
    assert said.startswith("2 reviews wait for your team.")
    assert "sample\n2 wait · the oldest came " in said
    assert "Nothing. Press Start reviewing" in said
    assert "Press Start reviewing" not in words(home(stage, KIM).blocks), "an engineer decides nothing"
    stage.press(ANA, "claim", card=0)
    stage.press(ANA, "approve", card=1)
    stage.work()
    shown = home(stage)
    said = words(shown.blocks)
    assert said.startswith("1 review waits for your team.")
    assert "charged twice\nsample · you are on it · answer by " in said
    assert "where is it?\nsample · Approved · " in said
    assert "can be undone until " in said
    assert "sample\n1 waits · it came " not in words(home(stage, BEN).blocks).partition("You decided today")[2]
    assert stage.person(ANA).press_in_home("undo").acknowledged
    said = words(drawn_after(stage.person(ANA), shown).blocks)
    assert said.startswith("2 reviews wait for your team.")
    assert "Nothing yet." in said
    stage.work()
    assert stage.desk.attempts == []


def test_too_late_to_undo_it_is_told_over_the_home_which_is_drawn_anew(stage: Stage) -> None:
    stage.submit(graceful(stage), id=1, text="charged twice")
    stage.press(ANA, "approve")
    shown = home(stage)
    stage.world.clock.move(11 * MINUTE)
    stage.world.work()
    assert stage.person(ANA).press_in_home("undo").acknowledged
    assert "report it as wrong instead" in words(stage.view(ANA).blocks)
    now = drawn_after(stage.person(ANA), shown)
    assert "undo" not in presses(now.blocks)
    assert "delivered" in words(now.blocks)


def test_a_review_and_the_session_of_a_workflow_are_opened_from_it(stage: Stage) -> None:
    workflow = stage.sample()
    stage.submit(workflow, id=1, text="charged twice")
    stage.press(ANA, "claim")
    stage.work()
    home(stage)
    ana = stage.person(ANA)
    assert ana.press_in_home("review").acknowledged
    assert "charged twice" in words(stage.view(ANA).blocks)
    ana.close()
    assert ana.press_in_home("start_reviewing").acknowledged
    assert "charged twice" in words(stage.view(ANA).blocks)
    ana.close()
    # It is decided in a modal on top of the Home, which stays what it was.
    assert ana.press_in_home("review").acknowledged
    stage.view(ANA)
    assert ana.press_in_view("approve").acknowledged
    stage.work()
    assert stage.desk.attempts == ["sample/ticket-1"]


def test_all_that_waits_is_gone_through_where_several_workflows_have_something(stage: Stage) -> None:
    other = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="other"))
    stage.submit(stage.sample(), id=1, text="charged twice")
    stage.submit(other, id=2, text="where is it?")
    shown = home(stage)
    start = next(block for block in shown.blocks if block.get("block_id") == "start")
    ana = stage.person(ANA)
    assert ana.press_in_home("start_reviewing", block_id="start").acknowledged
    assert stage.view(ANA).title["text"] == "Review 1 of 2"
    assert "charged twice" in words(stage.view(ANA).blocks)
    assert ana.press_in_view("skip").acknowledged
    ana.wait_until(lambda: "where is it?" in words(stage.view(ANA).blocks))
    ana.close()
    beside = [block for block in shown.blocks if block != start and presses([block]) == ["start_reviewing"]]
    assert ana.press_in_home("start_reviewing", block_id=str(beside[1]["block_id"])).acknowledged
    assert stage.view(ANA).title["text"] == "Review 1 of 1"
    assert "charged twice" in words(stage.view(ANA).blocks)


def test_the_charter_is_one_press_away_in_plain_language(stage: Stage) -> None:
    workflow = stage.sample()
    workflow.autonomy = Autonomy.floor(0.85)
    home(stage)
    assert stage.person(ANA).press_in_home("charter.0").acknowledged
    view = stage.view(ANA)
    said = words(view.blocks)
    for sentence in (
        "Which queue?",
        "belongs to @U0MARIA.",
        "Answer a safety report alone",
        "Where it is at least 85% sure of each field. Otherwise a person decides.",
        "At most $0.10 a case and $10.00 a day.",
        "/countersign wrong CASE TEXT",
    ):
        assert sentence in said
    assert view.title["text"] == "Charter"


def test_the_tour_is_shown_until_it_is_read_or_something_was_decided(stage: Stage) -> None:
    """It stays read when the Home is opened again."""
    workflow = stage.sample()
    stage.submit(workflow, id=1, text="charged twice")
    shown = home(stage)
    assert "How this works" in words(shown.blocks)
    assert stage.person(ANA).press_in_home("got_it").acknowledged
    assert "How this works" not in words(drawn_after(stage.person(ANA), shown).blocks)
    assert "How this works" not in words(home(stage).blocks)
    assert "How this works" in words(home(stage, BEN).blocks)
    stage.press(BEN, "approve")
    stage.work()
    assert "How this works" not in words(home(stage, BEN).blocks)


def test_a_person_without_any_right_is_told_whom_to_ask_and_nothing_of_any_case(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="charged twice")
    shown = home(stage, EVE)
    said = words(shown.blocks)
    assert "There is nothing for you to review here." in said
    assert {"type": "usergroup", "usergroup_id": ENGINEERS} in list_of(
        dict_of(list_of(shown.blocks[0]["elements"])[1])["elements"]
    )
    assert "sample" not in str(shown.blocks)
    assert "charged" not in str(shown.blocks)
    assert presses(shown.blocks) == ["refresh_home"]


def test_who_reads_without_deciding_sees_the_queue_and_no_button_to_start(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="charged twice")
    shown = home(stage, KIM)
    assert "1 review waits for your team." in words(shown.blocks)
    assert "start_reviewing" not in presses(shown.blocks)


def test_rights_are_checked_at_each_press(stage: Stage) -> None:
    """A person who lost them in between is told nothing of a case, and the refusal is audited."""
    stage.submit(graceful(stage), id=1, text="charged twice")
    stage.press(ANA, "approve")
    shown = home(stage)
    stage.running.administrator.set_group("S0SUPPORT", [BEN])
    stage.ears.slack_context.groups.forget("S0SUPPORT")
    ana = stage.person(ANA)
    assert ana.press_in_home("charter.0").acknowledged
    assert "You have no right to this, or it no longer exists." in words(stage.view(ANA).blocks)
    ana.close()
    assert ana.press_in_home("undo").acknowledged
    assert "You have no right to this, or it no longer exists." in words(stage.view(ANA).blocks)
    assert "There is nothing for you to review here." in words(drawn_after(ana, shown).blocks)
    actions = [row.action for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert actions.count("read.refused") == 2


def test_personal_values_stay_off_the_home(stage: Stage) -> None:
    """Slack keeps a Home after the right to it is gone, so it shows no more than a channel does."""
    workflow = letters(stage)
    stage.submit(workflow, **LETTER)
    stage.press(ANA, "claim")
    stage.work()
    said = str(home(stage).blocks)
    assert "[personal]" in said
    assert not [secret for secret in SECRETS if secret in said]


def test_each_list_has_pages(stage: Stage) -> None:
    workflow = stage.sample()
    inputs: list[dict[str, JsonValue]] = [{"id": number, "text": f"text {number}."} for number in range(17)]
    stage.world.submit_all(workflow, inputs)
    stage.world.work()
    waiting = waiting_in(stage.world.context, Turns(by="U0ANA", workflows=["sample"]), first=0, limit=50).reviews
    for one in waiting:
        claims.claim(stage.world.context, one.review, by=ANA)
    shown = home(stage)
    assert "1 to 15 of 17" in words(shown.blocks)
    assert stage.person(ANA).press_in_home("home_page.on").acknowledged
    turned = drawn_after(stage.person(ANA), shown)
    assert "16 to 17 of 17" in words(turned.blocks)
    assert waiting[-1].subject in words(turned.blocks)
    assert stage.person(ANA).press_in_home("refresh_home").acknowledged
    assert "16 to 17 of 17" in words(drawn_after(stage.person(ANA), turned).blocks)
    assert "1 to 15 of 17" in words(home(stage).blocks)


def test_a_home_that_slack_does_not_take_is_drawn_at_the_next_opening(stage: Stage) -> None:
    """Without a Home tab, at a rate limit, and where another drawing came between."""
    stage.submit(stage.sample(), id=1, text="charged twice")
    for error in ("not_enabled", "missing_scope", "ratelimited"):
        stage.running.administrator.fault("refused", method="views.publish", error=error)
        assert stage.person(ANA).open_home().acknowledged
        stage.work()
        assert stage.person(ANA).home() is None
    stage.running.administrator.fault("refused", method="views.publish", error="hash_conflict")
    assert "1 review waits" in words(home(stage).blocks)
