"""A person who reads Slack and acts there."""

from collections.abc import Sequence

import httpx2
from pydantic import JsonValue, TypeAdapter

from bot.sandbox.client.caller import Caller
from bot.sandbox.client.shown import Outcome, ShownHome, ShownMessage, ShownView


class Person(Caller):
    """A person who reads Slack and acts there."""

    def __init__(self, user: str, http: httpx2.Client) -> None:
        super().__init__(http)
        self.user = user

    def messages(self, channel: str) -> list[ShownMessage]:
        """Return the messages that the person sees in a channel, oldest first."""
        found = self._get(f"channels/{channel}/messages", user=self.user)["messages"]
        return TypeAdapter(list[ShownMessage]).validate_python(found)

    def views(self) -> list[ShownView]:
        """Return the open modals, the visible one last."""
        return TypeAdapter(list[ShownView]).validate_python(self._get("views", user=self.user)["views"])

    def home(self) -> ShownHome | None:
        """Return the app's Home tab; None where the app published none."""
        return TypeAdapter(ShownHome | None).validate_python(self._get("home", user=self.user)["home"])

    def press(
        self,
        channel: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        selected: JsonValue = None,
        confirmed: bool = False,
    ) -> Outcome:
        """Press a button of a message, or choose in one of its menus."""
        return self._act(
            "press",
            user=self.user,
            channel=channel,
            ts=ts,
            action_id=action_id,
            block_id=block_id,
            selected=selected,
            confirmed=confirmed,
        )

    def press_in_view(
        self, action_id: str, *, block_id: str | None = None, selected: JsonValue = None, confirmed: bool = False
    ) -> Outcome:
        """Press a button of the visible modal, or choose in one of its menus."""
        return self._act(
            "press_in_view",
            user=self.user,
            action_id=action_id,
            block_id=block_id,
            selected=selected,
            confirmed=confirmed,
        )

    def press_in_home(
        self, action_id: str, *, block_id: str | None = None, selected: JsonValue = None, confirmed: bool = False
    ) -> Outcome:
        """Press a button of the app's Home tab, or choose in one of its menus."""
        return self._act(
            "press_in_home",
            user=self.user,
            action_id=action_id,
            block_id=block_id,
            selected=selected,
            confirmed=confirmed,
        )

    def shortcut(self, channel: str, ts: str, callback_id: str) -> Outcome:
        """Choose a shortcut in the menu of a message."""
        return self._act("shortcut", user=self.user, channel=channel, ts=ts, callback_id=callback_id)

    def say(self, channel: str, text: str, *, thread_ts: str | None = None, files: Sequence[str] = ()) -> Outcome:
        """Type a message into a channel, a thread, or the direct messages with the app.

        `files`: ids of files that the person uploaded.
        """
        return self._act("say", user=self.user, channel=channel, text=text, thread_ts=thread_ts, files=[*files])

    def upload(self, name: str, data: bytes, *, mode: str = "hosted") -> str:
        """Upload a file for a message or a modal, and return its id. `mode`: hosted, external, or hidden_by_limit."""
        query = {"user": self.user, "name": name, "mode": mode}
        file = self._read(self._http.post("/control/files", params=query, content=data))["file"]
        assert isinstance(file, dict)
        return str(file["id"])

    def file(self, id: str) -> httpx2.Response:
        """Ask for the content of a file as the page does."""
        return self._http.get(f"/control/files/{id}", params={"user": self.user})

    def delete_file(self, id: str) -> Outcome:
        """Delete a file of one's own."""
        return self._act("delete_file", user=self.user, file=id)

    def rewrite(self, channel: str, ts: str, text: str) -> Outcome:
        """Edit a message of one's own."""
        return self._act("rewrite", user=self.user, channel=channel, ts=ts, text=text)

    def withdraw(self, channel: str, ts: str) -> Outcome:
        """Delete a message of one's own."""
        return self._act("withdraw", user=self.user, channel=channel, ts=ts)

    def join(self, channel: str) -> Outcome:
        """Join a channel, which Slack says in it."""
        return self._act("join", user=self.user, channel=channel)

    @property
    def direct(self) -> str:
        """Id of the direct messages with the app."""
        return f"D{self.user[1:]}"

    def type(self, values: dict[str, JsonValue]) -> Outcome:
        """Fill in inputs of the visible modal, by block_id."""
        return self._act("type", user=self.user, values=values)

    def submit(self, values: dict[str, JsonValue] | None = None) -> Outcome:
        """Fill in inputs, then press the modal's submit button."""
        return self._act("submit", user=self.user, values=values or {})

    def search(self, block_id: str, text: str = "") -> Outcome:
        """Type into a menu of the visible modal whose options the app gives; the outcome's answer has them."""
        return self._act("suggest", user=self.user, block_id=block_id, text=text)

    def close(self, *, all: bool = False) -> Outcome:
        """Close the visible modal, or all of them."""
        return self._act("close", user=self.user, all=all)

    def command(self, channel: str, command: str, text: str = "") -> Outcome:
        """Type a slash command."""
        return self._act("command", user=self.user, channel=channel, command=command, text=text)

    def open_home(self) -> Outcome:
        """Open the app's Home tab."""
        return self._act("open_home", user=self.user)
