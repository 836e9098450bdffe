"""Commands that the program advises, with the options that its own call had: without them they work on something else.

Whoever called `countersign --workspace T0123 run` is told to call `countersign --workspace T0123 queue` next.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from shlex import join

_FILE, _WORKSPACE = "--env-file", "--workspace"
_OF_ALL = "backed-up|backup|demo|init|manifest|migrate|new|restored?|sample-desk|sample-ledger|sandbox|serve|workspace"
"""Commands for which no workspace is named: they concern all, or none."""
_COMMAND = re.compile(rf"(?<![\w/.-])countersign (?=(?P<all>(?:{_OF_ALL})\b)|[a-z])")
_given: ContextVar[tuple[Path | None, str | None]] = ContextVar("given", default=(None, None))


@contextmanager
def called_with(*, env_file: Path | None, workspace: str | None) -> Iterator[None]:
    """Have commands advised with the options of this call for the block."""
    token = _given.set((env_file, workspace))
    try:
        yield
    finally:
        _given.reset(token)


def advised(text: str, *, workspace: str | None = None) -> str:
    """Return a text of the program with the options of this call in each command that it names.

    `workspace`: that it is about, where the call named none.
    """
    env_file, named = _given.get()
    of_all = [_FILE, str(env_file)] if env_file is not None else []
    about = named or workspace
    of_one = [*of_all, _WORKSPACE, about] if about is not None else of_all

    def command(found: re.Match[str]) -> str:
        return f"{join(['countersign', *(of_all if found['all'] else of_one)])} "

    return _COMMAND.sub(command, text) if of_one else text
