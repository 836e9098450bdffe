"""The gateway asks a model so that it stays safe and useful on a bad day, too.

For each question: an answer given before, where there is one; else the prompt's model; else, where that is not
available or too expensive, the cheaper model that the prompt names; else none, and a person gets the case. Each request
passes the same gates, in this order: the limit of requests at once, its reservation in the ledger, the breaker. The
files of a request are loaded within that limit, and gone with it. The result is settled in the ledger and judged by the
table in `outcomes`; tenacity asks again where that table says so.

The instructions go into the system prompt and come only from the repository; the case goes into the user's turn and is
data. The model's answer controls nothing here.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from tenacity import RetryCallState, Retrying, retry_if_result, wait_exponential_jitter

from store.db.database import Database
from workflows.model.asking.asking import Asking, asking_of, filled_in, kept_text, next_request, not_given, read_reply
from workflows.model.asking.attachments import (
    GivenDocuments,
    NotGiven,
    PageLimits,
    TooLarge,
    files_of,
    memory_of,
)
from workflows.model.asking.invalid_requests import InvalidRequests
from workflows.model.asking.request_attempts import Attempt, conclude
from workflows.model.asking.requests import Reply, Request, Vendor, worst_case
from workflows.model.circuit_breakers import Breakers, CircuitOpen
from workflows.model.concurrency import Busy, Concurrency
from workflows.model.envelope import Filled, Unreadable
from workflows.model.ledger import Given, Ledger, OverBudget, Reservation
from workflows.model.outages import Outages
from workflows.model.outcomes import Again, Breaker, Outcome, Verdict
from workflows.model.port import Account, Answer, ModelUnavailable, Prompt, Question
from workflows.model.prices import Prices
from workflows.model.traffic import Route, Traffic

TRIES = 4
"""Transient failures of a question after which it is not asked again."""
UNHEARD = 2
"""Most of these failures that the provider may charge for: each costs, and takes as long as, a whole answer."""
GARBAGE_RETRIES = 2
"""Times that a question is asked again after replies that cannot be read."""
MORE_TOKENS = 2
"""Times that a question is asked again with twice the tokens."""
LONGEST_BACKOFF = 20.0
"""Seconds."""
LONGEST_RETRY_AFTER = 30.0
"""Seconds of the longest wait that a provider can ask for. Rather than wait for an hour, the case goes to a person."""

_backoff = wait_exponential_jitter(max=LONGEST_BACKOFF)


class Gateway:
    """A `Model` that asks a vendor's models. Threads may share it."""

    def __init__(
        self,
        vendor: Vendor,
        *,
        database: Database,
        team: int,
        clock: Callable[[], datetime],
        outages: Outages,
        default_model: str,
        concurrency: Concurrency | None = None,
        breakers: Breakers | None = None,
        prices: Prices | None = None,
        states_form: bool = False,
        source: str = "",
        pages: Callable[[str], PageLimits | None] = lambda _: None,
        traffic: Traffic | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`default_model`: for prompts that name none. `prices`: left out, the vendor's. `sleep`: waits some seconds.

        `states_form`: put the form of the answer into the prompt, for a server that holds no answer to it. `source`:
        tells the vendor's answers from those of models with the same names elsewhere. `pages`: gives the pages that a
        model can be shown; left out, each is told the text of documents only. `traffic`: counts the requests.
        """
        self.default_model = default_model
        self._vendor = vendor
        self._prices = prices or Prices(listed=vendor.prices)
        self._states_form = states_form
        self._source = source
        self._pages = pages
        self._invalid = InvalidRequests()
        self._ledger = Ledger(database, team=team, clock=clock, outages=outages, prices=self._prices)
        self._concurrency = concurrency or Concurrency(sleep=sleep)
        self._breakers = breakers or Breakers(outages.began)
        self._traffic = traffic or Traffic()
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"Gateway(default_model={self.default_model!r})"

    def answer(self, question: Question) -> Answer:
        """Ask, and ask again where that can help. The usage and cost of the answer are those of all its requests
        together.

        Raise `ModelUnavailable` where no model answers, or the question cannot be put to one, or `Unpriced`.
        """
        prompt, account = question.prompt, question.account
        if prompt is None or not prompt.text.strip():
            raise ModelUnavailable(f"The workflow {question.workflow} has no prompt, and this model needs one.")
        if account is None:
            raise ModelUnavailable(f"The workflow {question.workflow} has no budget, and this model costs something.")
        made: list[Attempt] = []
        first: Verdict | None = None
        given = GivenDocuments()
        for model in models_of(prompt, self.default_model):
            attempts, given = self._ask_model(question, prompt, account, model)
            made += attempts
            if made[-1].filled is not None or not made[-1].verdict.follows.elsewhere:
                break
            # The outcome of the prompt's own model counts, where the other one does not answer either.
            first = first or made[-1].verdict
        return replace(
            conclude(made, first=first),
            prompt_version=prompt.version,
            shown=tuple(one.number for one in given.shown),
            doubts=given.doubts,
        )

    def prepare(self) -> None:
        """Load what asking needs, which may take seconds, so that no question's time includes it."""
        self._vendor.prepare()

    def close(self) -> None:
        """Close the vendor's connections. A later question opens new ones."""
        self._vendor.close()

    def _ask_model(
        self, question: Question, prompt: Prompt, account: Account, model: str
    ) -> tuple[Sequence[Attempt], GivenDocuments]:
        """Return all requests to one model, with the documents as it was given them in the end."""
        too_large: list[int] = []
        while True:
            try:
                asking = asking_of(
                    question,
                    prompt,
                    account,
                    model,
                    limits=self._pages(model),
                    states_form=self._states_form,
                    source=self._source,
                    too_large=too_large,
                )
            except NotGiven as why:
                self._traffic.count(Route(workflow=question.workflow, model=model), Outcome.DOCUMENT)
                return [not_given(model, why)], GivenDocuments()
            try:
                return self._ask(asking), asking.documents
            except TooLarge as found:
                too_large.append(found.number)

    def _ask(self, asking: Asking) -> Sequence[Attempt]:
        """Return all requests for a question to one model, in order; or an answer that was given before."""
        given = self._given(asking)
        if given is not None:
            return [given]
        made: list[Attempt] = []

        def attempt() -> Attempt:
            made.append(self._attempt(asking, next_request(asking, made), number=len(made) + 1))
            return made[-1]

        Retrying(
            retry=retry_if_result(lambda attempt: attempt.verdict.follows.again is not None),
            stop=lambda _: _is_enough(made),
            wait=_wait,
            sleep=self._sleep,
            retry_error_callback=lambda _: made[-1],
        )(attempt)
        if made[-1].verdict.follows.breaker is Breaker.COUNTS:
            self._breakers.count(asking.model, made[-1])
        return made

    def _given(self, asking: Asking) -> Attempt | None:
        asked = asking.asked(number=1, told=asking.told)
        found = self._ledger.given(asked)
        if found is None:
            return None
        try:
            filled = filled_in(found.said, asking)
        except Unreadable:
            return None  # the output's form is the same, but the author's own rules for it have changed
        self._ledger.give_again(asked, found)
        self._traffic.count(asking.route, Outcome.GIVEN_AGAIN)
        return _once_more(found, filled, model=asking.model)

    def _attempt(self, asking: Asking, request: Request, *, number: int) -> Attempt:
        worst = worst_case(request, self._prices)
        try:
            self._breakers.refuse(request.model)
            shown, limits = asking.documents.shown, asking.limits
            with self._concurrency.slot(request.model, size=memory_of(shown, limits)):
                if limits is not None and shown:
                    request = replace(request, files=files_of(shown, limits))
                reservation = self._ledger.reserve(asking.asked(number=number, told=request.user), worst)
                return self._send(asking, request, reservation)
        except CircuitOpen as left:
            unsent = _circuit_open(request, left)
        except NotGiven as why:
            unsent = not_given(request.model, why)
        except Busy as busy:
            unsent = _unsent(request, Outcome.NOT_ASKED, str(busy))
        except OverBudget as over:
            unsent = _unsent(request, Outcome.UNAFFORDABLE, str(over))
        self._traffic.count(asking.route, unsent.verdict.outcome)
        return unsent

    def _send(self, asking: Asking, request: Request, reservation: Reservation) -> Attempt:
        # Before the time is measured: otherwise the first request of a process would take seconds longer.
        self._vendor.prepare()
        started = time.perf_counter()
        replies: list[Reply] = []

        def make() -> Attempt:
            replies.append(self._vendor.send(request))
            attempt = read_reply(
                replies[0],
                request,
                asking,
                prices=self._prices,
                masked=self._vendor.masked,
                worst=reservation.worst,
            )
            return replace(attempt, verdict=self._invalid.judged(asking.about, attempt.verdict))

        try:
            attempt = self._breakers.through(request.model, make)
        except CircuitOpen as left:
            attempt = _circuit_open(request, left)
        reply = replies[0] if replies else None
        known = reply is None or reply.usage is not None or not attempt.verdict.may_cost
        seconds = time.perf_counter() - started
        said = None if reply is None else kept_text(self._vendor.masked(reply.text), whole=attempt.filled is not None)
        self._ledger.settle(
            reservation,
            attempt,
            said=said,
            cost=attempt.cost if known else None,
            request_id=None if reply is None else reply.request_id,
            milliseconds=seconds * 1000,
        )
        self._traffic.count(
            asking.route,
            attempt.verdict.outcome,
            usage=attempt.usage,
            dollars=attempt.cost,
            seconds=seconds if reply is not None else None,
        )
        return attempt


def models_of(prompt: Prompt, default_model: str) -> tuple[str, ...]:
    """Return the models that a prompt may be put to, the first choice first."""
    first = prompt.model or default_model
    other = prompt.fallback_model
    return (first,) if other is None or other == first else (first, other)


def _is_enough(made: Sequence[Attempt]) -> bool:
    how = [attempt.verdict.follows.again for attempt in made]
    return (
        how.count(Again.AFTER_BACKOFF) >= TRIES
        or sum(attempt.verdict.may_cost and attempt.verdict.outcome is Outcome.TRANSIENT for attempt in made) >= UNHEARD
        or how.count(Again.A_FEW_TIMES) > GARBAGE_RETRIES
        or how.count(Again.WITH_MORE_TOKENS) > MORE_TOKENS
    )


def _circuit_open(request: Request, left: CircuitOpen) -> Attempt:
    return _unsent(request, Outcome.NOT_ASKED, f"{request.model} is not asked for a while: {left}")


def _unsent(request: Request, outcome: Outcome, why: str) -> Attempt:
    return Attempt(verdict=Verdict(outcome=outcome, why=why), model=request.model)


def _once_more(given: Given, filled: Filled, *, model: str) -> Attempt:
    return Attempt(
        verdict=Verdict(outcome=Outcome.GIVEN_AGAIN),
        model=given.answered_by or model,
        filled=filled,
        cached_from=given.request,
    )


def _wait(state: RetryCallState) -> float:
    """Return the seconds before the next attempt: at least the backoff, and as long as the provider asks, up to a
    limit.
    """
    last = state.outcome.result() if state.outcome else None
    if not isinstance(last, Attempt) or last.verdict.follows.again is Again.WITH_MORE_TOKENS:
        return 0.0
    backoff, asked = _backoff(state), last.verdict.retry_after
    return backoff if asked is None else max(backoff, min(asked, LONGEST_RETRY_AFTER))
