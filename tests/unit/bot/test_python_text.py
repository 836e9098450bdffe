"""Values as Python: any value is its literal, and a literal is all that it is."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.cli.screens.python_text import Call, Name, docstring, string, text_of, words

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40) | st.sampled_from(
    [
        '"""',
        "'''",
        "\\",
        '\\"',
        "\\\n",
        "\n\r\x0c\u2028\x00",
        "{0}",
        "\\N{BULLET}",
        "\ud800",
        "\u202e",
        "# -*- coding: x",
    ]
)
VALUES = st.recursive(
    PLAIN | TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=20
)
LITERALS = (ast.Expression, ast.Constant, ast.List, ast.Dict, ast.Tuple, ast.Load, ast.UnaryOp, ast.USub)


@given(VALUES)
@settings(deadline=None)
def test_any_value_is_read_back_from_its_literal_and_nothing_in_it_runs(value: JsonValue) -> None:
    text = text_of(value)
    text.encode("utf-8")
    assert {type(node) for node in ast.walk(ast.parse(text, mode="eval"))} <= {*LITERALS}
    assert ast.literal_eval(text) == value


@given(TEXT, TEXT)
def test_words_in_a_docstring_neither_end_it_nor_are_escapes(one: str, other: str) -> None:
    text = docstring([f"Case {words(one)}", "", f"- {words(other)}"])
    tree = ast.parse(f"{text}\nx = 1\n")
    assert [type(part) for part in tree.body] == [ast.Expr, ast.Assign]
    assert isinstance(tree.body[0], ast.Expr)
    assert isinstance(tree.body[0].value, ast.Constant)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('say "so"', "'say \"so\"'"),
        ("it's \"so", '"it\'s \\"so"'),
        ('"a" and "b" isn\'t', '\'"a" and "b" isn\\\'t\''),
        ("\\' \"", '"\\\\\' \\""'),
        ("two\nlines", '"two\\nlines"'),
    ],
)
def test_quotes_are_double_unless_that_takes_more_escapes(text: str, literal: str) -> None:
    assert string(text) == literal
    assert ast.literal_eval(literal) == text


def test_what_does_not_fit_a_line_has_a_line_for_each_part() -> None:
    given: dict[str, JsonValue] = {"a": "x" * 50, "b": [1]}
    call = Call(name="made", arguments=[(None, Name(text="SAID")), ("given", given), ("more", True)])
    assert text_of(call).splitlines() == [
        "made(",
        "    SAID,",
        f'    given={{"a": "{"x" * 50}", "b": [1]}},',
        "    more=True,",
        ")",
    ]
    assert text_of({"a": "x" * 80}) == '{\n    "a": "' + "x" * 80 + '",\n}'
    assert text_of(("x" * 90,)) == '(\n    "' + "x" * 90 + '",\n)'
    assert text_of(("x",)) == '("x",)'
    assert text_of(float("inf")) == 'float("inf")'
