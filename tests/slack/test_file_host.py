"""A27: the bot's token goes to the host of Slack's files alone, and what comes from there is bounded."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from slack_sdk import WebClient

from handlers.slack.files import SlackFiles
from workflows.documents.refusals import Why
from workflows.engine.sources.heard.files import FileNotGiven, FileUnreachable
from workflows.engine.sources.heard.views import NoFile

pytestmark = pytest.mark.slow

TOKEN = "xoxb-secret"  # opens nothing
MOST = 1_000


@dataclass
class Host:
    """A host that answers as it is told, and remembers who asked with which token."""

    url: str = ""
    about: dict[str, object] = field(default_factory=dict)
    """The file, as `files.info` tells of it."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes = b"%PDF-1.7 content"
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Authorization of each request for content."""


@contextmanager
def served(host: Host) -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self._answer(200, {}, json.dumps({"ok": True, "file": host.about}).encode())

        def do_GET(self) -> None:
            host.asked.append((self.path, self.headers.get("authorization")))
            self._answer(host.status, host.headers, host.data)

        def _answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    """Slack, and a host of somebody else."""
    with ExitStack() as stack:
        slack, other = stack.enter_context(served(Host())), stack.enter_context(served(Host()))
        slack.about = about(f"{slack.url}/files-pri/T1-F1/a.pdf")
        yield slack, other


def about(url: str, **more: object) -> dict[str, object]:
    return {"id": "F1", "name": "a.pdf", "mode": "hosted", "size": 16, "user": "U1", "url_private": url, **more}


def files(slack: Host) -> SlackFiles:
    return SlackFiles(WebClient(TOKEN, base_url=f"{slack.url}/api/", retry_handlers=[]))


def refused(slack: Host) -> object:
    with pytest.raises(FileNotGiven) as error:
        files(slack).fetch("F1", most=MOST)
    return error.value.why


def test_a_file_comes_with_its_name_and_its_owner(hosts: tuple[Host, Host]) -> None:
    slack, _ = hosts
    fetched = files(slack).fetch("F1", most=MOST)
    assert (fetched.name, fetched.data, fetched.owner) == ("a.pdf", slack.data, "U1")
    assert slack.asked == [("/files-pri/T1-F1/a.pdf", f"Bearer {TOKEN}")]


@pytest.mark.parametrize(
    "address",
    [
        lambda slack, other: f"{other.url}/a.pdf",
        lambda slack, other: f"{slack.url}@{other.url.removeprefix('http://')}/a.pdf",
        lambda slack, other: f"http://user:pass@{slack.url.removeprefix('http://')}/a.pdf",
        lambda slack, other: f"{slack.url.replace('http:', 'https:')}/a.pdf",
        lambda slack, other: f"{slack.url.replace('127.0.0.1', 'localhost')}/a.pdf",
        lambda slack, other: "http://[::1/a.pdf",
        lambda slack, other: "file:///etc/passwd",
        lambda slack, other: "",
    ],
)
def test_an_address_on_another_host_is_never_asked(
    address: Callable[[Host, Host], str], hosts: tuple[Host, Host]
) -> None:
    slack, other = hosts
    slack.about = about(address(slack, other))
    assert refused(slack) is NoFile.ELSEWHERE
    assert slack.asked == other.asked == []


def test_no_redirect_is_followed(hosts: tuple[Host, Host]) -> None:
    slack, other = hosts
    for status in (301, 302, 303, 307, 308):
        slack.status, slack.headers = status, {"Location": f"{other.url}/a.pdf"}
        assert refused(slack) is NoFile.NOT_READABLE
    assert other.asked == []


def test_slack_itself_has_its_files_on_one_host() -> None:
    """Of the Web API's own domain, no other host gets the token, and none without TLS."""
    real = SlackFiles(WebClient(TOKEN))
    assert real._is_of_slack("https://files.slack.com/files-pri/T1-F1/a.pdf")
    for wrong in (
        "http://files.slack.com/a.pdf",
        "https://files.slack.com:8443/a.pdf",
        "https://files.slack.com.evil.example/a.pdf",
        "https://evil.slack.com/a.pdf",
        "https://slack.com/a.pdf",
        "https://files.slack.com@evil.example/a.pdf",
    ):
        assert not real._is_of_slack(wrong), wrong


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"data": bytes(MOST + 1)}, Why.TOO_LARGE),
        ({"headers": {"Content-Type": "text/html"}}, NoFile.NOT_READABLE),
        ({"headers": {"Content-Encoding": "gzip"}}, NoFile.NOT_READABLE),
        ({"status": 403}, NoFile.NOT_READABLE),
        ({"status": 404}, NoFile.GONE),
    ],
)
def test_what_is_not_the_file_is_refused(
    change: dict[str, object], why: NoFile | Why, hosts: tuple[Host, Host]
) -> None:
    """A32: a file that says it is small is counted while it is read; nothing is unpacked."""
    slack, _ = hosts
    for name, value in change.items():
        setattr(slack, name, value)
    assert refused(slack) is why


@pytest.mark.parametrize("mode", ["external", "tombstone", "hidden_by_limit", "file_access", ""])
def test_a_file_that_slack_does_not_hold_is_not_asked_for(mode: str, hosts: tuple[Host, Host]) -> None:
    slack, _ = hosts
    slack.about = about(f"{slack.url}/a.pdf", mode=mode)
    assert isinstance(refused(slack), NoFile)
    slack.about = about(f"{slack.url}/a.pdf", size=MOST + 1)
    assert refused(slack) is Why.TOO_LARGE
    assert slack.asked == []


def test_a_host_that_fails_is_asked_again_later(hosts: tuple[Host, Host]) -> None:
    slack, _ = hosts
    for status in (429, 500, 503):
        slack.status = status
        with pytest.raises(FileUnreachable):
            files(slack).fetch("F1", most=MOST)
