"""Asks a model behind the Anthropic API.

The instructions go into the system prompt and come from the repository alone; the case goes into the user turn and is
data. What comes back is judged by the table in `outcomes` and read by `envelope`; it chooses nothing here.

The SDK neither retries nor waits: tenacity does, around it, so that there is one place that counts attempts and each
attempt is one record. The SDK is imported when the first question comes.
"""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr
from pydantic.json_schema import JsonSchemaValue
from tenacity import RetryCallState, Retrying, retry_if_result, wait_exponential_jitter

from workflows.model.attempts import Attempt, conclude
from workflows.model.envelope import Unreadable, form, read
from workflows.model.outcomes import Outcome, Verdict, expected_errors, judge_error, judge_reply, text_of, usage_of
from workflows.model.port import Answer, ModelUnavailable, Question, Usage
from workflows.model.prices import price
from workflows.model.user_turn import user_turn

if TYPE_CHECKING:
    import anthropic
    from anthropic.types import OutputConfigParam

DEFAULT_MODEL = "claude-haiku-5-5"
"""Small and made for sorting and extracting, which is what most workflows do."""
GARBAGE_RETRIES = 2
"""How often one question is asked again after replies that cannot be read."""
LONGEST_BACKOFF = 20.0
"""Seconds."""
LONGEST_RETRY_AFTER = 30.0
"""Seconds. A provider that asks for more gets this: a case waits for a person sooner than for an hour."""

Effort = Literal["low", "medium", "high", "xhigh", "max"]

_LONGEST_RAW = 20_000
"""Characters of an unreadable reply that are kept."""
_backoff = wait_exponential_jitter(max=LONGEST_BACKOFF)


@dataclass(frozen=True, kw_only=True)
class _Request:
    system: str
    user: str
    schema: JsonSchemaValue


class AnthropicModel:
    """A `Model` behind the Anthropic API or a server that speaks like it. May be shared between threads."""

    def __init__(
        self,
        *,
        api_key: str | SecretStr,
        model: str = DEFAULT_MODEL,
        base_url: str | None = None,
        timeout: float = 60.0,
        max_tokens: int = 4096,
        effort: Effort | None = "low",
        tries: int = 4,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Connects to nothing yet.

        `base_url`: left out, the SDK's own. `timeout`: seconds without a byte after which an attempt is given up.
        `max_tokens`: the most that one answer may take, thinking included. `effort`: None for a model that knows none.
        `tries`: how many transient failures one question may meet. `sleep`: waits some seconds.

        Raise `Unpriced` for a model without a known price, `ModelUnavailable` for a key that cannot be one.
        """
        self._api_key = api_key if isinstance(api_key, SecretStr) else SecretStr(api_key)
        if not re.fullmatch(r"[!-~]+", self._api_key.get_secret_value()):
            # Such a key fails inside the HTTP library, which quotes it in its error.
            raise ModelUnavailable("The API key for the model is empty, or holds a space or another odd character.")
        price(model, Usage())
        self.model = model
        self._base_url = base_url
        self._timeout = timeout
        self._max_tokens = max_tokens
        self._effort = effort
        self._tries = tries
        self._sleep = sleep
        self._client: anthropic.Anthropic | None = None
        self._connecting = Lock()

    def __repr__(self) -> str:
        return f"AnthropicModel(model={self.model!r})"

    def answer(self, question: Question) -> Answer:
        """Ask, and ask again where that can help; the answer's usage and cost are those of all attempts together.

        Raise `ModelUnavailable` where the provider does not answer, or the question cannot be put to it.
        """
        request = self._request(question)
        attempts: list[Attempt] = []

        def attempt() -> Attempt:
            attempts.append(self._attempt(request, question))
            return attempts[-1]

        Retrying(
            retry=retry_if_result(_is_worth_another),
            stop=lambda _: self._is_enough(attempts),
            wait=_pause,
            sleep=self._sleep,
            retry_error_callback=lambda _: attempts[-1],
        )(attempt)
        return replace(conclude(attempts), prompt_version=question.prompt.version if question.prompt else None)

    def close(self) -> None:
        """Close the connections. A later question opens new ones."""
        with self._connecting:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _request(self, question: Question) -> _Request:
        if question.prompt is None or not question.prompt.text.strip():
            raise ModelUnavailable(f"The workflow {question.workflow} has no prompt, and this model needs one.")
        schema = form(question.output)
        import anthropic

        return _Request(
            system=question.prompt.text,
            user=user_turn(question.data),
            schema=anthropic.transform_schema(schema),
        )

    def _attempt(self, request: _Request, question: Question) -> Attempt:
        try:
            reply = self._send(request)
        except expected_errors() as error:
            body = error.doc if isinstance(error, json.JSONDecodeError) else None
            return Attempt(verdict=self._told(judge_error(error)), model=self.model, raw=self._kept(body))
        verdict = judge_reply(reply)
        text = text_of(reply)
        filled = None
        if verdict.outcome is Outcome.ANSWERED:
            try:
                filled = read(text, question.output)
            except Unreadable as error:
                verdict = Verdict(outcome=Outcome.GARBAGE, why=f"The model's answer cannot be read: {error}.")
        usage = usage_of(reply) or Usage()
        answered_by = getattr(reply, "model", None)
        return Attempt(
            verdict=self._told(verdict),
            model=answered_by if isinstance(answered_by, str) and answered_by else self.model,
            filled=filled,
            raw=None if filled else self._kept(text),
            usage=usage,
            cost=price(self.model, usage),
        )

    def _send(self, request: _Request) -> object:
        output_config: OutputConfigParam = {"format": {"type": "json_schema", "schema": request.schema}}
        if self._effort is not None:
            output_config["effort"] = self._effort
        return self._connected().messages.create(
            model=self.model,
            max_tokens=self._max_tokens,
            system=[
                {"type": "text", "text": request.system, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            ],
            messages=[{"role": "user", "content": request.user}],
            output_config=output_config,
        )

    def _connected(self) -> "anthropic.Anthropic":
        with self._connecting:
            if self._client is None:
                import anthropic

                self._client = anthropic.Anthropic(
                    api_key=self._api_key.get_secret_value(),
                    base_url=self._base_url,
                    timeout=self._timeout,
                    max_retries=0,
                    open_telemetry={"propagation": False},
                    # A redirect would take the case to a host that nobody configured.
                    http_client=anthropic.DefaultHttpxClient(follow_redirects=False),
                )
            return self._client

    def _is_enough(self, attempts: Sequence[Attempt]) -> bool:
        outcomes = [attempt.verdict.outcome for attempt in attempts]
        return outcomes.count(Outcome.TRANSIENT) >= self._tries or outcomes.count(Outcome.GARBAGE) > GARBAGE_RETRIES

    def _told(self, verdict: Verdict) -> Verdict:
        return replace(verdict, why=self._without_key(verdict.why))

    def _kept(self, raw: str | None) -> str | None:
        """A reply as far as a database can keep it: cut, and without NUL and halves of characters."""
        if not raw:
            return None
        whole = self._without_key(raw)[:_LONGEST_RAW].replace("\0", "\ufffd")
        return whole.encode(errors="replace").decode()

    def _without_key(self, text: str) -> str:
        # A server can quote in its error what it was sent.
        return text.replace(self._api_key.get_secret_value(), "[API key]")


def _is_worth_another(attempt: Attempt) -> bool:
    return attempt.verdict.outcome in (Outcome.TRANSIENT, Outcome.GARBAGE)


def _pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: as long as the provider asks, up to a cap, and at least the backoff."""
    backoff = _backoff(state)
    last = state.outcome.result() if state.outcome else None
    asked = last.verdict.retry_after if isinstance(last, Attempt) else None
    return backoff if asked is None else max(backoff, min(asked, LONGEST_RETRY_AFTER))
