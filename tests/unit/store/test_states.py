"""States have names, and everybody uses these: no text stands in for one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = sorted(
    file
    for room in ("store", "handlers", "workflows/engine", "workflows/quality", "bot/slack", "bot/worker")
    for file in (ROOT / room).rglob("*.py")
    if "migrations" not in file.parts
)
STATES = {"state", "run_state", "resolution", "frm"}


def texts_for_states(source: str) -> Iterator[str]:
    """Each place in a source where a state is declared as a text, compared with one, or set to one."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.arg(arg=name, annotation=ast.expr() as kind)
                | ast.AnnAssign(target=ast.Name(id=name), annotation=kind)
            ) if name in STATES and names_in(kind) == {"str"}:
                yield f"{node.lineno}: {name}: {ast.unparse(kind)}"
            case ast.Compare(left=ast.Attribute(attr=name)) if name in STATES and any(map(is_text, node.comparators)):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.Call(func=ast.Attribute(attr="in_", value=ast.Attribute(attr=name)), args=[given]) if (
                name in STATES and is_text(given)
            ):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.keyword(arg=str(name), value=value) if name in STATES and is_text(value):
                yield f"{node.lineno}: {ast.unparse(node)}"


def names_in(kind: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)}


def is_text(node: ast.expr) -> bool:
    """Tell whether it is a text, or holds one."""
    held = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in held)


def test_no_text_stands_in_for_a_state() -> None:
    found = {str(file.relative_to(ROOT)): list(texts_for_states(file.read_text())) for file in FILES}
    assert {file: places for file, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "source",
    [
        "def move(session, *, frm: str): ...",
        "class Line:\n    state: str | None",
        "select(Run).where(Run.state == 'ready')",
        "select(Run).where(Run.state.in_(('ready', 'running')))",
        "update(Run).values(state='ready')",
        "if view.run_state in ('failed', 'parked'): ...",
    ],
)
def test_a_text_that_stands_in_for_a_state_is_found(source: str) -> None:
    assert list(texts_for_states(source))
