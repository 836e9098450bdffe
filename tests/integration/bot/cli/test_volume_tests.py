"""`volume-test`: past inputs are tried and nothing is delivered; people judge a pack; the report says go or no-go."""

import csv
import json
from pathlib import Path

import pytest

from tests.integration.bot.commandline import CommandLine

pytestmark = pytest.mark.slow

SOURCE = """
from pydantic import BaseModel
from countersign import Autonomy, NoProposal, Proposal, Review, Workflow

class Thing(BaseModel):
    id: int
    text: str = ""

class Answer(BaseModel):
    yes: bool

things = Workflow(
    name="things", decision="Yes?", owner="U0MARIA", input=Thing, output=Answer, key=lambda thing: f"thing-{thing.id}",
    told=("the customer",), may={"execute": "say yes"}, no_nevers="nothing can go wrong",
    review=Review(reviewers="U0ANA"), autonomy=Autonomy.floor(0.9),
)

@things.propose
def propose(thing, ask):
    if thing.text == "broken":
        raise RuntimeError("no such thing")
    return Proposal(output=Answer(yes=thing.id % 10 != 3), confidence={"yes": 0.5 if thing.id % 10 == 3 else 0.97})

@things.deliver
def deliver(answer, run):
    raise AssertionError("a volume test delivers nothing")
"""


@pytest.fixture
def things(empty: CommandLine) -> CommandLine:
    (empty.folder / "things.py").write_text(SOURCE)
    empty.settings.update(COUNTERSIGN_WORKFLOWS="things.py", COUNTERSIGN_BACKUPS="things=U0JONAS")
    return empty


def history(things: CommandLine, number: int, *, is_known: bool) -> str:
    """Write past inputs, one of which fails and one of which is unusable; all right answers are yes."""
    file = things.folder / "history.csv"
    lines = [f"{id},{'Maria Quandt' if id == 7 else 'broken' if id == 8 else 'x'}" for id in range(1, number + 1)]
    known = ",yes" if is_known else ""
    file.write_text("\n".join([f"id,text{known}", *(f"{one}{known}" for one in lines), f"zero,x{known}"]) + "\n")
    return str(file)


def judged(pack: Path, out: Path) -> int:
    """Fill a pack in as a person would, with rows that nobody should have written; return the number of good ones."""
    with pack.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    head, cases = rows[0], rows[1:]
    for row in cases:
        row[2], row[3] = ("right", row[3]) if row[3] == "yes" else ("wrong", "yes")
    garbage = [["999", "", "right", ""], ["-1", "", "right", ""], ["1", "", "perhaps", ""], ["x" * 9000], []]
    with out.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([head, *cases, cases[0], *garbage])
    return len(cases)


def test_known_labels_need_no_pack_and_say_go(things: CommandLine) -> None:
    said = things("volume-test", "things", "--file", history(things, 150, is_known=True), "--size", "150")
    assert "volume test 1 is tried" in said.out
    assert "line 152 cannot be tried" in said.out
    assert things.done("cases", "--json").json() == []
    report = things.done("volume-test", "report", "1", "--per-day", "100", "--json").json()
    assert (report["verdict"], report["recommended"]) == ("go", 0.6)
    assert (report["tried"], report["known"], report["packed"]) == (150, 149, 1)
    assert {"kind": "field:yes", "count": 15, "places": [3, 13, 23, 33, 43]} in report["failures"]
    assert report["at_best"] == pytest.approx(1 - (16 / 150 - 0.05) / 0.95)
    things.done("baseline", "record", "things", "--minutes", "6")
    assert "for its owner U0MARIA" in things.done("charter", "things", "--sign").out


def test_a_pack_is_judged_by_a_file_and_garbage_in_it_is_told_by_line(things: CommandLine) -> None:
    file = history(things, 120, is_known=False)
    things.done("volume-test", "things", "--file", file, "--random", "1000")
    waiting = things.done("volume-test", "report", "1").out
    assert "NO-GO" in waiting
    assert "120 cases of the review pack wait" in waiting or "119 cases of the review pack wait" in waiting
    pack, filled = things.folder / "pack.csv", things.folder / "filled.csv"
    things.done("volume-test", "pack", "1", "--out", str(pack))
    assert judged(pack, filled) == 120
    made = things("volume-test", "judge", "1", "--file", str(filled), "--json")
    said = json.loads(made.out)
    # The one that failed has no proposal, and its right value is given.
    assert said["judged"] == 120
    assert len(said["bad"]) == 4
    assert "judged already" in said["bad"][0]["why"]
    assert "GO" in things.done("volume-test", "report", "1").out
    assert "is not a pack" in things("volume-test", "judge", "1", "--file", file).error()


def test_what_was_tried_is_not_tried_again_and_inputs_are_removed(things: CommandLine) -> None:
    file = history(things, 30, is_known=False)
    things.done("volume-test", "things", "--file", file)
    assert things("volume-test", "things", "--resume", "1").code == 0
    plan = things.done("forget", "--subject", "Quandt").out
    assert "inputs of volume tests with these words: 1" in plan
    things.done("forget", "--subject", "Quandt", "--yes")
    assert "Quandt" not in things.done("forget", "--subject", "Quandt").out
    assert "inputs of volume test 1 that were removed: 29" in things.done("volume-test", "forget", "1").out
    assert (
        "nothing of volume test 1 waits"
        in things.done("volume-test", "pack", "1", "--out", str(things.folder / "none.csv")).out
    )
    assert "there is no volume test 7" in things("volume-test", "report", "7").error()
