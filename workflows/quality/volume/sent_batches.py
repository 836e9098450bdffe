"""The batches of a volume test at a vendor: each is kept before it is sent, waited for, and its results are kept.

Where the process ends between the sending and the vendor's answer, the batch is looked for at the vendor. Where it is
not found there, nothing is sent again unless somebody says so: it may have been taken, and be paid for.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.learning import volume_tests
from store.model import batches
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.text.canonical_json import canonical
from workflows.model.asking.requests import Reply
from workflows.model.batches.books import Batches, Begun, ForCase, Settled
from workflows.model.batches.port import BatchesFailed, Ended, Listed, Result
from workflows.model.outcomes import Again, Outcome, Verdict
from workflows.model.port import Account

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds between two looks at a batch: few at first, since a small one may be answered within a minute."""
GROWTH = 1.5
FAILED_LOOKS = 12
"""Failures in a row after which the vendor is not asked any more."""
SENDS = 4
"""Times that a batch is sent which the vendor says it did not take."""
FIND_LOOKS = 3
"""Times that a batch is looked for whose name was lost: the vendor may list it a little later."""
READINGS = 3
"""Times that the results of a batch are read which break off, or lack some."""
LONGEST = timedelta(days=2)
"""Time after which a batch is given up. A vendor ends it within one day."""
SKEW = timedelta(minutes=10)
"""Most time by which the vendor's clock may be behind this one."""
_TOGETHER = 50
"""Inputs whose results are kept in one transaction."""


@dataclass(frozen=True, kw_only=True)
class BatchTerms:
    """Means with which a volume test asks in batches."""

    batches: Batches
    pause: Callable[[float], None] = field(default=time.sleep)
    """Waits some seconds."""
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Tells somebody how it goes."""
    send_again: bool = False
    """True if somebody says that what may have been sent is to be asked anew."""


class Sending(NamedTuple):
    """The result of sending questions."""

    sent: int
    """Questions that were sent; fewer than all where the money was not enough."""
    why: str | None = None
    """Reason why nothing more can be sent now; None where it can."""


@dataclass(kw_only=True)
class SentBatches:
    """The batches of one volume test."""

    context: Context
    test: int
    account: Account
    """The budget that pays, with its limit."""
    terms: BatchTerms
    _looks: Counter[int] = field(default_factory=Counter)
    """Batch whose name was lost -> times that it was looked for in vain."""
    _given_up: frozenset[int] | None = None
    """Batches that somebody gives up where they are lost: those of before, and none that this process sends."""

    def send(self, questions: Sequence[ForCase], *, steps: Mapping[int, Mapping[str, str]]) -> Sending:
        """Send questions as one batch. `steps`: case -> the results of its steps, to be recalled at its next try."""
        context, books = self.context, self.terms.batches.books
        # Each transaction is short, so that others can write. A step that is kept without a question harms nobody.
        made = list(steps.items())
        for first in range(0, len(made), _TOGETHER):
            with context.database.write() as session:
                for case, results in made[first : first + _TOGETHER]:
                    self._add_to_text(session, case, "steps", results)
        try:
            with context.database.write() as session:
                begun = books.begin(session, self.test, questions, account=self.account)
        except IntegrityError as error:
            raise Refused(f"another process goes on with volume test {self.test}") from error
        if begun is None:
            return Sending(0)
        return self._send(begun)

    def collect(self) -> str | None:
        """Wait until no batch is under way, and keep what comes back; return why it cannot be waited for, or None."""
        if self._given_up is None:
            found = self.under_way() if self.terms.send_again else ()
            self._given_up = frozenset(one.id for one in found)
        pause, failed = FIRST_PAUSE, 0
        while under_way := self.under_way():
            for batch in under_way:
                try:
                    why = self._find(batch) if batch.name is None else self._look(batch)
                    failed = 0
                except BatchesFailed as error:
                    failed += 1
                    why = None if _passes(error.verdict) and failed < FAILED_LOOKS else error.verdict.why
                if why is not None:
                    return why
            if self.under_way():
                self.terms.pause(pause)
                pause = min(pause * GROWTH, LONGEST_PAUSE)
        return None

    def under_way(self) -> Sequence[schema.ModelBatch]:
        """Return the batches that are not over, oldest first."""
        with self.context.database.read() as session:
            return batches.under_way(session, self.test, team=self.context.team)

    def _send(self, begun: Begun) -> Sending:
        terms, number, pause = self.terms, len(begun.items), FIRST_PAUSE
        for turn in range(1, SENDS + 1):
            failpoints.before(Failpoint.BATCH, "send")
            sent = terms.batches.vendor.send(begun.items)
            failpoints.after(Failpoint.BATCH, "send")
            if sent.batch is not None:
                terms.batches.books.sent(begun.batch, sent.batch)
                terms.tell(f"batch {sent.batch} at {terms.batches.name}: {number:,} questions")
                return Sending(number)
            if sent.verdict.may_cost:
                # Whether it was taken is found out before any of it is sent again.
                terms.tell(f"{sent.verdict.why} The batch may have been taken, and is looked for")
                return Sending(number)
            if turn < SENDS and _passes(sent.verdict):
                terms.pause(max(pause, min(sent.verdict.retry_after or 0, LONGEST_PAUSE)))
                pause *= GROWTH
                continue
            break
        for batch in self.under_way():
            if batch.id == begun.batch:
                terms.batches.books.not_sent(batch, sent.verdict, account=self.account)
        return Sending(0, sent.verdict.why)

    def _find(self, batch: schema.ModelBatch) -> str | None:
        """Look at the vendor for a batch whose name was lost. Raise `BatchesFailed`."""
        terms, since = self.terms, batch.sent_at - SKEW
        with self.context.database.read() as session:
            ours = batches.names(session, team=self.context.team, since=since)
        try:
            listed = terms.batches.vendor.since(since)
        except BatchesFailed as error:
            if error.verdict.outcome is not Outcome.RETIRED:
                raise
            listed = ()  # HTTP 404: a server that lists none
        alike = [one for one in listed if one.batch not in ours and one.questions == batch.questions]
        for one in alike:
            if one.is_ended and self._is_of(batch, one):
                terms.batches.books.sent(batch.id, one.batch)
                terms.tell(f"batch {one.batch} was taken, and belongs to this test")
                return None
        if any(not one.is_ended for one in alike):
            return None  # only its results tell whose it is
        self._looks[batch.id] += 1
        if self._looks[batch.id] < FIND_LOOKS:
            return None
        return self._lost(
            batch,
            f"a batch of {batch.questions:,} questions may have been taken, and {terms.batches.name} names none like "
            f"it. It may cost ${batch.reserved:.4f}",
        )

    def _lost(self, batch: schema.ModelBatch, why: str) -> str | None:
        """Give a batch up that is lost, if somebody said so; else return why it is."""
        if self._given_up is None or batch.id not in self._given_up:
            return f"{why}; --send-again asks its questions again"
        self.terms.batches.books.lost(batch)
        return None

    def _is_of(self, batch: schema.ModelBatch, listed: Listed) -> bool:
        """Tell by a first result whether a batch of the vendor is this one."""
        with closing(self.terms.batches.vendor.results(listed.batch)) as results:
            first = next(results, None)
        return first is not None and first.name.startswith(f"{batch.mark}-")

    def _look(self, batch: schema.ModelBatch) -> str | None:
        """Look at a batch, and keep its results where it ended. Raise `BatchesFailed`."""
        terms = self.terms
        assert batch.name is not None
        progress = terms.batches.vendor.look(batch.name)
        if progress.is_gone:
            return self._lost(batch, f"the results of batch {batch.name} are lost")
        if progress.verdict.outcome is not Outcome.ANSWERED:
            raise BatchesFailed(progress.verdict)
        if progress.is_ended:
            return self._keep(batch, batch.name)
        if self.context.clock() - batch.sent_at > LONGEST:
            return self._lost(batch, f"batch {batch.name} has not ended within {LONGEST.days} days")
        return None

    def _keep(self, batch: schema.ModelBatch, name: str) -> str | None:
        """Keep the results of a batch; return why the test cannot go on, or None. Raise `BatchesFailed`."""
        stopped, canceled = None, 0
        for reading in range(1, READINGS + 1):
            read, broke = 0, None
            results = self.terms.batches.vendor.results(name)
            while broke is None:
                some, broke = _some(results)
                if not some:
                    break
                read += len(some)
                settled = self._settle(batch, some)
                stopped, canceled = stopped or settled.stopped, canceled + settled.canceled
            if not self._open(batch, limit=1) or (broke is None and read >= batch.questions):
                break
            if broke is not None and (reading == READINGS or not _passes(broke)):
                raise BatchesFailed(broke)
            self.terms.pause(FIRST_PAUSE)
        while missing := self._open(batch, limit=_TOGETHER):
            self._settle(batch, [Result(name=one.name, ended=Ended.MISSING, reply=_MISSING) for one in missing])
        self.terms.batches.books.ended(batch)
        self.terms.tell(f"batch {name} is answered")
        if stopped is not None:
            return stopped.why
        return f"questions of batch {name} that were cancelled: {canceled:,}" if canceled else None

    def _settle(self, batch: schema.ModelBatch, results: Sequence[Result]) -> Settled:
        failpoints.before(Failpoint.BATCH, "keep")
        with self.context.database.write() as session:
            settled = self.terms.batches.books.settle(session, batch, results, account=self.account)
            for one in settled.replies:
                self._add_to_text(session, one.case, "replies", {one.question: one.kept.model_dump(mode="json")})
        failpoints.after(Failpoint.BATCH, "keep")
        return settled

    def _open(self, batch: schema.ModelBatch, *, limit: int) -> Sequence[batches.OpenQuestion]:
        with self.context.database.read() as session:
            return batches.open_questions(session, batch.id, team=self.context.team, limit=limit)

    def _add_to_text(self, session: Session, case: int, part: str, added: Mapping[str, Any]) -> None:
        """Add to a part of what is kept of an input that is not tried yet; nothing where its text is removed."""
        row = volume_tests.hold_case(session, case, team=self.context.team)
        if row is None or row.body is None:
            return
        body = json.loads(row.body)
        body[part] = {**body.get(part, {}), **added}
        volume_tests.change_text(session, case, team=self.context.team, body=canonical(body))


_MISSING = Reply(
    verdict=Verdict(
        outcome=Outcome.TRANSIENT, why="The results of the batch say nothing of the question.", may_cost=True
    )
)


def _passes(verdict: Verdict) -> bool:
    """Tell whether asking again may help."""
    return verdict.follows.again in (Again.AFTER_BACKOFF, Again.A_FEW_TIMES)


class _Some(NamedTuple):
    results: Sequence[Result]
    broke: Verdict | None
    """Reason why the results broke off after these; None where they did not."""


def _some(results: Iterator[Result]) -> _Some:
    """Return the next results. What came before they broke off counts."""
    found: list[Result] = []
    try:
        for one in results:
            found.append(one)
            if len(found) == _TOGETHER:
                break
    except BatchesFailed as error:
        return _Some(found, error.verdict)
    return _Some(found, None)
