"""The newer blocks, the Home tab, the menu of a message, and what people type: by pointer, by keys, and on a phone."""

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from bot.sandbox.state.workspace import Shortcut
from tests.browser.conftest import OpenWindow
from tests.slack.sandbox.building import (
    Object,
    actions,
    button,
    card,
    carousel,
    cell,
    container,
    context_actions,
    feedback,
    home,
    icon_button,
    option,
    plain,
    plan,
    section,
    task,
)
from tests.slack.stage import ANA, SUPPORT, Stage

pytestmark = pytest.mark.slow


def table_of(rows: int) -> Object:
    """Rows with a button each, five on a page."""
    head: list[object] = [[cell("Invoice"), cell("Amount"), cell("Do")]]
    head += [
        [
            cell(f"invoice {row}"),
            {"type": "raw_number", "value": row, "text": f"{row}.00"},
            {"type": "action", "element": button(f"open.{row}", text=plain("Open"), value=str(row))},
        ]
        for row in range(rows)
    ]
    return {"type": "data_table", "caption": "Invoices alike", "rows": head}  # type: ignore[dict-item]  # nested lists


def slack_of(running: Running) -> WebClient:
    return WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_newer_blocks_are_drawn_and_pressed_by_keys(
    width: int, dark: bool, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    """A menu opens and closes by keys, a table turns its pages, a container opens; nothing is wider than the screen."""
    more: Object = {
        "type": "overflow",
        "action_id": "more",
        "options": [option("1", text=plain("Assign")), option("2")],
    }
    slack_of(running).chat_postMessage(
        channel=SUPPORT,
        text="t",
        blocks=[
            section("A section", accessory=more),
            card(title=plain("A card"), actions=[button("of_card", text=plain("Approve"))]),
            carousel(card(title=plain("One")), card(title=plain("Two"))),
            table_of(7),
            container(actions(button("inside", text=plain("Inside"))), is_collapsible=True, default_collapsed=True),
            plan(task("1"), task("2", "pending")),
            {"type": "markdown", "text": "# Heading\n\n**strong** <script>window.ran = 1</script>"},
            context_actions(feedback(), icon_button(visible_to_user_ids=["U0BEN"])),
        ],
    )
    window = open_window(width=width, dark=dark)
    # The last message will be the app's answer to a press that it does not know.
    message = window.messages.first
    expect(message.locator(".unknown")).to_have_count(0)
    menu = message.get_by_role("button", name="More actions", exact=True)
    menu.press("Enter")
    expect(window.page.get_by_role("menuitem", name="Assign")).to_be_focused()
    window.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    menu.press("Enter")
    expect(window.page.get_by_role("menuitem", name="Assign")).to_be_focused()
    with window.acting("press"):
        window.page.keyboard.press("Enter")
    expect(message.get_by_role("row")).to_have_count(6)
    message.get_by_role("button", name="Next").press("Enter")
    expect(message.get_by_role("row")).to_have_count(3)
    with window.acting("press"):
        message.get_by_role("row", name="invoice 6").get_by_role("button", name="Open").press("Enter")
    expect(message.get_by_role("button", name="Inside")).to_be_hidden()
    message.locator("summary", has_text="text").press("Enter")
    with window.acting("press"):
        message.get_by_role("button", name="Inside").click()
    with window.acting("press"):
        message.get_by_role("button", name="Approve").click()
    with window.acting("press"):
        message.get_by_role("button", name="Bad").click()
    expect(message.get_by_role("button", name="Delete")).to_have_count(0)
    expect(message).to_contain_text("Not begun")
    assert window.page.evaluate("window.ran") is None
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_home_tab_shows_what_the_app_publishes_and_opens_modals(
    running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    """It is there for the one person, drawn anew in place, and its buttons keep the focus."""
    running.sandbox.workspace.app.home = True
    slack = slack_of(running)
    start = button("start", text=plain("Start reviewing"))
    window = open_window()
    with window.acting("open_home"):
        window.page.locator("#apps").get_by_role("button", name="Countersign").click()
    tab = window.page.get_by_role("region", name="Home", exact=True)
    # Ours comes first.
    expect(tab).to_contain_text("There is nothing for you to review here.")
    slack.views_publish(user_id=ANA, view=home(section("7 wait for you"), actions(start, block_id="top"), table_of(2)))
    expect(tab).to_contain_text("7 wait for you")
    with window.acting("press_in_home"):
        tab.get_by_role("button", name="Start reviewing").click()
    # Countersign has no such button, and says so.
    expect(window.modal).to_be_visible()
    window.page.keyboard.press("Escape")
    slack.views_publish(user_id=ANA, view=home(section("6 wait for you"), actions(start, block_id="top")))
    expect(tab).to_contain_text("6 wait for you")
    window.page.get_by_role("button", name="Messages", exact=True).click()
    expect(tab).to_be_hidden()
    window.page.get_by_label("A message or a slash command").fill("hello")
    with window.acting("say"):
        window.page.keyboard.press("Enter")
    expect(window.messages.last).to_contain_text("hello")
    window.go("support-review")
    expect(window.message("hello")).to_have_count(0)


def test_a_message_has_a_menu_with_a_reply_and_what_the_app_adds(
    running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    """A reply stands in the thread, under its message."""
    running.sandbox.workspace.app.shortcuts = [Shortcut(callback_id="report", name="Report as wrong")]
    slack_of(running).chat_postMessage(channel=SUPPORT, text="a card")
    window = open_window()
    menu = window.page.get_by_role("button", name="More actions of this message").last
    menu.click()
    with window.acting("shortcut"):
        window.page.get_by_role("menuitem", name="Report as wrong").click()
    menu.click()
    window.page.get_by_role("menuitem", name="Reply in thread").click()
    window.page.get_by_label("A reply").fill("is it?")
    with window.acting("say"):
        window.page.keyboard.press("Enter")
    expect(window.page.locator("#thread-messages")).to_contain_text("is it?")
    expect(window.message("a card").get_by_role("button", name="1 reply")).to_be_visible()


def test_a_person_is_picked_from_those_there_are(running: Running, stage: Stage, open_window: OpenWindow) -> None:
    """One of them, or several; nobody who cannot sign in."""
    one: Object = {"type": "users_select", "action_id": "who", "placeholder": plain("Who takes it")}
    several: Object = {"type": "multi_users_select", "action_id": "all"}
    blocks = [actions(one), section("with", accessory=several)]
    ts = str(slack_of(running).chat_postMessage(channel=SUPPORT, text="t", blocks=blocks)["ts"])
    window = open_window()
    menu = window.messages.first.get_by_label("Who takes it")
    expect(menu.get_by_role("option", name="Old Hand")).to_have_count(0)
    with window.acting("press"):
        menu.select_option("Ben, reviewer")
    with window.acting("press"):
        window.messages.first.get_by_role("checkbox", name="Kim, engineer").check()
    message = running.sandbox.history.find(SUPPORT, ts)
    assert message is not None
    chosen = [state for block in message.chosen[ANA].values() for state in block.values()]
    assert chosen == [
        {"type": "users_select", "selected_user": "U0BEN"},
        {"type": "multi_users_select", "selected_users": ["U0KIM"]},
    ]
