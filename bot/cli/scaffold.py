"""`new`: a folder with a small automation that runs and whose test passes, to be changed into one's own.

What it is copied from is an automation like any other, `countersign.scaffold`, so that types and tests hold it.
"""

import re
import sys
from importlib.resources import files
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path

from bot import discovery
from bot.cli.screens.output import one_line_errors, out
from bot.settings import settings
from workflows.engine.errors import Refused
from workflows.engine.text.sanitize import sanitize

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
"""Characters of a name: it stands in file names, in headings and on cards."""
_TEMPLATE = "my-automation"
"""The name that the copied one has."""
_OWNER, _BACKUP = "U0OWNER", "U0BACKUP"
"""The people that the copied one names."""
_FILES = (
    "__init__.py",
    "README.md",
    "cases.jsonl",
    "examples.jsonl",
    "prompts/routing.md",
    "test_my_automation.py",
    "workflow.py",
)


def make_automation(name: str) -> int:
    """Make an automation in the working folder, and say what to do next; returns the exit code."""
    with one_line_errors():
        folder, own = Path(folder_of(name)), settings().workflows
        write_automation(name, folder)
        named = ",".join([*own, f"{folder}/workflow.py"])
        out.print(sanitize(f"made {folder}: begin with {folder}/workflow.py, and read {folder}/README.md"))
        out.print("next:")
        for line in (
            f"pytest {folder}",
            f"export COUNTERSIGN_WORKFLOWS={named}",
            f"countersign run {folder}/cases.jsonl --workflow {name}",
            f"countersign charter {name}",
        ):
            out.print(sanitize(f"    {line}"))
        return 0


def write_automation(name: str, folder: Path, *, owner: str = _OWNER, backup: str = _BACKUP) -> None:
    """Write an automation into a folder that is made for it. Raise `Refused` where it is there already."""
    if folder.exists() or folder.is_symlink():
        raise Refused(f"{folder.absolute()} is there already; nothing was changed")
    folder.mkdir()
    for file in _FILES:
        path = folder / _renamed(file, name)
        path.parent.mkdir(exist_ok=True)
        text = _renamed(files("countersign.scaffold").joinpath(file).read_text("utf-8"), name)
        with path.open("x", encoding="utf-8") as written:
            written.write(text.replace(_OWNER, owner).replace(_BACKUP, backup))


def folder_of(name: str) -> str:
    """The folder of an automation, which Python imports. Raise `Refused` for a name that cannot be one."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise Refused(
            f"{name!r} is not a name for an automation: use lower-case words joined by hyphens, such as "
            f"refund-requests, of {_LONGEST} characters at most"
        )
    if name in {*discovery.makers(), *(workflow.name for workflow in discovery.library())}:
        raise Refused(f"{name} is an automation that comes with Countersign; choose another name")
    folder = name.replace("-", "_")
    if iskeyword(folder) or folder in sys.stdlib_module_names or find_spec(folder) is not None:
        raise Refused(f"{folder} is Python's own name, or one of something installed; choose another: {name}-cases")
    return folder


def _renamed(text: str, name: str) -> str:
    words = name.replace("-", " ")
    return (
        text.replace(_TEMPLATE, name)
        .replace("my_automation", name.replace("-", "_"))
        .replace("My automation", words[:1].upper() + words[1:])
    )
