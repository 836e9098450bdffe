"""Comparison of a workflow's code with what it declares in `may`, before the first case.

Steps are found by the names that a function uses: names of its module, of the functions around it, and of modules that
it imports. The functions that it calls are not searched; a step in them is refused when it is called (`boundary`).
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from workflows.engine.declare.calls.boundary import against
from workflows.engine.declare.steps import Step
from workflows.engine.declare.workflow import Does, Workflow
from workflows.engine.errors import BadDeclaration


def check_reach(workflow: Workflow[Any, Any]) -> None:
    """Raise `BadDeclaration` where its deliveries, or a step in its code, do what it may not."""
    effects = {
        "its delivery": workflow.effect,
        "its on_reject": workflow.rejection_effect,
        "its ask_source": workflow.source_effect,
    }
    for what, effect in effects.items():
        if effect is not None:
            _check(workflow, what, effect.does, is_decided=True)
            for step in _steps_of(effect.apply):
                _check(workflow, f"the step {step.name} in {what}", step.does or effect.does, is_decided=True)
    for what, function in _undecided(workflow):
        for step in _steps_of(function):
            _check(workflow, f"the step {step.name} in {what}", step.does or ("retrieve",), is_decided=False)


def steps_of(workflow: Workflow[Any, Any]) -> dict[str, Step[..., Any]]:
    """Return the steps that a workflow's code is seen to use, and those beside it, by name."""
    functions = [function for _, function in _undecided(workflow)] + [effect.apply for effect in workflow.effects]
    around = [
        value
        for function in map(inspect.unwrap, functions)
        if isinstance(function, FunctionType)
        for value in [*function.__globals__.values()]
    ]
    beside = [
        *around,
        *(one for module in around if isinstance(module, ModuleType) for one in [*vars(module).values()]),
    ]
    named = (step for function in functions for step in _steps_of(function))
    return {step.name: step for step in (*(one for one in beside if isinstance(one, Step)), *named)}


def steps_named(workflow: Workflow[Any, Any]) -> list[Step[..., Any]]:
    """Return the steps that a workflow's own functions name, each once."""
    functions = [function for _, function in _undecided(workflow)] + [effect.apply for effect in workflow.effects]
    return list({step.name: step for function in functions for step in _steps_of(function)}.values())


def _check(workflow: Workflow[Any, Any], what: str, does: Sequence[Does], *, is_decided: bool) -> None:
    wrong = against(workflow, what, does, is_decided=is_decided)
    if wrong is not None:
        raise BadDeclaration(wrong)


def _undecided(workflow: Workflow[Any, Any]) -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield the code that decides nothing and delivers nothing, with its name for messages."""
    yield "its key", workflow.key
    yield from ((f"the fetch {fetch.name}", fetch.look) for fetch in workflow.fetches)
    for what, function in (("its propose", workflow.proposing), ("its scope", workflow.scope)):
        if function is not None:
            yield what, function
    yield from ((f"the never {never.sentence!r}", never.broken) for never in workflow.nevers)
    yield from ((f"the check {check.sentence!r}", check.holds) for check in workflow.checks)
    yield from ((f"the template of {field}", template) for field, template in workflow.templates.items())
    yield from ((f"the segment {name}", function) for name, function in workflow.segments.items())
    yield from ((f"its then {one.workflow}", one.make) for one in workflow.follow_ups)


def _steps_of(function: Callable[..., object]) -> Iterator[Step[..., Any]]:
    """Yield the steps that a function names."""
    if isinstance(function, Step):
        yield function
    plain = inspect.unwrap(function)
    if not isinstance(plain, FunctionType):
        return
    names = set(_names(plain.__code__))
    cells = dict(zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True))
    around = plain.__globals__ | {name: cell.cell_contents for name, cell in cells.items() if _is_filled(cell)}
    for known in (around[name] for name in names if name in around):
        if isinstance(known, Step):
            yield known
        elif isinstance(known, ModuleType):
            yield from (found for name in names if isinstance(found := vars(known).get(name), Step))


def _is_filled(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # an empty cell raises
    except ValueError:
        return False
    return True


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that a piece of code uses, also in the functions written inside it."""
    yield from (*code.co_names, *code.co_freevars)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
