"""Workflows that are declared in a Python file, which is loaded by its place."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Workflow
from workflows.engine.errors import BadDeclaration
from workflows.engine.text.canonical_json import content_hash


def in_file(path: Path) -> list[AnyWorkflow]:
    """Return the workflows that a Python file declares. Raise `BadDeclaration` if it cannot be loaded or has none."""
    path = path.absolute()
    if not path.is_file():
        raise BadDeclaration(f"there is no file {path} to load workflows from")
    try:
        module = _load(path)
    except (Exception, SystemExit) as error:
        raise BadDeclaration(f"{path} cannot be loaded: {type(error).__name__}: {said_of(error)}") from error
    found = [value for value in vars(module).values() if isinstance(value, Workflow)]
    if not found:
        raise BadDeclaration(f"{path} declares no workflow")
    return list(dict.fromkeys(found))


def said_of(error: BaseException) -> str:
    """Return the message of an error that somebody's file raised when it was loaded."""
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
    loader = _Anew(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader, submodule_search_locations=places)
    if spec is None or spec.loader is None:
        raise BadDeclaration(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class _Anew(SourceFileLoader):
    """Loads a file as it is now.

    Python would take one of the same size, changed within the same second, for the one that it compiled before; a floor
    of 0.9 may have become one of 0.8 there.
    """

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the file, compiled now."""
        return self.source_to_code(self.get_data(self.path), self.path)
