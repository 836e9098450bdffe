"""Every command about a case whose content was removed says so in plain words.

On PostgreSQL, where each command takes longer, it is asked about one of the cases; on SQLite about each.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from store import schema
from store.cases import cases
from store.db.database import Database
from store.governance import teams
from tests.integration.bot.commandline import PARCELS, CommandLine, Said
from tests.integration.bot.parcels import FOLDER
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.privacy.erasing import remove

pytestmark = pytest.mark.slow

WORD = "Mustermann"
CASES = WAITS, DECIDED, REJECTED, FAILED, EMPTY, DOUBTFUL = 1, 2, 3, 4, 5, 6
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SHOWN = ("case {}", "explain {}")
"""Commands that show a case, whatever is left of it."""
READING = (
    "case {} --json",
    "explain {} --json",
    "explain {} --spans",
    "cases",
    "cases --json",
    "queue",
    "queue --json",
    "status",
    "status --json",
    "causes",
    "causes --json",
    "reports",
    "reports --json",
    "digest preview quality",
    "digest preview failures",
    "digest preview cost",
    "digest preview numbers",
    "spot-checks",
    "workflows",
    "course list",
    "prompts list",
    "doctor",
)
"""Commands that only look; `{}` stands for each case."""
ACTING = (
    "pull {}",
    "example {} --to some.jsonl",
    "approve {}",
    "edit {} --set queue=lost",
    "reject {} --reason spam --then close",
    "reject {} --reason spam --then propose-again",
    "claim {}",
    "escalate {}",
    "assign {} --nobody",
    "ask {} what?",
    "reply {} that",
    "undo {}",
    "wrong {} badly",
    "rerun {}",
    "rerun {} --from look_up",
    "rerun {} corrected --input other.json --reason wrong",
    "correct {} --set queue=lost",
    "propose parcels",
    "rerun failed parcels since 2h",
)
"""Commands that act, and find nothing to act on."""


@pytest.fixture
def erased(empty: CommandLine, migrated_url: str) -> CommandLine:
    """Cases that wait, were edited, rejected, failed, are in doubt, have no proposal: none of their content is left."""
    (empty.folder / "world").mkdir()
    empty.settings.update(
        COUNTERSIGN_WORKFLOWS=str(PARCELS),
        COUNTERSIGN_DATABASE_URL=migrated_url,
        COUNTERSIGN_PROMPTS="files",
        **{FOLDER: str(empty.folder / "world")},
    )
    for case in (WAITS, DECIDED, REJECTED):
        empty.submit(case, f"unsure {WORD}")
    empty.done("edit", str(DECIDED), "--set", f"note=for {WORD}")
    empty.done("reject", str(REJECTED), "--reason", f"{WORD} again", "--then", "close")
    closed = empty.place("no-records")
    empty.submit(FAILED, f"{WORD}")
    closed.unlink()
    empty.submit(EMPTY, f"babbles {WORD}")
    silent = empty.place("silent")
    empty.submit(DOUBTFUL, f"{WORD}", workflow="letters")
    silent.unlink()
    (empty.folder / "other.json").write_text('{"id": 1, "text": "other"}')
    empty.done("wrong", str(DECIDED), f"{WORD} did not want that")
    assert all(WORD in empty("case", str(case), "--json").out for case in CASES)
    database = Database(migrated_url)
    with database.write() as session:
        team = teams.add_local_team(session, at=AT)
        context = Context(database=database, registry=Registry(), clock=lambda: AT, team=team)
        for case in CASES:
            row = cases.get(session, case, team=team)
            assert row is not None
            remove(session, context, row, workflow="parcels", at=AT)
            assert session.get_one(schema.Case, case, populate_existing=True).erased_at == AT
    database.close()
    return empty


def each(commands: Sequence[str], cases: Sequence[int]) -> list[list[str]]:
    """Return these commands, with their words, about each of these cases."""
    return [command.format(case).split() for command in commands for case in (cases if "{}" in command else cases[:1])]


def checked(said: Said, command: list[str]) -> Said:
    """A command ends as commands do, and shows nothing of what was removed."""
    assert said.code in (0, 1), (command, said)
    assert WORD not in said.out + said.err, (command, said)
    assert "Traceback" not in said.err, (command, said)
    return said


def test_each_command_says_in_plain_words_that_the_content_was_removed(erased: CommandLine, migrated_url: str) -> None:
    asked = CASES if migrated_url.startswith("sqlite") else CASES[:1]
    for command in each(SHOWN, CASES):
        said = checked(erased(*command), command)
        assert said.code == 0, (command, said)
        assert "removed" in said.out, (command, said)
        assert "2026-11-20 09:00 UTC" in said.out, (command, said)
    for command in each(READING, asked):
        checked(erased(*command), command)
    plain = erased.case(WAITS)
    assert plain["erased_at"].startswith("2026-11-20T09:00:00")
    assert "the input" in plain["runs"][-1]["removed"]
    assert plain["runs"][-1]["proposal"]["reasons"] == ["[content removed]"]
    for command in each(ACTING, asked):
        said = checked(erased(*command), command)
        if said.code == 1 and command[1:2] == [str(WAITS)] and command[0] in ("approve", "edit", "pull"):
            assert "removed" in said.error(), (command, said)
    checked(erased("settle", str(DOUBTFUL), "happened"), ["settle"])
    assert erased.state(DOUBTFUL) == "delivered"
