"""The command line in a folder of its own, as a person uses it: each call is a new start of the program.

`CommandLine` calls it in this process, which is quick; `started` is the installed command in a process of its own.
"""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.main import get_command
from typer.testing import CliRunner

from bot.app import App, opened
from bot.cli import app
from bot.settings import settings
from tests.integration.bot import parcels
from tests.waiting import LONGEST, wait_until
from workflows.quality.examples.candidates import gather
from workflows.quality.labels.making import make_labels

__all__ = ["LONGEST", "CommandLine", "Said", "wait_until"]

COUNTERSIGN = Path(sys.executable).with_name("countersign")
PROGRAM = get_command(app)
"""The command with all below it. Made once: to make it takes a tenth of a second, and it keeps nothing of a call."""
PARCELS = Path(parcels.__file__)
NEW_PROCESS_FIELD_LIMIT = 131_072
"""Characters in a CSV field, as Python begins; a call before this one may have changed it for the process."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """The result of a call."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The printed JSON."""
        return json.loads(self.out)

    def error(self) -> str:
        """The error that a person is told: one line, with exit code 1."""
        assert self.code == 1, self
        lines = [line for line in self.err.splitlines() if not line.startswith(("{", "taking in ", "working "))]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("error: "), self.err
        return lines[0].removeprefix("error: ")


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """`countersign` in a folder, with settings of its own."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, input: str | bytes | None = None, **settings: str) -> Said:
        """Call it; the calling test is in the folder already."""
        csv.field_size_limit(NEW_PROCESS_FIELD_LIMIT)
        try:
            with CliRunner().isolation(input=input, env={**self.settings, **settings}) as (out, err, _):
                # What the program does not catch is raised here: a person would see a traceback.
                with pytest.raises(SystemExit) as ended:
                    PROGRAM.main([str(argument) for argument in arguments], prog_name="countersign")
                sys.stdout.flush()
                sys.stderr.flush()
                printed, told = out.getvalue().decode(), err.getvalue().decode()
        finally:
            structlog.reset_defaults()  # it logs to the standard error of this call, which is over
        code = ended.value.code
        assert isinstance(code, int), code
        return Said(code=code, out=printed, err=told)

    def done(self, *arguments: str | Path, input: str | None = None, **settings: str) -> Said:
        """Call it; it has to end with 0."""
        said = self(*arguments, input=input, **settings)
        assert said.code == 0, said
        return said

    @contextmanager
    def opened(self) -> Iterator[App]:
        """A process with its settings, for what no command does."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.settings.items():
                patch.setenv(name, value)
            with opened(settings()) as app:
                yield app

    def learn_from_people(self) -> None:
        """Make labels of decisions, and candidates of labels, as `serve` does beside the work."""
        with self.opened() as app:
            make_labels(app.context)
            gather(app.context)

    def started(self, *arguments: str | Path, **settings: str) -> "subprocess.Popen[str]":
        """Start it as a process of its own."""
        return subprocess.Popen(
            [COUNTERSIGN, *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **self.settings, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Whoever starts the tests in the background may have it ignored, which a process hands on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    # The world of parcels.py

    def submit(self, id: int, text: str = "for the door", *, workflow: str = "parcels") -> Said:
        """Submit a parcel."""
        return self("submit", json.dumps({"id": id, "text": text}), "--workflow", workflow)

    def case(self, reference: int | str) -> Any:
        """A case as a program reads it."""
        return self.done("case", str(reference), "--json").json()

    def state(self, reference: int | str) -> str:
        """Return the state of a case's newest run."""
        return str(self.case(reference)["runs"][-1]["state"])

    def lines(self, file: str) -> list[str]:
        """The lines that the command wrote into the world's file."""
        path = self.folder / "world" / file
        return path.read_text().splitlines() if path.exists() else []

    def effects(self) -> dict[str, Any]:
        """Delivery key -> what reached the depot under it."""
        folder = self.folder / "world" / "effects"
        found = sorted(folder.iterdir()) if folder.exists() else []
        return {path.name.replace("%2F", "/"): json.loads(path.read_text()) for path in found}

    def place(self, file: str, content: str = "") -> Path:
        """Put a file into the world."""
        path = self.folder / "world" / file
        path.write_text(content)
        return path
