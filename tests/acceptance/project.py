"""An author's project for the tests: a folder outside the checkout, and Countersign as its wheel installs it."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.reading import ROOT

BIN = Path(sys.executable).parent
LONGEST = 240.0
"""Seconds that a command may take on a slow machine with much else to do."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder of an author's, and what Python finds there."""

    folder: Path
    site: Path
    """Folder that Countersign is installed in."""
    settings: dict[str, str] = field(default_factory=dict)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files by their paths."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a command of the environment's in the folder."""
        ours = ("COUNTERSIGN_", "ANTHROPIC_", "SLACK_", "PYTEST_", "PYTHON")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        paths = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(self.site)}
        # The plugins of the tests around this are none of the author's, and take a while to load.
        paths["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        return subprocess.run(
            [*map(str, words)],
            cwd=self.folder,
            env={**inherited, **paths, **self.settings},
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )

    def refused(self, *words: str | Path) -> str:
        """Run a command that has to fail; returns the last line of what it said."""
        ran = self.run(*words)
        assert ran.returncode != 0, ran.stdout
        return ran.stderr.rstrip().splitlines()[-1]

    def pytest(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the project's own tests, by the environment's `pytest`."""
        return self.run("pytest", "-q", "-p", "no:cacheprovider", *words)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert built.returncode == 0, built.stderr
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel brings, as pip lays it out."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


@pytest.fixture
def project(installed: Path, tmp_path: Path) -> Project:
    """An empty folder of an author's, beside Countersign as installed."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder=folder, site=installed)


@pytest.fixture
def damaged(installed: Path, tmp_path: Path) -> Project:
    """The same, with an installation of its own that a test may write over."""
    site, folder = tmp_path / "site", tmp_path / "project"
    subprocess.run(["cp", "-Rp", str(installed), str(site)], check=True)
    folder.mkdir()
    return Project(folder=folder, site=site)
