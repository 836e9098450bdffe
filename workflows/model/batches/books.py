"""The books of batches: what a batch may cost is reserved before it is sent, and settled as its results come.

All questions of a batch are reserved at once, with the rows by which its results are known again. After the process has
ended, these rows say what is at the vendor, and nothing of it is asked a second time.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_UP, Decimal
from functools import partial

import structlog
from sqlalchemy.orm import Session

from store.db.database import Database
from store.model import batches, overruns, requests, spending
from store.model.batches import OpenQuestion
from store.schema import ModelBatch
from store.states import BatchState
from workflows.model.asking.asking import kept_text
from workflows.model.asking.invalid_requests import InvalidRequests
from workflows.model.asking.requests import Reply
from workflows.model.batches.known_replies import HandedOut, KeptReply, Means
from workflows.model.batches.port import BatchItem, BatchVendor, Ended, Result
from workflows.model.ledger import counts_of
from workflows.model.outages import Outages
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Account, Usage
from workflows.model.prices import Prices

log = structlog.get_logger()

_NANO = Decimal("1e-9")
"""US dollars of the smallest amount in the books."""
_FREE = Usage()
_STOPS = frozenset({Outcome.SPENT, Outcome.LOCKED_OUT, Outcome.RETIRED, Outcome.UNFIT})
"""Outcomes that concern every question."""
_LONGEST_KEPT = 1_000_000
"""Characters of a reply that are kept; a longer one is no answer."""


@dataclass(frozen=True, kw_only=True)
class ForCase:
    """A question for the next batch, with its input."""

    case: int
    """The case of the volume test."""
    handed: HandedOut


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A batch that is about to be sent."""

    batch: int
    items: Sequence[BatchItem]


@dataclass(frozen=True, kw_only=True)
class ForQuestion:
    """The reply to a question, with its input."""

    case: int
    """The case of the volume test."""
    question: str
    kept: KeptReply


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Some of the results of a batch."""

    replies: Sequence[ForQuestion]
    stopped: Verdict | None
    """Reason why no question is answered until somebody solves a problem; such a question may be asked anew."""
    canceled: int
    """Questions that somebody canceled at the vendor. They may be asked anew."""


class BatchBooks:
    """The books of one team's batches."""

    def __init__(
        self,
        database: Database,
        *,
        team: int,
        clock: Callable[[], datetime],
        outages: Outages,
        prices: Prices,
        masked: Callable[[str], str],
    ) -> None:
        """`prices`: those of questions in batches. `masked`: hides the vendor's secrets."""
        self._masked = masked
        self._invalid = InvalidRequests()
        self._database = database
        self._team = team
        self._clock = clock
        self._outages = outages
        self._prices = prices

    def begin(self, session: Session, test: int, wanted: Sequence[ForCase], *, account: Account) -> Begun | None:
        """Reserve what the questions may cost at most, and note that they are sent; None where the money is not enough
        for any. Where it is enough for some, these are taken.

        All are for one model. Raise `sqlalchemy.exc.IntegrityError`, now or at the commit, where one is asked already.
        """
        team, at = self._team, self._clock()
        budget, limit = _budget(account), account.per_day
        model = wanted[0].handed.request.model
        factor = Decimal(overruns.factor(session, team=team, model=model))
        left = limit - spending.taken(session, team=team, budget=budget, period="")
        taken = _affordable(wanted, left, factor=factor)
        total = sum((worst for _, worst in taken), Decimal(0))
        if not taken or not spending.take(session, team=team, budget=budget, period="", amount=total, limit=limit):
            return None
        mark = secrets.token_hex(12)
        named = [(f"{mark}-{number}", one, worst) for number, (one, worst) in enumerate(taken, start=1)]
        ids = requests.begin_all(
            session,
            team=team,
            requests=[
                {
                    "request_id": name,
                    "number": one.handed.asked.number,
                    "input_hash": one.handed.asked.input_hash,
                    "reserved": worst,
                    "prompt_version": one.handed.asked.prompt_version,
                }
                for name, one, worst in named
            ],
            same={
                "workflow": wanted[0].handed.asked.workflow,
                "case_id": None,
                "run_id": None,
                "model": model,
                "prices": self._prices.source(model),
                "began_at": at,
                "outcome": requests.ASKED,
                "cost": None,
                **counts_of(_FREE),
            },
        )
        batch = batches.begin(
            session,
            team=team,
            test=test,
            mark=mark,
            model=model,
            reserved=total,
            at=at,
            questions=[
                {
                    "volume_case_id": one.case,
                    "question": one.handed.question,
                    "name": name,
                    "model_request_id": ids[name],
                }
                for name, one, _ in named
            ],
        )
        return Begun(batch=batch, items=[BatchItem(name=name, request=one.handed.request) for name, one, _ in named])

    def sent(self, batch: int, name: str) -> None:
        """Note the vendor's name for a batch."""
        with self._database.write() as session:
            batches.sent(session, batch, team=self._team, name=name)

    def not_sent(self, batch: ModelBatch, verdict: Verdict, *, account: Account) -> None:
        """Note that the vendor did not take a batch: it costs nothing, and its questions may be asked anew."""
        team = self._team
        with self._database.write() as session:
            asked = batches.open_questions(session, batch.id, team=team)
            requests.settle_all(
                session,
                [one.request for one in asked],
                team=team,
                outcome=verdict.outcome,
                answered_by=batch.model,
                cost=Decimal(0),
            )
            self._correct(session, -sum((one.reserved for one in asked), Decimal(0)), account=account)
            batches.free_all(session, batch.id, team=team)
            batches.end(session, batch.id, team=team, state=BatchState.NOT_SENT, at=self._clock())

    def lost(self, batch: ModelBatch) -> int:
        """Note that the questions of a batch are to be asked anew; returns how many. What it reserved stays so: the
        vendor may charge for it.
        """
        with self._database.write() as session:
            freed = batches.free_all(session, batch.id, team=self._team)
            batches.end(session, batch.id, team=self._team, state=BatchState.LOST, at=self._clock())
        return freed

    def ended(self, batch: ModelBatch) -> None:
        """Note that all results of a batch are kept."""
        with self._database.write() as session:
            batches.end(session, batch.id, team=self._team, state=BatchState.ENDED, at=self._clock())

    def settle(self, session: Session, batch: ModelBatch, results: Sequence[Result], *, account: Account) -> Settled:
        """Note what came of questions. A result that came before, or under an unknown name, changes nothing."""
        team = self._team
        names = [one.name for one in results]
        found = {one.name: one for one in batches.open_questions(session, batch.id, team=team, names=names)}
        replies: list[ForQuestion] = []
        back, stopped, canceled = Decimal(0), None, 0
        for result in results:
            question = found.pop(result.name, None)
            if question is None:
                log.info("model.batch_result_unused", batch=batch.id)
                continue
            verdict = self._invalid.judged(batch.model, result.reply.verdict)
            is_free = result.ended is Ended.CANCELED or verdict.outcome in _STOPS
            note = batches.free if is_free else partial(batches.answered, ended=result.ended)
            if not note(session, question.id, team=team):
                continue  # another process kept it at this moment
            reply = replace(result.reply, verdict=verdict, text=self._text(result.reply))
            cost = self._cost(batch.model, reply)
            back += self._settle(session, question, batch.model, reply, cost=cost)
            if result.ended is Ended.CANCELED:
                canceled += 1
            elif is_free:
                stopped = stopped or verdict
            else:
                kept = KeptReply(ended=result.ended, reply=reply, cost=question.reserved if cost is None else cost)
                replies.append(ForQuestion(case=question.case, question=question.question, kept=kept))
        self._correct(session, back, account=account)
        return Settled(replies=replies, stopped=stopped, canceled=canceled)

    def _settle(
        self, session: Session, question: OpenQuestion, model: str, reply: Reply, *, cost: Decimal | None
    ) -> Decimal:
        """Settle one request; return the US dollars by which its budget changes."""
        requests.settle(
            session,
            question.request,
            team=self._team,
            outcome=reply.verdict.outcome,
            answered_by=reply.answered_by or model,
            cost=cost,
            **counts_of(reply.usage or _FREE),
        )
        if cost is None:
            return Decimal(0)
        if cost > question.reserved > 0:
            factor = Decimal(overruns.factor(session, team=self._team, model=model))
            over = float((cost * factor / question.reserved).quantize(Decimal("0.01"), ROUND_UP))
            self._outages.overran(session, model, factor=over, request=question.request, at=self._clock())
        return cost - question.reserved

    def _correct(self, session: Session, by: Decimal, *, account: Account) -> None:
        if by:
            spending.correct(session, team=self._team, budget=_budget(account), period="", by=by)

    def _cost(self, model: str, reply: Reply) -> Decimal | None:
        """Return the US dollars of a reply; None where the vendor may charge for it and does not say how much."""
        if reply.usage is None:
            return None if reply.verdict.may_cost else Decimal(0)
        return self._prices.of(model, reply.usage).quantize(_NANO, ROUND_UP)

    def _text(self, reply: Reply) -> str:
        text = self._masked(reply.text)
        return kept_text(text, whole=len(text) <= _LONGEST_KEPT) or ""


def _affordable(wanted: Sequence[ForCase], left: Decimal, *, factor: Decimal) -> list[tuple[ForCase, Decimal]]:
    """Return the questions for which the money that is left is enough, each with what it may cost at most."""
    taken: list[tuple[ForCase, Decimal]] = []
    for one in wanted:
        worst = (one.handed.worst * factor).quantize(_NANO, ROUND_UP)
        if worst <= left:
            taken.append((one, worst))
            left -= worst
    return taken


def _budget(account: Account) -> str:
    return f"eval:{account.eval}"


@dataclass(frozen=True, kw_only=True)
class Batches:
    """All that asking in batches takes."""

    vendor: BatchVendor
    name: str
    """The vendor's, for people."""
    books: BatchBooks
    means: Means
