"""Ways to come to hear Slack, where Slack gives few addresses to hear at."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import Sandbox
from bot.slack.socket import Hearing
from bot.slack.workspace import Workspace, check_hearing, connect
from tests.slack.conftest import settings_for
from tests.waiting import LONGEST, wait_until

ADDRESSES = "apps.connections.open"


@pytest.fixture
def sandbox() -> Iterator[Running]:
    """A Slack to which nobody is connected."""
    with serving(Sandbox(rate_limited=False)) as running:
        yield running


@pytest.fixture
def workspace(sandbox: Running) -> Workspace:
    return connect(settings_for(sandbox))


def hearing_at(workspace: Workspace, address: str | None) -> Hearing:
    return Hearing(workspace, lambda _: None, address=address)  # nobody presses anything here


def test_the_address_that_came_with_the_check_of_the_token_is_heard_at(sandbox: Running, workspace: Workspace) -> None:
    """A second one within the minute may be refused, and was waited for as long as Slack said."""
    address = check_hearing(workspace)
    sandbox.administrator.fault("rate_limited", method=ADDRESSES, seconds=3600, times=None)
    hearing = hearing_at(workspace, address)
    hearing.connect(Event())
    assert hearing.is_connected
    assert len(sandbox.administrator.calls(ADDRESSES)) == 1
    hearing.close()


def test_a_connection_that_closes_itself_at_the_same_moment_keeps_nothing_from_ending(
    sandbox: Running, workspace: Workspace
) -> None:
    hearing = hearing_at(workspace, check_hearing(workspace))
    hearing.connect(Event())
    session = hearing._client.current_session
    assert session is not None
    assert session.sock is not None
    closing = Thread(target=hearing.close, daemon=True)
    with session.sock_send_lock:
        closing.start()
        wait_until(lambda: hearing._client.closed)
        session.sock.close()
        session.sock = None
    closing.join(LONGEST)
    assert not closing.is_alive()
    assert not hearing._client.current_app_monitor.is_alive()


@pytest.mark.slow
# The client leaves it to Python to close the socket of a refused handshake, which it does at once.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_an_address_that_is_used_up_is_followed_by_a_new_one(sandbox: Running, workspace: Workspace) -> None:
    address = check_hearing(workspace)
    first, second = hearing_at(workspace, address), hearing_at(workspace, address)
    for hearing in (first, second):
        hearing.connect(Event())
        assert hearing.is_connected
    for hearing in (first, second):
        hearing.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_who_reconnects_and_is_made_to_wait_still_ends(
    sandbox: Running, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client's own threads ask for an address, too, and slept for as long as Slack said."""
    address = check_hearing(workspace)
    first, second = hearing_at(workspace, address), hearing_at(workspace, address)
    first.connect(Event())
    asks, ask = Event(), second._client.issue_new_wss_url

    def issue_new_wss_url() -> str:
        asks.set()
        return ask()

    monkeypatch.setattr(second._client, "issue_new_wss_url", issue_new_wss_url)
    sandbox.administrator.fault("rate_limited", method=ADDRESSES, seconds=3600, times=None)
    stop = Event()
    connecting = Thread(target=second.connect, args=[stop], daemon=True)
    connecting.start()
    # The client tries by itself from its first attempt on. Where it asks before us, we do not ask beside it.
    assert asks.wait(LONGEST)
    wait_until(lambda: len(sandbox.administrator.calls(ADDRESSES)) >= 2)
    stop.set()
    closing = Thread(target=second.close, daemon=True)
    closing.start()
    for thread in (connecting, closing):
        thread.join(LONGEST)
        assert not thread.is_alive()
    first.close()


def test_who_waits_for_an_address_still_ends_when_told_to(sandbox: Running, workspace: Workspace) -> None:
    sandbox.administrator.fault("rate_limited", method=ADDRESSES, seconds=3600, times=None)
    hearing, stop = hearing_at(workspace, None), Event()
    connecting = Thread(target=hearing.connect, args=[stop], daemon=True)
    connecting.start()
    wait_until(lambda: sandbox.administrator.calls(ADDRESSES))
    stop.set()
    connecting.join(LONGEST)
    assert not connecting.is_alive()
    hearing.close()
