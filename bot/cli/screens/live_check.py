"""The command `doctor --live`: leads a person through a real Slack workspace, and writes down what came back."""

import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from threading import Thread

from bot.app import opened
from bot.cli.screens.output import one_line_errors, out
from bot.settings import settings
from bot.slack.installing.tokens import with_token
from bot.slack.live.heard import Heard
from bot.slack.live.steps import STEPS, run
from bot.slack.live.transcript import Line, Outcome, as_text
from bot.slack.live.trial import Step, Trial
from bot.slack.places import reviewers_named
from bot.slack.workspace import connect
from handlers.texts.operations import live
from workflows.engine.errors import Refused


def check_live(
    channel: str, *, as_json: bool, file: Path | None, only: Sequence[str], patience: float, pace: float
) -> int:
    """Lead through the steps; returns 1 where one failed.

    `file`: that of the transcript. `only`: names of the steps to do; empty: all. `patience`: seconds for what a person
    is asked to do. `pace`: seconds between two calls of a kind.
    """
    with one_line_errors(), opened(settings()) as app:
        steps = _chosen(only)
        workspace = connect(with_token(app))
        trial = Trial(workspace, channel, named=list(reviewers_named(app)), say=_say, patience=patience, pace=pace)
        path = file or Path(time.strftime("countersign-live-%Y%m%d-%H%M%S.txt"))
        # Opened first, so that nobody goes through all steps for a file that cannot be written.
        with path.open("x", encoding="utf-8") as written:
            lines = list[Line]()

            def report(line: Line) -> None:
                lines.append(line)
                out.print(f"      {line.outcome}: {line.got or '-'}")
                for fault in line.faults:
                    out.print(f"      {fault.method}: {fault.code}{f' ({fault.about})' if fault.about else ''}")
                print(json.dumps(asdict(line)) if as_json else as_text(line), file=written, flush=True)

            print(_first(as_json=as_json), file=written)
            out.print(f"{live.TRY}\n{live.INTRODUCTION}")
            Thread(target=_listen, args=(trial.heard,), daemon=True).start()
            run(trial, steps, begin=_begin(steps), report=report)
        out.print(" ".join(f"{outcome} {sum(one.outcome is outcome for one in lines)}" for outcome in Outcome))
        out.print(f"{path}: {live.WRITTEN}")
        return 1 if any(line.outcome is Outcome.FAILED for line in lines) else 0


def _chosen(only: Sequence[str]) -> Sequence[Step]:
    names = [step.name for step in STEPS]
    unknown = [name for name in only if name not in names]
    if unknown:
        raise Refused(f"there is no step {unknown[0]}; the steps are {', '.join(names)}")
    return [step for step in STEPS if not only or step.name in (*only, "socket")]


def _begin(steps: Sequence[Step]) -> Callable[[Step], None]:
    """Return a function that names a step and its place. What comes after the steps is the last."""
    last = len(steps) + 1

    def begin(step: Step) -> None:
        place = steps.index(step) + 1 if step in steps else last
        out.print(f"{place:>2}/{last}  {step.words.tests}")

    return begin


def _say(text: str) -> None:
    out.print(f"   →  {text}")


def _listen(heard: Heard) -> None:
    """Skip a step for each `s` that is typed."""
    for line in sys.stdin:
        if line.strip().lower() in ("s", "skip"):
            heard.skip()


def _first(*, as_json: bool) -> str:
    """Return the first line of the transcript: what it was made with."""
    made = {
        "countersign": version("countersign-bot"),
        "slack_bolt": version("slack_bolt"),
        "slack_sdk": version("slack_sdk"),
        "python": platform.python_version(),
        "at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
    }
    return json.dumps(made) if as_json else " ".join(f"{name} {value}" for name, value in made.items())
