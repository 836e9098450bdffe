"""The batches of the local server: made, looked at, listed, canceled, and their results as JSON Lines.

What goes wrong is said by a script. Without one each question is answered once its batch was looked at:

    server.batches.answer = lambda params: succeeded(message_of(...))
    server.batches.looks.append(failure(500))
    server.batches.cut = 1
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.model.replies import Reply, failure, message

Params = Mapping[str, Any]
Line = dict[str, Any]


def succeeded(text: str, **parts: object) -> Line:
    """A question that was answered. `parts`: as of `message`."""
    return {"type": "succeeded", "message": json.loads(message(text).body) | parts}


def errored(kind: str = "api_error", words: str = "It failed.") -> Line:
    """A question that failed."""
    return {"type": "errored", "error": json.loads(failure(500, kind=kind, words=words).body)}


EXPIRED: Line = {"type": "expired"}
CANCELED: Line = {"type": "canceled"}


@dataclass
class _Batch:
    id: str
    questions: dict[str, Params]
    made_at: datetime
    results: dict[str, Line | None] | None = None
    """None while it is under way."""
    looked: int = 0


@dataclass
class Batches:
    """The batches of a server, and the script of what goes wrong."""

    url: str
    answer: Callable[[Params], Line | None] = field(default=lambda _: errored())
    """The outcome of a question; None: nothing is said of it."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    ends_after: int = 1
    """Looks after which a batch is ended."""
    creations: deque[Reply | None] = field(default_factory=deque)
    """Replies to what is sent next, which is not taken; None: it is taken."""
    drops_names: int = 0
    """Batches that are taken, and whose name never arrives."""
    looks: deque[Reply] = field(default_factory=deque)
    """Replies to the next looks."""
    cut: int = 0
    """Readings of results that break off in the middle."""
    repeated: bool = False
    """True if each result comes twice, and one under an unknown name."""
    sent: list[_Batch] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew."""
        self.__init__(self.url)  # type: ignore[misc]  # all of its fields have a beginning

    @property
    def asked(self) -> list[Params]:
        """The questions of all batches, in order."""
        return [params for batch in self.sent for params in batch.questions.values()]

    def said(self, body: Any, batch: str | None, what: str | None) -> Reply:
        """Return the reply to a request about batches. `body`: that of a new one."""
        if body is not None:
            return self._make(body)
        if batch is None:
            page = {"data": [self._told(one) for one in reversed(self.sent)], "has_more": False}
            return _json({**page, "first_id": None, "last_id": None})
        found = next((one for one in self.sent if one.id == batch), None)
        if found is None:
            return failure(404, kind="not_found_error", words="no such batch")
        if what == "cancel":
            found.results = dict.fromkeys(found.questions, CANCELED)
            return _json(self._told(found))
        if what == "results":
            return self._results(found)
        if self.looks:
            return self.looks.popleft()
        found.looked += 1
        if found.results is None and found.looked >= self.ends_after:
            found.results = {name: self.answer(params) for name, params in found.questions.items()}
        return _json(self._told(found))

    def end_all(self) -> None:
        """End each batch that is under way."""
        for one in self.sent:
            one.results = one.results or {name: self.answer(params) for name, params in one.questions.items()}

    def _make(self, body: Any) -> Reply:
        refused = self.creations.popleft() if self.creations else None
        if refused is not None:
            return refused
        questions = {one["custom_id"]: one["params"] for one in body["requests"]}
        assert len(questions) == len(body["requests"]), "names are unique in a batch"
        made = _Batch(f"msgbatch_{len(self.sent) + 1:02}", questions, self.now())
        self.sent.append(made)
        if self.drops_names:
            self.drops_names -= 1
            return Reply(body=b"x" * 100, drops=True)
        return _json(self._told(made))

    def _results(self, batch: _Batch) -> Reply:
        lines = [
            dict[str, object](custom_id=name, result=result)
            for name, result in reversed((batch.results or {}).items())
            if result is not None
        ]
        if self.repeated:
            lines = [*lines, *lines, {"custom_id": "of-somebody-else", "result": errored()}, {"custom_id": 7}]
        cut, self.cut = self.cut > 0, max(0, self.cut - 1)
        body = "".join(json.dumps(line) + "\n" for line in lines)
        return Reply(body=body.encode(), headers={"content-type": "application/x-jsonl"}, drops=cut)

    def _told(self, batch: _Batch) -> dict[str, object]:
        ended, total = batch.results is not None, len(batch.questions)
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        counts["succeeded" if ended else "processing"] = total
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": counts,
            "created_at": batch.made_at.isoformat(),
            "expires_at": (batch.made_at + timedelta(days=1)).isoformat(),
            "ended_at": batch.made_at.isoformat() if ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{self.url}/v1/messages/batches/{batch.id}/results" if ended else None,
        }


def _json(body: Mapping[str, object]) -> Reply:
    return Reply(body=json.dumps(body).encode())
