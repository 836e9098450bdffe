"""The page on handing in keeps its word: each line of it for curl and for Python runs against a real server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from store.db.database import Database
from tests.acceptance.reading import ROOT, python_blocks
from tests.integration.handlers.api.served import Served, served
from tests.paper import claims, pdf
from tests.waiting import LONGEST
from workflows import Autonomy, Run, Workflow
from workflows.documents.documents import Documents
from workflows.documents.shelf import FolderShelf
from workflows.engine.review import reviews
from workflows.library.support_triage.workflow import Ticket, Triage

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "hand-in.md").read_text("utf-8")
APPROVED = {"queue": "delivery", "priority": "normal", "reply": "It is on its way."}


def section(title: str) -> str:
    """Return a section of the page."""
    return PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.fixture
def shop(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Served]:
    """A server with the workflow of the page, delivering nowhere."""
    triage = Workflow(
        name="support-triage",
        decision="Which queue?",
        owner="U0MARIA",
        input=Ticket,
        output=Triage,
        key=lambda ticket: f"ticket-{ticket.id}",
        autonomy=Autonomy.draft(),
    )

    @triage.deliver
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        return "done"

    database = Database(migrated_sqlite_url, connections=24)
    documents = Documents(FolderShelf(tmp_path / "shelf"))
    with served(database, answer=APPROVED, documents=documents) as server:
        server.world.registry.add(triage)
        server.world.registry.add(claims())
        yield server
    database.close()


class Shell:
    """A shell in which the lines of the page are typed."""

    def __init__(self, server: Served, folder: Path, **variables: str) -> None:
        file = make_url(str(server.world.database.engine.url)).database
        self._folder = folder
        self._port = server.port
        self._variables = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "COUNTERSIGN_DATABASE_URL": f"sqlite:///{file}",
            **variables,
        }

    def type(self, lines: str) -> str:
        """Type lines, and return what the last of them prints; what they export stays."""
        script = f"set -e\n{lines.replace(':8481', f':{self._port}')}\nexport -p >exported\n"
        done = self._run(["bash", "-c", script])
        for line in (self._folder / "exported").read_text().splitlines():
            name, _, value = line.removeprefix("declare -x ").partition("=")
            if name in ("KEY", "API", "FORM"):
                self._variables[name] = json.loads(value)
        return done

    def python(self, program: str) -> str:
        """Run a program, and return what it prints."""
        return self._run([sys.executable, "-c", program])

    def _run(self, words: list[str]) -> str:
        done = subprocess.run(
            words, cwd=self._folder, env=self._variables, capture_output=True, text=True, timeout=LONGEST, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def test_each_line_for_curl_and_for_python_does_what_the_page_says(shop: Served, tmp_path: Path) -> None:
    """A source is added, a case handed in, asked about, answered and decided; then several, and one from Python."""
    page, world = section("Over HTTP with curl"), shop.world
    blocks = [block.split("```", 1)[0] for block in page.split("```sh\n")[1:]]
    add, hand_in, look, reply, batch = blocks
    shell = Shell(shop, tmp_path)
    shell.type(add)
    taken = shell.type(hand_in)
    assert f"    {taken}" in page
    world.work()
    review = world.review(1)
    reviews.ask(world.context, review.id, shown=review.version, by="U0ANNA", question="Which parcel?")
    world.work()
    asked = json.loads(shell.type(look))
    assert (asked["state"], asked["question"]["text"]) == ("asked", "Which parcel?")
    assert json.loads(shell.type(reply)) == {"id": 1, "question": 1}
    world.work()
    review = world.review(1)
    reviews.approve(world.context, review.id, shown=review.version, by="U0ANNA")
    world.work()
    done = json.loads(shell.type(look))
    assert (done["state"], done["approved"]) == ("delivered", APPROVED)
    results = json.loads(shell.type(batch))["results"]
    assert [one["result"] for one in results] == ["taken_in", "taken_in"]
    (program,) = python_blocks(section("From Python"))
    # Nobody decides meanwhile, so nobody waits.
    assert shell.python(program.replace("wait=30", "wait=0")) == "not yet: in_progress\n"
    world.work()
    review = world.review(4)
    reviews.approve(world.context, review.id, shown=review.version, by="U0ANNA")
    world.work()
    assert shell.python(program) == f"approved: {dict(sorted(APPROVED.items()))}\n"


def test_each_line_for_files_does_what_the_page_says(shop: Served, tmp_path: Path) -> None:
    """A file is handed in and named in a case; what is no document is refused in the words of the page."""
    page = section("Files over HTTP")
    add, upload, hand_in, other = [block.split("```", 1)[0] for block in page.split("```sh\n")[1:]]
    (tmp_path / "claim.pdf").write_bytes(pdf("Claim 7\nAmount 12.00"))
    (tmp_path / "notes.txt").write_text("Notes")
    (tmp_path / "workflows.py").write_text("from tests.paper import claims\n\nmade = claims()\n")
    shell = Shell(shop, tmp_path, COUNTERSIGN_WORKFLOWS="workflows.py", PYTHONPATH=str(ROOT))
    shell.type(add)
    shell.type(upload)
    assert f"    {shell.type(hand_in)}" in page
    assert f"    {shell.type(other)}" in page
    shop.world.work()
    assert shop.world.state(1) == "waiting"
