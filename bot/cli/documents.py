"""Documents at the command line: files that whoever types the command names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from store.db.database import Database
    from workflows.documents.document import Arrived, Document, NewDocument
    from workflows.documents.documents import Documents
    from workflows.engine.context import Context
    from workflows.engine.declare.registry import AnyWorkflow
    from workflows.engine.documents.copying import Copied


def with_documents(
    context: Context, workflow: AnyWorkflow, values: dict[str, JsonValue], named: Sequence[str]
) -> Arrived:
    """Put documents into values, and return the function that gives them. `named`: as FIELD=PATH.

    They are read and kept here. Raise `InvalidInput`.
    """
    from workflows.documents.document import none_arrived
    from workflows.engine.errors import InvalidInput

    kept: dict[str, Document] = {}
    for one in named:
        field, equals, given = one.partition("=")
        info = workflow.input.model_fields.get(field)
        if not equals or info is None:
            known = ", ".join(workflow.input.model_fields)
            raise InvalidInput(
                f"--document {one}: it is FIELD=PATH, with a field of {workflow.input.__name__}: {known}"
            )
        several = _takes_several(info.annotation)
        if not several and field in values:
            raise InvalidInput(f"--document {one}: {field} takes one document, and has one already")
        if given not in kept:
            kept[given] = kept_document(context, given, option=one)
        before = values.get(field)
        if isinstance(before, list):
            before.append(given)
        else:
            values[field] = [given] if several else given

    def arrived(given: str | NewDocument) -> Document:
        found = kept.get(given) if isinstance(given, str) else None
        return found if found is not None else none_arrived(given)

    return arrived


def kept_document(context: Context, path: str, *, option: str | None = None) -> Document:
    """Read a file and keep it. Raise `InvalidInput`. `option`: what was given with `--document`, if not the path."""
    from workflows.engine.documents.keeping import keep
    from workflows.engine.errors import InvalidInput

    try:
        return keep(context, _read(Path(path), most=context.documents.limits.size), name=path)
    except ValueError as error:
        raise InvalidInput(f"--document {option or path}: {error}") from error


def back_up_documents(database: Database, file: Path) -> bool:
    """Copy the documents of a database beside its backup, and print their number; False where some are not whole.

    The rows are in the backup already: a file is there before its row, and goes after it.
    """
    from bot.app import beside, documents_of
    from bot.settings import settings
    from workflows.engine.documents.copying import Copied

    to, copied = beside(file), Copied()
    for team in _teams(database):
        one = _copied(database, documents_of(settings(), database, team=team), _in(to, team), team, drop=True)
        copied = copied.plus(one)
    _tell(copied, f"to {to}")
    return copied.is_whole


def restore_documents(database: Database, file: Path) -> bool:
    """Put back the documents of a database from beside its backup, and print their number.

    False where some are gone.
    """
    from bot.app import beside, documents_of
    from bot.cli.screens.output import out, shown
    from bot.settings import settings
    from workflows.engine.documents.copying import Copied

    back, copied = beside(file), Copied()
    for team in _teams(database):
        one = _copied(database, _in(back, team), documents_of(settings(), database, team=team), team, drop=False)
        copied = copied.plus(one)
    _tell(copied, f"from {back}")
    if not copied.is_whole:
        out.print(
            shown(
                f"documents of cases are missing: put the folder that belongs to {file} at {back} and run the same "
                "command again; have sources hand in again what no backup has. Until then cases are read from "
                "their text"
            )
        )
    return copied.is_whole


def _teams(database: Database) -> Sequence[int]:
    """Return the teams of a database that may have documents; none for one of an earlier version, or of nobody."""
    from workflows.engine.documents.copying import teams_with_documents

    return teams_with_documents(database)


def _in(folder: Path, team: int) -> Documents:
    from workflows.documents.documents import Documents
    from workflows.documents.shelf import FolderShelf

    return Documents(FolderShelf(folder / str(team)))


def _copied(database: Database, source: Documents, target: Documents, team: int, *, drop: bool) -> Copied:
    from bot.app import now
    from workflows.engine.context import Context
    from workflows.engine.declare.registry import Registry
    from workflows.engine.documents.copying import copy
    from workflows.engine.errors import Refused

    context = Context(database=database, registry=Registry(), clock=now, team=team)
    try:
        return copy(context, source, target, drop=drop)
    except ValueError as error:
        raise Refused(f"the database is done, and its documents are not: {error}") from error


def _tell(copied: Copied, where: str) -> None:
    from bot.cli.screens.output import out, shown

    if not copied.named:
        return
    amiss = "".join(
        f"; {number:,} {what}"
        for number, what in (
            (copied.missing, "is not there" if copied.missing == 1 else "are not there"),
            (copied.altered, "was changed since kept" if copied.altered == 1 else "were changed since kept"),
        )
        if number
    )
    gone = f", {copied.dropped:,} removed that no case holds any more" if copied.dropped else ""
    out.print(
        shown(
            f"documents {where}: {copied.copied:,} copied, {copied.there:,} there already{gone}; "
            f"{copied.size:,} bytes, checked{amiss}"
        )
    )


def _takes_several(annotation: Any) -> bool:  # Any: an annotation is no type of its own
    return get_origin(annotation) in (list, tuple, set, frozenset) or any(map(_takes_several, get_args(annotation)))


def _read(path: Path, *, most: int) -> bytes:
    from workflows.documents.refusals import Why, refusal

    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
            size = max(len(data), path.stat().st_size)
    except OSError as error:
        raise ValueError(error.strerror or type(error).__name__) from error
    if size > most:
        raise refusal(Why.TOO_LARGE, found=size, most=most)
    return data
