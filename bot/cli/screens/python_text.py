"""Python as text: values as literals, and calls, laid out as `ruff format` does.

Whatever a value holds, its literal is that value and nothing that runs. Pure.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from pydantic import JsonValue

from workflows.engine.text.sanitize import one_line

WIDTH = 88
"""Columns of a line, as a project has them that says nothing else."""
_INDENT = 4
_WORDS = re.compile(r"[^\n ]* *\n|[^\n ]* +|[^\n ]+")
"""A word with the spaces after it, or with the end of its line."""
_PIECES = re.compile(r'\\.|"', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call: the name of what is called, and its arguments."""

    name: str
    arguments: Sequence[tuple[str | None, "Node"]]
    """Each with its name; None for one by its place."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name, or another expression that is written as it is. Never of a case."""

    text: str


Node = JsonValue | Call | Name | Sequence["Node"] | Mapping[str, "Node"]
"""An expression."""


def text_of(node: Node, *, at: int = 0, used: int = 0) -> str:
    """Return an expression as Python. `at`: the column of the line that it begins on, `used`: those before it there."""
    flat = _flat(node)
    if at + used + len(flat) <= WIDTH:
        return flat
    begins, ends = _around(node)
    if isinstance(node, str):
        lines = _pieces(node, at=at + _INDENT)
        if len(lines) == 1:
            return flat
    elif isinstance(node, Call) and len(node.arguments) == 1 and isinstance(node.arguments[0][1], str):
        lines = _pieces(node.arguments[0][1], at=at + _INDENT)
    else:
        # A comma has to fit after each.
        inner = at + _INDENT
        lines = [f"{name}{text_of(part, at=inner, used=len(name) + 1)}," for name, part in _parts(node)]
        if not lines:
            return flat
    return "\n".join([begins, *(" " * (at + _INDENT) + line for line in lines), " " * at + ends])


def _pieces(text: str, *, at: int) -> list[str]:
    """Return a text as literals, one below the other: each ends at a line's end, or at a space where it is too long."""
    pieces, piece = [], ""
    for word in _WORDS.findall(text):
        if piece and (piece.endswith("\n") or at + len(string(piece + word)) > WIDTH):
            pieces.append(piece)
            piece = ""
        piece += word
    return [string(one) for one in [*pieces, piece]]


def string(text: str) -> str:
    """Return the literal of a text on one line, in double quotes unless that takes more escapes."""
    plain = repr(text)
    if plain[0] == '"' or text.count('"') > text.count("'"):
        return plain
    return '"' + _PIECES.sub(_in_double_quotes, plain[1:-1]) + '"'


def docstring(paragraphs: Sequence[str]) -> str:
    """Return paragraphs as the docstring of a module. One that is indented stays on its line; a dash begins a list."""
    found: list[str] = []
    for paragraph in paragraphs:
        hanging = "  " if paragraph.startswith("- ") else ""
        room = WIDTH if found else WIDTH - len('"""')
        lines = [paragraph]
        if not paragraph.startswith(" "):
            lines = wrap(paragraph, room, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
        found.append("\n".join(lines))
    return '"""' + "\n".join(found).rstrip() + '\n"""'


def words(text: str, length: int = 300) -> str:
    """Return a text from outside as a part of a docstring: nothing in it ends the docstring or is an escape."""
    line = one_line(text, length).encode("utf-8", "backslashreplace").decode()
    return line.replace("\\", "\\\\").replace('"', '\\"')


def _in_double_quotes(found: re.Match[str]) -> str:
    return {"\\'": "'", '"': '\\"'}.get(found[0], found[0])


def _flat(node: Node) -> str:
    match node:
        case str():
            return string(node)
        case float() if not math.isfinite(node):
            return f'float("{node}")'
        case Name():
            return node.text
        case Call() | dict() | list() | tuple():
            begins, ends = _around(node)
            parts = ", ".join(f"{name}{_flat(part)}" for name, part in _parts(node))
            comma = "," if isinstance(node, tuple) and len(node) == 1 else ""
            return f"{begins}{parts}{comma}{ends}"
    return repr(node)


def _around(node: Node) -> tuple[str, str]:
    match node:
        case Call():
            return f"{node.name}(", ")"
        case dict():
            return "{", "}"
        case tuple() | str():
            return "(", ")"
    return "[", "]"


def _parts(node: Node) -> list[tuple[str, Node]]:
    """Return the parts of an expression, each with what stands before it."""
    match node:
        case Call():
            return [("" if name is None else f"{name}=", part) for name, part in node.arguments]
        case dict():
            return [(f"{string(name)}: ", part) for name, part in node.items()]
        case list() | tuple():
            return [("", part) for part in node]
    return []
