"""Files that are documents themselves, taken in as cases: one case for each, where a form can be filled from a file."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args, get_origin

from pydantic import BaseModel

from workflows.documents.document import Document, holds_documents
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput

ENDINGS = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".eml"})
"""Endings by which files in a folder count as documents; what they are is told by their content."""


def are_documents(paths: Sequence[Path]) -> bool:
    """Tell whether these are documents, or folders of them, and no file of rows."""
    return len(paths) > 1 or any(path.is_dir() or path.suffix.lower() in ENDINGS for path in paths)


@contextmanager
def rows_of(workflow: AnyWorkflow, paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield a file with a row for each document, gone after the block, and the folder from which it names them.

    `paths`: files, or one folder, whose documents are taken, without those of folders in it. Raise `InvalidInput`
    where there is none, or the form needs more than a file says.
    """
    field, named = _fields(workflow)
    files = _listed(paths)
    folder = files[0].parent
    if any(file.parent != folder for file in files):
        raise InvalidInput("these files are in several folders: take in one folder after the other")
    with TemporaryDirectory(prefix="countersign-") as made:
        rows = Path(made, f"{folder.resolve().name or 'documents'}.jsonl")
        with rows.open("w", encoding="utf-8") as writing:
            for file in files:
                row = {field: file.name} | ({named: file.name} if named is not None else {})
                writing.write(json.dumps(row) + "\n")
        yield rows, folder


def _listed(paths: Sequence[Path]) -> list[Path]:
    if len(paths) == 1 and paths[0].is_dir():
        found = [one for one in paths[0].iterdir() if one.suffix.lower() in ENDINGS and not one.name.startswith(".")]
        if not found:
            raise InvalidInput(f"there is no document in {paths[0]}: it is looked for {', '.join(sorted(ENDINGS))}")
        return sorted(found)
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise InvalidInput(f"there is no file {missing[0]}")
    rows = [path for path in paths if path.suffix.lower() not in ENDINGS]
    if rows:
        raise InvalidInput(f"{rows[0]} is not a document by its ending; a file of rows is taken in alone")
    return sorted(set(paths))


def _fields(workflow: AnyWorkflow) -> tuple[str, str | None]:
    """Return the field for the document, and the one that gets the name of its file, if the form requires one."""
    form: type[BaseModel] = workflow.input
    documents = [name for name, info in form.model_fields.items() if _is_document(info.annotation)]
    # Of several, the one that each case needs; else the first, to which others are added, such as a delivery note.
    wanted = [name for name in documents if form.model_fields[name].is_required()] or documents[:1]
    others = [name for name, info in form.model_fields.items() if info.is_required() and name not in documents]
    if not holds_documents(form):
        raise InvalidInput(f"{workflow.name} takes no documents: its input has no field for one")
    if len(wanted) != 1:
        raise InvalidInput(
            f"{form.__name__} has {len(wanted) or 'no'} fields that need one document: write a file of rows that names "
            "the documents by their path"
        )
    texts = [name for name in others if form.model_fields[name].annotation is str]
    if len(others) > 1 or texts != others:
        raise InvalidInput(
            f"{form.__name__} needs more than a document and one text, which gets the file's name "
            f"({', '.join(others)}): write a file of rows that names the documents by their path"
        )
    return wanted[0], (texts[0] if texts else None)


def _is_document(annotation: object) -> bool:
    if annotation is Document:
        return True
    origin, args = get_origin(annotation), get_args(annotation)
    return origin not in (list, tuple, set, dict) and Document in args
