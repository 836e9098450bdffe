"""The port of a model: the question that the engine asks, and the answer that a model gives.

It separates the engine from any vendor: a model is anything that answers a `Question` with an `Answer`. An answer is
untrusted: its values, confidences and reasons are passed on unchanged, and the engine checks them.

    ModelError
    └── ModelUnavailable
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, JsonValue

from workflows.documents.document import Document
from workflows.model.asking.attachments import Attached

Effort = Literal["low", "medium", "high", "xhigh", "max"]
Thinking = Literal["adaptive", "disabled"]
Confidence = Literal["numbers", "words"]
MAX_TOKENS = 4096
"""Most tokens of one answer, thinking included, where the prompt sets no limit."""


class NoAnswer(StrEnum):
    """The reason why a model gave no answer, as a code for programs."""

    UNAVAILABLE = "unavailable"
    """The model does not answer now."""
    NO_SAMPLE = "no_sample"
    """Sample answers hold none for this case, and never will by themselves."""
    OVER_BUDGET = "over_budget"
    ACCOUNT = "account"
    """The provider does not accept us: the key, the organisation, the bill, a spend limit."""
    RETIRED = "retired"
    """The provider no longer knows the model."""
    UNFIT = "unfit"
    """The provider accepts no question of this workflow: it rejects the form, or a setting of the prompt."""
    GARBAGE = "garbage"
    """The model replied several times, but never with an answer."""
    REFUSED = "refused"
    TRUNCATED = "truncated"
    """The case or the answer is too long."""
    DOCUMENTS = "documents"
    """A document of the case can be given to the model neither by its pages nor as text."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """The instructions of a workflow for a model, and the settings of its requests."""

    name: str
    text: str
    """The instructions, rendered."""
    version: str
    """The first 12 hex digits of the SHA-256 over front matter, body, rendered text and output schema."""
    model: str | None = None
    """Name of the model; None: the one in the settings."""
    effort: Effort | None = None
    """None: the model's own default."""
    thinking: Thinking | None = None
    """None: the model's own default."""
    max_tokens: int = MAX_TOKENS
    fallback_model: str | None = None
    """A cheaper model, for when the first one is not available or too expensive."""
    confidence: Confidence = "numbers"
    """The form in which the model states its confidence."""
    source: str = ""
    """The file as it was read."""
    form: Mapping[str, JsonValue] = field(default_factory=dict)
    """The JSON schema of the answer."""


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A budget of its own, for questions that no case waits for, such as those to a version that is only watched."""

    name: str
    """Its name, such as `shadow:7`."""
    per_day: Decimal
    """US dollars a day, which are a part of the workflow's."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The budget that pays for a question, with its limits."""

    case: int | None = None
    """The case; None for a question that no case waits for."""
    run: int | None = None
    eval: int | None = None
    apart: Apart | None = None
    """Budget that limits a question which no case waits for, beside that of the workflow's day; None: a case waits."""
    per_case: Decimal
    """US dollars for all runs of the case together."""
    per_day: Decimal
    """US dollars for all cases of a day; for an eval: for the whole eval."""
    timezone: tzinfo
    """The time zone of these days."""
    own_answers_only: bool = False
    """True if only an answer to this very run may be used again, because a person asked for a new one."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A person's refusal of an earlier answer to the same case."""

    values: Mapping[str, JsonValue]
    """Output field -> the refused value."""
    reason: str
    """The person's words. Untrusted, like the case."""


@dataclass(frozen=True, kw_only=True)
class SourceAnswer:
    """A person's question to the source of a case, with the source's answer. Both are untrusted, like the case."""

    question: str
    answer: str
    """Its words; of an answer that is files alone, their names."""
    documents: tuple[Document, ...] = ()
    """The files of the answer."""


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """A past case that a person decided, as a model is told of it: masked. Untrusted, like the case."""

    example: int
    """Row of the example."""
    case: int
    key: str
    """The key of the case, by which people name it. A model is not told it."""
    data: str
    """An excerpt of the case as text."""
    output: Mapping[str, JsonValue]
    """Output field -> the value that was right, for the fields in which nobody writes."""
    similarity: float
    """Likeness to the case, from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class RecalledMark:
    """A past case that a model was told of, as it is kept with the answer: its words stand in the example only."""

    example: int
    case: int
    similarity: float
    """Likeness to the case, from 0 to 1."""
    sha256: str
    """Hash of what was told of it."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question to a model about one case."""

    workflow: str
    output: type[BaseModel]
    """The form of a valid answer."""
    prompt: Prompt | None
    """The prompt; None: the workflow has none, and a model that needs one has to say so."""
    data: Mapping[str, JsonValue]
    """The data of the case that the model may see, by name. Untrusted."""
    text: str
    """The case as plain text, for a model that reads text only. Untrusted."""
    templates: Mapping[str, Callable[[Mapping[str, str]], str]] = field(default_factory=dict)
    """Output field -> function that makes its text from the chosen values, for a model that cannot write."""
    account: Account | None = None
    """The budget that pays; None: there is none, and a model that costs something is not asked."""
    refused: Sequence[Refusal] = ()
    """Earlier answers to the case that people refused, oldest first. A model that can only repeat itself gives the best
    answer that is none of these.
    """
    answers: Sequence[SourceAnswer] = ()
    """Answers of the case's source to people's questions, oldest first."""
    recalled: Sequence[Recalled] = ()
    """Past cases that people decided, nearest first."""
    documents: tuple[Attached, ...] = ()
    """The documents in the data and in the answers, each once, by number."""
    data_with: Callable[[Collection[int]], Mapping[str, JsonValue]] | None = None
    """Function that returns the data with the documents of these numbers as text, in place of their pages; None where
    it has none.
    """
    answer_documents: Callable[[Collection[int]], Sequence[Sequence[JsonValue]]] | None = None
    """Function that returns the documents of each answer as a model is told of them, those of these numbers as text;
    None where no answer has any.
    """
    hide: Callable[[str], str] = str
    """Function that puts placeholders in place of personal values, for a text of ours about an answer. What is above
    has been through it.
    """
    put_back: Callable[[str], str] = str
    """Function that puts the values in place of these placeholders again, before an answer is held against its form."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A value that the model considered and did not choose."""

    value: str
    probability: float
    """From 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of an answer. A model that runs in this process uses none."""

    input_tokens: int = 0
    """Tokens read at the full price, without cache reads and writes."""
    output_tokens: int = 0
    """Tokens written, thinking included."""
    thinking_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    def plus(self, other: "Usage") -> "Usage":
        """Return two usages together."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            thinking_tokens=self.thinking_tokens + other.thinking_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
        )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of a model, unchecked."""

    model: str
    """Name of the model that answered, exact enough to tell two versions apart."""
    prompt_version: str | None = None
    """The version of the prompt that was used; None for a model that reads none."""
    values: Mapping[str, JsonValue] | None = None
    """Output field -> value as it came; None: there is no answer, and `problem` says why."""
    confidence: Mapping[str, JsonValue] = field(default_factory=dict)
    """Output field -> the stated confidence: a number from 0 to 1, or anything that the model wrote instead."""
    alternatives: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    """Output field -> the next best values, best first."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Output field -> a verbatim quote that supports the value."""
    reasons: tuple[str, ...] = ()
    """Reasons for the answer, in the model's words."""
    unfamiliar: str | None = None
    """Reason why the case is unlike the examples that the model learned from; None where it is like them."""
    problem: str | None = None
    """Reason why there is no answer (refused, cut off, no JSON), in plain words."""
    no_answer: NoAnswer | None = None
    """The code of that reason."""
    raw: str | None = None
    """The model's reply, where it could not be read as an answer."""
    fallback: str | None = None
    """Reason why another model than the prompt's own was asked; None where it was not."""
    cached_from: int | None = None
    """Id of the earlier request whose answer was used again; None where the model was asked."""
    shown: tuple[int, ...] = ()
    """Numbers of the documents whose pages the model was shown. Of the others it read the text."""
    doubts: tuple[str, ...] = ()
    """Reasons not to trust the answer that lie in the question, such as a document that could not be shown."""
    recalled: tuple[RecalledMark, ...] = ()
    """The past cases that were told with the question, nearest first."""
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)
    """US dollars spent."""
    sample: bool = False
    """True if it was written by hand for a demonstration. Whoever reads it has to be told."""
    last: bool = False
    """True if the model has no other answer than this one and the refused ones, so that nothing new comes of asking it
    again.
    """


class ModelError(Exception):
    """A model could not be asked."""


class ModelUnavailable(ModelError):
    """No answer is available now. The message says why, in plain words."""

    def __init__(self, message: str, *, no_answer: NoAnswer = NoAnswer.UNAVAILABLE) -> None:
        self.no_answer = no_answer
        super().__init__(message)


class Model(Protocol):
    """Anything that answers a question. It is called from several threads at once."""

    def answer(self, question: Question) -> Answer:
        """Return an answer, or raise `ModelUnavailable`."""
        ...
