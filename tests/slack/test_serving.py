"""The whole program against the sandbox, as an operator runs it: `countersign serve` and `countersign run --post`."""

import json
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path

import pytest

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Sandbox
from bot.sandbox.state.workspace import default_workspace
from handlers.slack.manifest import manifest_file
from handlers.web.signatures import signed
from handlers.web.slack import PATH
from tests.integration.bot.commandline import LONGEST, PARCELS, CommandLine, wait_until
from tests.ports import free_port
from tests.slack.conftest import ACK_SECONDS
from tests.slack.over_http import FORM, Caller
from tests.slack.stage import ANA, EVE, SUPPORT, words

FAST = 0.02
"""Seconds between two messages to a channel, where a test is not about that."""


@pytest.fixture(scope="module")
def alone() -> Iterator[Running]:
    """A sandbox to which nothing else is connected."""
    with serving(Sandbox(default_workspace(manifest_file()), rate_limited=False, ack_seconds=ACK_SECONDS)) as running:
        yield running


@pytest.fixture
def slack(alone: Running, countersign: CommandLine) -> CommandLine:
    """The command line with the workflows of parcels.py, and settings for the sandbox."""
    alone.reset()
    countersign.settings.update(settings_for(alone))
    return countersign


def settings_for(alone: Running) -> dict[str, str]:
    """Settings that connect the workflows of parcels.py to the sandbox."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": alone.api_url,
        "COUNTERSIGN_POST_TO": f"parcels={SUPPORT}",
        # Who is named needs no answer of Slack's, for which a person's press waits 1.2 s in a process of its own.
        "COUNTERSIGN_REVIEWERS": "parcels=S0SUPPORT+U0ANA+U0EVE",
    }


@dataclass(kw_only=True)
class Served:
    """A `countersign serve`."""

    process: "subprocess.Popen[str]"
    log: str = ""
    """The text on standard error, once it has ended."""


@contextmanager
def served(slack: CommandLine, alone: Running) -> Iterator[Served]:
    """`countersign serve`, until the block ends."""
    serve = Served(process=slack.started("serve"))
    try:
        alone.administrator.wait_until(alone.administrator.sockets)
        yield serve
    finally:
        serve.process.send_signal(signal.SIGTERM)
        _, serve.log = serve.process.communicate(timeout=LONGEST)
        assert serve.process.returncode == 0, serve.log


def parcels(slack: CommandLine, number: int) -> Path:
    """A file of parcels."""
    path = slack.folder / "parcels.csv"
    path.write_text("id,text\n" + "".join(f"{id},unsure\n" for id in range(101, 101 + number)))
    return path


@pytest.mark.slow
def test_run_post_makes_ten_cards_of_two_hundred_waiting_cases_and_one_for_the_rest(
    slack: CommandLine, alone: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.post.PACE", FAST)
    said = slack.done("run", parcels(slack, 200), "--workflow", "parcels", "--post")
    assert "C0SUPPORT: 10 of at most 10 open cards, 190 more behind one card" in said.err
    messages = alone.person(ANA).messages(SUPPORT)
    assert len(messages) == 11
    assert messages[-1].text.startswith("190 more reviews wait")
    again = slack.done("run", parcels(slack, 200), "--workflow", "parcels", "--post")
    assert "10 of at most 10 open cards, 190 more" in again.err
    assert len(alone.person(ANA).messages(SUPPORT)) == 11


@pytest.mark.slow
def test_messages_to_a_channel_keep_the_pace_that_slack_asks_for(slack: CommandLine, alone: Running) -> None:
    slack.done("run", parcels(slack, 3), "--workflow", "parcels", "--post")
    times = [call.time for call in alone.administrator.calls("chat.postMessage")]
    assert len(times) == 3
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.95


def test_run_post_says_before_it_begins_what_is_missing(slack: CommandLine) -> None:
    file = parcels(slack, 1)
    nowhere = slack("run", file, "--workflow", "parcels", "--post", COUNTERSIGN_POST_TO="")
    assert "parcels posts nowhere: set COUNTERSIGN_POST_TO=parcels=CHANNEL" in nowhere.error()
    tokenless = slack("run", file, "--workflow", "parcels", "--post", SLACK_BOT_TOKEN="")
    assert "SLACK_BOT_TOKEN is not set: copy it from your app at https://api.slack.com/apps, Install App" in (
        tokenless.error()
    )
    wrong = slack("run", file, "--workflow", "parcels", "--post", SLACK_BOT_TOKEN="xoxb-wrong")
    assert "Slack refuses SLACK_BOT_TOKEN (invalid_auth)" in wrong.error()
    assert slack.done("cases", "--json").json() == []


def test_run_post_says_what_slack_refused(slack: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.post.LONGEST", 1.0)
    said = slack("run", parcels(slack, 2), "--workflow", "parcels", "--post", COUNTERSIGN_POST_TO="parcels=C0GENERAL")
    assert said.code == 1
    assert "not everything was posted; messages that wait: 2; Slack said: not_in_channel" in said.err


@pytest.mark.slow
def test_serve_assigns_to_the_least_busy_member_of_a_group_and_hands_on_what_is_theirs_when_they_are_away(
    slack: CommandLine, alone: Running
) -> None:
    source = PARCELS.read_text().replace("review=Review()", 'review=Review(assign="least_busy")')
    slack.settings["COUNTERSIGN_WORKFLOWS"] = str(slack.place("assigned.py", source))
    slack.settings["COUNTERSIGN_REVIEWERS"] = "parcels=S0SUPPORT"
    alone.administrator.set_group("S0SUPPORT", [ANA, EVE])
    ana = alone.person(ANA)

    def is_for(user: str) -> bool:
        return any(f"for @{user}" in words(card.blocks) for card in ana.messages(SUPPORT))

    with served(slack, alone):
        slack("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels")
        ana.wait_until(lambda: is_for(ANA))
        until = datetime.now(UTC) + timedelta(days=30)
        slack.done("away", ANA, "--until", f"{until:%Y-%m-%d}")
        ana.wait_until(lambda: is_for(EVE))


@pytest.mark.slow
def test_serve_works_on_cases_shows_cards_hears_decisions_and_goes_on_after_a_restart(
    slack: CommandLine, alone: Running
) -> None:
    ana = alone.person(ANA)
    with served(slack, alone) as first:
        said = slack("submit", '{"id": 1, "text": "unsure about the secret"}', "--workflow", "parcels")
        assert "that process works on the case" in said.err
        (card,) = ana.wait_until(lambda: ana.messages(SUPPORT))
        ana.wait_until(lambda: ana.press(SUPPORT, card.ts, "approve").acknowledged)
        ana.wait_until(lambda: "Applied: P-1" in words(ana.messages(SUPPORT)[0].blocks))
        slack("submit", '{"id": 2, "text": "unsure"}', "--workflow", "parcels")
        ana.wait_until(lambda: len(ana.messages(SUPPORT)) == 2)
    assert slack.effects()["parcels/parcel-1"]["by"] == ANA
    with served(slack, alone):
        # A card of the process before, and one that is decided already.
        decided, waiting = ana.messages(SUPPORT)
        assert "Applied: P-1" in words(decided.blocks)
        eve = alone.person(EVE)
        eve.press(SUPPORT, waiting.ts, "edit")
        eve.wait_until(eve.views)
        assert eve.submit({"queue.0.0": "=lost"}).outcome == "closed"
        ana.wait_until(lambda: "Applied: P-2" in words(ana.messages(SUPPORT)[1].blocks))
    assert len(ana.messages(SUPPORT)) == 2
    lines = [line for line in first.log.splitlines() if not line.startswith(("Countersign ", "Prompts: "))]
    assert {json.loads(line)["event"] for line in lines} >= {"socket.connected", "message.sent", "stopped"}
    assert "xoxb" not in first.log
    assert "secret" not in first.log


@pytest.mark.slow
def test_serve_finishes_what_it_began_when_it_is_told_to_stop(slack: CommandLine, alone: Running) -> None:
    held = slack.place("hold")
    ana = alone.person(ANA)
    with served(slack, alone) as serve:
        slack("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels")
        (card,) = ana.wait_until(lambda: ana.messages(SUPPORT))
        ana.press(SUPPORT, card.ts, "approve")
        wait_until(lambda: slack.lines("attempts"))
        serve.process.send_signal(signal.SIGTERM)
        held.unlink()
    assert slack.state(1) == "delivered"
    assert slack.lines("attempts") == ["parcels/parcel-1"]


def owner(slack: CommandLine) -> str | None:
    """The Slack workspace that the database belongs to."""
    with closing(sqlite3.connect(slack.folder / "countersign.sqlite")) as connection:
        found: tuple[str | None] = connection.execute("SELECT slack_id FROM teams").fetchone()
    return found[0]


@pytest.mark.slow
def test_a_database_belongs_to_the_first_workspace_it_was_used_with(slack: CommandLine) -> None:
    """Looking does not decide it, and no other workspace gets in later."""
    slack.done("doctor")
    assert owner(slack) is None
    slack.done("run", parcels(slack, 1), "--workflow", "parcels", "--post")
    assert owner(slack) == "T0SANDBOX"
    with closing(sqlite3.connect(slack.folder / "countersign.sqlite")) as connection:
        connection.execute("UPDATE teams SET slack_id = 'T0OTHER'")
        connection.commit()
    assert "the database belongs to the Slack workspace T0OTHER" in slack("serve").error()
    assert owner(slack) == "T0OTHER"


@pytest.mark.slow
def test_of_two_processes_one_sends_and_the_other_takes_over_when_it_dies(
    postgres_url: str, alone: Running, countersign: CommandLine
) -> None:
    """F52: and no card is posted twice."""
    alone.reset()
    countersign.settings.update(settings_for(alone), COUNTERSIGN_DATABASE_URL=postgres_url)
    countersign.done("migrate")
    ana, administrator = alone.person(ANA), alone.administrator
    first = countersign.started("serve")
    administrator.wait_until(administrator.sockets)
    countersign("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels")
    (card,) = ana.wait_until(lambda: ana.messages(SUPPORT))
    with served(countersign, alone):
        administrator.wait_until(lambda: administrator.sockets() == 2)
        first.kill()
        first.communicate()
        administrator.wait_until(lambda: administrator.sockets() == 1)
        ana.wait_until(lambda: ana.press(SUPPORT, card.ts, "approve").acknowledged)
        ana.wait_until(lambda: "Applied: P-1" in words(ana.messages(SUPPORT)[0].blocks))
    assert len(administrator.calls("chat.postMessage")) == 1


@dataclass(kw_only=True)
class Health:
    """The health of a process, as a monitor asks for it."""

    port: int

    def status(self, path: str) -> int:
        """The status, or 0 where nothing answers."""
        return self._asked(path)[0]

    def ready(self) -> dict[str, bool]:
        """Return the answer of /readyz."""
        return self._asked("/readyz")[1]

    def _asked(self, path: str) -> tuple[int, dict[str, bool]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except ConnectionError:
            return 0, {}
        finally:
            connection.close()


@pytest.fixture
def health(slack: CommandLine) -> Health:
    """The address of the process's health."""
    port = free_port()
    slack.settings["COUNTERSIGN_HEALTH"] = f"127.0.0.1:{port}"
    return Health(port=port)


@pytest.mark.slow
def test_serve_tells_when_it_is_ready_and_when_it_no_longer_is(
    slack: CommandLine, alone: Running, health: Health
) -> None:
    """F12: while it finishes what it began, whoever sends it work is to send it elsewhere."""
    held = slack.place("hold")
    with served(slack, alone) as serve:
        wait_until(lambda: health.status("/readyz") == 200)
        slack("submit", '{"id": 1, "text": "for the door"}', "--workflow", "parcels")
        wait_until(lambda: slack.lines("attempts"))
        serve.process.send_signal(signal.SIGTERM)
        wait_until(lambda: health.status("/readyz") == 503)
        assert health.status("/healthz") == 200
        held.unlink()


@pytest.mark.slow
def test_serve_tells_that_it_cannot_post_and_that_it_cannot_hear_and_when_it_can_again(
    slack: CommandLine, alone: Running, health: Health
) -> None:
    """Each by itself: Slack answers with pages of errors, then the sockets are lost, too."""
    administrator = alone.administrator
    with served(slack, alone):
        administrator.fault("server_error", status=503, times=None)
        slack("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels")
        wait_until(lambda: not health.ready()["posting"])
        assert health.ready().items() >= {"hearing": True, "slack": False, "database": True}.items()
        administrator.disconnect()
        wait_until(lambda: not health.ready()["hearing"])
        administrator.no_faults()
        wait_until(lambda: health.ready()["hearing"])
        alone.person(ANA).wait_until(lambda: alone.person(ANA).messages(SUPPORT), seconds=60)
        wait_until(lambda: health.status("/readyz") == 200)


@pytest.mark.slow
@pytest.mark.parametrize("token", ["xapp-of-nobody", "xoxb-sandbox"])
def test_serve_with_a_wrong_app_token_says_so_and_ends(slack: CommandLine, token: str) -> None:
    """It would hear nothing. Doctor finds it, too."""
    said = slack("serve", SLACK_APP_TOKEN=token).error()
    assert "SLACK_APP_TOKEN" in said
    found = slack("doctor", SLACK_APP_TOKEN=token)
    assert found.code == 1
    assert "SLACK_APP_TOKEN" in found.out
    assert "SLACK_APP_TOKEN is accepted" in slack.done("doctor").out


@pytest.fixture
def over_http(slack: CommandLine, alone: Running) -> Iterator[Caller]:
    """A place where serve hears over HTTP; it has no app token. Whoever calls it here may know the signing secret."""
    port = free_port()
    slack.settings.update(
        COUNTERSIGN_SLACK_HTTP=f"127.0.0.1:{port}", SLACK_SIGNING_SECRET=SIGNING_SECRET, SLACK_APP_TOKEN=""
    )
    yield Caller(port=port)
    alone.administrator.set_request_url(None)


def takes_request_url(alone: Running, caller: Caller) -> bool:
    """Tell whether the sandbox took the request URL, which has to answer its challenge."""
    return alone.administrator.set_request_url(f"http://127.0.0.1:{caller.port}{PATH}").acknowledged


@pytest.mark.slow
def test_serve_over_http_hears_a_decision_and_answers_what_is_under_way_when_it_is_told_to_stop(
    slack: CommandLine, alone: Running, health: Health, over_http: Caller
) -> None:
    """F12: a command that waits for an answer of Slack's is under way while the process stops."""
    ana = alone.person(ANA)
    serve = Served(process=slack.started("serve"))
    wait_until(lambda: takes_request_url(alone, over_http))
    wait_until(lambda: health.status("/readyz") == 200)
    slack("submit", '{"id": 1, "text": "unsure about the secret"}', "--workflow", "parcels")
    (card,) = ana.wait_until(lambda: ana.messages(SUPPORT))
    ana.wait_until(lambda: ana.press(SUPPORT, card.ts, "approve").acknowledged)
    ana.wait_until(lambda: "Applied: P-1" in words(ana.messages(SUPPORT)[0].blocks))
    asked = f"command=%2Fcountersign&text=help&user_id={ANA}&team_id=T0SANDBOX&channel_id={SUPPORT}&trigger_id=1.2.3"
    body = f"{asked}&response_url=http%3A%2F%2F127.0.0.1%2Fx".encode()
    timestamp = str(int(time.time()))
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\n"
        f"X-Slack-Signature: {signed(SIGNING_SECRET, timestamp, body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", over_http.port), timeout=LONGEST) as under_way:
        # Half of a request is here when it is told to stop.
        under_way.sendall(head.encode() + body[:10])
        serve.process.send_signal(signal.SIGTERM)
        wait_until(lambda: health.status("/readyz") == 503)
        under_way.sendall(body[10:])
        assert under_way.recv(100).startswith(b"HTTP/1.1 200 ")
    _, serve.log = serve.process.communicate(timeout=LONGEST)
    assert serve.process.returncode == 0, serve.log
    assert slack.effects()["parcels/parcel-1"]["by"] == ANA
    assert "request_url.answered" in serve.log
    assert "secret" not in serve.log
    assert SIGNING_SECRET not in serve.log


@pytest.mark.slow
def test_serve_over_http_refuses_to_start_without_a_secret_or_at_an_address_that_is_taken(
    slack: CommandLine, over_http: Caller
) -> None:
    """A5: anybody could pass for Slack. Doctor says the same, and which way Slack is heard."""
    for secret in ("", "xoxb-sandbox", "short"):
        for command in ("serve", "doctor"):
            said = slack(command, SLACK_SIGNING_SECRET=secret)
            assert said.code == 1
            words_of_it = " ".join((said.out + said.err).split())
            assert "SLACK_SIGNING_SECRET is" in words_of_it
            assert "Basic Information, App Credentials" in words_of_it
    with socket.create_server(("127.0.0.1", over_http.port)):
        advised = "Address already in use; end what listens there, such as countersign serve"
        assert f"cannot listen at 127.0.0.1:{over_http.port}: {advised}" in slack("serve").error()
    found = slack("doctor").out
    assert f"Slack is heard over HTTP at 127.0.0.1:{over_http.port}, at the path {PATH}" in " ".join(found.split())
    both = slack("doctor", SLACK_APP_TOKEN=APP_TOKEN).out
    assert "SLACK_APP_TOKEN is set, but not used" in " ".join(both.split())
