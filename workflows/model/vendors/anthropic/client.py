"""Sends one request to a model behind the Anthropic API, or to a server that speaks like it.

The SDK neither retries nor waits: the gateway does, so that there is one place that counts attempts and each attempt is
one record. What comes back is judged by the table in `verdicts`. The SDK is imported when it is prepared, or
else when the first question comes.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Literal

import httpx2
from pydantic import SecretStr

from workflows.documents.document import FileKind
from workflows.model.asking.attachments import File
from workflows.model.asking.requests import Reply, Request
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import ModelUnavailable, NoAnswer
from workflows.model.vendors.anthropic.prices import PRICES
from workflows.model.vendors.anthropic.verdicts import expected_errors, judge_error, judge_reply, text_of, usage_of

if TYPE_CHECKING:
    import anthropic
    from anthropic.types import DocumentBlockParam, ImageBlockParam, MessageParam, OutputConfigParam, TextBlockParam

SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 60.0, 600.0
"""Seconds without a byte after which a request is given up. The first byte comes only when the answer is complete."""
LONGEST_REPLY = 10 * 1024 * 1024
"""Most bytes of a reply. The longest answer of a model has a tenth of that."""
_SLOWEST = 128_000 / 3_600
"""Tokens a second that a model writes at least, as the SDK itself assumes."""
_DRIPS = 2
"""Number of time-outs after which a reply that still sends single bytes is given up."""
_LONGEST_NAME = 200
"""Most characters of the provider's name for a model or a request."""
LEAST_SECRET = 16
"""Fewest characters of a key that is masked in a server's text. A shorter key is no secret, and could be part of any
word.
"""
_LONGEST_WHY = 300
"""Most characters of the reason why a request failed."""


class AnthropicVendor:
    """A `Vendor` behind the Anthropic API. Threads may share it."""

    prices = PRICES

    def __init__(self, *, api_key: str | SecretStr, base_url: str | None = None, timeout: float | None = None) -> None:
        """Keep the key and the settings, without a connection.

        `base_url`: left out, the SDK's own. `timeout`: seconds without a byte after which a request is given up; left
        out, as long as its answer may take. A reply that keeps sending single bytes is given up after twice as long.
        Raise
        `ModelUnavailable` for an impossible key.
        """
        self._api_key = api_key if isinstance(api_key, SecretStr) else SecretStr(api_key)
        if not re.fullmatch(r"[!-~]+", self._api_key.get_secret_value()):
            # Such a key fails inside the HTTP library, which quotes it in its error.
            raise ModelUnavailable(
                "The API key for the model is empty, or holds a space or another odd character.",
                no_answer=NoAnswer.ACCOUNT,
            )
        self._base_url = base_url
        self._timeout = timeout
        self._client: anthropic.Anthropic | None = None
        self._connecting = Lock()

    def send(self, request: Request) -> Reply:
        """Send one request, once."""
        create = self._prepared(request)
        try:
            answer = create()
        except expected_errors() as error:
            body = error.doc if isinstance(error, json.JSONDecodeError) else ""
            verdict = judge_error(error)
            return Reply(
                verdict=self._told(verdict),
                text=body,
                request_id=self._name(getattr(error, "request_id", None)),
            )
        return Reply(
            verdict=self._told(judge_reply(answer)),
            text=text_of(answer),
            usage=usage_of(answer),
            answered_by=self._name(getattr(answer, "model", None)),
            request_id=self._name(getattr(answer, "_request_id", None)),
        )

    def knows(self, model: str) -> str | None:
        """Ask the provider whether it accepts the key and knows the model. Return what is wrong, or None.

        A server of one's own may not support the question. Its error then does not name the model, and is no finding.
        """
        try:
            self._connected().models.retrieve(model)
        except expected_errors() as error:
            verdict = self._told(judge_error(error))
            unknown = verdict.outcome is Outcome.RETIRED and model not in verdict.why
            return None if unknown and self._base_url is not None else verdict.why
        return None

    def prepare(self) -> None:
        """Import the SDK and make its client, without a connection."""
        self._connected()

    def masked(self, text: str) -> str:
        """Return a text without the key, because a server can quote its request."""
        key = self._api_key.get_secret_value()
        return text.replace(key, "[API key]") if len(key) >= LEAST_SECRET else text

    def close(self) -> None:
        """Close the connections. A later request opens new ones."""
        with self._connecting:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _prepared(self, request: Request) -> Callable[[], object]:
        """Return the call of the SDK. An error before it is a bug, and not the provider's answer."""
        import anthropic

        output_config: OutputConfigParam = {}
        if not request.form_is_stated:
            schema = anthropic.transform_schema(dict(request.form))
            output_config["format"] = {"type": "json_schema", "schema": schema}
        if request.effort is not None:
            output_config["effort"] = request.effort
        thinking: anthropic.types.ThinkingConfigParam | anthropic.Omit = anthropic.omit
        if request.thinking == "adaptive":
            thinking = {"type": "adaptive"}
        elif request.thinking == "disabled":
            thinking = {"type": "disabled"}
        client = self._connected()
        return lambda: client.messages.create(
            model=request.model,
            max_tokens=request.max_tokens,
            system=[
                {"type": "text", "text": request.system, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            ],
            messages=[_turn(request)],
            output_config=output_config or anthropic.omit,
            thinking=thinking,
            timeout=self._seconds(request.max_tokens),
        )

    def _connected(self) -> "anthropic.Anthropic":
        with self._connecting:
            if self._client is None:
                import anthropic

                self._client = anthropic.Anthropic(
                    api_key=self._api_key.get_secret_value(),
                    base_url=self._base_url,
                    timeout=self._timeout or SHORTEST_TIMEOUT,
                    max_retries=0,
                    open_telemetry={"propagation": False},
                    http_client=anthropic.DefaultHttpxClient(
                        # A redirect would take the case to a host that nobody configured.
                        follow_redirects=False,
                        event_hooks={"response": [self._bound]},
                    ),
                )
            return self._client

    def _seconds(self, max_tokens: int) -> float:
        """Return the seconds to wait for an answer of so many tokens, which comes in one piece."""
        return self._timeout or min(max(SHORTEST_TIMEOUT, max_tokens / _SLOWEST), LONGEST_TIMEOUT)

    def _bound(self, response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        until = time.monotonic() + _DRIPS * (self._timeout or LONGEST_TIMEOUT)
        response.stream = _BoundedStream(response.stream, until=until, request=response.request)

    def _told(self, verdict: Verdict) -> Verdict:
        """Return the verdict with the key masked and its reason cut. Masking comes first: a part of a key would not be
        found.
        """
        why = self.masked(verdict.why)
        return replace(verdict, why=why if len(why) <= _LONGEST_WHY else f"{why[:_LONGEST_WHY]}…")

    def _name(self, told: object) -> str | None:
        return self.masked(told)[:_LONGEST_NAME] if isinstance(told, str) and told else None


def _turn(request: Request) -> "MessageParam":
    """Return the user's turn: the files of the case, and then its data."""
    if not request.files:
        return {"role": "user", "content": request.user}
    content: list[DocumentBlockParam | ImageBlockParam | TextBlockParam] = []
    for file in request.files:
        content += _blocks(file)
    content.append({"type": "text", "text": request.user})
    return {"role": "user", "content": content}


def _blocks(file: File) -> "Iterator[DocumentBlockParam | ImageBlockParam | TextBlockParam]":
    """Yield the blocks of a file. It is named by its number: its own name is untrusted, and stands in the data."""
    called = f"document {file.document}"
    if file.kind is FileKind.PDF:
        yield {
            "type": "document",
            "title": called,
            "source": {"type": "base64", "media_type": "application/pdf", "data": file.data},
        }
        return
    yield {"type": "text", "text": f"{called}, page {file.page}:" if file.page is not None else f"{called}:"}
    png = file.kind is FileKind.PNG
    media: Literal["image/png", "image/jpeg"] = "image/png" if png else "image/jpeg"
    yield {"type": "image", "source": {"type": "base64", "media_type": media, "data": file.data}}


class _BoundedStream(httpx2.SyncByteStream):
    """A stream that gives up a reply which takes too long or is too large. The client's own time-out starts anew at
    each byte.
    """

    def __init__(self, stream: httpx2.SyncByteStream, *, until: float, request: httpx2.Request) -> None:
        self._stream = stream
        self._until = until
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for chunk in self._stream:
            received += len(chunk)
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the reply took too long", request=self._request)
            if received > LONGEST_REPLY:
                raise httpx2.ReadError("the reply is too long", request=self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()
