"""Collisions of Countersign's names with others: found, and put into words with what to do.

Countersign's rooms are top-level packages with everyday names. A folder of an author's project may hide one of them,
and another distribution may have written over one. Without this, an author would see an `ImportError` deep inside, or
get another project's `Workflow`.
"""

import hashlib
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from types import ModuleType

ROOMS = ("bot", "handlers", "store", "workflows")
"""The top-level packages that Countersign is made of, beside this one."""
_DISTRIBUTION = "countersign-bot"


class NameTaken(ImportError):
    """A name of Countersign's means something else here. The message says what, where, and what to do."""


def refuse_shadows() -> None:
    """Raise `NameTaken` where something hides one of Countersign's packages; from then on, explain what they hide."""
    home = _home()
    for room in ROOMS:
        there = _place_of(room)
        if there is not None and there != home / room:
            raise NameTaken(
                f"`{room}` is {there} here, which hides a package of Countersign's ({home / room}). Rename yours, or "
                f"keep {there.parent} off the import path (sys.path)",
                name=room,
            )
    if not any(isinstance(finder, _Hidden) for finder in sys.meta_path):
        sys.meta_path.append(_Hidden())


@contextmanager
def explained() -> Iterator[None]:
    """Raise `NameTaken` for an import that fails in the block because another distribution wrote over ours.

    Also where that one is gone again, and our files with it.
    """
    try:
        yield
    except (ImportError, AttributeError) as error:
        why = _written_over() or _damaged()
        if why is None:
            raise
        raise NameTaken(why) from error


def rivals() -> dict[str, str]:
    """The installed distributions that bring a top-level package of our names -> that name."""
    ours = (*ROOMS, __name__.partition(".")[0])
    brought = packages_distributions()
    return {rival: name for name in ours for rival in brought.get(name, ()) if rival != _DISTRIBUTION}


def clash(rival: str, name: str) -> str:
    """Say what is wrong with a distribution that brings a package of our names."""
    return f"the installed distribution {rival} brings a package `{name}` too, and the two write over each other"


def cure(rival: str) -> str:
    """Say what to do about it."""
    return f"Use an environment of its own for Countersign, or uninstall {rival} and install Countersign again"


def _written_over() -> str | None:
    return next((f"{clash(rival, name)}. {cure(rival)}" for rival, name in rivals().items()), None)


def _damaged() -> str | None:
    """Return a file that differs from the one in our wheel; None where all are the same, as in an editable install."""
    try:
        brought = distribution(_DISTRIBUTION).files or ()
    except PackageNotFoundError:
        return None
    for file in brought:
        place = Path(str(file.locate()))
        if file.suffix == ".py" and file.hash is not None and _hash(place, file.hash.mode) != file.hash.value:
            return f"{place} is gone, or is not as Countersign brought it: install Countersign again"
    return None


def _hash(file: Path, mode: str) -> str | None:
    """Return the hash of a file in the format of a wheel's RECORD; None where there is no such file."""
    if not file.is_file():
        return None
    return urlsafe_b64encode(hashlib.new(mode, file.read_bytes()).digest()).decode().rstrip("=")


def _home() -> Path:
    """Find the folder of Countersign's packages: the one that holds this package, or in a checkout its root."""
    here = Path(__file__).resolve().parent
    return next((folder for folder in (here.parent, here.parents[2]) if (folder / "store").is_dir()), here.parent)


def _place_of(room: str) -> Path | None:
    """Find the folder or the file that a name stands for, ours only where nothing else is; None for nothing at all."""
    loaded = sys.modules.get(room)
    spec = loaded.__spec__ if isinstance(loaded, ModuleType) and loaded.__spec__ is not None else None
    places = [_folder(found) for found in (spec, _first(room)) if found is not None]
    home = _home() / room
    return next((place for place in places if place != home), home if places else None)


def _first(room: str) -> ModuleSpec | None:
    """Find what an import would, if nothing of the name were loaded."""
    for finder in sys.meta_path:
        found = finder.find_spec(room, None) if not isinstance(finder, _Hidden) else None
        if found is not None:
            return found
    return None


def _folder(spec: ModuleSpec) -> Path:
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin or "").resolve()


class _Hidden:
    """Finder that tells where a module is that our package of the name does not have, and a hidden folder does."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find nothing, as the last of all finders. Raise `NameTaken` where a folder that ours hides has the module."""
        room, _, rest = name.partition(".")
        if path is None or room not in ROOMS:
            return None
        for entry in dict.fromkeys((*sys.path, ".")):
            hidden = Path(entry, room).resolve()
            module = hidden.joinpath(*rest.split("."))
            if hidden != _home() / room and (module.is_dir() or module.with_suffix(".py").is_file()):
                raise NameTaken(
                    f"`{name}` is not found: it is in {hidden}, and `{room}` is a package of Countersign's. Rename "
                    "that folder",
                    name=name,
                )
        return None
