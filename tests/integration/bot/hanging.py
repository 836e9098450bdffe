"""Automations in a file whose code does not return, or tries to end the program, as a case tells it to.

It hangs as long as the file `hang` is in its folder.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Run, TimeLimits, Workflow

FOLDER = "HANGING_FOLDER"
"""The environment variable that names the folder."""


class Case(BaseModel):
    id: int
    does: Literal["nothing", "hang", "exit", "cancel", "interrupt"]


class Answer(BaseModel):
    done: bool


def world() -> Path:
    return Path(os.environ[FOLDER])


def propose(case: Case, ask: Ask[Answer]) -> Proposal[Answer]:
    return Proposal(output=Answer(done=True), confidence={"done": 1.0})


def deliver(answer: Answer, run: Run[Case]) -> str:
    match run.input.does:
        case "hang":
            while (world() / "hang").exists():
                time.sleep(0.01)
        case "exit":
            raise SystemExit(2)
        case "cancel":
            raise asyncio.CancelledError
        case "interrupt":
            raise KeyboardInterrupt
    return f"done {run.input.id}"


def declare(name: str, *, seconds: float) -> Workflow[Case, Answer]:
    workflow = Workflow(
        name=name,
        decision="Is it done?",
        owner="U0MARIA",
        is_sample=True,
        input=Case,
        output=Answer,
        key=lambda case: f"case-{case.id}",
        autonomy=Autonomy.floor(0.9),
        time_limits=TimeLimits(code=seconds),
    )
    workflow.propose(propose)
    workflow.deliver(deliver)
    return workflow


patient = declare("patient", seconds=600)
hasty = declare("hasty", seconds=1)
other = declare("other", seconds=600)
