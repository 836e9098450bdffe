"""No address that is not of the open internet is spoken with, whatever name or form it comes in."""

import ssl
from collections.abc import Sequence

import pytest

from tests.integration.tools.server import CERTIFICATE, DeskServer, Reply
from workflows import BadDeclaration, NotDone, TryAgain
from workflows.tools.http import client
from workflows.tools.http.addresses import allowed, checked

HERE = ["127.0.0.1"]
PUBLIC = "93.184.216.34"


class Names:
    """A name server that gives another answer each time it is asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0x7f000001",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "[::]",
    ],
)
def test_this_machine_is_not_reached_by_any_name_of_it(desk: DeskServer, host: str) -> None:
    """Refused before a connection is made: the desk that listens there hears nothing."""
    with client(f"http://{host}:{desk.port}") as made, pytest.raises(NotDone, match="an author may allow it"):
        made.get("/")
    assert desk.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "192.0.0.192",
        "192.0.0.9",
        "192.88.99.1",
        "192.31.196.1",
        "192.175.48.1",
        "3fff::1",
        "3fff:fff::1",
        "2001::1",
        "2001:20::1",
        "2620:4f:8000::1",
        "5f00::1",
        "100::1",
        "4000::1",
        "::169.254.169.254",
    ],
)
def test_an_address_that_is_not_of_the_open_internet_is_refused(address: str) -> None:
    with pytest.raises(NotDone, match=r"evil.test is at"):
        checked("evil.test", 80, ask=Names([address]), may=allowed([]))


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"])
def test_an_address_of_the_open_internet_is_spoken_with(address: str) -> None:
    assert checked("desk.test", 80, ask=Names([address]), may=allowed([])) == [address]


def test_a_name_with_one_private_address_among_others_is_refused() -> None:
    with pytest.raises(NotDone, match=r"10.0.0.1"):
        checked("evil.test", 80, ask=Names([PUBLIC, "10.0.0.1"]), may=allowed([]))


def test_an_author_may_allow_addresses_networks_and_names() -> None:
    may = allowed(["10.1.2.3", "192.168.0.0/16", "desk.internal", "::1"])
    for address in ("10.1.2.3", "192.168.7.7", "::1", "::ffff:10.1.2.3"):
        assert checked("any.test", 80, ask=Names([address]), may=may)
    assert checked("Desk.Internal.", 80, ask=Names(["10.9.9.9"]), may=may)
    with pytest.raises(NotDone):
        checked("any.test", 80, ask=Names(["10.9.9.9"]), may=may)


def test_a_name_that_is_allowed_still_does_not_reach_where_a_cloud_keeps_its_keys() -> None:
    with pytest.raises(NotDone, match=r"169.254.169.254"):
        checked("desk.internal", 80, ask=Names(["169.254.169.254"]), may=allowed(["desk.internal"]))


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "", "a/b"])
def test_what_is_no_network_cannot_be_allowed(entry: str) -> None:
    with pytest.raises(BadDeclaration, match="is not a network"):
        client("http://desk.test", allow_private=[entry])


def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    for ask in (unknown, Names([])):
        with client("http://desk.test", resolve=ask) as made, pytest.raises(TryAgain, match="no address was found"):
            made.get("/")


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(desk: DeskServer) -> None:
    """A name server that gives a good address to the check and a bad one to the connection is asked only once."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    with client(f"http://desk.test:{desk.port}", allow_private=HERE, resolve=names) as made:
        made.get("/")
    assert names.asked == ["desk.test"]
    assert desk.requests[0].headers["Host"] == f"desk.test:{desk.port}"


def test_each_new_connection_is_checked_anew(desk: DeskServer) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    desk.will(Reply(headers={"Connection": "close"}))
    with client(f"http://desk.test:{desk.port}", allow_private=HERE, resolve=names) as made:
        made.get("/")
        with pytest.raises(NotDone, match=r"10.0.0.1"):
            made.get("/")
    assert len(desk.requests) == 1


def test_the_next_address_is_tried_where_one_does_not_answer(desk: DeskServer) -> None:
    names = Names(["127.0.0.2", "127.0.0.1"])
    with client(f"http://desk.test:{desk.port}", allow_private=["127.0.0.0/8"], resolve=names) as made:
        made.get("/")
    assert len(desk.requests) == 1


def test_over_tls_the_certificate_has_to_be_the_names_and_not_the_addresss() -> None:
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    with DeskServer(tls=True) as desk:
        for host, known in (("desk.test", True), ("other.test", False)):
            names = Names(["127.0.0.1"])
            with client(f"https://{host}:{desk.port}", allow_private=HERE, resolve=names, tls=trust) as made:
                if known:
                    made.get("/")
                else:
                    with pytest.raises(TryAgain, match="certificate verify failed"):
                        made.get("/")
        with (
            client(f"https://desk.test:{desk.port}", allow_private=HERE, resolve=Names(["127.0.0.1"])) as made,
            pytest.raises(TryAgain, match="certificate verify failed"),
        ):
            made.get("/")
        assert len(desk.requests) == 1


def redirecting(desk: DeskServer, to: str, status: int = 302) -> None:
    desk.will(Reply(status=status, headers={"Location": to}))


def test_a_redirect_is_not_followed_unless_asked_for(desk: DeskServer) -> None:
    redirecting(desk, f"{desk.url}/there")
    with client(desk.url, allow_private=HERE) as made, pytest.raises(NotDone, match="redirects"):
        made.get("/here")
    assert [seen.path for seen in desk.requests] == ["/here"]


def test_a_redirect_of_a_question_to_the_same_server_is_followed_where_asked_for(desk: DeskServer) -> None:
    redirecting(desk, "/there", status=308)
    redirecting(desk, f"{desk.url}/everywhere")
    with client(desk.url, allow_private=HERE, redirects=True, token=lambda _: "t") as made:
        made.get("/here")
    assert [seen.path for seen in desk.requests] == ["/here", "/there", "/everywhere"]
    assert desk.requests[-1].headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{other}/",
        "http://localhost:{port}/",
        "http://169.254.169.254/latest/meta-data",
        "//127.0.0.1:{other}/",
        "https://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "http://[",
        "",
    ],
)
def test_a_redirect_never_leads_to_another_server(desk: DeskServer, to: str) -> None:
    """Nor does the token."""
    with DeskServer() as other, client(desk.url, allow_private=["127.0.0.0/8"], redirects=True) as made:
        redirecting(desk, to.format(port=desk.port, other=other.port))
        redirecting(desk, to.format(port=desk.port, other=other.port))
        if to:
            with pytest.raises(NotDone, match="redirects"):
                made.get("/")
        assert other.requests == []


def test_only_a_question_is_asked_elsewhere(desk: DeskServer) -> None:
    redirecting(desk, "/there", status=307)
    with client(desk.url, allow_private=HERE, redirects=True) as made, pytest.raises(NotDone):
        made.put("/here", {})
    assert len(desk.requests) == 1


def test_redirects_have_an_end(desk: DeskServer) -> None:
    for _ in range(20):
        redirecting(desk, "/again")
    with client(desk.url, allow_private=HERE, redirects=True) as made, pytest.raises(NotDone, match="more than 5"):
        made.get("/")
    assert len(desk.requests) == 5
