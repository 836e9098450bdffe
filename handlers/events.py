"""What happens in the workspace that Countersign has to know of."""

from collections.abc import Mapping
from typing import Any

from slack_bolt import App

from handlers.surface import Surface


def register(app: App, surface: Surface) -> None:
    """Listen to events."""

    @app.event("subteam_members_changed")
    def members_changed(event: Mapping[str, Any]) -> None:
        # A reviewer who leaves the group loses the right at once where the event comes to this process.
        surface.groups.forget(str(event.get("subteam_id")))

    @app.event("subteam_updated")
    def updated(event: Mapping[str, Any]) -> None:
        surface.groups.forget(str(event.get("subteam", {}).get("id")))
