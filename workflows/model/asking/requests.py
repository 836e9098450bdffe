"""One request to a model, and its reply: the interface between the gateway and a vendor."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from pydantic.json_schema import JsonSchemaValue

from workflows.model.asking.attachments import File
from workflows.model.envelope import stated
from workflows.model.outcomes import Verdict
from workflows.model.port import Effort, Prompt, Thinking, Usage
from workflows.model.prices import PriceList, Prices

_FRAME_TOKENS = 600
"""Tokens that a provider adds: roles, and the words that make a model keep to a schema."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A complete request."""

    model: str
    system: str
    """The instructions, from the repository."""
    user: str
    """The case, as data."""
    form: JsonSchemaValue
    """The JSON schema of the answer."""
    max_tokens: int
    effort: Effort | None = None
    thinking: Thinking | None = None
    form_is_stated: bool = False
    """True if the form is in the system prompt, for a server that does not enforce it."""
    document_tokens: int = 0
    """Most input tokens of the documents whose pages it shows."""
    files: tuple[File, ...] = ()
    """The files of these documents. They stand before the case."""

    def most_input_tokens(self) -> int:
        """Return an upper bound for the number of input tokens.

        A token has at least one byte. In the repository's own text, which is words and JSON, it has more than two; the
        text of a case may be anything. Files count by their pages, and not by their bytes.
        """
        own = len(self.system.encode()) + (0 if self.form_is_stated else len(str(self.form).encode()))
        return _FRAME_TOKENS + own // 2 + len(self.user.encode()) + self.document_tokens


def request_for(
    prompt: Prompt,
    *,
    model: str,
    user: str,
    form: JsonSchemaValue | None = None,
    states_form: bool = False,
    document_tokens: int = 0,
) -> Request:
    """Return the request for a prompt and the user's turn of a case.

    `form`: the form of the answer, for a prompt that has none. `states_form`: put it into the system prompt. Effort and
    thinking were chosen for the prompt's own model; another model may not know them, and gets none. `document_tokens`:
    most tokens of the pages that are shown with it.
    """
    is_own = model != prompt.fallback_model
    asked = dict(prompt.form) or form or {}
    return Request(
        model=model,
        system=f"{prompt.text}\n\n{stated(asked)}" if states_form else prompt.text,
        user=user,
        form=asked,
        form_is_stated=states_form,
        document_tokens=document_tokens,
        max_tokens=prompt.max_tokens,
        effort=prompt.effort if is_own else None,
        thinking=prompt.thinking if is_own else None,
    )


def worst_case(request: Request, prices: Prices) -> Decimal:
    """Return the US dollars that a request may cost at most. Raise `Unpriced`."""
    # Only the instructions are asked to be cached, and pages stand behind them.
    tokens = Usage(
        cache_write_tokens=request.most_input_tokens() - request.document_tokens,
        input_tokens=request.document_tokens,
        output_tokens=request.max_tokens,
    )
    return prices.of(request.model, tokens)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The result of a request."""

    verdict: Verdict
    text: str = ""
    """The text of the model, or of an error in its place; it may quote the key."""
    usage: Usage | None = None
    """Tokens used; None where the reply does not say."""
    answered_by: str | None = None
    request_id: str | None = None


class Vendor(Protocol):
    """A provider of models. Called from several threads at once."""

    @property
    def prices(self) -> PriceList:
        """The prices of its models."""
        ...

    def send(self, request: Request) -> Reply:
        """Send one request, once. Return every answer of the vendor as a `Reply`; only bugs are raised."""
        ...

    def prepare(self) -> None:
        """Load what sending needs, which may take seconds; otherwise the first request does it."""
        ...

    def masked(self, text: str) -> str:
        """Return a text without the secrets that the vendor was given, because a server can quote its request."""
        ...

    def close(self) -> None:
        """Close the connections. A later request opens new ones."""
        ...
