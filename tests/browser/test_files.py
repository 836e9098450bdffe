"""Files on the page: pictures are shown and enlarged, others can be saved, and people send their own."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from tests.browser.conftest import OpenWindow
from tests.paper import claims, pdf
from tests.slack.stage import ANA, SUPPORT, Stage

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""
LONG = "Rechnung der Firma Müller & Söhne <b>mit</b> einem sehr langen Namen.pdf"


def picture() -> bytes:
    """A page with a passage marked."""
    page = Image.new("RGB", (800, 1_100), "white")
    ImageDraw.Draw(page).rectangle((60, 300, 500, 350), outline="red", width=5)
    written = BytesIO()
    page.save(written, "PNG")
    return written.getvalue()


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_files_are_shown_sent_and_chosen(
    width: int, dark: bool, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    workflow = claims()
    stage.placed(workflow)
    ana = running.person(ANA)
    html = ana.upload("a.html", b"<script>document.body.remove()</script>")
    ana.say(SUPPORT, "Please look", files=[ana.upload("scan.png", picture()), ana.upload(LONG, pdf("x")), html])
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    shown = slack.files_upload_v2(content=picture(), filename="page.png", alt_txt="Page 1: total marked")["file"]
    block = {"type": "image", "alt_text": "Page 1: total marked", "slack_file": {"id": shown["id"]}}
    slack.chat_postMessage(channel=SUPPORT, text="Page 1", blocks=[block])
    window = open_window(width=width, dark=dark)
    page = window.page
    first = window.messages.first
    expect(first.get_by_role("button", name=LONG)).to_contain_text("Download")
    with page.expect_download() as saved:
        first.get_by_role("button", name="a.html").click()
    assert saved.value.suggested_filename == "a.html"
    marked = window.messages.last.get_by_role("button", name="Enlarge: Page 1: total marked")
    expect(marked.locator("img")).to_have_js_property("naturalWidth", 800)
    marked.click()
    large = page.get_by_role("dialog", name="Page 1: total marked")
    expect(large.get_by_role("img")).to_have_js_property("naturalWidth", 800)
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)

    page.locator("#composer input[type=file]").set_input_files([payload("mine.pdf", pdf("y")), payload("no.pdf", b"%")])
    expect(page.locator("#composer .chosen-files li")).to_have_count(2)
    page.get_by_role("button", name="Remove no.pdf").click()
    with window.acting("say"):
        page.locator("#composer").get_by_role("button", name="Send").click()
    assert [one["name"] for one in ana.messages(SUPPORT)[-1].files] == ["mine.pdf"]
    expect(window.messages.last).to_contain_text("mine.pdf")

    ana.command(SUPPORT, "/countersign", "submit claims")
    form = window.modal
    form.get_by_label("Number").fill("7")
    form.locator("[data-block='form.0.0'] input[type=file]").set_input_files([payload("claim.pdf", b"no pdf")])
    expect(form.locator("[data-block='form.0.0'] li")).to_contain_text("claim.pdf")
    if KEPT:
        kind = f"{width}-{'dark' if dark else 'light'}"
        page.screenshot(path=Path(KEPT) / f"files-form-{kind}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    form.get_by_role("button", name="Hand in").click()
    expect(form.locator("[data-block='form.0.0'] .error")).to_be_visible()
    if KEPT:
        page.screenshot(path=Path(KEPT) / f"files-error-{kind}.png")
