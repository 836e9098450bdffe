"""Files of drafts: each stands beside the prompt that it changes, and never in place of anything."""

from pathlib import Path

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused


def place_of(workflow: AnyWorkflow, number: int, *, out: Path | None) -> Path:
    """Return where the draft of an improvement is to be written. Raise `Refused` where something stands there.

    `out`: a file that somebody named; None: beside the prompt.
    """
    if out is None:
        if workflow.prompt is None or workflow.folder is None:
            raise Refused(f"{workflow.name} has no prompt that could be changed")
        out = workflow.folder / "prompts" / f"{Path(workflow.prompt).stem}.draft-{number}.md"
    try:
        if out.exists() or out.is_symlink():
            raise Refused(f"{out} is there already: move it, or name another file with --out")
        if not out.parent.is_dir():
            raise Refused(f"there is no folder {out.parent}; --out names another file")
    except OSError as error:
        raise Refused(f"{out} cannot be looked at: {error.strerror}; --out names another file") from error
    return out


def write(file: Path, text: str) -> None:
    """Write a draft. Raise `Refused` where that is not possible; it is kept with its improvement all the same."""
    try:
        with file.open("x", encoding="utf-8", newline="\n") as made:
            made.write(text)
    except OSError as error:
        raise Refused(
            f"{file} cannot be written: {error.strerror}. The draft is kept: countersign improvements show prints it"
        ) from error
