"""Words about the commands: which there are, and what somebody may have meant."""

from collections.abc import Sequence

from handlers.commands import COMMANDS, nearest
from handlers.texts.operations.pauses import pauses
from handlers.texts.pieces import Told, command, line, words
from handlers.texts.plain import excerpt
from workflows.engine.pauses import Pause

_NAME = 40
"""Characters of a mistyped word that are said."""


def usage(paused: Sequence[Pause] = ()) -> Told:
    """Say which commands there are. `paused`: the workflows that are paused."""
    lines = [line(command(one.name, one.about), words(f" {one.does}")) for one in COMMANDS]
    more = [
        line(words("CASE is its number or its key. To pause or resume every workflow, say all for its name.")),
        *pauses(paused),
    ]
    return Told(brief="Commands", parts=[[line(words("Commands", bold=True)), *lines], more])


def unknown(name: str) -> Told:
    """Say that there is no such command, and which one may have been meant."""
    meant = nearest(name, [one.name for one in COMMANDS])
    said = f"There is no command {excerpt(name, _NAME)!r}."
    rest = [words(" Did you mean "), command(meant, ""), words("?")] if meant is not None else []
    return Told(brief=said, parts=[[line(words(said), *rest), line(words("All commands: "), command("help", ""))]])
