"""A file is previewed without writing, and the way in which it is read is kept with its source."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.bot.commandline import CommandLine, Said

pytestmark = pytest.mark.slow

PEOPLE = """
from typing import Annotated
from pydantic import BaseModel, Field
from workflows import Personal, Workflow
class Ticket(BaseModel):
    id: int
    text: str = Field(min_length=1)
    customer: Annotated[str, Personal] = ""
    language: str = "en"
class Triage(BaseModel):
    queue: str
w = Workflow(name='tickets', decision='?', owner='U0', input=Ticket, output=Triage, key=lambda one: f'ticket-{one.id}')
w.deliver(lambda answer, run: 'done')
"""
CRM = (
    "Ticket Nr;Text;Kunde;Queue;Sprint;Sprint\n"
    "1;grüße von Maria Müller;Maria Müller;home;a;b\n"
    "2;;X;;;\n"
    "x;bad;X;;;\n"
    "3;one;X;;;\n"
    "3;other;X;;;\n"
    "4;same;;;;\n"
    "4;same;;;;\n"
).encode("cp1252")
AS_CRM = ("--map", "id=Ticket Nr", "--map", "customer=Kunde", "--encoding", "cp1252")


@pytest.fixture
def tickets(countersign: CommandLine) -> CommandLine:
    """The command line with a workflow that has a personal field."""
    countersign.settings["COUNTERSIGN_WORKFLOWS"] = str(countersign.place("tickets.py", PEOPLE))
    return countersign


def run(tickets: CommandLine, content: bytes, *options: str, name: str = "export.csv") -> Said:
    (tickets.folder / name).write_bytes(content)
    return tickets("run", name, "--workflow", "tickets", *options, COUNTERSIGN_MODEL="local")


def previewed(tickets: CommandLine, content: bytes, *options: str, name: str = "export.csv") -> Mapping[str, Any]:
    found: Mapping[str, Any] = run(tickets, content, "--dry-run", "--json", *options, name=name).json()
    return found


def test_a_dry_run_says_what_would_be_taken_in(tickets: CommandLine) -> None:
    said = run(tickets, CRM, "--dry-run", *AS_CRM)
    assert said.code == 1  # as the real run: rows are refused
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert lines == [
        "nothing was written; this is what would be taken in:",
        "rows 7",
        "new 2",
        "duplicates 1",
        "revisions 0",
        "refused 4",
        "row 2 (line 3, text): text: has to have at least 1 character",
        "row 3 (line 4, id): id: has to be a whole number",
        "row 4 (line 5): rows 4, 5 have the key ticket-3 and different content, so none of them was taken in",
        "row 5 (line 6): rows 4, 5 have the key ticket-3 and different content, so none of them was taken in",
        "column Queue is queue, as the right answer",
        "column Ticket Nr is id",
        "column Text is text",
        "column Kunde is customer",
        "columns not used Sprint, Sprint",
        "no column for language: each gets its default",
        "row 1 would be the case ticket-1",
        "customer [personal]",
        "id 1",
        "language en",
        "text grüße von [personal]",
    ]
    assert "Müller" not in said.out + said.err
    assert tickets.done("cases", "--json").json() == []
    assert tickets.done("source", "list", "--files", "--json").json() == {}


def test_a_dry_run_says_what_the_real_run_does(tickets: CommandLine) -> None:
    """Before anything is there, once it is there, and once it has changed."""
    changed = CRM.replace(b"same", b"other text") + b"9;new;;;;\n"
    for content in (CRM, CRM, changed):
        foreseen = previewed(tickets, content, *AS_CRM)
        taken = run(tickets, content, "--json", *AS_CRM).json()
        same = ("rows", "taken_in", "revised", "duplicates", "columns_not_used")
        assert {name: foreseen[name] for name in same} == {name: taken[name] for name in same}
        assert foreseen["refused"] == len(taken["refused"])
        told = [{"row": one["row"], "line": one["line"], "why": one["why"]} for one in foreseen["first_refused"]]
        assert told == taken["refused"]


def test_removed_content_and_a_full_queue_are_foreseen(tickets: CommandLine) -> None:
    run(tickets, b"id,text\n1,one\n")
    tickets.done("forget", "1", "--yes")
    found = previewed(tickets, b"id,text\n1,one\n2,two\n")
    assert (found["taken_in"], found["refused"], found["room"]) == (1, 1, 100_000)
    assert "the content of case ticket-1 was removed on " in found["first_refused"][0]["why"]


@pytest.mark.parametrize(
    ("content", "name", "columns"),
    [
        ("sep=;\nid;text\n1;ü\n".encode("cp1252"), "a.csv", {"id": "id", "text": "text"}),
        ("id\ttext\r\n1\tü\r\n".encode("utf-16"), "a.csv", {"id": "id", "text": "text"}),
        (",id,text\n0,1,ü\n".encode(), "a.csv", {"id": "id", "text": "text"}),
        ("ID,Comment,Comment,Text\n1,a,b,ü\n".encode("utf-8-sig"), "a.csv", {"id": "ID", "text": "Text"}),
        ('{"id": 1, "text": "ü", "more": 1}\n'.encode(), "a.jsonl", {"id": "id", "text": "text"}),
    ],
    ids=["sep=; in cp1252", "UTF-16 with tabs", "pandas", "Jira", "JSON lines"],
)
def test_real_exports_are_read(tickets: CommandLine, content: bytes, name: str, columns: dict[str, str]) -> None:
    options = ("--encoding", "cp1252") if b"sep" in content else ()
    found = previewed(tickets, content, *options, name=name)
    assert (found["taken_in"], found["refused"], found["columns"]) == (1, 0, columns)
    assert found["example"] == {
        "row": 1,
        "key": "ticket-1",
        "values": {"id": "1", "text": "ü", "customer": "", "language": "en"},
    }


def test_how_a_file_is_read_is_kept_with_its_source(tickets: CommandLine) -> None:
    first = run(tickets, CRM, "--source", "crm-export", *AS_CRM)
    assert "how it is read is kept; the next file needs only --source crm-export" in first.err
    again = run(tickets, CRM + b"8;new;;;;\n", "--source", "crm-export", "--json")
    assert (again.json()["taken_in"], "is kept" in again.err) == (1, False)
    assert tickets.done("source", "list", "--files", "--json").json() == {
        "crm-export": {
            "workflow": "tickets",
            "named": {"id": "Ticket Nr", "customer": "Kunde"},
            "encoding": "cp1252",
        }
    }
    assert "id=Ticket Nr, customer=Kunde" in tickets.done("source", "list", "--files").out
    other = run(tickets, b"No,text\n20,new\n", "--source", "crm-export", "--map", "id=No", "--json")
    assert other.json()["taken_in"] == 1
    kept = tickets.done("source", "list", "--files", "--json").json()["crm-export"]
    assert (kept["named"], kept["encoding"]) == ({"id": "No"}, "cp1252")


def test_a_source_of_files_that_cannot_be_is_refused_in_words(tickets: CommandLine) -> None:
    assert (
        run(tickets, CRM, "--source", "crm-export")
        .error()
        .startswith("there is no source crm-export of files yet; give --map FIELD=COLUMN, or --encoding, once with it")
    )
    assert run(tickets, CRM, "--source", "CRM", *AS_CRM).error().startswith("the name of a source has 1 to 50")
    assert run(tickets, CRM, "--source", "crm", "--map", "id=Nummer", "--encoding", "cp1252").error() == (
        "export.csv: there is no column Nummer for id; there are: Ticket Nr, Text, Kunde, Queue, Sprint, Sprint"
    )
    assert tickets.done("source", "list", "--files", "--json").json() == {}, "what does not fit is not kept"
    assert run(tickets, CRM, "--dry-run", "--post").error() == "give --dry-run or --post, not both"
    run(tickets, CRM, "--source", "crm", *AS_CRM)
    other = PEOPLE.replace("'tickets'", "'others'").replace("customer", "client")
    tickets.settings["COUNTERSIGN_WORKFLOWS"] = str(tickets.place("others.py", other))
    assert tickets("run", "export.csv", "--workflow", "others", "--source", "crm").error() == (
        "the source crm is of the workflow tickets, not of others"
    )
    changed = PEOPLE.replace("customer", "client")
    tickets.settings["COUNTERSIGN_WORKFLOWS"] = str(tickets.place("changed.py", changed))
    assert run(tickets, CRM, "--source", "crm").error() == (
        "the source crm: --map customer=...: there is no such field; there are: queue, id, text, client, language"
    )
