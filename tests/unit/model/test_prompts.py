"""A prompt is a file: what it may say, what it may use, and what makes it another version."""

import ast
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

import workflows
from workflows.model.port import MAX_TOKENS
from workflows.model.prompts import LONGEST, BadPrompt, load_prompt, parse_prompt

FORM: dict[str, Any] = {"type": "object", "properties": {"queue": {"enum": ["billing"]}}}
DECLARED: dict[str, JsonValue] = {"decision": "Which queue?", "nevers": ["answer a safety report alone"]}
WHOLE = """---
model: claude-haiku-5-5
effort: low
thinking: disabled
max_tokens: 2000
fallback_model: claude-haiku-4-5
---

{{ decision }}
{% for never in nevers %}Never {{ never }}.{% endfor %}
"""


def version(source: str = WHOLE, *, form: dict[str, Any] = FORM, **declared: JsonValue) -> str:
    return parse_prompt(source, "triage.md", form=form, declared={**DECLARED, **declared}).version


def test_front_matter_says_how_to_ask_and_the_body_what_is_told() -> None:
    prompt = parse_prompt(WHOLE, "triage.md", form=FORM, declared=DECLARED)
    assert (prompt.model, prompt.effort, prompt.thinking) == ("claude-haiku-5-5", "low", "disabled")
    assert (prompt.max_tokens, prompt.fallback_model) == (2000, "claude-haiku-4-5")
    assert prompt.text == "Which queue?\nNever answer a safety report alone."
    assert (prompt.name, prompt.source, prompt.form) == ("triage.md", WHOLE, FORM)


@pytest.mark.parametrize("source", ["Sort the ticket.", "---\n---\nSort the ticket.", "---\n# nothing\n---\nSort."])
def test_what_is_left_out_is_the_models_own_default(source: str) -> None:
    prompt = parse_prompt(source, "triage.md")
    assert (prompt.model, prompt.effort, prompt.thinking, prompt.fallback_model) == (None, None, None, None)
    assert prompt.max_tokens == MAX_TOKENS
    assert prompt.text.startswith("Sort")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (WHOLE.replace("effort: low", "effort: loud"), "effort: has to be low"),
        (WHOLE.replace("effort: low", "temperature: 0.2"), "temperature: is not asked for"),
        (WHOLE.replace("max_tokens: 2000", "max_tokens: 0"), "max_tokens"),
        (WHOLE.replace("max_tokens: 2000", "max_tokens: true"), "max_tokens"),
        (WHOLE.replace("max_tokens: 2000", "max_tokens: many"), "max_tokens"),
        (WHOLE.replace("model: claude-haiku-5-5", "model: ''"), "model"),
        (WHOLE.replace("model: claude-haiku-5-5", "model: [a, b]"), "model"),
        ("---\n- a\n- b\n---\nText", "the whole: has to be an object with names and values"),
        ("---\nmodel: : :\n---\nText", "is not valid YAML"),
        ("---\nmodel: !!python/object/apply:os.system ['true']\n---\nText", "is not valid YAML"),
        ("---\nmodel: a\nText without an end", "has no end"),
        ("---\nmodel: a\n---\n \n", "is empty"),
        ("", "is empty"),
        ("{{ ticket }}", "'ticket' is undefined. It may use decision, nevers"),
        ("{{ decision.nothing }}", "has no attribute"),
        ("{% include 'other.md' %}", "cannot be rendered"),
        ("{{ decision", "cannot be rendered"),
        ("{{ 1 / 0 }}", "cannot be rendered"),
        ("{{ nevers.append('x') }}", "cannot be rendered"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "cannot be rendered"),
        ("{{ cycler.__init__.__globals__ }}", "cannot be rendered"),
        ("x" * (LONGEST + 1), "is longer than"),
    ],
)
def test_a_prompt_that_cannot_work_is_refused_with_the_reason(source: str, words: str) -> None:
    """A26 among them: nothing in a file is code that runs."""
    with pytest.raises(BadPrompt, match="triage") as refused:
        parse_prompt(source, "triage.md", form=FORM, declared=DECLARED)
    assert words in str(refused.value)


@pytest.mark.parametrize("before", ["\ufeff", "\n\n", "\ufeff \r\n"])
def test_what_an_editor_puts_before_the_front_matter_does_not_switch_it_off(tmp_path: Path, before: str) -> None:
    (tmp_path / "triage.md").write_text(before + WHOLE, encoding="utf-8")
    prompt = load_prompt(tmp_path, "triage.md", form=FORM, declared=DECLARED)
    assert (prompt.model, prompt.text.splitlines()[0]) == ("claude-haiku-5-5", "Which queue?")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "triage.md")
    with pytest.raises(BadPrompt, match="not a file there"):
        load_prompt(tmp_path, "triage.md")


@pytest.mark.parametrize(
    "change",
    [
        ("effort: low", "effort: high"),
        ("claude-haiku-4-5", "claude-sonnet-5"),
        ("{{ decision }}", "{{ decision }}!"),
    ],
)
def test_whatever_decides_what_the_model_is_told_makes_another_version(change: tuple[str, str]) -> None:
    assert version(WHOLE.replace(*change)) != version()


def test_another_form_or_declaration_is_another_version_and_the_same_is_the_same() -> None:
    other = {"type": "object", "properties": {"queue": {"enum": ["billing", "returns"]}}}
    assert len({version(), version(form=other), version(decision="Where to?"), version(nevers=[])}) == 4
    assert version() == version()
    assert len(version()) == 12


@pytest.mark.parametrize(
    "name",
    ["../triage.md", "/etc/passwd", "triage\0.md", "sub/triage.md", "..", "", "Triage.md", "triage.txt", "%2e%2e.md"],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """A25."""
    (tmp_path / "triage.md").write_text("secret")
    (tmp_path / "prompts").mkdir()
    with pytest.raises(BadPrompt, match="is not the name of a prompt"):
        load_prompt(tmp_path / "prompts", name)


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "triage.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(BadPrompt, match="not a file in its own folder"):
        load_prompt(tmp_path / "prompts", "triage.md")


@given(st.text(max_size=200))
def test_no_text_does_anything_but_make_a_prompt_or_be_refused(text: str) -> None:
    try:
        assert parse_prompt(text, "triage.md", form=FORM, declared=DECLARED).text
    except BadPrompt:
        return


@pytest.mark.slow
def test_nothing_here_loads_code_from_data() -> None:
    """A26: no unsafe YAML, no pickle, no evaluation, in any room."""
    root = Path(workflows.__file__).parents[1]
    forbidden = {"eval", "exec", "unsafe_load", "full_load", "load_all"}
    for room in ("bot", "handlers", "store", "workflows"):
        for file in (root / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call):
                    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    builtin = isinstance(node.func, ast.Name)
                    assert called not in forbidden or (called in ("eval", "exec") and not builtin), (file, node.lineno)
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                    assert not {"pickle", "shelve", "marshal"} & {name.partition(".")[0] for name in names}, file
