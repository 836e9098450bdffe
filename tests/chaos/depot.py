"""Two automations in a file of their own, for real processes that are really killed.

Their world is a folder: each effect is a file that is there whole or not at all, each step a line with its time.
`poison` in a text ends whatever process works on it, as a fault in C code does; `frozen` has a never hold its
interpreter, as a pattern does that searches for hours.
"""

import json
import os
import re
import signal
import time
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Run, Workflow, step

FOLDER = "DEPOT_FOLDER"
"""Environment variable with the folder of the world."""
KNOWING, FORGETFUL = "parcels", "letters"
"""Names of the automation whose depot knows keys, and of the one whose does not."""


class Parcel(BaseModel):
    id: int
    text: str


class Routing(BaseModel):
    queue: str
    note: str


def world() -> Path:
    return Path(os.environ[FOLDER])


@step
def weigh(parcel: int, text: str) -> float:
    line = f"{time.time():.6f} {os.getpid()} {parcel}\n"
    target = os.open(world() / "steps", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(target, line.encode())
    os.close(target)
    if "poison" in text:
        # Give the neighbouring cases time to be inside their steps.
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(float(os.environ.get("DEPOT_SECONDS", "0.02")))
    return 1.5


def propose(parcel: Parcel, ask: Ask[Routing]) -> Proposal[Routing]:
    weigh(parcel.id, parcel.text)
    sure = 0.5 if "unsure" in parcel.text else 1.0
    return Proposal(output=Routing(**routed(parcel.text)), confidence={"queue": sure, "note": sure})


def routed(text: str) -> dict[str, str]:
    return {"queue": "home", "note": f"about {text}"}


def freezes(parcel: Parcel, routing: Routing) -> bool:
    return "frozen" in parcel.text and re.search("(a+)+$", "a" * 60 + "b") is not None


def arrive(key: str, routing: Routing, *, once: bool) -> str:
    """Have the effect, at once and whole. `once`: a second one under the key changes nothing."""
    effects = world() / "effects"
    effects.mkdir(exist_ok=True)
    mark = uuid4().hex
    written = world() / f"writing-{mark}"
    written.write_text(json.dumps([key, routing.model_dump()]))
    name = quote(key, safe="") if once else f"{quote(key, safe='')}-{mark}"
    try:
        os.link(written, effects / name)
    except FileExistsError:
        pass
    finally:
        written.unlink()
    time.sleep(float(os.environ.get("DEPOT_SECONDS", "0.02")))
    return f"receipt for {key}"


def declare(name: str, *, idempotent: bool) -> Workflow[Parcel, Routing]:
    made = Workflow(
        name=name,
        decision="Where does this go?",
        owner="U0MARIA",
        is_sample=True,
        input=Parcel,
        output=Routing,
        key=lambda parcel: f"parcel-{parcel.id}",
        autonomy=Autonomy.floor(0.9),
    )
    made.propose(propose)
    made.never("send what freezes")(freezes)

    @made.deliver(idempotent=idempotent)
    def deliver(routing: Routing, run: Run[Parcel]) -> str:
        return arrive(run.key, routing, once=idempotent)

    return made


parcels = declare(KNOWING, idempotent=True)
letters = declare(FORGETFUL, idempotent=False)
