"""`charter`, `changes`, `doctor`: an author's own workflow goes alone once it is signed, at the command line too."""

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

SOURCE = """
from pydantic import BaseModel
from countersign import Autonomy, Proposal, Review, Workflow

class Thing(BaseModel):
    id: int

class Answer(BaseModel):
    yes: bool

things = Workflow(
    name="things", decision="Yes?", owner="U0MARIA", input=Thing, output=Answer, key=lambda thing: f"thing-{thing.id}",
    told=("the customer",), may={"execute": "say yes"}, no_nevers="nothing can go wrong",
    review=Review(reviewers="U0ANA"), autonomy=Autonomy.floor(0.9),
)

@things.propose
def propose(thing, ask):
    return Proposal(output=Answer(yes=True), confidence={"yes": 0.95})

@things.deliver
def deliver(answer, run):
    return "done"
"""


@pytest.fixture
def things(empty: CommandLine) -> CommandLine:
    """The command line with a workflow of somebody's own, whose backup the settings name."""
    (empty.folder / "things.py").write_text(SOURCE)
    empty.settings.update(COUNTERSIGN_WORKFLOWS="things.py", COUNTERSIGN_BACKUPS="things=U0JONAS")
    return empty


def submitted(countersign: CommandLine, number: int) -> str:
    """Take a case in, and return its state."""
    countersign.done("submit", f'{{"id": {number}}}', "--workflow", "things")
    cases = countersign.done("cases", "--json").json()
    return str(next(case["state"] for case in cases if case["key"] == f"thing-{number}"))


def refused(countersign: CommandLine, *arguments: str) -> str:
    """Give a command that cannot be done, and return what it says."""
    return countersign(*arguments).error()


def test_it_goes_alone_once_an_operator_signed_it(things: CommandLine) -> None:
    assert submitted(things, 1) == "waiting"
    read = things.done("charter", "things").out
    assert "things belongs to U0MARIA; U0JONAS stands in." in read
    assert "It has no rule of this kind: nothing can go wrong." in read
    assert "Not signed. Nothing goes alone until its owner signs." in read
    assert "for its owner U0MARIA" in things.done("charter", "things", "--sign", "--exception", "tried by hand").out
    assert submitted(things, 2) == "delivered"
    charter = things.done("charter", "things", "--json").json()
    assert charter["terms"]["signature"]["how"] == "operator"
    assert charter["missing"] == []
    assert "signed already" in refused(things, "charter", "things", "--sign", "--exception", "tried by hand")


def test_what_widens_waits_and_is_listed(things: CommandLine) -> None:
    things.done("charter", "things", "--sign", "--exception", "tried by hand")
    file = things.folder / "things.py"
    file.write_text(SOURCE.replace("floor(0.9)", "floor(0.8)"))
    # To look keeps nothing.
    assert "They are new" in things.done("charter", "things").out
    assert len(things.done("changes", "--json").json()["shown"]) == 1
    assert submitted(things, 1) == "waiting"
    changes = things.done("changes", "things").out
    assert "Confidence to go alone: 90% → 80%" in changes
    assert "It widens what it may do: confidence to go alone." in changes


def test_what_is_missing_is_named_and_cannot_be_signed(things: CommandLine) -> None:
    del things.settings["COUNTERSIGN_BACKUPS"]
    assert "Not complete: somebody who stands in for the owner is missing." in things.done("charter", "things").out
    assert 'is not complete: write into its declaration backup="ID"' in refused(
        things, "charter", "things", "--sign", "--exception", "tried by hand"
    )
    found = things("doctor").out
    assert "things: its charter is not complete" in found
    assert 'write into its declaration backup="ID"' in found
    assert "things: its charter is not signed" in found


def test_before_the_first_terms_there_are_no_changes(things: CommandLine) -> None:
    assert things.done("changes", "things").out.startswith("No terms of things are kept yet")
    assert "there is no workflow" in refused(things, "changes", "nothing")
