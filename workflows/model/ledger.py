"""The ledger: the highest possible cost of each request is reserved before it is sent, and settled when its cost is
known.

A request that cost more than was reserved is booked at its real cost. From then on all reservations for that model are
multiplied by the same factor, because other estimates may be too low as well.

A reservation is a committed row, so that it counts in every process, and also after this one has ended. If a process
dies before it settles, the reservation stays: the provider may charge for that request, so it counts here.

The same row is the journal of the request and, where the answer can be used again, the cache.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal

import structlog

from store.cases import contents
from store.db.database import Database
from store.model import overruns, requests, spending
from workflows.model.asking.request_attempts import Attempt
from workflows.model.outages import Outages
from workflows.model.outcomes import Outcome
from workflows.model.port import Account, Usage
from workflows.model.prices import Prices

log = structlog.get_logger()

_DOLLAR = "${:.4f}"
_NANO = Decimal("1e-9")
"""US dollars of the smallest amount in the books."""


class OverBudget(Exception):
    """A request would exceed a budget, and is not sent. The message names the budget."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, with the model and the account."""

    workflow: str
    account: Account
    model: str
    prompt_version: str
    input_hash: str
    told: str
    """The text of the user's turn."""
    cache_key: str
    number: int
    """Number of the attempt at the question, from 1."""


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """A request that may be sent."""

    request: int
    asked: Asked
    began_at: datetime
    reckoned: Decimal
    """US dollars of the highest cost, as estimated."""
    worst: Decimal
    """US dollars that are reserved: the estimate, multiplied by the factor of the model's highest overrun."""
    budgets: tuple[tuple[str, str, Decimal], ...]
    """Name, period and limit of each budget."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """An earlier answer to the same question."""

    request: int
    said: str
    answered_by: str | None


class Ledger:
    """The books of one team."""

    def __init__(
        self, database: Database, *, team: int, clock: Callable[[], datetime], outages: Outages, prices: Prices
    ) -> None:
        self._database = database
        self._team = team
        self._clock = clock
        self._outages = outages
        self._prices = prices

    def reserve(self, asked: Asked, reckoned: Decimal) -> Reservation:
        """Reserve the highest cost of a request, in US dollars, and note that it is sent. Raise `OverBudget`."""
        at = self._clock()
        budgets = _budgets(asked, at)
        with self._database.write() as session:
            factor = overruns.factor(session, team=self._team, model=asked.model)
            worst = reckoned if factor == 1 else (reckoned * Decimal(factor)).quantize(_NANO, ROUND_UP)
            for budget, period, limit in budgets:
                if not spending.take(session, team=self._team, budget=budget, period=period, amount=worst, limit=limit):
                    left = limit - spending.taken(session, team=self._team, budget=budget, period=period)
                    raise OverBudget(_over(budget, limit=limit, left=left, worst=worst))
            request = requests.begin(
                session,
                team=self._team,
                **self._row(asked, at),
                outcome=requests.ASKED,
                reserved=worst,
                cost=None,
                **counts_of(Usage()),
            )
        return Reservation(request=request, asked=asked, began_at=at, reckoned=reckoned, worst=worst, budgets=budgets)

    def settle(
        self,
        reservation: Reservation,
        attempt: Attempt,
        *,
        said: str | None,
        cost: Decimal | None,
        request_id: str | None,
        milliseconds: float,
    ) -> None:
        """Note the result of a request. `said`: the text of the model. `cost`: None where it is not known."""
        asked, case = reservation.asked, reservation.asked.account.case
        answered = attempt.verdict.outcome is Outcome.ANSWERED
        with self._database.write() as session:
            at = self._clock()
            if cost is not None:
                for budget, period, _ in reservation.budgets:
                    by = cost - reservation.worst
                    spending.correct(session, team=self._team, budget=budget, period=period, by=by)
            content = None
            if case is not None:
                body = json.dumps({"told": asked.told, "said": said, "why": attempt.verdict.why}, ensure_ascii=False)
                content = contents.keep(session, team=self._team, case=case, kind="attempt", body=body)
            requests.settle(
                session,
                reservation.request,
                team=self._team,
                outcome=attempt.verdict.outcome,
                answered_by=attempt.model,
                cost=cost,
                cache_key=asked.cache_key if answered and content is not None else None,
                content_id=content,
                request_id=request_id,
                milliseconds=milliseconds,
                **counts_of(attempt.usage),
            )
            if cost is not None and cost > reservation.worst and reservation.reckoned:
                log.warning("model.cost_above_reservation", model=asked.model, request=reservation.request)
                factor = _factor(cost, reservation.reckoned)
                self._outages.overran(session, asked.model, factor=factor, request=reservation.request, at=at)
            if answered:
                self._outages.answered(session, asked.model, asked_at=reservation.began_at, at=at)

    def given(self, asked: Asked) -> Given | None:
        """Return an earlier answer to the same question that may be used again; None where no case waits for it: an
        eval asks each time.
        """
        account = asked.account
        if account.eval is not None or account.apart is not None:
            return None
        run = account.run if account.own_answers_only else None
        with self._database.read() as session:
            found = requests.given(session, team=self._team, cache_key=asked.cache_key, run=run)
        if found is None:
            return None
        return Given(request=found.request, said=json.loads(found.body)["said"], answered_by=found.answered_by)

    def give_again(self, asked: Asked, given: Given) -> None:
        """Note that an earlier answer was used again."""
        with self._database.write() as session:
            requests.begin(
                session,
                team=self._team,
                **self._row(asked, self._clock()),
                outcome=Outcome.GIVEN_AGAIN,
                answered_by=given.answered_by,
                cached_from=given.request,
                reserved=Decimal(0),
                cost=Decimal(0),
                **counts_of(Usage()),
            )

    def _row(self, asked: Asked, at: datetime) -> dict[str, object]:
        return {
            "workflow": asked.workflow,
            "case_id": asked.account.case,
            "run_id": asked.account.run,
            "number": asked.number,
            "model": asked.model,
            "prompt_version": asked.prompt_version,
            "input_hash": asked.input_hash,
            "prices": self._prices.source(asked.model),
            "began_at": at,
        }


def _budgets(asked: Asked, at: datetime) -> tuple[tuple[str, str, Decimal], ...]:
    account = asked.account
    if account.eval is not None:
        return ((f"eval:{account.eval}", "", account.per_day),)
    day = at.astimezone(account.timezone).date().isoformat()
    if account.apart is not None:
        return (
            (f"workflow:{asked.workflow}", day, account.per_day),
            (account.apart.name, day, account.apart.per_day),
        )
    # Always in this order: otherwise two requests that lock each other's rows would wait for ever.
    return (
        (f"workflow:{asked.workflow}", day, account.per_day),
        (f"case:{account.case}", "", account.per_case),
    )


def _factor(cost: Decimal, reckoned: Decimal) -> float:
    """Return the cost divided by the estimate, rounded up to hundredths."""
    return float((cost / reckoned).quantize(Decimal("0.01"), ROUND_UP))


def _over(budget: str, *, limit: Decimal, left: Decimal, worst: Decimal) -> str:
    whose = {
        "workflow": "this workflow's budget for the day",
        "case": "the budget for one case",
        "shadow": "the day's budget for a version that is only watched",
        "probes": "the day's budget for probes",
        "drafts": "what drafts of prompts may cost on a day",
    }
    name = whose.get(budget.partition(":")[0], "the budget for this eval")
    return (
        f"It would exceed {name}: {_DOLLAR.format(max(left, Decimal(0)))} of {_DOLLAR.format(limit)} are left, "
        f"and asking may cost {_DOLLAR.format(worst)}."
    )


def counts_of(usage: Usage) -> dict[str, int]:
    """Return the tokens of a request, as its row keeps them."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "thinking_tokens": usage.thinking_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }
