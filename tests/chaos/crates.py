"""An automation in a file of its own whose cases are all alike, and whose approvals take a moment each.

So a process that is killed while some of them are approved together is killed among them.
"""

import os
import time
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Run, Workflow

FOLDER = "CRATES_FOLDER"
"""Environment variable with the folder of the world: each effect is a file there."""
_MOMENT = 0.05
"""Seconds that a rule takes."""


class Crate(BaseModel):
    id: int


class Place(BaseModel):
    hall: str


crates = Workflow(
    name="crates",
    decision="Where does this crate go?",
    owner="U0MARIA",
    input=Crate,
    output=Place,
    key=lambda crate: f"crate-{crate.id}",
    autonomy=Autonomy.draft(),
)
crates.alike(lambda crate, place: f"To hall {place.hall}")


@crates.propose
def propose(crate: Crate, ask: Ask[Place]) -> Proposal[Place]:
    return Proposal(output=Place(hall="7"), confidence={"hall": 0.5}, reasons=("there is room",))


@crates.never("send a crate nowhere")
def goes_nowhere(crate: Crate, place: Place) -> bool:
    time.sleep(_MOMENT)
    return not place.hall


@crates.deliver(idempotent=True)
def deliver(place: Place, run: Run[Crate]) -> str:
    folder = Path(os.environ[FOLDER])
    # Named by its key and a name of its own: the second one under a key would be seen.
    written = folder / uuid4().hex
    written.write_text(place.hall)
    kept = folder / f"{quote(run.key, safe='')}.effect"
    if kept.exists():
        written.unlink()
    else:
        written.rename(kept)
    return f"C-{run.input.id}"
