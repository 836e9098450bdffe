"""Two automations: what the first one delivers is a case of the second.

Its function waits as long as the file `hang` is in its folder.
"""

import os
import time
from pathlib import Path

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Run, Workflow

FOLDER = "FOLLOWING_FOLDER"
"""The environment variable that names the folder."""


class Case(BaseModel):
    id: int


class Answer(BaseModel):
    done: bool


def propose(case: Case, ask: Ask[Answer]) -> Proposal[Answer]:
    return Proposal(output=Answer(done=True), confidence={"done": 1.0})


def deliver(answer: Answer, run: Run[Case]) -> str:
    return f"done {run.input.id}"


def declare(name: str) -> Workflow[Case, Answer]:
    workflow = Workflow(
        name=name,
        decision="Is it done?",
        owner="U0MARIA",
        is_sample=True,
        input=Case,
        output=Answer,
        key=lambda case: f"{name}-{case.id}",
        autonomy=Autonomy.floor(0.9, second_opinion=None),
    )
    workflow.propose(propose)
    workflow.deliver(idempotent=True)(deliver)
    return workflow


first, second = declare("first"), declare("second")


@first.then(second)
def again(answer: Answer, run: Run[Case]) -> Case:
    while (Path(os.environ[FOLDER]) / "hang").exists():
        time.sleep(0.01)
    return run.input
