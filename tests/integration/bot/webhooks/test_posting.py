"""One request to a receiver: whatever it does, something is known of it in time, and no private address is reached."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from bot.webhooks.posting import Answer, Poster, may_reach
from tests.integration.tools.server import CERTIFICATE, DeskServer, Reply
from workflows.errors import NotDone
from workflows.tools.http.addresses import checked

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def receiver() -> Iterator[DeskServer]:
    """A receiver for all tests here."""
    with DeskServer() as server:
        yield server


@pytest.fixture(autouse=True)
def anew(receiver: DeskServer) -> None:
    """Each test finds it as it was at first."""
    receiver.forget()


def posted(address: str, *, private: bool = True, seconds: float = 15.0) -> Answer:
    """Send one request, to a private address unless said otherwise."""
    return Poster(seconds=seconds).post(address, b"{}", {"webhook-id": "msg_1"}, private=private, now=NOW)


@pytest.mark.parametrize(
    ("reply", "code", "taken"),
    [
        (Reply(status=204, body=b""), "http_204", True),
        (Reply(status=500), "http_500", False),
        (Reply(status=410), "http_410", False),
        (Reply(status=302, headers={"Location": "/elsewhere"}), "http_302", False),
        (Reply(drops=True), "no_answer", False),
    ],
)
def test_only_a_2xx_is_taken(receiver: DeskServer, reply: Reply, code: str, taken: bool) -> None:
    """A redirect is a refusal, and is not followed: one request was made."""
    receiver.will(reply)
    assert posted(f"{receiver.url}/hook") == Answer(code=code, taken=taken)
    assert [one.path for one in receiver.requests] == ["/hook"]


def test_a_receiver_that_hangs_is_left_in_time(receiver: DeskServer) -> None:
    """It says nothing, or a byte of its headers now and then."""
    receiver.will(Reply(stalls=True))
    assert posted(receiver.url, seconds=0.2) == Answer(code="timed_out", taken=False)


def test_an_endless_answer_is_not_read(receiver: DeskServer) -> None:
    """Its status is all that counts."""
    receiver.will(Reply(endless=True, body=b"x" * 65_536), Reply(drips=True))
    assert posted(receiver.url).taken
    assert posted(receiver.url).taken


@pytest.mark.parametrize(("said", "after"), [("7", 7), ("99999999", 86_400), ("soon", None), ("-1", None)])
def test_the_wait_that_is_asked_for_is_heard(receiver: DeskServer, said: str, after: int | None) -> None:
    """In seconds, at most a day; what is no wait is none."""
    receiver.will(Reply(status=429, headers={"Retry-After": said}))
    assert posted(receiver.url).after == (timedelta(seconds=after) if after is not None else None)


def test_garbage_is_no_answer() -> None:
    """Bytes that are no HTTP are told as such."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = Thread(target=_garbage, args=(listening,), daemon=True)
        thread.start()
        assert posted(f"http://127.0.0.1:{listening.getsockname()[1]}") == Answer(code="no_answer", taken=False)
        thread.join(timeout=30)


def _garbage(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b"\x00\xff NOT HTTP \r\n\r\n")


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"),
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fe80::1]", "[fd00::1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]", "224.0.0.1"),
    ],
)
def test_no_private_address_is_reached(receiver: DeskServer, host: str) -> None:
    """However it is written: this machine, its neighbours, and where clouds keep keys."""
    assert posted(f"https://{host}:{receiver.port}/", private=False).code in ("private_address", "no_such_host")
    assert not receiver.requests


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "192.0.0.192", "::ffff:a9fe:a9fe"])
@pytest.mark.parametrize("host", [None, "hook.test"])
def test_where_clouds_keep_keys_is_not_allowed_with_private_addresses(address: str, host: str | None) -> None:
    """Neither by number nor by a name for it. Nothing is connected to here: the check alone is asked."""
    named = host or address
    with pytest.raises(NotDone):
        checked(named, 443, ask=lambda host, port: [address], may=may_reach(named))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "fd00::1"])
def test_a_private_address_is_reached_where_it_is_allowed(address: str) -> None:
    """By its number as by a name."""
    for named in (address, "hook.test"):
        assert checked(named, 443, ask=lambda host, port: [address], may=may_reach(named)) == [address]


def _names(*answers: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    given = iter(answers)
    return lambda host, port: next(given)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:10.0.0.1"]])
def test_a_name_that_leads_to_a_private_address_is_refused(receiver: DeskServer, found: list[str]) -> None:
    """Also where one of its addresses is public: it is asked anew at each attempt, and not again for the connection."""
    poster = Poster(ask=_names(found))
    answer = poster.post(f"https://hook.test:{receiver.port}/", b"{}", {}, private=False, now=NOW)
    assert answer.code == "private_address"
    assert not receiver.requests


def test_plain_http_needs_that_private_addresses_are_allowed(receiver: DeskServer) -> None:
    """A setting that was kept before a rule changed is no way around it."""
    assert posted(receiver.url, private=False).code == "not_encrypted"
    assert not receiver.requests


def test_the_certificate_is_of_the_name_and_not_of_the_address() -> None:
    """TLS is verified with the name, although the connection goes to the address that was checked."""
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    with DeskServer(tls=True) as server:
        poster = Poster(ask=lambda host, port: ["127.0.0.1"], tls=trust)
        for name, code in (("desk.test", "http_200"), ("other.test", "bad_certificate")):
            answer = poster.post(f"https://{name}:{server.port}/", b"{}", {}, private=True, now=NOW)
            assert answer.code == code
        untrusted = Poster(ask=lambda host, port: ["127.0.0.1"])
        assert untrusted.post(f"https://desk.test:{server.port}/", b"{}", {}, private=True, now=NOW).code == (
            "bad_certificate"
        )
