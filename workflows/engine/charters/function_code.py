"""The hash of a function's code, with all of its author's code that it uses.

It is the same in each process that has the same files: nothing in it is a path, an address in memory or the order of a
set. Comments, spaces and decorators do not count: what a decorator says is a part of its own. Code from elsewhere, such
as a library, counts by its name.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from types import CodeType, FunctionType, MethodType, ModuleType

from pydantic import BaseModel, JsonValue

from workflows.engine.declare.steps import Step
from workflows.engine.text.canonical_json import canonical, content_hash

LENGTH = 16
"""Hex digits of a hash."""
_MOST = 2_000
"""Most pieces of code that are followed from one function."""
_DEEPEST = 6
"""Most levels of lists and records that are followed in a value."""
_PARSING = Lock()
"""One thread parses at a time: in Python 3.11 two at once end with a SystemError now and then. `inspect` parses too."""
AnyFunction = Callable[..., object]


def code_hash(function: AnyFunction, *, folder: Path | None) -> str:
    """Return the hash of a function's code. `folder`: where its author's files are, beside the function's own."""
    walk = _Walk(_folders([function], folder))
    walk.follow(function)
    return content_hash(canonical(sorted(walk.pieces)))[:LENGTH]


def files_hash(functions: Iterable[AnyFunction], *, folder: Path | None) -> str:
    """Return the hash of the author's files that these functions are in, or use code of."""
    given = list(functions)
    walk = _Walk(_folders(given, folder))
    for function in given:
        walk.follow(function)
    texts = sorted(content_hash(_text(file)) for file in walk.files)
    return content_hash(canonical(texts))[:LENGTH]


def _folders(functions: Iterable[AnyFunction], folder: Path | None) -> frozenset[Path]:
    files = (_file(_plain_function(function)) for function in functions)
    return frozenset(file.parent for file in files if file is not None) | ({folder.resolve()} if folder else set())


class _Walk:
    """A walk from a function through its author's code."""

    def __init__(self, folders: frozenset[Path]) -> None:
        self._folders = folders
        self._seen: set[object] = set()
        self.pieces: set[tuple[str, str]] = set()
        """Name of each piece of code or value that is used, with its text."""
        self.files: set[Path] = set()

    def follow(self, used: object, name: str = "") -> None:
        """Note something that the code uses, and what that uses."""
        used = _plain_function(used)
        if isinstance(used, FunctionType):
            self._function(used)
        elif isinstance(used, type):
            self._class(used)
        elif not isinstance(used, ModuleType):
            if (value := _value(used)) is not None:
                self.pieces.add((name, canonical(value)))
            else:
                self._class(type(used), of=name)

    def _function(self, function: FunctionType) -> None:
        code = function.__code__
        if not self._is_new(code, _file(function), code.co_qualname):
            return
        self.pieces.add((code.co_qualname, _source(function)))
        for number, default in enumerate([*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]):
            self.follow(default, f"{code.co_qualname} default {number}")
        for free, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
            try:
                self.follow(cell.cell_contents, free)
            except ValueError:  # not given a value yet
                continue
        self._names(code, function.__globals__)

    def _names(self, code: CodeType, known: Mapping[str, object]) -> None:
        names = sorted(set(_names_in(code)))
        for name in names:
            if name not in known:
                continue
            used = known[name]
            self.follow(used, name)
            if isinstance(used, ModuleType) and self._is_own(_file(used)):
                for attribute in names:
                    if attribute in vars(used):
                        self.follow(vars(used)[attribute], attribute)

    def _class(self, made: type, of: str = "") -> None:
        name = f"{of} {made.__qualname__}".strip()
        if not self._is_new(made, _file(made), name):
            return
        self.pieces.add((name, _source(made)))
        for base in made.__bases__:
            self.follow(base)
        for method in vars(made).values():
            function = _plain_function(getattr(method, "fget", None) or getattr(method, "__func__", None) or method)
            if isinstance(function, FunctionType) and _file(function) == _file(made):
                self._names(function.__code__, function.__globals__)

    def _is_new(self, code: object, file: Path | None, name: str) -> bool:
        """Tell whether a piece is the author's and was not met before. Another's counts by its name."""
        if not self._is_own(file):
            self.pieces.add((name, "from elsewhere"))
            return False
        assert file is not None
        self.files.add(file)
        if code in self._seen or len(self._seen) >= _MOST:
            return False
        self._seen.add(code)
        return True

    def _is_own(self, file: Path | None) -> bool:
        return file is not None and any(folder in file.parents for folder in self._folders)


def _plain_function(used: object) -> object:
    """Return the function behind a step, a method, a partial call or a decorator."""
    while True:
        if isinstance(used, Step):
            used = used.function
        elif isinstance(used, MethodType):
            used = used.__func__
        elif isinstance(used, partial):
            used = used.func
        elif isinstance(used, FunctionType) and hasattr(used, "__wrapped__"):
            used = used.__wrapped__
        else:
            return used


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _source(code: FunctionType | type) -> str:
    """Return the text of a function or a class without comments and decorators."""
    with _PARSING:
        return _parsed(code)


def _parsed(code: FunctionType | type) -> str:
    try:
        text = textwrap.dedent(inspect.getsource(code))
    except (OSError, TypeError):  # typed in a shell, or made while it runs
        return _compiled(code.__code__) if isinstance(code, FunctionType) else code.__qualname__
    is_lambda = isinstance(code, FunctionType) and code.__name__ == "<lambda>"
    if (normal := _normal(text, is_lambda)) is not None:
        return normal
    assert isinstance(code, FunctionType)
    return _compiled(code.__code__)


@lru_cache(maxsize=_MOST)
def _normal(text: str, is_lambda: bool) -> str | None:
    """Return source text without comments and decorators; None where it is that of a lambda and cannot be told.

    Each of a workflow's functions leads to the same code, and is asked for its hash by itself.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a lambda, which is only a part of its lines
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.decorator_list = []
    if is_lambda:
        lambdas = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
        return lambdas[0] if len(lambdas) == 1 else None
    return ast.unparse(tree)


def _compiled(code: CodeType) -> str:
    """Return compiled code as text. Another version of Python may compile it otherwise."""
    constants = [
        _compiled(one) if isinstance(one, CodeType) else canonical(_value(one) if _value(one) is not None else "")
        for one in code.co_consts
    ]
    return canonical([code.co_code.hex(), list(code.co_names), list(code.co_varnames), constants])


def _value(used: object, depth: int = 0) -> JsonValue:
    """Return a plain value as text and lists; None where it is none, or may differ in the next process."""
    if depth > _DEEPEST:
        return "…"
    match used:
        case Enum():
            return [type(used).__qualname__, used.name]
        case bool() | int() | float() | str() | bytes() | Decimal() | None:
            return f"{type(used).__name__} {used!r}"
        case re.Pattern():
            return f"pattern {used.pattern!r} {used.flags}"
        case datetime():
            # Taken from the clock at the start, it would differ each time.
            return None
        case date() | time() | timedelta():
            return repr(used)
        case BaseModel():
            return [type(used).__qualname__, _value(used.model_dump(), depth + 1)]
        case tuple() | list():
            return [_value(one, depth + 1) for one in used]
        case set() | frozenset():
            return [*sorted(canonical(_value(one, depth + 1)) for one in used)]
        case Mapping():
            pairs = ([_value(key, depth + 1), _value(one, depth + 1)] for key, one in used.items())
            return [*sorted(map(canonical, pairs))]
        case _:
            return None


def _file(code: object) -> Path | None:
    try:
        found = inspect.getsourcefile(code)  # type: ignore[arg-type]  # whatever has none raises TypeError
    except TypeError:
        return None
    return Path(found).resolve() if found is not None else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # in an archive
        return file.name
