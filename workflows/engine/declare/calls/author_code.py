"""Calls of an author's code besides steps, proposals and deliveries: validators, serializers, keys, rules, texts.

All of it is called outside transactions and under a limit of time (`bounds`). Whatever it raises concerns the one row
or case that it was called for.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.calls.boundary import before_decision
from workflows.engine.declare.error_words import words_of
from workflows.engine.declare.workflow import TimeLimits, Workflow
from workflows.engine.errors import AuthorFailed

T = TypeVar("T")


def called(code: Callable[[], T]) -> T:
    """Return what an author's code returns. Raise `AuthorFailed` for whatever it raises, also `SystemExit`."""
    try:
        return author_threads.run(code, what="the author's code", seconds=TimeLimits().rule)
    except Exception as error:  # the author's error concerns its own case only
        raise AuthorFailed(f"{type(error).__name__}: {words_of(error)}") from error


def within(workflow: Workflow[Any, Any], what: str, code: Callable[[], T], *, apart: bool = False) -> T:
    """Return what a workflow's code returns, within the time limit of its rules.

    `what`: names the code in messages. Steps in it may only do what is allowed before a decision. Raise what the code
    raises, or `TimeLimitPassed`. `apart`: where it does not return, the code around it goes on.
    """
    with before_decision(workflow):
        limit = workflow.time_limits.rule
        return author_threads.run(code, what=what, workflow=workflow.name, seconds=limit, apart=apart)
