"""An automation in a file of its own, as somebody outside this repository writes one.

What it is given decides what it does, and its world is a folder: whatever it does to the world is a line or a file
there, so that a test can count. `closed` in the folder holds why the depot refuses; `busy`, that it may take it later;
`silent`, that it never answers; while `hold` is there, a delivery takes its time, from the attempt on whose number it
holds.
"""

import json
import os
import time
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, Field

from workflows import (
    Ask,
    Autonomy,
    NoProposal,
    NotDone,
    OutcomeUnknown,
    Proposal,
    Rejection,
    Review,
    Run,
    TryAgain,
    Workflow,
    step,
)

FOLDER = "PARCELS_FOLDER"
"""Environment variable with the folder of the world."""
SPOT_CHECKS = "PARCELS_SPOT_CHECKS"
"""Environment variable with the share of what goes alone that is looked at."""


class Parcel(BaseModel):
    id: int = Field(gt=0)
    text: str = Field(min_length=1)


class Routing(BaseModel):
    queue: Literal["home", "shop", "lost"]
    note: str = ""


def world() -> Path:
    return Path(os.environ[FOLDER])


def write_down(file: str, line: str) -> None:
    """Add a line, in one write, so that lines of several threads do not mix."""
    target = os.open(world() / file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(target, f"{line}\n".encode())
    os.close(target)


def take_time() -> None:
    """Wait for as long as the world is so, once so many deliveries were attempted."""
    hold = world() / "hold"
    if not hold.exists() or len((world() / "attempts").read_text().splitlines()) < int(hold.read_text() or 0):
        return
    # It ends when the file is taken away, not after some time.
    while hold.exists():
        time.sleep(0.01)


def get_stuck(parcel: int, *, after: int) -> None:
    """Wait for as long as the world is so, in each step but the first ones that were called.

    Those that were called before are let go, however many are called at the same time.
    """
    place = (world() / "steps").read_text().splitlines().index(str(parcel)) + 1
    while place >= after and (world() / "stuck-after").exists():
        time.sleep(0.01)


@step
def look_up(parcel: int) -> str:
    if (world() / "no-records").exists():
        raise NotDone("the records are closed")
    write_down("steps", str(parcel))
    if (world() / "stuck-after").exists():
        get_stuck(parcel, after=int((world() / "stuck-after").read_text()))
    return f"sender of {parcel}"


def propose(parcel: Parcel, ask: Ask[Routing]) -> Proposal[Routing]:
    sender = look_up(parcel.id)
    if "babbles" in parcel.text:
        raise NoProposal("the answer cannot be read", code="garbage", said="I would say home, or the shop")
    if "nobody knows" in parcel.text:
        raise NoProposal("nobody knows where it goes")
    sure = 0.5 if "unsure" in parcel.text else 0.95
    routing = Routing(queue="shop" if "shop" in parcel.text else "home", note=f"{sender}: {parcel.text}")
    return Proposal(output=routing, confidence={"queue": sure, "note": sure}, reasons=("it says so",))


def leaks(parcel: Parcel, routing: Routing) -> bool:
    return "leaks" in parcel.text and routing.queue != "lost"


def says_something(parcel: Parcel, routing: Routing) -> bool:
    return bool(routing.note)


def pays(parcel: Parcel, routing: Routing) -> bool:
    return "money" in routing.note


def deliver(routing: Routing, run: Run[Parcel]) -> str:
    write_down("attempts", run.key)
    take_time()
    if (world() / "closed").exists():
        raise NotDone((world() / "closed").read_text())
    if (world() / "busy").exists():
        raise TryAgain("the depot is busy")
    if (world() / "silent").exists():
        raise OutcomeUnknown("the depot did not answer")
    effects = world() / "effects"
    effects.mkdir(exist_ok=True)
    said = json.dumps({"queue": routing.queue, "note": routing.note, "by": run.by})
    (effects / quote(run.key, safe="")).write_text(said)
    return f"P-{run.input.id}"


def tell(rejection: Rejection, run: Run[Parcel]) -> str:
    write_down("rejections", f"{run.key} {rejection.reason}")
    return "noted"


def declare(name: str, *, idempotent: bool) -> Workflow[Parcel, Routing]:
    workflow = Workflow(
        name=name,
        decision="Where does this parcel go?",
        owner="U0MARIA",
        is_sample=True,
        input=Parcel,
        output=Routing,
        key=lambda parcel: f"parcel-{parcel.id}",
        may={"retrieve": "look up the sender", "execute": "send it out"},
        review=Review(),
        autonomy=Autonomy.floor(0.9, spot_checks=float(os.environ.get(SPOT_CHECKS, "0"))),
    )
    workflow.propose(propose)
    workflow.never("send out what leaks")(leaks)
    workflow.never("promise money", on_edit="bar")(pays)
    workflow.check("the note says something", fields=("note",))(says_something)
    workflow.deliver(idempotent=idempotent)(deliver)
    workflow.on_reject(idempotent=idempotent)(tell)
    return workflow


parcels = declare("parcels", idempotent=True)
letters = declare("letters", idempotent=False)
"""Its depot knows no keys: what it did not confirm is in doubt."""
