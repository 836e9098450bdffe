"""Discovery of workflows: in the library, in installed packages, and in files that the settings name.

Some are made from options, such as the label column of a CSV. The options are kept with the first case, so that every
later process makes the same workflow again.
"""

import importlib.util
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import JsonValue

from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Workflow
from workflows.engine.errors import BadDeclaration
from workflows.engine.text.canonical_json import content_hash
from workflows.library.intent_triage.workflow import intent_triage
from workflows.library.invoice_intake.workflow import intake
from workflows.library.support_triage.workflow import triage

ENTRY_POINTS = "countersign.workflows"
"""Entry point group under which other packages bring workflows."""
MADE_BY = "made_by"
"""Option with the name of the maker."""

_MAKERS = {"intent-triage": intent_triage}


def makers() -> tuple[str, ...]:
    """Return the names of the makers of workflows."""
    return tuple(_MAKERS)


def make(options: Mapping[str, JsonValue]) -> AnyWorkflow:
    """Make the workflow that these options describe. Raise `BadDeclaration` where they describe none."""
    rest = {name: value for name, value in options.items() if name != MADE_BY}
    maker = _MAKERS.get(str(options.get(MADE_BY)))
    if maker is None:
        raise BadDeclaration(f"nothing here makes {options.get(MADE_BY)!r} workflows")
    arguments: dict[str, Any] = rest  # Any: checked by the maker's own declaration
    try:
        return maker(**arguments)
    except TypeError as error:
        raise BadDeclaration(f"these options make no {options[MADE_BY]} workflow: {error}") from error


def library() -> list[AnyWorkflow]:
    """Return the workflows that come with Countersign."""
    return [triage, intake]


def installed() -> list[AnyWorkflow]:
    """Return the workflows of installed packages. Raise `BadDeclaration` for an entry point that is no workflow."""
    found = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            workflow = entry.load()
        except (Exception, SystemExit) as error:  # another package's code; reported as a bad declaration
            raise BadDeclaration(
                f"the entry point {entry.name} = {entry.value} cannot be loaded: {_said(error)}"
            ) from error
        if not isinstance(workflow, Workflow):
            raise BadDeclaration(f"the entry point {entry.name} = {entry.value} is no Workflow")
        found.append(workflow)
    return found


def in_file(path: Path) -> list[AnyWorkflow]:
    """Return the workflows that a Python file declares. Raise `BadDeclaration` if it cannot be loaded or has none."""
    path = path.absolute()
    if not path.is_file():
        raise BadDeclaration(f"there is no file {path} to load workflows from")
    try:
        module = _load(path)
    except (Exception, SystemExit) as error:
        raise BadDeclaration(f"{path} cannot be loaded: {type(error).__name__}: {_said(error)}") from error
    found = [value for value in vars(module).values() if isinstance(value, Workflow)]
    if not found:
        raise BadDeclaration(f"{path} declares no workflow")
    return list(dict.fromkeys(found))


def _said(error: BaseException) -> str:
    """Return an error's message; the file that raised it may have written it."""
    return words_of(error) if isinstance(error, Exception) else str(error.args[0] if error.args else "")


def _load(path: Path) -> ModuleType:
    """Run a file as a module, anew each time.

    By location, under a name of its own: its folder may have the name of a package of ours, and is not on the path.
    Where the folder is a package, the file finds what lies beside it: `from .desk import orders`.
    """
    name = f"countersign_file_{content_hash(str(path))[:12]}"
    for old in [loaded for loaded in sys.modules if loaded == name or loaded.startswith(f"{name}.")]:
        del sys.modules[old]
    beside = path.with_name("__init__.py")
    if not beside.is_file():
        return _run(f"{name}_{path.stem}", path)
    _run(name, beside, folder=path.parent)
    return _run(f"{name}.{path.stem}", path)


def _run(name: str, path: Path, *, folder: Path | None = None) -> ModuleType:
    places = None if folder is None else [str(folder)]
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=places)
    if spec is None or spec.loader is None:
        raise BadDeclaration(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
