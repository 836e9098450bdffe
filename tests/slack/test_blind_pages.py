"""Documents of a spot check in Slack: pages without marks, the original, and both until the check ends."""

from collections.abc import Sequence

import pytest
from pydantic import JsonValue

from handlers.slack.ids import Action
from tests.paper import Claim, Verdict, claims, pdf
from tests.slack.stage import ANA, BEN, words
from tests.slack.test_pages import CLAIM, OTHER, Desk, desk, placed
from workflows import Autonomy, Workflow
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

__all__ = ["desk"]
pytestmark = pytest.mark.slow
TITLES = ["claim.pdf, page 1 of 2", "claim.pdf, page 2 of 2", "photo 0.pdf, page 1"]


def sure_of_the_amount(question: Question) -> Answer:
    return says({"amount": "120.50"}, confidence=0.99, evidence={"amount": "Amount due   120.50 EUR"})


def drawn(desk: Desk) -> Workflow[Claim, Verdict]:
    """Have a case with documents go alone that is looked at, and show what there is to show."""
    desk.world.model.enqueue(*[sure_of_the_amount] * 2)
    workflow = claims()
    workflow.autonomy = Autonomy.floor(0.8, spot_checks=1)
    desk.placed(workflow)
    take(desk, workflow)
    return workflow


def take(desk: Desk, workflow: Workflow[Claim, Verdict], **how: bytes) -> None:
    desk.take(workflow, "7", pdf(OTHER), **how)
    Upkeep(desk.world.context).look()
    desk.send()


def pictures(blocks: Sequence[dict[str, JsonValue]]) -> list[str]:
    """Return what stands above each picture of a page."""
    return [str(one["title"]["text"]) for one in blocks if one["type"] == "image" and isinstance(one["title"], dict)]


def test_a_blind_form_shows_pages_without_marks_and_gives_the_original(desk: Desk) -> None:
    drawn(desk)
    blocks = desk.opened(ANA, Action.SPOT_CHECKS).blocks
    assert pictures(blocks) == TITLES
    assert all("Nothing is marked on it." in str(one["alt_text"]) for one in blocks if one["type"] == "image")
    assert "120.50" not in repr([one for one in blocks if one["type"] == "input"])
    assert "Open claim.pdf" in words(blocks)
    assert "Open photo 0.pdf" in words(blocks)
    assert desk.person(ANA).press_in_view(f"{Action.ORIGINAL}.1").acknowledged
    desk.work()
    assert [[file["name"] for file in one.files] for one in desk.direct(ANA)] == [[], ["claim.pdf"]]
    desk.person(ANA).close()
    assert desk.pages() == [], "no channel is shown them"
    # Whoever has the original still answers it blind.
    assert desk.person(ANA).submit({"amount.0.0": "120.50"}).outcome == "updated"
    (shown,) = desk.person(ANA).views()
    assert "Your answer is what was delivered." in words(shown.blocks)


def test_both_answers_stand_with_the_pages_which_go_when_the_check_ends(desk: Desk) -> None:
    drawn(desk)
    desk.opened(ANA, Action.SPOT_CHECKS)
    desk.person(ANA).submit({"amount.0.0": "12.00"})
    (shown,) = desk.person(ANA).views()
    kinds = [one["type"] for one in shown.blocks]
    assert pictures(shown.blocks) == TITLES
    assert kinds.index("image") < kinds.index("input")
    assert "Open claim.pdf" in words(shown.blocks)
    desk.person(ANA).submit({"grade": "minor"})
    blocks = desk.opened(BEN, Action.SPOT_CHECKS).blocks
    assert pictures(blocks) == TITLES
    assert len(desk.left()) == 3
    desk.person(BEN).submit({"grade": "minor", "right": "one"})
    desk.sender.take_back()
    assert desk.left() == []


def test_what_went_out_is_looked_at_with_its_own_pages_and_so_is_newer_content(desk: Desk) -> None:
    workflow = drawn(desk)
    take(desk, workflow, form=pdf(CLAIM + " and more"))
    assert pictures(desk.opened(ANA, Action.SPOT_CHECKS).blocks) == TITLES
    # Ben is shown another one while Ana has hers open.
    assert pictures(desk.opened(BEN, Action.SPOT_CHECKS).blocks) == ["claim.pdf, page 1", "photo 0.pdf, page 1"]


def test_a_page_that_was_deleted_at_slack_keeps_no_blind_form_shut(desk: Desk) -> None:
    drawn(desk)
    files = desk.running.sandbox.files
    gone = files.any(desk.files()[0].file)
    assert gone is not None
    files.delete(gone)
    blocks = desk.opened(ANA, Action.SPOT_CHECKS).blocks
    assert pictures(blocks) == []
    assert "Open claim.pdf" in words(blocks)


def test_the_form_that_corrects_a_delivery_gives_the_original(desk: Desk) -> None:
    workflow = placed(desk)
    desk.take(workflow)
    desk.press(ANA, Action.APPROVE)
    desk.world.work()
    desk.work()
    blocks = desk.opened(ANA, Action.CORRECT).blocks
    assert "Open claim.pdf" in words(blocks)
