"""The environment that the peers stand in, so that what they bring does not get into ours."""

import json
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.report import tell

ROOT = Path(__file__).parent.parent
PEERS = Path(__file__).parent / "peers"
PINNED = Path(__file__).parent / "peers.txt"
SHOWN = ("dbos", "langgraph", "procrastinate", "psycopg")
"""Those of the peers' packages that are named beside the figures."""
_FOLDER = ROOT / "build" / "bench-env"


def python() -> str:
    """The peers' Python; its environment is made first where it is missing or pinned otherwise."""
    stamp, found = _FOLDER / "pinned.txt", _FOLDER / "bin" / "python"
    pinned = PINNED.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pinned:
        tell(f"making an environment for the peers in {_FOLDER.relative_to(ROOT)}")
        venv.create(_FOLDER, clear=True, with_pip=True)
        install = [str(found), "-m", "pip", "install", "-qq", "-r", str(PINNED)]
        if subprocess.run(install, check=False).returncode:  # noqa: S603  # our own command
            sys.exit("the peers could not be installed")
        stamp.write_text(pinned, encoding="utf-8")
    return str(found)


def versions() -> dict[str, str]:
    """The peers' versions by package."""
    done = subprocess.run(  # noqa: S603  # our own command
        [python(), "-m", "pip", "list", "--format=json"], stdout=subprocess.PIPE, text=True, check=True
    )
    found = {package["name"].lower(): package["version"] for package in json.loads(done.stdout)}
    return {name: found[name] for name in SHOWN}
