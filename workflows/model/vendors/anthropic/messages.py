"""Sends one request to a model that speaks Anthropic's Messages API, through one of the SDK's clients.

The SDK neither retries nor waits: the gateway does, so that there is one place that counts attempts and each attempt is
one record. What comes back is judged by the table in `verdicts`. The SDK is imported when it is prepared, or
else when the first question comes. `client` asks Anthropic; the folders `bedrock` and `vertex` ask the same models at
Amazon and Google.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import httpx2

from workflows.documents.document import FileKind
from workflows.model.asking.attachments import File
from workflows.model.asking.requests import Reply, Request
from workflows.model.outcomes import Verdict
from workflows.model.prices import PriceList
from workflows.model.vendors.anthropic.verdicts import expected_errors, judge_error, judge_reply, text_of, usage_of
from workflows.model.vendors.bounded_replies import SHORTEST_TIMEOUT, bound, seconds_for
from workflows.model.vendors.keys import Keys
from workflows.model.vendors.verdicts import cut

if TYPE_CHECKING:
    import anthropic
    from anthropic.types import (
        CacheControlEphemeralParam,
        DocumentBlockParam,
        ImageBlockParam,
        MessageParam,
        OutputConfigParam,
        TextBlockParam,
    )
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

LONGEST_RESULTS = 1024 * 1024 * 1024
"""Most bytes of the results of a batch, which come as a stream of lines."""
RESULTS_TIMEOUT = 3_600.0
"""Seconds after which the stream of a batch's results is given up."""
_LONGEST_NAME = 200
"""Most characters of the provider's name for a model or a request."""
ClientT = TypeVar("ClientT", bound="anthropic.Anthropic | anthropic.AnthropicBedrock | anthropic.AnthropicVertex")
"""One of the SDK's clients."""
_FOR_AN_HOUR: "CacheControlEphemeralParam" = {"type": "ephemeral", "ttl": "1h"}
_FOR_MINUTES: "CacheControlEphemeralParam" = {"type": "ephemeral"}
_TOKENS = ("authorization", "x-amz-security-token", "x-api-key")
"""Headers of a request in which secrets are sent."""


class MessagesVendor(ABC, Generic[ClientT]):
    """A `Vendor` behind the Messages API. Threads may share it."""

    def __init__(
        self, *, keys: Keys, prices: PriceList, timeout: float | None = None, caches_for_an_hour: bool = False
    ) -> None:
        """Keep the keys and the settings, without a connection.

        `timeout`: seconds without a byte after which a request is given up; left out, as long as its answer may take. A
        reply that keeps sending single bytes is given up after twice as long. `caches_for_an_hour`: ask for the cache
        of the instructions that lasts an hour, and not for the usual one of five minutes.
        """
        self._keys = keys
        self._prices = prices
        self._timeout = timeout
        self._cache = _FOR_AN_HOUR if caches_for_an_hour else _FOR_MINUTES
        self._client: ClientT | None = None
        self._own: httpx2.URL | None = None
        """The address that is asked."""
        self._connecting = Lock()

    @abstractmethod
    def _made(self, *, timeout: float, **usual: Any) -> ClientT:
        """Make the client, without a connection. `usual`: arguments that are the same for all of the SDK's clients."""

    def _expected(self) -> tuple[type[Exception], ...]:
        """Return the errors that `_judged` knows."""
        return expected_errors()

    def _judged(self, error: Exception) -> Verdict:
        """Return the verdict on a request that raised one of these errors."""
        return judge_error(error)

    @property
    def prices(self) -> PriceList:
        """The prices of its models."""
        return self._prices

    def send(self, request: Request) -> Reply:
        """Send one request, once."""
        params, client, seconds = self.params(request), self.client(), seconds_for(request.max_tokens, self._timeout)
        try:
            answer = client.messages.create(**params, timeout=seconds)
        except self._expected() as error:
            body = error.doc if isinstance(error, json.JSONDecodeError) else ""
            verdict = self._judged(error)
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

    def prepare(self) -> None:
        """Import the SDK and make its client, without a connection."""
        self.client()

    def masked(self, text: str) -> str:
        """Return a text without the secrets, because a server can quote its request."""
        return self._keys.masked(text)

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
                {"type": "text", "text": request.system, "cache_control": self._cache},
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

    def client(self) -> ClientT:
        """Return the SDK's client, made when it is first needed."""
        with self._connecting:
            if self._client is None:
                import anthropic

                made = self._made(
                    timeout=self._timeout or SHORTEST_TIMEOUT,
                    max_retries=0,
                    open_telemetry={"propagation": False},
                    http_client=anthropic.DefaultHttpxClient(
                        # A redirect would take the case to a host that nobody configured.
                        follow_redirects=False,
                        event_hooks={"request": [self._checked], "response": [self._bound]},
                    ),
                )
                self._own = made.base_url
                self._client = made
            return self._client

    def _checked(self, request: httpx2.Request) -> None:
        """Remember the secrets of a request, to mask them; refuse one to another host than the configured one.

        A reply names the place of a batch's results.
        """
        self._keys.remember(request.headers.get(name, "").removeprefix("Bearer ") for name in _TOKENS)
        own, asked = self._own, request.url
        if own is not None and (asked.scheme, asked.host, asked.port) != (own.scheme, own.host, own.port):
            raise httpx2.UnsupportedProtocol("another host than the configured one", request=request)

    def _bound(self, response: httpx2.Response) -> None:
        if response.request.url.path.endswith("/results"):
            bound(response, timeout=self._timeout, seconds=RESULTS_TIMEOUT, most=LONGEST_RESULTS)
        else:
            bound(response, timeout=self._timeout)

    def told(self, verdict: Verdict) -> Verdict:
        """Return the verdict with the secrets masked and its reason cut."""
        return cut(replace(verdict, why=self.masked(verdict.why)))

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
