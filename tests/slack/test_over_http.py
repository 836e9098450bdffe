"""Slack over HTTP: people act as they do over a socket, and whoever is not Slack gets a 4xx and changes nothing."""

import json
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest
import structlog
from pydantic import JsonValue
from structlog.testing import capture_logs

from bot.slack import request_url as over_http
from bot.slack.request_url import RequestUrl
from bot.slack.workspace import connect
from handlers.slack.listeners import register
from handlers.web.signatures import signed
from handlers.web.slack import LARGEST, PATH, create_app
from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from tests.slack.over_http import FORM, JSON, Answer, Caller, http_settings, payload_of
from tests.slack.stage import ANA, BEN, KIM, SUPPORT, Stage, dict_of, inputs, list_of
from tests.waiting import LONGEST, wait_until
from workflows.engine.deliver import workflow_pauses

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def unfiltered() -> Iterator[None]:
    """Log at every level, whatever a command in this process configured before."""
    before = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**before)


@pytest.fixture
def caller(by_http: RequestUrl) -> Caller:
    """Somebody who knows the signing secret."""
    return Caller(port=by_http.port)


@pytest.fixture
def ears_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[RequestUrl]:
    """A request URL of its own, which a test may close, and that waits for a body for a second."""
    workspace = connect(http_settings(stage.running))
    assert workspace.http is not None
    monkeypatch.setattr(over_http, "create_app", partial(create_app, seconds=1.0))
    monkeypatch.setattr(over_http, "_SECONDS", 4.0)
    slack_context = stage.ears.slack_context
    listening = RequestUrl(
        workspace, partial(register, slack=slack_context), at=workspace.http, context=lambda: slack_context.context
    )
    listening.connect(Event())
    yield listening
    listening.close()


def decisions(stage: Stage) -> list[str]:
    """Return the decisions with their people, as the database keeps them."""
    return [f"{row.by} {row.kind}" for row in stage.world.rows(schema.Decision) if isinstance(row, schema.Decision)]


def audited(stage: Stage) -> list[str]:
    """Return the audited acts on what is no case."""
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    return [row.action for row in rows if row.action.startswith("heard.")]


def command(user: str = ANA, text: str = "help") -> bytes:
    """The body of a command, each time with another trigger."""
    trigger = f"{time.monotonic_ns()}.1.x"
    fields = f"command=%2Fcountersign&text={text}&user_id={user}&team_id=T0SANDBOX&channel_id={SUPPORT}"
    return f"{fields}&trigger_id={trigger}&response_url=http%3A%2F%2F127.0.0.1%2Fx".encode()


@pytest.mark.usefixtures("by_http")
def test_a_command_a_button_a_form_a_shortcut_and_an_event_do_what_they_do_over_a_socket(stage: Stage) -> None:
    sample = stage.sample()
    for number in (1, 2, 3):
        stage.submit(sample, id=number, text="Where is my money?")
    ana, ben = stage.person(ANA), stage.person(BEN)
    assert ana.command(SUPPORT, "/countersign", "case ticket-1").outcome == "answered"
    assert "ticket-1" in stage.told(ANA)
    assert stage.press(ANA, "approve", card=0).acknowledged
    shown = stage.opened(BEN, "edit", card=1)
    assert inputs(shown)
    assert ben.submit({"queue.0.0": "=delivery"}).outcome == "closed"
    assert stage.press(ANA, "edit", card=2).acknowledged
    stage.view(ANA)
    assert ana.close().acknowledged
    assert ana.shortcut(SUPPORT, stage.cards()[2].ts, "report_wrong").acknowledged
    stage.view(ANA)
    assert stage.running.administrator.send_event("tokens_revoked").acknowledged
    stage.work()
    assert decisions(stage) == ["U0ANA approved", "U0BEN edited"]
    assert stage.desk.attempts == ["sample/ticket-1", "sample/ticket-2"]
    assert audited(stage) == ["heard.tokens_revoked"]


def test_what_is_not_signed_by_slack_is_refused_and_changes_nothing(stage: Stage, caller: Caller) -> None:
    """A1, A2, A4: with a few words, and none of the request in the log. The audit has one entry, not one for each."""
    body = command(text="the+text+of+a+case")
    right = signed(caller.secret, str(int(time.time())), body)
    forged: dict[str, Answer] = {}
    with capture_logs() as logs:
        forged["another secret"] = Caller(port=caller.port, secret="another").send(body, kind=FORM)
        forged["six minutes old"] = caller.send(body, kind=FORM, ago=310)
        forged["from the future"] = caller.send(body, kind=FORM, ago=-310)
        forged["of another body"] = caller.send(body, kind=FORM, more={"X-Slack-Signature": right[:-1] + "x"})
        for name in ("X-Slack-Signature", "X-Slack-Request-Timestamp"):
            for value in (None, "", "x", "v0=", f"v1={right[3:]}", "9" * 400, "-1", "1e9", "\u00b2", right.upper()):
                forged[f"{name}: {value}"] = caller.send(body, kind=FORM, more={name: value})
    assert {name: answer.status for name, answer in forged.items() if answer.status != 401} == {}
    assert all(len(answer.body) < 200 for answer in forged.values())
    assert "case" not in str(logs)
    assert {entry["event"] for entry in logs} == {"request_url.refused"}
    wait_until(lambda: audited(stage))
    assert audited(stage) == ["heard.forged"]


MALFORMED: dict[str, tuple[bytes, str, int]] = {
    "no JSON": (b"{", JSON, 400),
    "a list": (b"[]", JSON, 400),
    "an object without a type": (b"{}", JSON, 400),
    "a type that is none": (b'{"type": 1}', JSON, 400),
    "no number": (b'{"type": "event_callback", "event": NaN}', JSON, 400),
    "a number without end": (b'{"type": "event_callback", "x": 1e999}', JSON, 400),
    "many digits": (b'{"type": "x", "y": ' + b"9" * 10_000 + b"}", JSON, 400),
    "deep": (b'{"type": "x", "y": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", JSON, 400),
    "an event that is none": (b'{"type": "event_callback", "event": 7}', JSON, 400),
    "a person that is none": (payload_of({"type": "block_actions", "user": 7}), FORM, 400),
    "actions that are none": (payload_of({"type": "block_actions", "actions": [7]}), FORM, 400),
    "an act without its parts": (payload_of({"type": "interactive_message", "callback_id": "x"}), FORM, 400),
    "an id that is none": (payload_of({"type": "block_actions", "actions": [{"action_id": 7}]}), FORM, 400),
    "not UTF-8": (b'{"type": "\xff"}', JSON, 400),
    "a form that is not UTF-8": (b"payload=%ff", FORM, 400),
    "an empty form": (b"", FORM, 400),
    "a form of something else": (b"a=b", FORM, 400),
    "a form with a field twice": (b"command=%2Frerun&command=%2Frerun", FORM, 400),
    "a form of many fields": (b"command=%2Frerun&" + b"&".join(b"a%d=1" % number for number in range(99)), FORM, 400),
    "no payload": (b"payload=", FORM, 400),
    "another kind": (b"<xml/>", "text/xml", 415),
    "no kind": (b"{}", "", 415),
    "a multipart form": (b"--x", "multipart/form-data; boundary=x", 415),
}


@pytest.mark.usefixtures("stage")
def test_what_cannot_be_read_is_refused_even_where_it_is_signed(caller: Caller) -> None:
    """A4"""
    with capture_logs() as logs:
        answers = {what: caller.send(body, kind=kind) for what, (body, kind, _) in MALFORMED.items()}
    assert {what: answer.status for what, answer in answers.items()} == {
        what: status for what, (_, _, status) in MALFORMED.items()
    }
    assert all(json.loads(answer.body).keys() == {"error"} for answer in answers.values())
    assert {entry["event"] for entry in logs} == {"request_url.refused", "request_url.not_understood"}


@pytest.mark.usefixtures("stage")
def test_there_is_one_path_and_one_method(caller: Caller) -> None:
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "HEAD"):
        assert caller.send(b"{}", method=method).status == 405
    for path in ("/", f"{PATH}/", "/healthz", f"{PATH}%00", f"/{PATH}"):
        assert caller.send(b"{}", path=path).status == 404


@pytest.mark.usefixtures("stage")
def test_slack_s_own_checks_are_answered(caller: Caller) -> None:
    """The one of the address is signed. The one of the certificate is not, and so it does nothing else."""
    asked = b'{"type": "url_verification", "challenge": "a word", "token": "x"}'
    assert caller.send(asked) == Answer(status=200, body=b'{"challenge":"a word"}')
    assert Caller(port=caller.port, secret="another").send(asked).status == 401
    unsigned = {"Content-Type": FORM}
    assert caller.raw(b"ssl_check=1&token=x", unsigned) == Answer(status=200, body=b"")
    assert caller.raw(b"ssl_check=1&" + command(), unsigned) == Answer(status=200, body=b"")
    assert caller.raw(b"ssl_check=0&token=x", unsigned).status == 401
    assert caller.raw(b"ssl_check=1&" + b"x" * 2_000, unsigned).status == 413


def test_a_replay_within_five_minutes_is_recognised_and_has_no_effect(
    stage: Stage, caller: Caller, ears_alone: RequestUrl
) -> None:
    """A3: by a row, so another process recognises it too. It is in the audit once."""
    stage.sample()
    body, asked = command(KIM, "pause+sample+because"), {"X-Slack-Request-Timestamp": str(int(time.time()) - 5)}
    asked["X-Slack-Signature"] = signed(caller.secret, asked["X-Slack-Request-Timestamp"], body)
    context = stage.world.context
    assert caller.send(body, kind=FORM, more={**asked}).status == 200
    wait_until(lambda: workflow_pauses.is_paused(context, "sample"))
    workflow_pauses.resume(context, "sample", by=KIM)
    for place in (caller, Caller(port=ears_alone.port), caller):
        answer = place.send(body, kind=FORM, more={**asked})
        assert (answer.status, json.loads(answer.body)) == (409, {"error": "it was heard before"})
    assert not workflow_pauses.is_paused(context, "sample")
    assert audited(stage) == ["heard.replay"]
    assert caller.send(command(KIM, "pause+sample+because"), kind=FORM).status == 200
    wait_until(lambda: workflow_pauses.is_paused(context, "sample"))


def test_an_event_that_comes_to_two_processes_at_once_is_taken_in_once(
    stage: Stage, caller: Caller, ears_alone: RequestUrl
) -> None:
    """F18: each time signed anew, as Slack does where it sends an event again."""
    for number in range(8):
        event = {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}
        told = {"type": "event_callback", "team_id": "T0SANDBOX", "event_id": f"Ev{number}", "event": event}
        body = json.dumps(told).encode()
        with ThreadPoolExecutor(2) as pool:
            sent = [
                pool.submit(Caller(port=port).send, body, ago=ago)
                for port, ago in ((caller.port, 2), (ears_alone.port, 1))
            ]
        assert [one.result().status for one in sent] == [200, 200]
    assert audited(stage) == ["heard.tokens_revoked"] * 8


def test_what_could_not_be_kept_is_not_acknowledged_and_is_done_when_the_same_bytes_come_again(
    stage: Stage, caller: Caller
) -> None:
    """F19, F45: a replay is one of something that was done."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    act = _approve(stage)
    commits: list[str] = []

    def failing(seam: Failpoint, side: Side, about: str) -> None:
        if (seam, side) == (Failpoint.COMMIT, Side.BEFORE):
            commits.append(about)
            # The first one keeps that it was heard.
            if len(commits) == 2:
                raise OSError("the disk is gone")

    asked = {"X-Slack-Request-Timestamp": str(int(time.time()))}
    asked["X-Slack-Signature"] = signed(caller.secret, asked["X-Slack-Request-Timestamp"], act)
    with failpoints.watched(failing):
        assert caller.send(act, kind=FORM, more={**asked}).status == 500
    assert decisions(stage) == []
    assert caller.send(act, kind=FORM, more={**asked}).status == 200
    assert decisions(stage) == ["U0ANA approved"]


def _approve(stage: Stage) -> bytes:
    """The body of a press on Approve, as Slack writes it."""
    card = stage.cards()[-1]
    rows = [block["elements"] for block in card.blocks if block["type"] == "actions"]
    elements = [dict_of(one) for row in rows for one in list_of(row)]
    (button,) = [one for one in elements if one["action_id"] == "approve"]
    act: dict[str, JsonValue] = {
        "type": "block_actions",
        "team": {"id": "T0SANDBOX"},
        "user": {"id": ANA, "team_id": "T0SANDBOX"},
        "trigger_id": "1.2.3",
        "response_url": f"{stage.running.url}/reply/x",
        "channel": {"id": SUPPORT},
        "container": {"type": "message", "message_ts": card.ts, "channel_id": SUPPORT},
        "message": {"ts": card.ts, "blocks": []},
        "actions": [{**button, "action_ts": "1.1", "block_id": "x"}],
    }
    return payload_of(act)


def test_a_request_that_finds_no_room_is_refused_and_later_ones_are_not(
    stage: Stage, caller: Caller, by_http: RequestUrl
) -> None:
    """Its sender sends it again, or tells the person that it failed; nothing was done."""
    taken = 0
    while by_http._free.acquire(blocking=False):
        taken += 1
    assert caller.send(command(), kind=FORM).status == 503
    for _ in range(taken):
        by_http._free.release()
    assert caller.send(command(), kind=FORM).status == 200


def test_a_request_that_waited_until_slack_gave_up_is_not_worked_on(
    stage: Stage, caller: Caller, by_http: RequestUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person was told that it failed."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    monkeypatch.setattr(over_http, "ACK_SECONDS", -1.0)
    assert caller.send(_approve(stage), kind=FORM).status == 503
    assert decisions(stage) == []


def _cut_off(port: int, sent: Sequence[bytes]) -> bytes:
    """Send pieces of a request and no more; return what is answered until the other side ends it."""
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as slow:
        for piece in sent:
            slow.sendall(piece)
        answer = b""
        try:
            while piece := slow.recv(10_000):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


def _head(more: str) -> bytes:
    """The head of a request that is refused only when its body is there."""
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n{more}\r\n"
        f"X-Slack-Request-Timestamp: {int(time.time())}\r\nX-Slack-Signature: v0={'0' * 64}\r\n\r\n"
    ).encode()


@pytest.mark.usefixtures("stage")
def test_a_body_that_is_too_large_is_refused_before_it_is_there(caller: Caller) -> None:
    """A32: where its size is announced, at once; else as soon as it is too large."""
    assert _cut_off(caller.port, [_head(f"Content-Length: {LARGEST + 1}")]).startswith(b"HTTP/1.1 413 ")
    assert _cut_off(caller.port, [_head(f"Content-Length: {'9' * 30}")]).startswith(b"HTTP/1.1 4")
    chunks = [b"%x\r\n%s\r\n" % (size, b"x" * size) for size in (*[50_000] * (LARGEST // 50_000), 1)]
    assert _cut_off(caller.port, [_head("Transfer-Encoding: chunked"), *chunks]).startswith(b"HTTP/1.1 413 ")


@pytest.mark.usefixtures("stage")
def test_a_head_that_is_no_http_or_too_large_is_refused(caller: Caller) -> None:
    assert _cut_off(caller.port, [b"\x16\x03\x01 this is TLS\r\n\r\n"]).startswith(b"HTTP/1.1 400 ")
    endless = [b"POST / HTTP/1.1\r\nHost: x\r\n", b"X-A: " + b"a" * 200_000]
    assert _cut_off(caller.port, endless)[:13] in (b"HTTP/1.1 400 ", b"")


@pytest.mark.slow
def test_a_caller_who_never_comes_to_an_end_is_cut_off_and_holds_up_nobody(
    stage: Stage, ears_alone: RequestUrl
) -> None:
    caller = Caller(port=ears_alone.port)
    head = _head("Content-Length: 99")
    with ThreadPoolExecutor(3) as pool:
        silent = pool.submit(_cut_off, caller.port, [b""])
        in_the_head = pool.submit(_cut_off, caller.port, [head[:60]])
        in_the_body = pool.submit(_cut_off, caller.port, [head, b"{"])
        assert caller.send(command(), kind=FORM).status == 200
        assert in_the_body.result(LONGEST).startswith(b"HTTP/1.1 408 ")
        assert (silent.result(LONGEST), in_the_head.result(LONGEST)) == (b"", b"")


@pytest.mark.slow
def test_a_request_under_way_is_answered_before_the_end(stage: Stage, ears_alone: RequestUrl) -> None:
    """And what comes after it is not taken any more, so that its sender sends it to another process."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    began, release = Event(), Event()

    def slow(seam: Failpoint, side: Side, _about: str) -> None:
        if (seam, side) == (Failpoint.ACK, Side.BEFORE):
            began.set()
            release.wait(LONGEST)

    caller, act = Caller(port=ears_alone.port), _approve(stage)
    with failpoints.watched(slow), ThreadPoolExecutor(2) as pool:
        pressed = pool.submit(caller.send, act, kind=FORM)
        assert began.wait(LONGEST)
        closed = pool.submit(ears_alone.close)
        assert not closed.done()
        release.set()
        assert pressed.result(LONGEST).status == 200
        closed.result(LONGEST)
    assert decisions(stage) == ["U0ANA approved"]
    with pytest.raises(ConnectionRefusedError):
        caller.send(command(), kind=FORM)
