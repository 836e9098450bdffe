"""The environments of the peers, kept apart from ours."""

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kit.report import tell

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parents[1] / "peers"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A set of packages that work together."""

    folder: Path
    pinned: Path
    shown: Sequence[str]
    """Packages that are named beside the figures."""


ENGINES = Environment(
    folder=ROOT / "build" / "bench-env",
    pinned=Path(__file__).parents[1] / "peers.txt",
    shown=("absurd-sdk", "dbos", "langgraph", "procrastinate", "psycopg"),
)
ASKING = Environment(
    folder=ROOT / "build" / "bench-asking-env",
    pinned=Path(__file__).parents[1] / "gateway" / "peers.txt",
    shown=("pydantic-ai-slim", "instructor", "litellm"),
)


def python(environment: Environment = ENGINES) -> str:
    """Return the peers' Python; make its environment first where it is missing or pinned differently."""
    folder = environment.folder
    stamp, found = folder / "pinned.txt", folder / "bin" / "python"
    pinned = environment.pinned.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pinned:
        tell(f"making an environment for the peers in {folder.relative_to(ROOT)}")
        venv.create(folder, clear=True, with_pip=True)
        install = [str(found), "-m", "pip", "install", "-qq", "-r", str(environment.pinned)]
        if subprocess.run(install, check=False).returncode:  # noqa: S603  # our own command
            sys.exit("the peers could not be installed")
        stamp.write_text(pinned, encoding="utf-8")
    return str(found)


def versions(environment: Environment = ENGINES) -> dict[str, str]:
    """Return the peers' versions by package."""
    done = subprocess.run(  # noqa: S603  # our own command
        [python(environment), "-m", "pip", "list", "--format=json"], stdout=subprocess.PIPE, text=True, check=True
    )
    found = {package["name"].lower(): package["version"] for package in json.loads(done.stdout)}
    return {name: found[name] for name in environment.shown}
