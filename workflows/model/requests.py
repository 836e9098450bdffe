"""One request to a model, and its reply: the seam between the gateway and a vendor."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from pydantic.json_schema import JsonSchemaValue

from workflows.model.envelope import stated
from workflows.model.outcomes import Verdict
from workflows.model.port import Effort, Prompt, Thinking, Usage
from workflows.model.prices import PriceList, Prices

_FRAME_TOKENS = 600
"""What a provider adds of its own: roles, and the words that make a model keep to a schema."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """All that is sent."""

    model: str
    system: str
    """From the repository."""
    user: str
    """The case, as data."""
    form: JsonSchemaValue
    """The JSON schema of the answer."""
    max_tokens: int
    effort: Effort | None = None
    thinking: Thinking | None = None
    form_is_stated: bool = False
    """Is the form in the system prompt, for a server that holds no answer to it?"""

    def most_input_tokens(self) -> int:
        """A bound for the tokens that it is read as.

        A token is at least a byte. Of the repository's own text, which is words and JSON, it is more than two; what a
        case says may be anything.
        """
        own = len(self.system.encode()) + (0 if self.form_is_stated else len(str(self.form).encode()))
        return _FRAME_TOKENS + own // 2 + len(self.user.encode())


def request_for(
    prompt: Prompt, *, model: str, user: str, form: JsonSchemaValue | None = None, states_form: bool = False
) -> Request:
    """The request that a prompt makes of what a model is to be told of a case.

    `form`: the answer's, for a prompt that has none. `states_form`: put it into the system prompt. Effort and thinking
    were chosen for the prompt's own model; another one may not know them, and gets none.
    """
    is_own = model != prompt.fallback_model
    asked = dict(prompt.form) or form or {}
    return Request(
        model=model,
        system=f"{prompt.text}\n\n{stated(asked)}" if states_form else prompt.text,
        user=user,
        form=asked,
        form_is_stated=states_form,
        max_tokens=prompt.max_tokens,
        effort=prompt.effort if is_own else None,
        thinking=prompt.thinking if is_own else None,
    )


def worst_case(request: Request, prices: Prices) -> Decimal:
    """US dollars that a request may cost at most. Raise `Unpriced`."""
    tokens = Usage(cache_write_tokens=request.most_input_tokens(), output_tokens=request.max_tokens)
    return prices.of(request.model, tokens)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came of it."""

    verdict: Verdict
    text: str = ""
    """What the model said, or what came in its place; it may quote the key."""
    usage: Usage | None = None
    """None: it was not told."""
    answered_by: str | None = None
    request_id: str | None = None


class Vendor(Protocol):
    """A provider of models. Called from several threads at once."""

    @property
    def prices(self) -> PriceList:
        """The prices of its models."""
        ...

    def send(self, request: Request) -> Reply:
        """Send one request, once. What the vendor may answer is a `Reply`; only bugs are raised."""
        ...

    def prepare(self) -> None:
        """Load what sending needs, which may take seconds; a request does it too."""
        ...

    def masked(self, text: str) -> str:
        """A text without the secrets that the vendor was given: a server can quote what it was sent."""
        ...

    def close(self) -> None:
        """Close the connections. A later request opens new ones."""
        ...
