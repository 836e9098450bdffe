"""`countersign init` beside a workspace, as a newcomer plays it: what is wrong is told at once, and put right there."""

import socket
from pathlib import Path

import pytest

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN
from bot.settings import settings_with
from tests.integration.bot.commandline import CommandLine, Said

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::getpass.GetPassWarning")]

TYPED = [
    "taken/folder",  # a file stands there
    "home",
    "mysql",
    "sqlite",
    "Berlin",
    "Europe/Berlin",
    "Refund Requests",
    "refund-requests",
    "workspace",
    APP_TOKEN,  # where the bot token belongs
    BOT_TOKEN,
    BOT_TOKEN,  # where the app token belongs
    APP_TOKEN,
    "U0NOBODY",
    "U0MARIA",
    "U0LEE",
    "#support-review",
    "C0SUPPROT",  # a typo
    "C0SUPPORT",
    "S0SUPORT",
    "S0SUPPORT",
    "local",
]
TOLD = [
    "cannot be written to (Not a directory); name another folder",
    "it has to be sqlite, for a file in the folder, or a URL that begins with postgresql://",
    "a time zone is named as in the IANA database",
    "'Refund Requests' is not a name for an automation",
    "this is the app token; enter the bot token",
    "this is the bot token; enter the app token",
    "Slack knows nobody with the id U0NOBODY",
    "a channel is named by its id, such as C0123456789",
    "there is no channel C0SUPPROT that Countersign sees (channel_not_found)",
    "There is no user group S0SUPORT in Slack, or it is disabled",
]


def played(empty: CommandLine, running: Running) -> Said:
    """Play it through, with ten mistakes on the way."""
    (empty.folder / "taken").write_text("")
    return empty.done("init", "--slack-url", running.api_url, input="".join(f"{line}\n" for line in TYPED))


@pytest.fixture
def workspace(running: Running, empty: CommandLine) -> CommandLine:
    """An empty folder beside a workspace."""
    running.reset()
    return empty


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}


def test_a_newcomer_is_told_of_each_mistake_and_gets_to_the_first_case(
    workspace: CommandLine, running: Running
) -> None:
    said = played(workspace, running)
    wrong = [line for line in said.out.splitlines() if "That does not work" in line]
    assert len(wrong) == len(TOLD)
    assert [told for told, line in zip(TOLD, wrong, strict=True) if told not in line] == []
    assert BOT_TOKEN not in said.out + said.err
    assert "3 of 3 channels, groups and people that are named look right" in said.out

    home = workspace.folder / "home"
    assert home.stat().st_mode & 0o777 == 0o700
    assert [(home / name).stat().st_mode & 0o777 for name in (".env", "countersign.sqlite")] == [0o600, 0o600]
    settings = settings_with(home / ".env", {})
    assert settings.post_to == {"refund-requests": "C0SUPPORT"}
    assert settings.reviewers == {"refund-requests": ("S0SUPPORT",)}
    assert settings.engineers == ("U0MARIA",)
    assert 'owner="U0MARIA"' in (home / "refund_requests" / "workflow.py").read_text()
    assert 'backup="U0LEE"' in (home / "refund_requests" / "workflow.py").read_text()

    cases = home / "refund_requests" / "cases.jsonl"
    told = workspace.done("--env-file", str(home / ".env"), "run", str(cases), "--workflow", "refund-requests")
    assert "to review          3" in told.out

    before = {name: content for name, content in files(home).items() if not name.startswith("countersign.sqlite")}
    again = workspace.done("init", "--no-input", "--folder", "home")
    assert "SLACK_BOT_TOKEN stands in" in again.out
    assert {name: files(home)[name] for name in before} == before


def test_what_was_answered_before_it_was_stopped_is_not_asked_again(workspace: CommandLine, running: Running) -> None:
    stopped = workspace(
        "init", "--slack", "workspace", "--slack-url", running.api_url, input=f"home\n\n\n\n{BOT_TOKEN}\n"
    )
    assert stopped.code == 130
    assert "the same command goes on from there" in stopped.out
    flags = ("--folder", "home", "--owner", "U0MARIA", "--channel", "C0SUPPORT", "--reviewers", "S0SUPPORT")
    said = workspace.done("init", "--no-input", *flags, SLACK_APP_TOKEN=APP_TOKEN)
    assert "SLACK_BOT_TOKEN stands in" in said.out
    assert "ok    Slack workspace Sandbox" in said.out


def test_over_http_the_address_and_the_signing_secret_are_asked_for_in_place_of_the_app_token(
    workspace: CommandLine, running: Running
) -> None:
    secret = "5a4db0c5161710a5eed05a4db0c51617"  # of nobody
    with socket.create_server(("127.0.0.1", 0)) as other, socket.create_server(("127.0.0.1", 0)) as one:
        taken, free = (f"127.0.0.1:{found.getsockname()[1]}" for found in (other, one))
        one.close()
        typed = ("http", "8480", taken, free, BOT_TOKEN, secret, *[""] * 2)
        flags = [
            *("--folder", "home", "--database", "sqlite", "--timezone", "UTC", "--slack", "workspace"),
            *("--slack-url", running.api_url, "--automation", "refund-requests", "--owner", "U0MARIA"),
            *("--channel", "C0SUPPORT", "--reviewers", "S0SUPPORT"),
        ]
        said = workspace.done("init", *flags, input="".join(f"{line}\n" for line in typed), SLACK_BOT_TOKEN=BOT_TOKEN)
    told = ["has to be HOST:PORT", f"{taken} cannot be listened at (", "here belongs the signing secret"]
    wrong = [line for line in said.out.splitlines() if "That does not work" in line]
    assert len(wrong) == len(told)
    assert [part for part, line in zip(told, wrong, strict=True) if part not in line] == []
    assert secret not in said.out + said.err
    settings = settings_with(workspace.folder / "home" / ".env", {})
    assert (settings.slack_http, settings.slack_app_token) == (free, None)
    assert settings.slack_signing_secret is not None
    assert settings.slack_signing_secret.get_secret_value() == secret
    again = workspace.done("init", "--no-input", "--folder", "home")
    assert "COUNTERSIGN_SLACK_HTTP stands in" in again.out
    assert f"Slack is heard over HTTP at {free}" in again.out
    assert f"countersign sandbox --request-url http://{free}/slack/events " in again.out, "its token is the sandbox's"
    sandbox = ("--slack", "sandbox", "--slack-http", free, "--slack-url", running.api_url)
    tried = workspace.done("init", "--no-input", "--folder", "tried", *sandbox)
    assert f"countersign sandbox --request-url http://{free}/slack/events " in tried.out
    assert f"Slack is heard over HTTP at {free}" in tried.out


def test_a_script_is_refused_with_the_flag_that_does_not_work(workspace: CommandLine) -> None:
    flags = ("--folder", "home", "--slack", "none", "--owner", "maria")
    assert workspace("init", "--no-input", *flags).err.startswith("error: --owner: a person is named by their id")
    assert workspace.done("init", "--no-input", *flags[:-1], "U0MARIA").out.endswith("then it may go alone\n")
