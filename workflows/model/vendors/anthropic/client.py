"""Sends one request to a model behind the Anthropic API, or to a server that speaks like it.

The SDK neither retries nor waits: the gateway does, so that there is one place that counts attempts and each attempt is
one record. What comes back is judged by the table in `verdicts`. The SDK is imported when it is prepared, or
else when the first question comes.
"""

import json
import re
import time
from collections.abc import Iterator
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
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 60.0, 600.0
"""Seconds without a byte after which a request is given up. The first byte comes only when the answer is complete."""
LONGEST_REPLY = 10 * 1024 * 1024
"""Most bytes of a reply. The longest answer of a model has a tenth of that."""
LONGEST_RESULTS = 1024 * 1024 * 1024
"""Most bytes of the results of a batch, which come as a stream of lines."""
RESULTS_TIMEOUT = 3_600.0
"""Seconds after which the stream of a batch's results is given up."""
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
        self._own: httpx2.URL | None = None
        """The address that is asked."""
        self._connecting = Lock()

    def send(self, request: Request) -> Reply:
        """Send one request, once."""
        params, client, seconds = self.params(request), self.client(), self._seconds(request.max_tokens)
        try:
            answer = client.messages.create(**params, timeout=seconds)
        except expected_errors() as error:
            body = error.doc if isinstance(error, json.JSONDecodeError) else ""
            verdict = judge_error(error)
            return Reply(
                verdict=self.told(verdict),
                text=body,
                request_id=self.name(getattr(error, "request_id", None)),
            )
        return Reply(
            verdict=self.told(judge_reply(answer)),
            text=text_of(answer),
            usage=usage_of(answer),
            answered_by=self.name(getattr(answer, "model", None)),
            request_id=self.name(getattr(answer, "_request_id", None)),
        )

    def knows(self, model: str) -> str | None:
        """Ask the provider whether it accepts the key and knows the model. Return what is wrong, or None.

        A server of one's own may not support the question. Its error then does not name the model, and is no finding.
        """
        try:
            self.client().models.retrieve(model)
        except expected_errors() as error:
            verdict = self.told(judge_error(error))
            unknown = verdict.outcome is Outcome.RETIRED and model not in verdict.why
            return None if unknown and self._base_url is not None else verdict.why
        return None

    def prepare(self) -> None:
        """Import the SDK and make its client, without a connection."""
        self.client()

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

    def params(self, request: Request) -> "MessageCreateParamsNonStreaming":
        """Return a request as the SDK takes it. An error here is a bug, and not the provider's answer."""
        import anthropic

        output_config: OutputConfigParam = {}
        if not request.form_is_stated:
            schema = anthropic.transform_schema(dict(request.form))
            output_config["format"] = {"type": "json_schema", "schema": schema}
        if request.effort is not None:
            output_config["effort"] = request.effort
        params: MessageCreateParamsNonStreaming = {
            "model": request.model,
            "max_tokens": request.max_tokens,
            "system": [
                {"type": "text", "text": request.system, "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            ],
            "messages": [_turn(request)],
        }
        if output_config:
            params["output_config"] = output_config
        if request.thinking == "adaptive":
            params["thinking"] = {"type": "adaptive"}
        elif request.thinking == "disabled":
            params["thinking"] = {"type": "disabled"}
        return params

    def client(self) -> "anthropic.Anthropic":
        """Return the SDK's client, made when it is first needed."""
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
                        event_hooks={"request": [self._refuse_others], "response": [self._bound]},
                    ),
                )
                self._own = self._client.base_url
            return self._client

    def _seconds(self, max_tokens: int) -> float:
        """Return the seconds to wait for an answer of so many tokens, which comes in one piece."""
        return self._timeout or min(max(SHORTEST_TIMEOUT, max_tokens / _SLOWEST), LONGEST_TIMEOUT)

    def _refuse_others(self, request: httpx2.Request) -> None:
        """Refuse a request to another host than the configured one: a reply names the place of a batch's results."""
        own, asked = self._own, request.url
        if own is not None and (asked.scheme, asked.host, asked.port) != (own.scheme, own.host, own.port):
            raise httpx2.UnsupportedProtocol("another host than the configured one", request=request)

    def _bound(self, response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        is_results = response.request.url.path.endswith("/results")
        seconds = RESULTS_TIMEOUT if is_results else _DRIPS * (self._timeout or LONGEST_TIMEOUT)
        response.stream = _BoundedStream(
            response.stream,
            until=time.monotonic() + seconds,
            most=LONGEST_RESULTS if is_results else LONGEST_REPLY,
            request=response.request,
        )

    def told(self, verdict: Verdict) -> Verdict:
        """Return the verdict with the key masked and its reason cut. Masking comes first: a part of a key would not be
        found.
        """
        why = self.masked(verdict.why)
        return replace(verdict, why=why if len(why) <= _LONGEST_WHY else f"{why[:_LONGEST_WHY]}…")

    def name(self, told: object) -> str | None:
        """Return the provider's name for something, with the key masked and cut; None where it gave none."""
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

    def __init__(self, stream: httpx2.SyncByteStream, *, until: float, most: int, request: httpx2.Request) -> None:
        self._stream = stream
        self._until = until
        self._most = most
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for chunk in self._stream:
            received += len(chunk)
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the reply took too long", request=self._request)
            if received > self._most:
                raise httpx2.ReadError("the reply is too long", request=self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()
