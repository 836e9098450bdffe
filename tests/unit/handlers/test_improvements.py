"""Improvements in words: what was corrected, and the lines of a never, which are safe to paste."""

import ast
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handlers.texts.learning.improvements import pattern, rule
from store.states import ImprovementState
from workflows.quality.improvements.conditions import Condition
from workflows.quality.improvements.views import OTHER, ImprovementKind, ImprovementView


def view(
    *conditions: Condition, became: str | None = None, output: str | None = "queue", reason: str | None = None
) -> ImprovementView:
    return ImprovementView(
        id=3,
        workflow="sample",
        kind=ImprovementKind.NEVER,
        state=ImprovementState.DRAFT,
        change=1,
        conditions=conditions,
        output=output,
        reason=reason,
        became=became,
        errors=14,
        of=15,
        elsewhere_errors=3,
        elsewhere=200,
        cases=(1, 2),
        examples=(),
        found_at=datetime(2026, 11, 2, tzinfo=UTC),
    )


def decided_by(made: str, **given: object) -> Any:  # Any: a rule gives what its condition does
    """Return what the rule says of an input, as an author would paste it."""
    rules: list[Any] = []
    workflow = SimpleNamespace(never=lambda title: rules.append)
    exec(compile(ast.parse(made), "pasted", "exec"), {"workflow": workflow})
    return rules[0](SimpleNamespace(**given), None)


def of(field: str, kind: Any, value: Any) -> Sequence[Condition]:  # Any: each kind has its own values
    return (Condition(field=field, kind=kind, value=value),)


def test_a_pattern_says_how_often_it_held_and_how_often_elsewhere() -> None:
    assert pattern(view(*of("amount", "above", 500.0))) == (
        "amount above 500.0: queue was corrected in 14 of 15 cases, elsewhere in 3 of 200."
    )
    both = (*of("lang", "is", "de"), *of("text", "has", "late fee"))
    assert pattern(view(*both, output=None)) == (
        'lang is "de" and text has "late fee": rejected in 14 of 15 cases, elsewhere in 3 of 200.'
    )
    assert 'rejected as "Spam" in 14' in pattern(view(*both, output=None, reason="Spam"))
    assert "rejected for a reason of their own in 14" in pattern(view(*both, output=None, reason=OTHER))
    assert '(mostly to "billing")' in pattern(view(*both, became="billing"))


def test_the_lines_of_a_never_say_what_the_condition_does() -> None:
    above = rule(view(*of("amount", "above", 500.0)))
    assert above is not None
    assert decided_by(above, amount="612.50") is True
    assert decided_by(above, amount=499) is False
    assert decided_by(above, amount=None) is False
    says = rule(view(*of("text", "has", "refund"), *of("lang", "is", None)))
    assert says is not None
    assert decided_by(says, text="A REFUND please", lang=None) is True
    assert decided_by(says, text="A REFUND please", lang="de") is False


def test_a_value_from_a_case_is_a_literal_and_a_name_that_is_none_is_not_written() -> None:
    evil = '"""\')\nimport os; os._exit(1)  # \u202e'
    made = rule(view(*of("text", "is", evil)))
    assert made is not None
    assert made.count("\n") == 3
    assert made.isascii() or made.replace("\n", "").isprintable()
    assert decided_by(made, text=evil) is True
    for name in ("a b", "class", "x; import os", "a..b", ""):
        assert rule(view(*of(name, "is", 1))) is None
