"""Sends one request to a server that speaks OpenAI's Chat Completions API, and reads the reply.

One request, one reply: nothing is tried again here, no redirect is followed, and a reply is bounded in time and size.
Neither proxies nor other settings of the environment are used.
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from threading import Lock
from typing import Any

import httpx2
from pydantic import SecretStr

from workflows.model.asking.requests import Reply, Request
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Usage
from workflows.model.prices import PriceList, Unpriced
from workflows.model.vendors.bounded_replies import SHORTEST_TIMEOUT, bound, seconds_for
from workflows.model.vendors.keys import Keys
from workflows.model.vendors.openai_compatible.chat import body_of, text_of, usage_of
from workflows.model.vendors.openai_compatible.settings import Form
from workflows.model.vendors.openai_compatible.verdicts import first_choice, judge_reply, judge_status
from workflows.model.vendors.verdicts import BROKEN, cut, verdict_on_silence

_LONGEST_NAME = 200
"""Most characters of the server's name for a model or a request."""
_NAMED = 10
"""Most models of a server that are named."""
_LONGEST_ERROR = 20_000
"""Characters of an error that is no JSON which are looked at."""


def _unpriced(model: str, _: Usage) -> Decimal:
    raise Unpriced(model)


PRICES = PriceList(price=_unpriced, name="nobody", version="none")
"""No model of such a server has a known price. The operator says what it costs, and be it nothing."""


class OpenAICompatibleVendor:
    """A `Vendor` behind Chat Completions. Threads may share it."""

    prices = PRICES

    def __init__(
        self,
        *,
        url: str,
        key: SecretStr | None = None,
        form: Form = "json_schema",
        temperature: float | None = None,
        timeout: float | None = None,
    ) -> None:
        """Keep the settings, without a connection.

        `timeout`: seconds without a byte after which a request is given up; left out, as long as its answer may take. A
        reply that keeps sending single bytes is given up after twice as long. Raise `ModelUnavailable` for an
        impossible key.
        """
        self._keys = Keys(key)
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key.get_secret_value()}"
        self._form: Form = form
        self._temperature = temperature
        self._timeout = timeout
        self._client: httpx2.Client | None = None
        self._connecting = Lock()

    def send(self, request: Request) -> Reply:
        """Send one request, once."""
        body = body_of(request, form=self._form, temperature=self._temperature)
        form = None if request.form_is_stated else self._form
        try:
            response = self._connected().post(
                f"{self._url}/chat/completions", json=body, timeout=seconds_for(request.max_tokens, self._timeout)
            )
        except httpx2.HTTPError as error:
            verdict = verdict_on_silence(error, is_timeout=isinstance(error, httpx2.TimeoutException))
            return Reply(verdict=self._told(verdict))
        named = self._name(response.headers.get("x-request-id"))
        try:
            reply = json.loads(response.content)
        except (ValueError, RecursionError):
            text = response.content[:_LONGEST_ERROR].decode(errors="replace")
            if response.is_success:
                return Reply(verdict=BROKEN, text=text, request_id=named)
            reply = text
        if not response.is_success:
            verdict = judge_status(response.status_code, reply, headers=response.headers, form=form)
            return Reply(verdict=self._told(verdict), request_id=named)
        told: Mapping[str, Any] = reply if isinstance(reply, dict) else {}
        usage = usage_of(told)
        return Reply(
            verdict=self._told(judge_reply(reply, request, usage, form=form)),
            text=text_of(first_choice(told)),
            usage=usage,
            answered_by=self._name(told.get("model")),
            request_id=self._name(told.get("id")) or named,
        )

    def knows(self, model: str) -> str | None:
        """Ask the server whether it accepts the key and has the model. Return what is wrong, or None.

        A server that does not tell of its models, or tells of one alone, is taken to have it: llama.cpp answers to any
        name.
        """
        try:
            response = self._connected().get(f"{self._url}/models", timeout=self._timeout or SHORTEST_TIMEOUT)
            listed = json.loads(response.content) if response.is_success else None
        except httpx2.HTTPError as error:
            return self._told(verdict_on_silence(error, is_timeout=isinstance(error, httpx2.TimeoutException))).why
        except (ValueError, RecursionError):
            return f"{self._url}/models is not a list of models: see whether the URL ends as the server's API does"
        if not response.is_success:
            verdict = judge_status(response.status_code, _json_or_text(response), headers={}, form=None)
            if verdict.outcome is Outcome.RETIRED:
                return f"there is no {self._url}/models (HTTP 404): see whether the URL ends in /v1"
            return self._told(verdict).why
        found = listed.get("data") if isinstance(listed, dict) else None
        told = [one.get("id") for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        names = sorted({name for name in told if isinstance(name, str)})
        if len(names) < 2 or model in names or f"{model}:latest" in names:
            return None
        others = ", ".join(self._name(name) or "" for name in names[:_NAMED])
        return f"the server has no model {model}, but {others}"

    def prepare(self) -> None:
        """Make the client, without a connection."""
        self._connected()

    def masked(self, text: str) -> str:
        """Return a text without the key, because a server can quote its request."""
        return self._keys.masked(text)

    def close(self) -> None:
        """Close the connections. A later request opens new ones."""
        with self._connecting:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> httpx2.Client:
        with self._connecting:
            if self._client is None:
                self._client = httpx2.Client(
                    headers=self._headers,
                    # The certificates that this machine trusts, its own authorities among them.
                    verify=_trusted(self._url),
                    # A redirect would take the case to a host that nobody configured, and so would a proxy.
                    follow_redirects=False,
                    trust_env=False,
                    event_hooks={"response": [lambda response: bound(response, timeout=self._timeout)]},
                )
            return self._client

    def _told(self, verdict: Verdict) -> Verdict:
        """Return the verdict with the key masked and its reason cut."""
        return cut(replace(verdict, why=self.masked(verdict.why)))

    def _name(self, told: object) -> str | None:
        """Return the server's name for something, with the key masked and cut; None where it gave none."""
        return self.masked(told)[:_LONGEST_NAME] if isinstance(told, str) and told else None


def _trusted(url: str) -> ssl.SSLContext:
    """Return the trusted certificates. Reading them takes a while, and only https needs them."""
    if url.startswith("https:"):
        return ssl.create_default_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _json_or_text(response: httpx2.Response) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return response.content[:_LONGEST_ERROR].decode(errors="replace")
