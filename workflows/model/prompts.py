"""Prompts are files beside the workflow: a front matter that says how to ask, and the instructions for the model.

The text may use the workflow's declaration (its decision, what it may do, its nevers, its output's fields), and nothing
of any case: a case reaches the model only in the user's turn. A prompt's version is a hash over everything that the
model is told and over the way in which it is asked, without the case. Where the prompt names no model, the settings do.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import yaml
from frontmatter.default_handlers import YAMLHandler
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError
from pydantic.json_schema import JsonSchemaValue

from workflows.complaints import all_complaints
from workflows.model.asking.user_turn import FRAME
from workflows.model.envelope import asking_words
from workflows.model.port import MAX_TOKENS, Confidence, Effort, Prompt, Thinking

VERSION_LENGTH = 12
"""Hex digits of a code version."""
LONGEST = 200_000
"""Bytes of a prompt's file."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.md")
_Model = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,99}$")]


class BadPrompt(ValueError):
    """A prompt's name or file cannot be used."""


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    model: _Model | None = None
    effort: Effort | None = None
    thinking: Thinking | None = None
    max_tokens: Annotated[int, Field(ge=1, le=64_000)] = MAX_TOKENS
    fallback_model: _Model | None = None
    confidence: Confidence = "numbers"


def load_prompt(
    folder: Path,
    name: str,
    *,
    form: JsonSchemaValue | None = None,
    declared: Mapping[str, JsonValue] | None = None,
) -> Prompt:
    """Read a prompt from its folder.

    `form`, `declared`: as for `parse_prompt`. Raise `BadPrompt` for a name that is not a plain file name, a file
    outside the folder, or one that cannot be read.
    """
    if not _NAME.fullmatch(name):
        raise BadPrompt(
            f"{name!r} is not the name of a prompt, which has lower-case letters, digits, - and _, ending in .md"
        )
    path = folder / name
    try:
        if path.resolve().parent != folder.resolve():
            raise BadPrompt(f"the prompt {name} is not a file in its own folder {folder}")
    except OSError as error:
        raise BadPrompt(f"the prompt {name} cannot be read from {folder}: {error}") from error
    return read_prompt(path, form=form, declared=declared)


def read_prompt(
    path: Path, *, form: JsonSchemaValue | None = None, declared: Mapping[str, JsonValue] | None = None
) -> Prompt:
    """Read a prompt from any file. `form`, `declared`: as for `parse_prompt`. Raise `BadPrompt`."""
    try:
        if not path.is_file():
            raise BadPrompt(f"the prompt {path.name} cannot be read from {path.parent}: it is not a file there")
        with path.open("rb") as file:
            source = file.read(LONGEST + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPrompt(f"the prompt {path.name} cannot be read from {path.parent}: {error}") from error
    return parse_prompt(source, path.name, form=form, declared=declared)


def parse_prompt(
    source: str,
    name: str,
    *,
    form: JsonSchemaValue | None = None,
    declared: Mapping[str, JsonValue] | None = None,
) -> Prompt:
    """Return a prompt from the text of its file.

    `form`: the JSON schema of the answer. `declared`: the values that the text may use, by name. Raise `BadPrompt` for
    an invalid front matter, an empty text, or a text that uses an unknown name.
    """
    if len(source.encode()) > LONGEST:
        raise BadPrompt(f"the prompt {name} is longer than {LONGEST:,} bytes")
    front, body = _split(source, name)
    text = _rendered(body, declared or {}, name).strip()
    if not text:
        raise BadPrompt(f"the prompt {name} is empty")
    asked = asking_words(form or {}) if front.confidence == "words" else form or {}
    # Left out where it is the default, so that versions from before this setting existed stay the same.
    how = front.model_dump(exclude={"confidence"} if front.confidence == "numbers" else None)
    # The keys are not sorted: a model writes in the order of the form.
    decides = [how, body, text, asked, FRAME]
    version = sha256(json.dumps(decides).encode()).hexdigest()[:VERSION_LENGTH]
    return Prompt(name=name, text=text, version=version, source=source, form=asked, **front.model_dump())


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a prompt's file, as they are written."""

    front: str
    """The front matter with its lines of dashes; empty where there is none."""
    body: str


def parts_of(source: str, name: str) -> Parts:
    """Return the parts of a prompt's file. Raise `BadPrompt`."""
    _, body = _split(source, name)
    return Parts(front=source[: len(source) - len(body)].strip(), body=body)


def tags_of(body: str, name: str) -> list[str]:
    """Return what stands in braces in a prompt, in order. Raise `BadPrompt` where braces do not close."""
    tags: list[str] = []
    inside: list[str] | None = None
    try:
        for _, kind, value in ImmutableSandboxedEnvironment().lex(body):
            if kind.endswith("_begin"):
                inside = []
            if inside is not None:
                inside.append(" ".join(value.split()) or " ")
            if kind.endswith("_end") and inside is not None:
                tags.append(" ".join("".join(inside).split()))
                inside = None
    except TemplateError as error:
        raise BadPrompt(f"the prompt {name} cannot be rendered: {error}") from error
    return tags


def _split(source: str, name: str) -> tuple[_FrontMatter, str]:
    """Return front matter and body. The library's handler loads YAML safely: plain values, no objects."""
    handler = YAMLHandler()
    source = source.lstrip()
    if not handler.detect(source):
        return _FrontMatter(), source
    try:
        front, body = handler.split(source)
        loaded = handler.load(front)
    except yaml.YAMLError as error:
        raise BadPrompt(
            f"the front matter of the prompt {name} is not valid YAML: {' '.join(str(error).split())}"
        ) from error
    except ValueError:
        raise BadPrompt(f"the front matter of the prompt {name} has no end: a line with --- closes it") from None
    try:
        return _FrontMatter.model_validate({} if loaded is None else loaded), body
    except ValidationError as error:
        allowed = ", ".join(_FrontMatter.model_fields)
        raise BadPrompt(
            f"the front matter of the prompt {name} cannot be used: {all_complaints(error)}. It may hold {allowed}"
        ) from None


def _rendered(body: str, declared: Mapping[str, JsonValue], name: str) -> str:
    # No loader: a prompt includes no other file.
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    try:
        return environment.from_string(body).render(declared)
    except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        known = ", ".join(declared) or "nothing"
        raise BadPrompt(f"the prompt {name} cannot be rendered: {error}. It may use {known}") from error
