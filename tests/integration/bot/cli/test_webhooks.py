"""Webhooks at the command line: the secret alone on standard output, what is not told, and sending it again."""

import re

import pytest

from store import schema
from store.db.database import Database
from store.faces import WEBHOOK
from store.states import OutboxState
from store.subjects import SubjectKind
from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

KEY = "ab" * 32


def test_a_secret_is_printed_alone_and_rotated(countersign: CommandLine) -> None:
    """It is the same each time, until somebody rotates it; without the key there is none."""
    countersign.done("source", "add", "desk", "--workflow", "parcels", "--webhook", "https://desk.example/hook")
    assert "COUNTERSIGN_WEBHOOK_KEY is not set" in countersign("source", "secret", "desk").error()
    assert "no webhook is sent to desk: there is no key to sign with" in countersign("doctor").out
    countersign.settings["COUNTERSIGN_WEBHOOK_KEY"] = KEY
    first, again = (countersign.done("source", "secret", "desk") for _ in range(2))
    assert re.fullmatch(r"whsec_[\w+/]{43}=\n", first.out)
    assert again.out == first.out
    assert first.out.strip() not in first.err
    rotated = countersign.done("source", "secret", "desk", "--rotate")
    assert rotated.out != first.out
    assert "The former one signs too for 24 hours" in rotated.err
    assert "there is no source crm" in countersign("source", "secret", "crm").error()


def test_a_key_that_is_none_is_refused_without_repeating_it(countersign: CommandLine) -> None:
    """A value in its place may be a secret."""
    said = countersign("source", "list", COUNTERSIGN_WEBHOOK_KEY="hunter2-hunter2")
    assert "32 bytes" in said.error()
    assert "hunter2" not in said.out + said.err


def test_what_was_given_up_is_seen_and_sent_again(countersign: CommandLine) -> None:
    """`status` and `doctor` name number, source and reason, until a person sends it again."""
    countersign.done("source", "add", "desk", "--workflow", "parcels", "--webhook", "https://desk.example/hook")
    countersign.submit(1)
    database = Database(f"sqlite:///{countersign.folder / 'countersign.sqlite'}")
    with database.write() as session:
        at = session.query(schema.Run).one().created_at
        session.add(
            schema.OutboxRow(
                team_id=1,
                kind="outcome",
                face=WEBHOOK,
                channel="webhook:1",
                subject_kind=SubjectKind.RUN,
                subject_id=1,
                occasion="delivered",
                about={"state": "delivered"},
                state=OutboxState.DEAD,
                error="http_503",
                wanted=1,
                attempts=10,
                not_before=at,
                created_at=at,
            )
        )
    database.close()
    told = "1 webhook to desk given up, the oldest of"
    for command in ("status", "doctor"):
        said = countersign(command).out
        assert told in said
        assert "it answers 503" in said
    assert "sent again by serve: 1" in countersign.done("source", "redeliver", "desk").out
    assert told not in countersign.done("status").out
    assert "sent again by serve: 0" in countersign.done("source", "redeliver", "#1").out
    assert "has no address" in _without_address(countersign)


def _without_address(countersign: CommandLine) -> str:
    countersign.done("source", "add", "quiet", "--workflow", "parcels")
    return countersign("source", "redeliver", "quiet").error()
