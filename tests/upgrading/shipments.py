"""An author's file for real processes of several versions. Its world is a folder: each effect is a file, there at once.

It uses what versions of then knew. `unsure` in a text is for a person; a delivery of letters is repeated by nobody.
"""

import json
import os
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Review, Run, Workflow, step

FOLDER = "SHIPMENTS_FOLDER"
"""Environment variable with the folder of the world."""
PARCELS, LETTERS = "parcels", "letters"


class Parcel(BaseModel):
    """The input."""

    id: int
    text: str


class Routing(BaseModel):
    """The output."""

    queue: str
    note: str


@step
def weigh(parcel: int) -> float:
    """Look something up."""
    return 1.5


def propose(parcel: Parcel, ask: Ask[Routing]) -> Proposal[Routing]:
    """Propose without asking a model."""
    weigh(parcel.id)
    sure = 0.5 if "unsure" in parcel.text else 1.0
    return Proposal(output=Routing(queue="home", note=parcel.text), confidence={"queue": sure, "note": sure})


def arrive(routing: Routing, run: Run[Parcel]) -> str:
    """Have the effect. Each attempt that gets here leaves a file of its own."""
    effects = Path(os.environ[FOLDER])
    written = effects / f".{uuid4().hex}"
    written.write_text(json.dumps([run.key, routing.note]))
    written.rename(effects / f"{quote(run.key, safe='')}-{uuid4().hex}")
    return f"receipt for {run.key}"


def declare(name: str, *, idempotent: bool) -> Workflow[Parcel, Routing]:
    """Return one of the automations."""
    made = Workflow(
        name=name,
        decision="Where does this go?",
        owner="U0MARIA",
        is_sample=True,
        input=Parcel,
        output=Routing,
        key=lambda parcel: f"parcel-{parcel.id}",
        autonomy=Autonomy.floor(0.9),
        review=Review(post_to="C0SUPPORT", reviewers="S0SUPPORT"),
    )
    made.propose(propose)
    made.deliver(idempotent=idempotent)(arrive)
    return made


parcels = declare(PARCELS, idempotent=True)
letters = declare(LETTERS, idempotent=False)
