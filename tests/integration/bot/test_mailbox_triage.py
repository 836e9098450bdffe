"""The shipped mailbox example, with a real IMAP server and the real command line: new mail becomes cases, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.bot.commandline import CommandLine
from tests.integration.tools.post_office import PASSWORD, USER, PostOffice, mail, post_office

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[3] / "workflows" / "library" / "mailbox_triage" / "workflow.py"


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    """Yield a server with an empty mailbox."""
    with post_office() as running:
        yield running


def test_mail_is_fetched_shown_and_taken_in_once(office: PostOffice, countersign: CommandLine) -> None:
    countersign.settings.update(
        COUNTERSIGN_WORKFLOWS=str(EXAMPLE),
        COUNTERSIGN_MODEL="local",
        COUNTERSIGN_MAILBOX_HOST="127.0.0.1",
        COUNTERSIGN_MAILBOX_PORT=str(office.port),
        COUNTERSIGN_MAILBOX_SECURITY="none",
        COUNTERSIGN_MAILBOX_USER=USER,
        COUNTERSIGN_MAILBOX_PASSWORD=PASSWORD,
    )
    with office.opened() as box:
        box.append(mail(1, "where is my order?"), "INBOX")
        box.append(mail(2, "out of office", Auto_Submitted="auto-replied"), "INBOX")
        box.append(mail(3, "my invoice is wrong"), "INBOX")
    assert "serve has not begun it" in countersign.done("fetch").out
    trial = countersign.done("fetch", "mailbox-triage", "--dry-run").out
    assert "2 found, 2 would be taken in; nothing was" in trial
    assert "2 taken in" in countersign.done("fetch", "mailbox-triage", "--name", "inbox").out
    assert "0 found; nothing to take in" in countersign.done("fetch", "mailbox-triage").out
    # From the beginning again: all of it is known.
    assert "2 duplicate" in countersign.done("fetch", "mailbox-triage", "--from", "").out
    listed = countersign.done("cases", "--json").json()
    assert [case["workflow"] for case in listed] == ["mailbox-triage"] * 2
    (schedule,) = countersign.done("fetch", "--json").json()
    assert (schedule["source"], schedule["failures"]) == ("mailbox-triage/inbox", 0)
    assert "mailbox-triage/inbox" in countersign.done("source", "list", "--schedules").out
    told = countersign.done("data-map", "mailbox-triage").out
    assert "inbox" in told
    # Stopped, it looks no more; a wrong password is said without it.
    for unclear in (["--stop"], ["mailbox-triage", "--stop", "--start"], ["mailbox-triage", "--stop", "--dry-run"]):
        assert countersign("fetch", *unclear).code == 2
    assert "next look" in (before := countersign.done("fetch").out)
    countersign.done("fetch", "mailbox-triage", "--stop")
    stopped = countersign.done("fetch").out
    assert "stopped" in stopped
    assert (before.count(" UTC"), stopped.count(" UTC")) == (2, 1)
    refused = countersign("fetch", "mailbox-triage")
    assert "was stopped" in refused.error()
    countersign.done("fetch", "mailbox-triage", "--start")
    countersign.settings["COUNTERSIGN_MAILBOX_PASSWORD"] = "another-secret-word"
    refused = countersign("fetch", "mailbox-triage")
    assert "NotAllowed: the shared mailbox at 127.0.0.1 does not accept" in refused.error()
    assert "another-secret-word" not in refused.err
