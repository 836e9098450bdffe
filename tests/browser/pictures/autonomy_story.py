"""Pictures of the question to a workflow's owner, and of the certificate that it rests on."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.autonomy_month import FIRST, Month
from tests.browser.learning_loop import sign
from tests.browser.pictures.camera import Camera
from tests.browser.test_autonomy_month import A_DAY, let, month
from tests.slack.stage import MARIA

__all__ = ["month"]


@pytest.mark.shows("autonomy-question", "certificate")
def take_a_question_and_its_certificate(month: Month, camera: Camera) -> None:
    """After three days in shadow and two as drafts: whether the surest may be announced and go out."""
    stage = month.stage
    month.written(FIRST)
    desk = camera.open(f"{stage.running.page_url}&user={MARIA}")
    desk.ready()
    sign(month.loop, desk, 1, people=(MARIA,))
    for _ in range(3):
        month.day(A_DAY)
    direct = stage.person(MARIA).direct
    camera.clock.time = stage.world.clock.time + timedelta(days=1)
    owner = camera.open(f"{stage.running.page_url}&user={MARIA}&channel={direct}", height=2_400)
    owner.ready()
    owner.page.get_by_role("button", name="Messages", exact=True).click()
    let(month, owner, "answers compared", "show")
    month.day(A_DAY)
    asked = owner.messages.last
    expect(asked).to_contain_text("The evidence permits")
    camera.take(asked, "autonomy-question")
    let(month, owner, "The evidence permits", "announce")
    owner.say("/countersign certificate sample")
    shown = owner.messages.last
    expect(shown).to_contain_text("Certificate of sample")
    camera.take(shown, "certificate")
