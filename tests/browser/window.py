"""A window with the page in it, and what somebody does there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Locator, Request, WebSocket, expect


@dataclass
class Window:
    """One window of one person."""

    context: BrowserContext
    address: str
    requested: list[str] = field(default_factory=list)
    """Every address that was asked for, websockets too."""
    went_wrong: list[str] = field(default_factory=list)
    """Dialogs, uncaught errors, and what the browser complains about."""
    lost: bool = False
    """The server went away on purpose, so that the browser complains about it."""

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.context.on("request", self._asked_for)
        self.page.on("websocket", self._asked_for)
        self.page.on("pageerror", self._failed)
        self.page.on("console", self._said)
        self.page.on("dialog", self._asked)
        self.page.goto(self.address)

    def _asked_for(self, request: Request | WebSocket) -> None:
        self.requested.append(request.url)

    def _failed(self, error: Error) -> None:
        self.went_wrong.append(str(error))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self.lost:
            self.went_wrong.append(message.text)

    def _asked(self, dialog: Dialog) -> None:
        self.went_wrong.append(dialog.message)
        dialog.dismiss()

    def ready(self) -> None:
        """Wait until the workspace is there."""
        expect(self.page.locator("body.ready")).to_be_attached()

    def close(self) -> None:
        self.context.close()
        assert self.went_wrong == []
        # What the page made itself, of bytes that it was given, is a blob of its own origin.
        asked = {urlsplit(url.removeprefix("blob:")).hostname for url in self.requested}
        assert asked <= {"127.0.0.1"}

    @property
    def messages(self) -> Locator:
        """Return the messages of the channel."""
        return self.page.locator("#messages article")

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text)

    @property
    def modal(self) -> Locator:
        return self.page.locator("dialog#modal[open]")

    @property
    def question(self) -> Locator:
        """Return the question that is asked before a press counts."""
        return self.page.locator("dialog.confirm[open]")

    @contextmanager
    def acting(self, what: str) -> Iterator[None]:
        """Do something, and wait until the sandbox has answered it."""
        with self.page.expect_response(lambda response: response.url.endswith(f"/control/{what}")):
            yield

    def press(self, card: Locator, button: str) -> None:
        with self.acting("press"):
            card.get_by_role("button", name=button).click()

    def open(self, card: Locator, button: str) -> Locator:
        """Press what opens a modal."""
        self.press(card, button)
        expect(self.modal).to_be_visible()
        return self.modal

    def submit(self) -> None:
        with self.acting("submit"):
            self.modal.locator("button[type=submit]").click()

    def say(self, text: str) -> None:
        with self.acting("command"):
            self.page.get_by_label("A message or a slash command").fill(text)
            self.page.get_by_role("button", name="Send").click()

    def go(self, channel: str) -> None:
        self.channel(channel).click()
        expect(self.page.locator("#channel-name")).to_have_text(channel)

    def channel(self, name: str) -> Locator:
        """Its entry on the left."""
        return self.page.locator("#channels button").filter(has_text=name)

    def become(self, user: str) -> None:
        self.page.get_by_label("You are").select_option(user)
        expect(self.page.get_by_label("You are")).to_have_value(user)
