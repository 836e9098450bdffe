"""What the engine asks of a model, and what a model says back.

The seam between the engine and any vendor: a model is whatever answers a `Question` with an `Answer`. An answer is
untrusted: its values, confidences and reasons are passed on as they came, and the engine checks them.

    ModelError
    └── ModelUnavailable
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, JsonValue

Effort = Literal["low", "medium", "high", "xhigh", "max"]
Thinking = Literal["adaptive", "disabled"]
Confidence = Literal["numbers", "words"]
MAX_TOKENS = 4096
"""The most that one answer may take, thinking included, where the prompt says nothing."""


class NoAnswer(StrEnum):
    """Why a model gave no answer, as a word for programs."""

    UNAVAILABLE = "unavailable"
    """It does not answer now."""
    OVER_BUDGET = "over_budget"
    ACCOUNT = "account"
    """The provider does not let us: the key, the organisation, the bill, a spend limit."""
    RETIRED = "retired"
    """The provider no longer knows the model."""
    UNFIT = "unfit"
    """The provider takes no question of this workflow: not its form, or not what its prompt asks for."""
    GARBAGE = "garbage"
    """It said something, but no answer, several times."""
    REFUSED = "refused"
    TRUNCATED = "truncated"
    """The case or the answer is too long."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """The instructions that a workflow gives a model, and how it is to be asked."""

    name: str
    text: str
    """What the model is told, rendered."""
    version: str
    """The first 12 hex digits of the SHA-256 over front matter, body, rendered text and output schema."""
    model: str | None = None
    """None: the one that the settings name."""
    effort: Effort | None = None
    """None: the model's own default."""
    thinking: Thinking | None = None
    """None: the model's own default."""
    max_tokens: int = MAX_TOKENS
    fallback_model: str | None = None
    """A cheaper one, for when the first cannot be had or afforded."""
    confidence: Confidence = "numbers"
    """How the model says how sure it is."""
    source: str = ""
    """The file as it was read."""
    form: Mapping[str, JsonValue] = field(default_factory=dict)
    """The JSON schema of the answer."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """On whose account a question is asked, and how much it may take."""

    case: int | None = None
    """None: of an eval."""
    run: int | None = None
    eval: int | None = None
    per_case: Decimal
    """US dollars for all runs of the case together."""
    per_day: Decimal
    """US dollars for all cases of a day. Of an eval: for all of it."""
    timezone: tzinfo
    """Whose days these are."""
    own_answers_only: bool = False
    """Only an answer that this run got before it was cut off is given again: somebody wants another one."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question to a model about one case."""

    workflow: str
    output: type[BaseModel]
    """The form of a valid answer."""
    prompt: Prompt | None
    """None: the workflow brought no prompt, and a model that needs one has to say so."""
    data: Mapping[str, JsonValue]
    """What the model may know of the case, by name. Untrusted."""
    text: str
    """The case as plain text, for a model that reads text only. Untrusted."""
    templates: Mapping[str, Callable[[Mapping[str, str]], str]] = field(default_factory=dict)
    """Output field -> makes its text from the chosen values, for a model that cannot write."""
    account: Account | None = None
    """None: nobody pays, and a model that costs something is not asked."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A value that the model thought of and did not choose."""

    value: str
    probability: float
    """From 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens that an answer took. A model that runs in this process takes none."""

    input_tokens: int = 0
    """Read at the full price, cache reads and writes not included."""
    output_tokens: int = 0
    """Thinking included."""
    thinking_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model said, unchecked."""

    model: str
    """Who answered, exact enough to tell two versions apart."""
    prompt_version: str | None = None
    """The version of the prompt that it went by; None for a model that reads none."""
    values: Mapping[str, JsonValue] | None = None
    """Output field -> value as it came. None: there is no answer, and `problem` says why."""
    confidence: Mapping[str, JsonValue] = field(default_factory=dict)
    """Output field -> how sure the model is. A number from 0 to 1, or whatever the model said instead."""
    alternatives: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    """Output field -> the next best values, best first."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Output field -> a verbatim quote that speaks for the value."""
    reasons: tuple[str, ...] = ()
    """Why this answer, in the model's words."""
    unfamiliar: str | None = None
    """Why the case is unlike everything the model learned from; None where it is not."""
    problem: str | None = None
    """Why there is no answer (refused, cut off, no JSON), in plain words."""
    no_answer: NoAnswer | None = None
    """The same as a word for programs."""
    raw: str | None = None
    """What the model really said, where it could not be read as an answer."""
    fallback: str | None = None
    """Why another model than the prompt's own was asked; None where it was not."""
    cached_from: int | None = None
    """The attempt whose answer this is once more; None where the model was asked."""
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)
    """US dollars."""
    sample: bool = False
    """Written by hand for a demonstration, whoever reads it has to be told so."""


class ModelError(Exception):
    """A model could not be asked."""


class ModelUnavailable(ModelError):
    """No answer is to be had now. The message says why, in plain words."""

    def __init__(self, message: str, *, no_answer: NoAnswer = NoAnswer.UNAVAILABLE) -> None:
        self.no_answer = no_answer
        super().__init__(message)


class Model(Protocol):
    """Whatever answers a question. Called from several threads at once."""

    def answer(self, question: Question) -> Answer:
        """Answer, or raise `ModelUnavailable`."""
        ...
