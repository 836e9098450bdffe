"""A28, A30: secrets that are set, or that another system echoes, are in nothing that is kept, shown or exported."""

import base64
import json
from http.client import HTTPConnection

import pytest

from bot.sandbox.http.running_sandbox import Running
from tests.integration.bot.commandline import CommandLine
from tests.ports import free_port
from tests.slack.stage import ANA, FAILED, SUPPORT
from tests.slack.test_serving import alone, served, slack
from tests.waiting import LONGEST, wait_until

__all__ = ["alone", "slack"]

pytestmark = pytest.mark.slow

ECHOED = {
    "a password in a URL": "postgresql://depot:pw-Zq7Kd9@db.example/parcels",
    "a header": "Authorization: Bearer tok-Vb3Xn8Lq2Wm5",
    "a key of a cloud": "AKIAZQ7KD9VB3XN8LQ2W",
    "a token of Slack's": "xoxb-999-Hh4Tt6Rr1Ee8",
    "a query": "GET /parcels?api_key=qk-Jj2Mm7Pp4Ss9&page=2",
}
"""The depot's refusal, with secrets of its own in it."""
PLANTED = ("pw-Zq7Kd9", "tok-Vb3Xn8Lq2Wm5", "AKIAZQ7KD9VB3XN8LQ2W", "Hh4Tt6Rr1Ee8", "qk-Jj2Mm7Pp4Ss9")
SET = {
    "SLACK_SIGNING_SECRET": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "ANTHROPIC_API_KEY": "sk-ant-api03-Cc5Vv8Bb2Nn6",
    "COUNTERSIGN_WEBHOOK_KEY": base64.b64encode(bytes(range(32))).decode(),
    "COUNTERSIGN_SEAL_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
}
LOOKS = [
    ("case", "parcel-1"),
    ("explain", "parcel-1"),
    ("causes", "--json"),
    ("doctor",),
    ("digest", "preview", "failures"),
    ("audit-export", "--from", "2020-01-01", "--to", "2999-01-01"),
]


def test_no_secret_is_in_anything_that_is_kept_logged_shown_or_exported(slack: CommandLine, alone: Running) -> None:
    """The log, the rows, the audit and its export, errors, Slack, commands, metrics and readiness; nor is a token."""
    port = free_port()
    slack.settings.update(SET, COUNTERSIGN_HEALTH=f"127.0.0.1:{port}", COUNTERSIGN_FAILURES_CHANNEL=FAILED)
    slack.place("closed", "the depot refuses it: " + "; ".join(ECHOED.values()))
    ana = alone.person(ANA)
    with served(slack, alone) as serve:
        slack("submit", '{"id": 1, "text": "unsure"}', "--workflow", "parcels")
        (card,) = ana.wait_until(lambda: ana.messages(SUPPORT))
        ana.wait_until(lambda: ana.press(SUPPORT, card.ts, "approve").acknowledged)
        ana.wait_until(lambda: ana.messages(FAILED))
        ana.wait_until(lambda: "refuses" in json.dumps([one.blocks for one in ana.messages(SUPPORT)]))
        wait_until(lambda: len(slack.lines("attempts")) == 1)
        told = {path: asked(port, path) for path in ("/metrics", "/readyz")}
        for channel in (SUPPORT, FAILED):
            told[channel] = json.dumps([[one.text, one.blocks, one.metadata] for one in ana.messages(channel)])
        slack.done("seal")
        for look in LOOKS:
            said = slack(*look)
            assert said.out, said
            told[" ".join(look)] = said.out + said.err
    told["the log"] = serve.log
    for file in slack.folder.glob("countersign.sqlite*"):
        told[file.name] = file.read_bytes().decode("latin-1")
    assert "parcel-1" in told["countersign.sqlite"]
    assert "message.sent" in told["the log"]
    assert "countersign_cases_total" in told["/metrics"]
    assert "the depot refuses it: postgresql://[secret]@db.example" in told["case parcel-1"], "the control: it was told"
    found = {
        (where, secret)
        for where, text in told.items()
        for secret in (*PLANTED, *SET.values(), "xoxb-", "xapp-")
        if secret in text
    }
    assert found == set()


def asked(port: int, path: str) -> str:
    """Return what the process tells a monitor."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()
