"""A folder with the command line in it."""

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.bot.commandline import PARCELS, CommandLine
from tests.integration.bot.parcels import FOLDER


def sit_down(patch: pytest.MonkeyPatch, name: str) -> None:
    """Have the system know the account that the tests run under by this name."""
    account = pwd.struct_passwd((name, "x", os.getuid(), os.getgid(), "", "", ""))
    patch.setattr(pwd, "getpwuid", lambda _: account)


@contextmanager
def entered(folder: Path) -> Iterator[CommandLine]:
    """The command line in a folder, with no settings at all, for the block."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("COUNTERSIGN_", "ANTHROPIC_", "SLACK_", "OTEL_")):
                patch.delenv(name)
        sit_down(patch, "ana")
        patch.chdir(folder)
        yield CommandLine(folder=folder)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[CommandLine]:
    """The command line in an empty folder, with no settings at all."""
    with entered(tmp_path) as countersign:
        yield countersign


@pytest.fixture
def countersign(migrated_sqlite: Path, empty: CommandLine) -> CommandLine:
    """The command line in a folder of its own, with the workflows of parcels.py."""
    world = empty.folder / "world"
    world.mkdir()
    shutil.copy(migrated_sqlite, empty.folder / "countersign.sqlite")
    empty.settings.update(COUNTERSIGN_WORKFLOWS=str(PARCELS), **{FOLDER: str(world)})
    return empty
