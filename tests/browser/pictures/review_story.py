"""Pictures of what people meet apart from the demo: a grid, a spot check, a cause, digests, a question."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from handlers.slack.blocks.digests.course import course
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.digests import COURSE
from tests.browser.pictures.camera import Camera
from tests.integration.engine.conftest import sqlite_database
from tests.integration.engine.digests.conftest import Lived, own_year
from tests.integration.engine.digests.test_golden import AUTUMN, LAST_DAY, LAST_SUNDAY, previewed, timed
from tests.integration.engine.digests.year import DEAR, INVOICES, NOW
from tests.sample import sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import FAILED, KIM, LEADING, LEE, Stage
from tests.slack.test_spot_checks import tend
from tests.world import sure
from workflows import Autonomy, NotDone
from workflows.engine.digests.names import JobName
from workflows.engine.digests.views import DigestView

__all__ = ["own_year", "sqlite_database", "timed"]

ALIKE = (
    "Charged twice for the kettle\nTwo payments of 74.80 on my statement, for one order, HK-22240.",
    "Two payments\nThe bank says ask the shop. It was one grinder, HK-20905.",
    "Double charge\nPlease give me one of the two back. HK-22317.",
    "Paid once, charged twice\nMy card shows 39.90 on Monday and again on Tuesday.",
    "Why twice?\nI bought one lid and paid for two of them.",
    "Charged twice, and there is smoke\nTwo payments, and the toaster smokes.",
)
REPLY = "We give you one of the two payments back today."


@pytest.mark.shows("grid")
def take_a_grid(make_stage: MakeStage, camera: Camera) -> None:
    stage = make_stage(sure(0.84, queue="billing", reply=REPLY))
    workflow = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.9), name="support-triage"))
    workflow.alike(lambda ticket, triage: f"Queue {triage.queue}, charged twice")
    for number, text in enumerate(ALIKE, 1):
        stage.world.submit(workflow, id=number, text=text)
    stage.work()
    window = camera.open(f"{stage.running.page_url}&user=U0ANA")
    window.ready()
    window.say("/countersign queue")
    with window.acting("press_in_view"):
        window.modal.get_by_role("button", name="6 alike").click()
    expect(window.modal.get_by_role("heading", level=2)).to_have_text("6 alike")
    camera.take_modal(window, "grid")


@pytest.mark.shows("spot-check")
def take_a_spot_check(make_stage: MakeStage, camera: Camera) -> None:
    stage = make_stage(sure(0.95, queue="billing", reply=REPLY))
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.8, spot_checks=1), name="support-triage")
    text = "Parcel came twice\nI ordered one kettle, HK-22240, and two came. Do you fetch the other one?"
    stage.submit(stage.placed(workflow), id=1, text=text)
    tend(stage)
    window = camera.open(f"{stage.running.page_url}&user=U0ANA")
    window.ready()
    modal = window.open(window.message("1 spot check waits"), "Start with 1 spot check")
    modal.get_by_label("Queue").select_option(label="delivery")
    modal.get_by_label("Reply").fill("We fetch the second kettle, at no cost for you.")
    window.submit()
    expect(modal).to_contain_text("It differs from what was delivered:")
    modal.get_by_label("Major").check()
    camera.take_modal(window, "spot-check")


@pytest.mark.shows("cause")
def take_a_cause(stage: Stage, camera: Camera) -> None:
    workflow = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="support-triage"))

    def fail(numbers: range) -> None:
        stage.desk.look_up_errors += [NotDone(f"ticket {number} is closed") for number in numbers]
        for number in numbers:
            stage.world.submit(workflow, id=number, text="Where is it?")
        stage.work()

    fail(range(1041, 1046))
    stage.world.clock.move(timedelta(hours=2))
    fail(range(1060, 1062))
    camera.clock.time = stage.world.clock.time + timedelta(minutes=20)
    window = camera.open(f"{stage.running.page_url}&user={KIM}&channel={FAILED}")
    window.ready()
    card = window.message("7 cases of support-triage failed at look_up")
    expect(card).to_contain_text("Nobody is on it yet.")
    camera.take(card, "cause")


@pytest.mark.shows("digest-failures", "digest-cost", "digest-numbers", "digest-quality", "course")
@pytest.mark.parametrize("own_year", ["sqlite"], indirect=True)
def take_digests(timed: Lived, running: Running, stage: Stage, camera: Camera) -> None:
    """Of the made-up year, the morning after each; the question is the specimen's."""
    shown: dict[str, DigestView] = {
        "digest-failures": previewed(timed, JobName.FAILURES, LAST_DAY, workflow=INVOICES),
        "digest-cost": previewed(timed, JobName.COST, DEAR),
        "digest-numbers": previewed(timed, JobName.NUMBERS, LAST_SUNDAY),
        "digest-quality": previewed(timed, JobName.QUALITY, AUTUMN),
    }
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    drawn = [*map(digest, shown.values()), course(COURSE)]
    for one in drawn:
        slack.chat_postMessage(channel=LEADING, text=one.text, blocks=one.blocks)
    camera.clock.time = NOW
    window = camera.open(f"{stage.running.page_url}&user={LEE}&channel={LEADING}", width=1250, height=6_000)
    window.ready()
    expect(window.messages).to_have_count(len(drawn))
    expect(window.page.locator(".unknown")).to_have_count(0)
    for place, name in enumerate([*shown, "course"]):
        message = window.messages.nth(place)
        chart = message.get_by_role("figure").first
        if name == "course":
            window.page.clock.set_fixed_time(datetime(2026, 11, 23, 8, tzinfo=UTC))
            window.page.reload()
            window.ready()
            expect(message).to_contain_text("the oldest came 3 days ago")
        camera.take(message, name, until=chart if name in ("digest-cost", "digest-numbers") else None)
