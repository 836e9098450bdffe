"""Anthropic's Message Batches: half the price, answers within a day, in no order.

What comes back is judged by the same table as a live answer. Errored, canceled and expired questions cost nothing.
"""

import json
import re
from collections.abc import Generator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import httpx2

from workflows.model.asking.requests import Reply, Request
from workflows.model.batches.port import BatchesFailed, BatchItem, Ended, Listed, Progress, Result, Sent
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.vendors.anthropic.client import AnthropicVendor
from workflows.model.vendors.anthropic.verdicts import (
    expected_errors,
    judge_error,
    judge_errored,
    judge_reply,
    text_of,
    usage_of,
)
from workflows.model.vendors.bounded_replies import LONGEST_TIMEOUT

if TYPE_CHECKING:
    from anthropic.types.messages import MessageBatch

_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
"""The form of the provider's name for a batch, which becomes a part of an address."""
_PAGE = 100
"""Batches that are listed with one request."""
_MOST_LISTED = 1_000
"""Most batches that are looked through."""
_UNSURE = frozenset({408, 409, 500, 502, 504})
"""Statuses after which a batch may have been taken."""
_NO_BATCHES = "The server does not take batches (HTTP 404)."
_TAKEN = Verdict(outcome=Outcome.ANSWERED)


class AnthropicBatches:
    """A `BatchVendor` behind the Anthropic API."""

    def __init__(self, vendor: AnthropicVendor) -> None:
        self._vendor = vendor

    def send(self, items: Sequence[BatchItem]) -> Sent:
        """Send a batch, once."""
        params, client = self._vendor.params, self._vendor.client()
        requests = [{"custom_id": one.name, "params": params(one.request)} for one in items]
        try:
            batch = client.messages.batches.create(requests=requests, timeout=LONGEST_TIMEOUT)  # type: ignore[arg-type]  # mypy infers dict[str, object]
        except expected_errors() as error:
            return Sent(verdict=self._not_sent(error))
        name = getattr(batch, "id", None)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            why = "The model's provider gave the batch no name."
            return Sent(verdict=Verdict(outcome=Outcome.BROKEN, why=why, may_cost=True))
        return Sent(verdict=_TAKEN, batch=name)

    def look(self, batch: str) -> Progress:
        """Look how far a batch is."""
        import anthropic

        try:
            found = self._vendor.client().messages.batches.retrieve(batch)
        except anthropic.NotFoundError:
            why = "The model's provider does not know the batch (HTTP 404)."
            return Progress(verdict=Verdict(outcome=Outcome.INVALID, why=why), is_gone=True)
        except expected_errors() as error:
            return Progress(verdict=self._vendor.told(judge_error(error)))
        if getattr(found, "archived_at", None) is not None:
            why = "The model's provider no longer keeps the results of the batch."
            return Progress(verdict=Verdict(outcome=Outcome.INVALID, why=why), is_gone=True)
        if getattr(found, "processing_status", None) not in ("in_progress", "canceling", "ended"):
            why = "The model's provider told nothing of the batch."
            return Progress(verdict=Verdict(outcome=Outcome.BROKEN, why=why))
        return Progress(verdict=_TAKEN, is_ended=found.processing_status == "ended")

    def results(self, batch: str) -> Generator[Result]:
        """Yield the results of a batch that ended, in any order. Raise `BatchesFailed`, also in the middle."""
        import anthropic

        try:
            found = self._vendor.client().messages.batches.results(batch)
            try:
                for one in found:
                    result = self._result(one)
                    if result is not None:
                        yield result
            finally:
                found.close()
        except expected_errors() as error:
            raise BatchesFailed(self._vendor.told(judge_error(error))) from error
        except (anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError) as error:
            why = f"The results of the batch broke off ({type(error).__name__})."
            raise BatchesFailed(Verdict(outcome=Outcome.TRANSIENT, why=why)) from error

    def since(self, at: datetime) -> Sequence[Listed]:
        """Return the batches that were made since a time, newest first. Raise `BatchesFailed`."""
        listed: list[Listed] = []
        try:
            for looked, found in enumerate(self._vendor.client().messages.batches.list(limit=_PAGE)):
                made = getattr(found, "created_at", None)
                if looked >= _MOST_LISTED or not isinstance(made, datetime) or made < at:
                    break
                if _NAME.fullmatch(str(found.id)):
                    is_ended = found.processing_status == "ended"
                    listed.append(Listed(batch=found.id, questions=_questions(found), is_ended=is_ended))
        except expected_errors() as error:
            raise BatchesFailed(self._vendor.told(judge_error(error))) from error
        return listed

    def size_of(self, request: Request) -> int:
        """Return the bytes that a request takes in a batch."""
        return len(json.dumps(self._vendor.params(request)))

    def masked(self, text: str) -> str:
        """Return a text without the key."""
        return self._vendor.masked(text)

    def close(self) -> None:
        """Close the connections."""
        self._vendor.close()

    def _not_sent(self, error: Exception) -> Verdict:
        import anthropic

        verdict = self._vendor.told(judge_error(error))
        if isinstance(error, anthropic.NotFoundError):
            return Verdict(outcome=Outcome.UNFIT, why=_NO_BATCHES)
        if isinstance(error, anthropic.APIStatusError):
            is_unsure = error.status_code in _UNSURE
            return Verdict(outcome=verdict.outcome, why=verdict.why, may_cost=is_unsure)
        return verdict

    def _result(self, one: object) -> Result | None:
        """Return what a line of the results says; None for one that names no question."""
        name, result = getattr(one, "custom_id", None), getattr(one, "result", None)
        if not isinstance(name, str):
            return None
        match getattr(result, "type", None):
            case "succeeded":
                return Result(name=name, ended=Ended.ANSWERED, reply=self._reply(getattr(result, "message", None)))
            case "canceled":
                verdict = Verdict(outcome=Outcome.NOT_ASKED, why="The batch was cancelled.")
                return Result(name=name, ended=Ended.CANCELED, reply=Reply(verdict=verdict))
            case "expired":
                verdict = Verdict(outcome=Outcome.TRANSIENT, why="The batch ended before the model was asked.")
                return Result(name=name, ended=Ended.EXPIRED, reply=Reply(verdict=verdict))
            case "errored":
                verdict = self._vendor.told(judge_errored(_plain(getattr(result, "error", None))))
                return Result(name=name, ended=Ended.ERRORED, reply=Reply(verdict=verdict))
            case _:
                why = "The result of the question was broken."
                verdict = Verdict(outcome=Outcome.BROKEN, why=why, may_cost=True)
                return Result(name=name, ended=Ended.ERRORED, reply=Reply(verdict=verdict))

    def _reply(self, message: object) -> Reply:
        return Reply(
            verdict=self._vendor.told(judge_reply(message)),
            text=text_of(message),
            usage=usage_of(message),
            answered_by=self._vendor.name(getattr(message, "model", None)),
            request_id=self._vendor.name(getattr(message, "id", None)),
        )


def _plain(error: object) -> object:
    """Return an error of the SDK's as plain data."""
    dump = getattr(error, "model_dump", None)
    return dump(mode="json", warnings=False) if dump is not None else error


def _questions(batch: "MessageBatch") -> int:
    counts = getattr(batch, "request_counts", None)
    parts = (getattr(counts, name, 0) for name in ("processing", "succeeded", "errored", "canceled", "expired"))
    return sum(part for part in parts if isinstance(part, int))
