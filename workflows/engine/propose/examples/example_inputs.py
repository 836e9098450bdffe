"""Inputs of examples, with the documents that they name: a file below the folder of the examples, which is not kept."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, JsonValue

from workflows.documents.document import ARRIVED, AS_KEPT, Arrived, Document, NewDocument, none_arrived
from workflows.documents.documents import Documents
from workflows.documents.files_below import file_below
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.documents.arrivals import by_form


def input_of(workflow: AnyWorkflow, values: Mapping[str, JsonValue], *, folder: Path | None = None) -> BaseModel:
    """Return the input of an example. Raise `pydantic.ValidationError`, or what a validator of the author's raises.

    `folder`: the one below which documents are named; left out, that of the workflow. Where they were read before with
    `documents_beside`, no file is read here.
    """
    form: type[BaseModel] = workflow.input
    context = {ARRIVED: documents_beside(workflow, values, folder=folder), AS_KEPT: True}
    return form.model_validate(values, context=context)


def documents_beside(workflow: AnyWorkflow, values: Mapping[str, JsonValue], *, folder: Path | None = None) -> Arrived:
    """Return the function from names to the documents of an example, all of which are read now.

    An author's form is filled in under a limit of time, in which no scan is read.
    """
    return by_form(workflow.input, _beside(folder or workflow.folder))(values)


def _beside(folder: Path | None) -> Arrived:
    """Return the function from what an example names to documents: a file below a folder, or one in the author's hand.

    They are read once in a process, and never kept: no case holds them.
    """

    def arrived(given: str | NewDocument) -> Document:
        documents = _reader()
        if isinstance(given, NewDocument):
            return documents.read(given.data, name=given.name)
        if folder is None:
            return none_arrived(given)
        return documents.read(file_below(folder, given, most=documents.limits.size), name=given)

    return arrived


@cache
def _reader() -> Documents:
    """Return what reads files without keeping them: made when a file is first read."""
    return Documents()
