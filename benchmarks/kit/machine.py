"""The origin of the figures: the machine, its versions, the commit, the day."""

import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def described(packages: Sequence[str], *more: str) -> str:
    """Return a sentence for a section. `packages`: our packages whose versions matter. `more`: other versions."""
    versions = ", ".join([*(f"{name} {version(name)}" for name in packages), *more])
    return (
        f"On {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores ({_processor()}), {platform.machine()}, "
        f"{platform.system()} {platform.release().split('-')[0]}, {_disk()}, Python {platform.python_version()}, "
        f"{versions}; commit {commit()}. Load before it began: {_load}."
    )


def briefly() -> str:
    """Return machine, day and commit in a few words."""
    return f"{os.cpu_count()} cores ({_processor()}), {datetime.now(UTC):%Y-%m-%d}, commit {commit()}, load {_load}"


def commit(folder: Path = Path(__file__).parent) -> str:
    """Return the commit that is checked out in a folder, with `-dirty` where something was changed since."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607  # git, wherever it is
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _disk() -> str:
    """Return the kind of file system of a benchmark's databases."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "unknown disk"
    where = Path(tempfile.gettempdir()).resolve()
    fitting = [(place, kind) for place, kind in mounts if where.is_relative_to(place)]
    return max(fitting, key=lambda mount: len(mount[0]))[1] if fitting else "unknown disk"


_load = f"{os.getloadavg()[0]:.1f}"
"""Load of the minute before; other work in it slowed everything."""
