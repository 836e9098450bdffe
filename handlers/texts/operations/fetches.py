"""Words about looks for cases: inputs that were refused, looks that fail, and the end of that."""

from collections.abc import Sequence

from handlers.texts.pieces import Paragraph, Piece, Room, Told, line, moment, person, quote, words
from handlers.texts.plain import excerpt
from workflows.engine.sources.looks.views import RefusedNote, TroubleNote
from workflows.engine.text.sanitize import one_line

_NAME = 100
"""Characters of an error's or a source's name."""


def refused(note: RefusedNote, room: Room) -> Told:
    """Tell that a look found inputs that were not taken in, and what to do."""
    source = one_line(note.source, _NAME)
    number = "1 input" if note.number == 1 else f"{note.number:,} inputs"
    brief = f"{number} of {source} {'was' if note.number == 1 else 'were'} not taken in"
    at = f"row {note.row:,}" if note.number == 1 else f"the first is row {note.row:,}"
    workflow, _, fetch = note.source.partition("/")
    again = [words("Repair the source or the form. Then look again from there: ")]
    after = f" --from {_quoted(note.after)}" if note.after is not None else ' --from ""'
    parts: list[Paragraph] = [
        line(words(brief, bold=True), words(f": {at}. "), *_to(note.owner, workflow)),
        quote(excerpt(note.why, room.text)),
        line(words("The other inputs were taken in. This is told once a day for each cause.")),
        line(*again, words(f"countersign fetch {workflow} --name {fetch}{after}", bold=True)),
    ]
    return Told(brief=brief, parts=[parts])


def failing(note: TroubleNote) -> Told:
    """Tell that looks for cases fail."""
    source = one_line(note.source, _NAME)
    workflow, _, fetch = note.source.partition("/")
    brief = f"Nothing comes in from {source}: {note.failures} looks failed"
    since = [words(" The last one that succeeded: "), moment(note.since), words(".")] if note.since is not None else []
    return Told(
        brief=brief,
        parts=[
            [
                line(words(brief, bold=True), words(f", last with {one_line(note.error, _NAME)}."), *since),
                line(
                    words("It is tried again by itself, an hour apart at most; nothing is lost. "),
                    *_to(note.owner, workflow),
                ),
                line(
                    words("To see the error: "),
                    words(f"countersign fetch {workflow} --name {fetch} --dry-run", bold=True),
                ),
            ]
        ],
    )


def well_again(note: TroubleNote) -> Told:
    """Tell that a look succeeded again."""
    brief = f"Cases come in again from {one_line(note.source, _NAME)}"
    return Told(brief=brief, parts=[[line(words(brief, bold=True), words(f", after {note.failures:,} failed looks."))]])


def _to(owner: str | None, workflow: str) -> Sequence[Piece]:
    return [person(owner), words(f", you own {workflow}.")] if owner is not None else []


def _quoted(cursor: str) -> str:
    """Write a cursor as an argument of a command."""
    shown = one_line(cursor, _NAME)
    return f"'{shown}'" if shown == cursor and "'" not in cursor else "CURSOR"
