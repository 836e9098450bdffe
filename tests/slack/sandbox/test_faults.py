"""Faults of calls: the client's error, the effect that happened all the same, and the end of the fault."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx2
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.sandbox.client import FaultKind, Person, Refused
from bot.sandbox.faults.calls import Fault
from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from tests.slack.sandbox.conftest import SUPPORT, error_of, refusal_of, web_client
from tests.waiting import LONGEST

LEADS = "C0LEADS"
LONG = 60.0
"""Seconds that no test waits for."""

Post = Callable[[], SlackResponse]


@pytest.fixture
def post(slack: WebClient) -> Post:
    return partial(slack.chat_postMessage, channel=SUPPORT, text="t")


@pytest.fixture
def fault(running: Running) -> Callable[..., None]:
    """Something goes wrong with the next message that is posted, unless another method is named."""
    return partial(running.administrator.fault, method="chat.postMessage")


def posted(ana: Person) -> int:
    """Return the number of messages that can be seen."""
    return len(ana.messages(SUPPORT))


def broken(call: Callable[[], object]) -> SlackApiError:
    """Return the client's error for an answer that is not from Slack."""
    with pytest.raises(SlackApiError) as error:
        call()
    return error.value


def test_too_many_calls_are_told_with_429(fault: Callable[..., None], post: Post, ana: Person) -> None:
    """With the seconds to wait; the message is not posted, and the next one is."""
    fault("rate_limited", seconds=29.5)
    refused = refusal_of(post)
    assert (refused.status_code, refused["error"], refused.headers["retry-after"]) == (429, "ratelimited", "30")
    assert posted(ana) == 0
    post()
    assert posted(ana) == 1


@pytest.mark.parametrize(("seconds", "told"), [(None, None), (7, "7")])
def test_too_many_calls_are_told_with_200(
    seconds: float | None, told: str | None, fault: Callable[..., None], post: Post, ana: Person
) -> None:
    """With the seconds to wait or without; the message is not posted, and the next one is."""
    fault("ok_false_ratelimited", seconds=seconds)
    refused = refusal_of(post)
    assert (refused.status_code, refused["error"], refused.headers.get("retry-after")) == (200, "ratelimited", told)
    assert posted(ana) == 0
    post()
    assert posted(ana) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(("kind", "executed"), [("server_error", 0), ("executed_then_error", 1)])
def test_an_error_of_the_server_is_a_page(
    kind: FaultKind, executed: int, status: int, fault: Callable[..., None], post: Post, ana: Person
) -> None:
    """No JSON, so that the client cannot tell whether the message was posted; the next one is."""
    fault(kind, status=status)
    error = broken(post)
    assert "<html>" in str(error)
    assert posted(ana) == executed
    post()
    assert posted(ana) == executed + 1


@pytest.mark.parametrize(("kind", "executed"), [("dropped", 0), ("executed_then_dropped", 1)])
def test_a_dropped_connection_ends_without_an_answer(
    kind: FaultKind, executed: int, fault: Callable[..., None], post: Post, ana: Person
) -> None:
    """The caller cannot tell if the message was posted; the next one is."""
    fault(kind)
    with pytest.raises(ConnectionResetError):
        post()
    assert posted(ana) == executed
    post()
    assert posted(ana) == executed + 1


def test_a_retry_of_the_sdk_posts_twice_what_was_executed_and_then_dropped(
    fault: Callable[..., None], running: Running, ana: Person
) -> None:
    """An app that leaves retries to the SDK posts twice: the fault is one that hurts."""
    fault("executed_then_dropped")
    naive = WebClient(token=BOT_TOKEN, base_url=running.api_url)
    naive.chat_postMessage(channel=SUPPORT, text="t")
    assert posted(ana) == 2


def test_a_late_answer_is_executed_first(
    fault: Callable[..., None], post: Post, slack: WebClient, running: Running, ana: Person
) -> None:
    """And holds up nobody else; it comes as soon as nothing goes wrong any more."""
    fault("slow", seconds=LONG)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(post)
        [message] = ana.wait_until(lambda: ana.messages(SUPPORT))
        post()
        slack.chat_postMessage(channel=LEADS, text="t")
        assert not late.done()
        running.administrator.no_faults()
        assert late.result()["ts"] == message.ts


def test_a_late_answer_comes_in_the_end(fault: Callable[..., None], post: Post) -> None:
    """After the seconds that were named."""
    fault("slow", seconds=0.2)
    began = time.monotonic()
    post()
    assert time.monotonic() - began >= 0.2


def test_a_client_that_does_not_wait_for_a_late_answer_has_posted(
    fault: Callable[..., None], running: Running, ana: Person
) -> None:
    """It is told of a timeout, and knows nothing."""
    fault("slow", seconds=LONG)
    hasty = httpx2.Client(base_url=running.api_url, timeout=httpx2.Timeout(LONGEST, read=0.1), trust_env=False)
    with hasty, pytest.raises(httpx2.ReadTimeout):
        hasty.post(
            "chat.postMessage",
            json={"channel": SUPPORT, "text": "t"},
            headers={"Authorization": f"Bearer {BOT_TOKEN}"},
        )
    ana.wait_until(lambda: posted(ana) == 1)
    running.administrator.no_faults()


@pytest.mark.parametrize("kind", ["rate_limited", "ok_false_ratelimited", "server_error", "executed_then_error"])
def test_a_fault_ends_after_so_many_calls(kind: FaultKind, fault: Callable[..., None], post: Post) -> None:
    """All of which it hits."""
    fault(kind, times=3, seconds=1)
    for _ in range(3):
        broken(post)
    post()


def test_a_fault_may_go_on_until_it_is_cleared(fault: Callable[..., None], post: Post, running: Running) -> None:
    """By no_faults, or by a reset."""
    for clear in (running.administrator.no_faults, running.reset):
        fault("rate_limited", times=None, seconds=1)
        for _ in range(5):
            assert error_of(post) == "ratelimited"
        clear()
        post()


def test_a_fault_hits_its_method_and_its_channel_alone(
    fault: Callable[..., None], post: Post, slack: WebClient
) -> None:
    """Others flow meanwhile."""
    fault("rate_limited", channel=LEADS, times=None, seconds=1)
    ts = post()["ts"]
    slack.chat_update(channel=SUPPORT, ts=ts, text="new")
    slack.auth_test()
    assert error_of(partial(slack.chat_postMessage, channel=LEADS, text="t")) == "ratelimited"
    slack.conversations_history(channel=LEADS)


def test_a_fault_may_hit_any_method(running: Running, slack: WebClient) -> None:
    """Also one that opens a connection, whatever the token."""
    running.administrator.fault("server_error", times=2)
    broken(slack.auth_test)
    broken(partial(web_client(running, None).apps_connections_open, app_token="xapp-wrong"))
    slack.auth_test()


def test_faults_add_up_and_a_call_is_hit_by_one(fault: Callable[..., None], post: Post, ana: Person) -> None:
    """By the first that was set for it."""
    fault("rate_limited", seconds=1)
    fault("executed_then_dropped")
    assert error_of(post) == "ratelimited"
    with pytest.raises(ConnectionResetError):
        post()
    post()
    assert posted(ana) == 2


def test_a_call_that_would_be_refused_is_refused_behind_its_fault(
    fault: Callable[..., None], slack: WebClient, running: Running
) -> None:
    """The app is told of the fault alone; the list of calls tells both."""
    fault("executed_then_error")
    broken(partial(slack.chat_postMessage, channel="C0NOWHERE", text="t"))
    [call] = running.administrator.calls("chat.postMessage")
    assert (call.ok, call.error, call.fault) == (False, "channel_not_found", "executed_then_error")


def test_the_list_of_calls_tells_what_went_wrong(fault: Callable[..., None], post: Post, running: Running) -> None:
    """And whether the call was executed all the same."""
    fault("rate_limited", seconds=1)
    fault("dropped")
    fault("executed_then_dropped")
    for _ in range(4):
        try:
            post()
        except (SlackApiError, ConnectionResetError):
            continue
    assert [(call.ok, call.error, call.fault) for call in running.administrator.calls("chat.postMessage")] == [
        (False, "ratelimited", "rate_limited"),
        (False, "dropped", "dropped"),
        (True, None, "executed_then_dropped"),
        (True, None, None),
    ]


def test_faults_can_be_set_on_the_sandbox_itself(post: Post, running: Running) -> None:
    """Without the control API, for what runs in the same process."""
    running.sandbox.faults.calls.add(Fault(kind="rate_limited", method="chat.postMessage", seconds=3))
    assert refusal_of(post).headers["retry-after"] == "3"
    post()


def test_a_connection_that_was_dropped_leaves_the_others_be(fault: Callable[..., None], running: Running) -> None:
    """A client that keeps its connection open gets a new one."""
    with httpx2.Client(base_url=running.api_url, trust_env=False) as kept:
        call = partial(
            kept.post,
            "chat.postMessage",
            json={"channel": SUPPORT, "text": "t"},
            headers={"Authorization": f"Bearer {BOT_TOKEN}"},
        )
        call()
        fault("dropped")
        with pytest.raises(httpx2.RemoteProtocolError):
            call()
        assert call().json()["ok"] is True


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"kind": "server_error", "times": 0}, "one call at least"),
        ({"kind": "rate_limited"}, "rate_limited takes seconds"),
        ({"kind": "slow"}, "slow takes seconds"),
        ({"kind": "slow", "seconds": -1}, "not negative"),
        ({"kind": "server_error", "status": 404}, "404 is no error of a server"),
        ({"kind": "earthquake"}, "kind"),
    ],
)
def test_what_is_no_fault_is_refused(order: dict[str, object], said: str, fault: Callable[..., None]) -> None:
    """400, with what is wrong about it; nothing is set."""
    kind = order.pop("kind")
    with pytest.raises(Refused) as refused:
        fault(kind, **order)
    assert refused.value.status == 400
    assert said in refused.value.reason
