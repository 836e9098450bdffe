"""The people of a sandbox, for Python: each can do what the person could do in Slack."""

import time
from collections.abc import Callable
from typing import Self, TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter

Answer = TypeVar("Answer")
Block = dict[str, JsonValue]

LONGEST_WAIT = 1.0
"""Seconds between two looks: what is waited for may depend on more than the sandbox."""


class Refused(Exception):
    """The sandbox refuses: no person could do that."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


class _Shown(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ShownMessage(_Shown):
    """A message as one person sees it."""

    ts: str
    user: str
    bot_id: str | None = None
    text: str
    blocks: list[Block]
    attachments: list[Block]
    metadata: Block | None
    edited: bool
    ephemeral: bool
    mentions: list[str]
    thread_ts: str | None = None
    unfurl_links: JsonValue = None
    unfurl_media: JsonValue = None
    parse: JsonValue = None
    link_names: JsonValue = None
    client_msg_id: JsonValue = None


class ShownView(_Shown):
    """An open modal."""

    id: str
    type: str
    callback_id: str
    title: Block
    submit: Block | None
    close: Block | None
    blocks: list[Block]
    private_metadata: str
    hash: str
    errors: dict[str, str]
    values: dict[str, dict[str, Block]]


class Outcome(_Shown):
    """What became of an act."""

    sent: bool
    acknowledged: bool
    milliseconds: int
    outcome: str
    errors: dict[str, str] = {}
    message: Block | None = None
    why: str = ""


class ShownCall(_Shown):
    """A Web API call of the app's."""

    method: str
    channel: str
    ok: bool
    error: str | None
    time: float


class _Caller:
    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def _get(self, path: str, **query: str | float) -> dict[str, JsonValue]:
        return self._read(self._http.get(f"/control/{path}", params=query))

    def _act(self, path: str, **order: JsonValue) -> Outcome:
        return Outcome.model_validate(self._read(self._http.post(f"/control/{path}", json=order)))

    def _read(self, response: httpx2.Response) -> dict[str, JsonValue]:
        body: dict[str, JsonValue] = TypeAdapter(dict[str, JsonValue]).validate_json(response.content)
        if response.status_code != 200:
            raise Refused(response.status_code, str(body.get("error")))
        return body

    def wait_until(self, look: Callable[[], Answer | None], seconds: float = 10.0) -> Answer:
        """What `look` finds, as soon as it finds something. Raises TimeoutError."""
        over = time.monotonic() + seconds
        change = 0
        while True:
            # The number is read before the look: what changes in between is looked at again at once.
            change = int(str(self._get("wait", since=change, seconds=0)["change"]))
            found = look()
            if found:
                return found
            left = over - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"it did not come to pass within {seconds:g} seconds")
            self._get("wait", since=change, seconds=min(left, LONGEST_WAIT))


class Person(_Caller):
    """Someone who looks at Slack and acts there."""

    def __init__(self, user: str, http: httpx2.Client) -> None:
        super().__init__(http)
        self.user = user

    def messages(self, channel: str) -> list[ShownMessage]:
        """What there is to see in a channel, oldest first."""
        found = self._get(f"channels/{channel}/messages", user=self.user)["messages"]
        return TypeAdapter(list[ShownMessage]).validate_python(found)

    def views(self) -> list[ShownView]:
        """The open modals, the one that shows last."""
        return TypeAdapter(list[ShownView]).validate_python(self._get("views", user=self.user)["views"])

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
        """The same in the modal that shows."""
        return self._act(
            "press_in_view",
            user=self.user,
            action_id=action_id,
            block_id=block_id,
            selected=selected,
            confirmed=confirmed,
        )

    def type(self, values: dict[str, JsonValue]) -> Outcome:
        """Fill in inputs of the modal that shows, by block_id."""
        return self._act("type", user=self.user, values=values)

    def submit(self, values: dict[str, JsonValue] | None = None) -> Outcome:
        """Fill in, then press the modal's submit button."""
        return self._act("submit", user=self.user, values=values or {})

    def close(self, *, all: bool = False) -> Outcome:
        """Close the modal that shows, or all of them."""
        return self._act("close", user=self.user, all=all)

    def command(self, channel: str, command: str, text: str = "") -> Outcome:
        """Type a slash command."""
        return self._act("command", user=self.user, channel=channel, command=command, text=text)

    def open_home(self) -> Outcome:
        """Open the app's Home tab."""
        return self._act("open_home", user=self.user)


class Administrator(_Caller):
    """Who runs the workspace. To be closed at the end, or used in a `with` statement."""

    def __init__(self, url: str, control_token: str) -> None:
        # Nothing on this machine is behind a proxy.
        super().__init__(
            httpx2.Client(base_url=url, headers={"X-Sandbox-Token": control_token}, timeout=40.0, trust_env=False)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.shut()

    def shut(self) -> None:
        """End the connection to the sandbox."""
        self._http.close()

    def person(self, user: str) -> Person:
        """Someone to act as."""
        return Person(user, self._http)

    def workspace(self) -> dict[str, JsonValue]:
        """The team, its people, channels and groups."""
        workspace = self._get("workspace")["workspace"]
        assert isinstance(workspace, dict)
        return workspace

    def sockets(self) -> int:
        """How many connections the app has."""
        return int(str(self._get("workspace")["sockets"]))

    def calls(self, method: str | None = None) -> list[ShownCall]:
        """What the app called, oldest first."""
        calls = TypeAdapter(list[ShownCall]).validate_python(self._get("calls")["calls"])
        return [call for call in calls if method in (None, call.method)]

    def delete_message(self, channel: str, ts: str) -> None:
        self._act("admin/delete_message", channel=channel, ts=ts)

    def archive_channel(self, channel: str) -> None:
        self._act("admin/archive_channel", channel=channel)

    def unarchive_channel(self, channel: str) -> None:
        self._act("admin/unarchive_channel", channel=channel)

    def remove_bot(self, channel: str) -> None:
        self._act("admin/remove_bot", channel=channel)

    def add_bot(self, channel: str) -> None:
        self._act("admin/add_bot", channel=channel)

    def set_group(self, group: str, members: list[str]) -> Outcome:
        return self._act("admin/set_group", group=group, members=[*members])

    def deactivate_user(self, user: str) -> None:
        self._act("admin/deactivate_user", user=user)

    def revoke_token(self) -> None:
        self._act("admin/revoke_token")

    def restore_token(self) -> None:
        self._act("admin/restore_token")

    def refresh_sockets(self, *, drop: bool = False) -> None:
        self._act("admin/refresh_sockets", drop=drop)

    def reset(self) -> None:
        self._act("admin/reset")
