"""The administrator of the workspace."""

from collections.abc import Sequence
from typing import Literal, Self

import httpx2
from pydantic import JsonValue, TypeAdapter

from bot.sandbox.client.failures import Failing
from bot.sandbox.client.person import Person
from bot.sandbox.client.shown import Outcome, ShownCall
from bot.sandbox.state.guide import Guide


class Administrator(Failing):
    """The administrator of the workspace. Close it at the end, or use it in a `with` statement."""

    def __init__(self, url: str, control_token: str) -> None:
        # No program on this machine is behind a proxy.
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
        """Return a person to act as."""
        return Person(user, self._http)

    def workspace(self) -> dict[str, JsonValue]:
        """Return the team, its people, channels and groups."""
        workspace = self._get("workspace")["workspace"]
        assert isinstance(workspace, dict)
        return workspace

    def sockets(self) -> int:
        """Return the number of the app's connections."""
        return int(str(self._get("workspace")["sockets"]))

    def calls(self, method: str | None = None) -> list[ShownCall]:
        """Return the app's calls, oldest first."""
        calls = TypeAdapter(list[ShownCall]).validate_python(self._get("calls")["calls"])
        return [call for call in calls if method in (None, call.method)]

    def set_file_seconds(self, seconds: float) -> None:
        """Have Slack need some time to look through each file; before, no block shows it."""
        self._act("admin/set_file_seconds", seconds=seconds)

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

    def set_disabled(self, group: str, *, disabled: bool = True) -> None:
        """Disable a user group, or enable it again."""
        self._act("admin/set_disabled", group=group, disabled=disabled)

    def set_guide(self, guide: Guide) -> None:
        """Have the page say something else that one can try."""
        self._act("admin/set_guide", guide=guide.model_dump(mode="json"))

    def send_payload(self, payload: dict[str, JsonValue]) -> Outcome:
        """Send the app any payload that Slack may send; the outcome has the app's answer."""
        return self._act("admin/send_payload", payload=payload)

    def deactivate_user(self, user: str) -> None:
        self._act("admin/deactivate_user", user=user)

    def change_user(
        self,
        user: str,
        *,
        guest: bool | None = None,
        single_channel: bool | None = None,
        time_zone: str | None = None,
        status_text: str | None = None,
        snoozed_until: int | None = None,
    ) -> None:
        """Make somebody a guest, or change what is known of them; None leaves it as it is."""
        self._act(
            "admin/change_user",
            user=user,
            guest=guest,
            single_channel=single_channel,
            time_zone=time_zone,
            status_text=status_text,
            snoozed_until=snoozed_until,
        )

    def revoke_token(self) -> None:
        self._act("admin/revoke_token")

    def remove_app(self) -> Outcome:
        """Remove the app from the workspace: its token is revoked, and it is told so."""
        return self._act("admin/remove_app")

    def answer_exchange(self, **also: JsonValue) -> None:
        """Have the answer to the next exchange of a code hold something else than usual."""
        self._act("admin/answer_exchange", also=also)

    def restore_token(self) -> None:
        self._act("admin/restore_token")

    def set_request_url(self, url: str | None) -> Outcome:
        """Send the app everything over HTTP from now on, if it answers there; None: over its sockets."""
        return self._act("admin/set_request_url", url=url)

    def set_scopes(self, scopes: Sequence[str]) -> None:
        """Set the scopes of the bot, from now on."""
        self._act("admin/set_scopes", scopes=[*scopes])

    def send_event(self, type: Literal["app_uninstalled", "tokens_revoked"]) -> Outcome:
        """Tell the app of an event, without its effect. The outcome has its event_id."""
        return self._act("admin/send_event", type=type)

    def send_event_again(self, event_id: str) -> Outcome:
        """Send an event that the app was sent once more: the same payload, as one more attempt at its delivery."""
        return self._act("admin/send_event_again", event_id=event_id)

    def refresh_sockets(self, *, drop: bool = False) -> None:
        self._act("admin/refresh_sockets", drop=drop)

    def reset(self) -> None:
        """Restore the workspace to its beginning, without faults; connections stay."""
        self._act("admin/reset")
