"""Words that people read stand in `handlers/texts`; what draws them has none of its own."""

import ast
import re
from pathlib import Path

import handlers.slack.blocks
from handlers.texts.documents.files import why_not
from handlers.texts.refusals import refusal_in_words
from workflows.documents.refusals import Why
from workflows.engine.review.views import WhyRefused
from workflows.engine.sources.heard.views import NoFile

_WORDS = re.compile(r"[A-Za-z]{2,} [a-z]|^[A-Z][a-z]{2,}")
"""Two words, or one that begins as a title does."""


def words_in(source: str) -> set[str]:
    """The texts of a module that read as words, without its docstrings."""
    tree = list(ast.walk(ast.parse(source)))
    docstrings = {id(node.value) for node in tree if isinstance(node, ast.Expr)}
    texts = [node for node in tree if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return {node.value for node in texts if isinstance(node.value, str) and _WORDS.search(node.value)}


def test_what_draws_a_message_or_a_form_in_slack_has_no_words_of_its_own() -> None:
    modules = Path(handlers.slack.blocks.__path__[0]).rglob("*.py")
    assert {path.name: found for path in modules if (found := words_in(path.read_text()))} == {}


def test_a_label_among_the_blocks_would_be_found() -> None:
    source = '"""Draw it."""\nbutton(f"Look at {key}", text="Approve", action="do_it")'
    assert words_in(source) == {"Look at ", "Approve"}


def test_each_reason_for_a_refusal_has_words_and_an_unknown_code_is_shown_as_it_is() -> None:
    assert all(refusal_in_words(why) != why for why in WhyRefused)
    assert refusal_in_words("of_a_later_version") == "of_a_later_version"


def test_each_reason_why_a_file_is_not_taken_has_its_own_words_with_what_to_do() -> None:
    said = [why_not(why) for why in (*Why, *NoFile)]
    assert len(set(said)) == len(said)
    assert all(". " in one for one in said)
