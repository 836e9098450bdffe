"""The manifest of the Slack app: where it lies, the commands that it names, and its forms for HTTP and for OAuth."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from handlers.web.install.installing import CALLBACK
from handlers.web.slack import PATH
from workflows.engine.errors import Refused

_NAME = "manifest.json"


def manifest_file() -> Path:
    """Return the file: beside this one where Countersign is installed, at the top of the repository in a checkout."""
    beside = Path(__file__).with_name(_NAME)
    return beside if beside.is_file() else Path(__file__).parents[2] / _NAME


def command_rows(file: Path) -> Sequence[str]:
    """Return the slash commands that a manifest names, each with its slash."""
    return [row["command"] for row in json.loads(file.read_text("utf-8"))["features"]["slash_commands"]]


def over_http(manifest: Mapping[str, Any], url: str) -> Mapping[str, Any]:
    """Return a manifest for an app that Slack reaches over HTTP. Raise `Refused` for an address that Slack refuses.

    `url`: of the server, or the whole request URL.
    """
    split = urlsplit(url)
    if split.scheme != "https" or not split.hostname or split.path not in ("", "/", PATH) or split.query:
        raise Refused(f"Slack sends to https only: name the server as https://HOST, or as https://HOST{PATH}")
    url = f"https://{split.netloc}{PATH}"
    told = deepcopy(dict(manifest))
    settings = told["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = url
    # Slack asks for the choices of a searched menu at an address of its own.
    settings["interactivity"] |= {"request_url": url, "message_menu_options_url": url}
    for command in told["features"]["slash_commands"]:
        command["url"] = url
    return told


def over_oauth(manifest: Mapping[str, Any], url: str, *, whole: bool) -> Mapping[str, Any]:
    """Return a manifest for an app that people install over OAuth. Raise `Refused` for an address that Slack refuses.

    `url`: of the server, or the whole redirect URL. `whole`: an organisation on Enterprise Grid may install it as a
    whole, too.
    """
    split = urlsplit(url)
    if split.scheme != "https" or not split.hostname or split.path not in ("", "/", CALLBACK) or split.query:
        raise Refused(
            f"Slack sends people back to https only: name the server as https://HOST, or https://HOST{CALLBACK}"
        )
    told = deepcopy(dict(manifest))
    told["oauth_config"]["redirect_urls"] = [f"https://{split.netloc}{CALLBACK}"]
    told["settings"]["org_deploy_enabled"] = whole
    return told
