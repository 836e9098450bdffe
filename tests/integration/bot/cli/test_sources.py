"""Sources at the command line: added with what each may do, given keys that are shown once, revoked and ended."""

import re
from datetime import UTC, datetime

import pytest

from store.db.database import Database
from tests.integration.bot.commandline import CommandLine
from workflows.engine.case.team import team_of
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.errors import NotAccepted
from workflows.engine.sources.programs import keys

pytestmark = pytest.mark.slow


def key_of(countersign: CommandLine, *options: str, source: str = "desk") -> str:
    """Make a key; standard output is the key alone."""
    said = countersign.done("source", "key", "add", source, *options)
    assert re.fullmatch(r"csk_[\w-]{43}\n", said.out)
    assert f"this is the only time that this key of {source} is shown" in said.err
    assert said.out.strip() not in said.err
    return said.out.strip()


def test_a_source_is_added_changed_and_ended(countersign: CommandLine) -> None:
    assert "no source has keys" in countersign.done("source", "list").out
    said = countersign.done("source", "add", "desk", "--workflow", "parcels", "--per-minute", "60")
    assert "next: `countersign source key add desk` makes a key for it" in said.out
    changed = ("--may-propose", "--webhook", "https://desk.example/hook")
    countersign.done("source", "change", "desk", *changed)
    key_of(countersign)
    (listed,) = countersign.done("source", "list", "--json").json()
    assert (listed["name"], listed["usable_keys"], listed["made_by"]) == ("desk", 1, "cli:ana")
    chosen = {
        "workflows": ["parcels"],
        "may_propose": True,
        "per_minute": 60,
        "most_bytes": 1_048_576,
        "webhook": "https://desk.example/hook",
        "allow_private": False,
    }
    assert listed["settings"] == listed["settings"] | chosen
    assert "https://desk.example/hook" in countersign.done("source", "list").out
    countersign.done("source", "change", "desk", "--no-webhook", "--every-workflow", "--may-not-propose")
    (listed,) = countersign.done("source", "list", "--json").json()
    assert listed["settings"]["workflows"] is listed["settings"]["webhook"] is None
    assert "none of its keys is accepted any more" in countersign.done("source", "end", "desk").out
    assert "ended" in countersign.done("source", "key", "list").out


def test_what_cannot_be_is_said_in_one_line(countersign: CommandLine) -> None:
    def error(*words: str) -> str:
        return countersign("source", *words).error()

    assert (
        error("add", "desk") == "say for which workflows: --workflow NAME, which may be repeated, or --every-workflow"
    )
    assert error("add", "desk", "--workflow", "x", "--every-workflow") == (
        "give --workflow or --every-workflow, not both"
    )
    assert error("add", "desk", "--workflow", "x").startswith("there is no workflow 'x'; known: ")
    assert error("add", "The Desk", "--workflow", "parcels").startswith("the name of a source has 1 to 50 lower-case")
    assert error("add", "desk", "--workflow", "parcels", "--per-minute", "0") == "per minute: has to be at least 1"
    assert error("change", "desk") == "say what to change: countersign source change --help names it"
    assert error("change", "desk", "--may-propose") == "there is no source desk; countersign source list shows all"
    assert error("change", "desk", "--no-webhook", "--webhook", "x") == "give --webhook or --no-webhook, not both"
    assert error("end", "desk") == "there is no source desk; countersign source list shows all"
    assert error("key", "add", "desk") == "there is no source desk; countersign source list shows all"
    assert error("key", "revoke", "csk_abcdefgh") == (
        "there is no key that begins like this; countersign source key list shows all"
    )


def test_a_key_that_another_process_revokes_stops_at_once(countersign: CommandLine) -> None:
    countersign.done("source", "add", "desk", "--workflow", "parcels")
    key = key_of(countersign)
    database = Database(f"sqlite:///{countersign.folder / 'countersign.sqlite'}")
    now = datetime.now(UTC)
    team = team_of(database, at=now).id
    context = Context(database=database, registry=Registry(), clock=lambda: now, team=team)
    assert keys.caller_of(context, key).name == "desk"
    process = countersign.started("source", "key", "revoke", key[:12])
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "no process accepts it any more" in out
    with pytest.raises(NotAccepted):
        keys.caller_of(context, key)
    database.close()


def test_a_key_is_in_no_file_and_no_later_output(countersign: CommandLine) -> None:
    """Not in the database's pages either, nor in an audit that is exported."""
    countersign.done("source", "add", "desk", "--workflow", "parcels")
    key = key_of(countersign, "--days", "3")
    told = [
        countersign(*words)
        for words in (
            ("source", "key", "list"),
            ("source", "key", "list", "--json"),
            ("source", "list", "--json"),
            ("doctor",),
            ("source", "key", "revoke", key),
            ("source", "key", "revoke", key),
            ("seal",),
            ("audit-export", "--from", "2020-01-01", "--to", "2999-01-01", "--out", "audit.jsonl"),
        )
    ]
    assert "audit.jsonl" in {path.name for path in countersign.folder.iterdir()}
    files = [path for path in countersign.folder.rglob("*") if path.is_file()]
    assert any(key[:12].encode() in path.read_bytes() for path in files), "what is known of it is found"
    assert [path.name for path in files if key[12:].encode() in path.read_bytes()] == []
    assert [said for said in told if key[12:] in said.out + said.err] == []


def test_doctor_names_sources_that_cannot_hand_in_or_soon_cannot(countersign: CommandLine) -> None:
    countersign.done("source", "add", "desk", "--workflow", "parcels")
    countersign.done("source", "add", "mail", "--every-workflow")
    countersign.done("source", "add", "old", "--every-workflow")
    countersign.done("source", "end", "old")
    key = key_of(countersign, "--days", "13")
    key_of(countersign, "--days", "15")
    found = [one["what"] for one in countersign("doctor", "--json").json() if "the source" in one["what"]]
    assert found[0].startswith(f"the key {key[:12]} of the source desk expires on ")
    assert found[1:] == ["the source mail has no key that is accepted, so it cannot hand in"]
    other = countersign.place("other.py", OTHER)
    told = countersign("doctor", "--json", COUNTERSIGN_WORKFLOWS=str(other)).json()
    assert "the source desk may hand in for parcels, which this process does not know" in [one["what"] for one in told]


OTHER = """
from pydantic import BaseModel
from workflows import Workflow
class Thing(BaseModel):
    id: int
w = Workflow(name='other', decision='?', owner='U0', input=Thing, output=Thing, key=lambda thing: f'{thing.id}')
w.deliver(lambda answer, run: 'done')
"""
"""A file of workflows without the parcels."""
