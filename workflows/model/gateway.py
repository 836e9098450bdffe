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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from pydantic import JsonValue
from tenacity import RetryCallState, Retrying, retry_if_result, wait_exponential_jitter

from store.db.database import Database
from workflows.model.asking.attachments import (
    GivenDocuments,
    NotGiven,
    PageLimits,
    TooLarge,
    files_of,
    given_within,
    memory_of,
    most_tokens,
)
from workflows.model.asking.invalid_requests import InvalidRequests
from workflows.model.asking.request_attempts import Attempt, conclude
from workflows.model.asking.requests import Reply, Request, Vendor, request_for, worst_case
from workflows.model.asking.user_turn import user_turn, without_recalled
from workflows.model.circuit_breakers import Breakers, CircuitOpen
from workflows.model.concurrency import Busy, Concurrency
from workflows.model.envelope import Filled, Unreadable, form, read, with_texts
from workflows.model.ledger import Asked, Given, Ledger, OverBudget, Reservation
from workflows.model.outages import Outages
from workflows.model.outcomes import Again, Breaker, Outcome, Verdict
from workflows.model.port import Account, Answer, ModelUnavailable, Prompt, Question, Usage
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

_LONGEST_RAW = 20_000
"""Characters of an unreadable reply that are kept."""
_backoff = wait_exponential_jitter(max=LONGEST_BACKOFF)


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """A question, on its way to one model."""

    question: Question
    prompt: Prompt
    account: Account
    model: str
    data: Mapping[str, JsonValue]
    """The data of the case, as this model is told it."""
    answer_documents: Sequence[Sequence[JsonValue]]
    """The documents of each answer, as this model is told of them."""
    documents: GivenDocuments
    limits: PageLimits | None
    """The pages that the model can be shown; None: none."""
    states_form: bool
    told: str = ""
    """The text of the user's turn."""

    def turn(self, *, problem: str | None = None) -> str:
        """Return the text of the user's turn. `problem`: the error of the previous answer."""
        question = self.question
        return user_turn(
            self.data,
            answers=question.answers,
            answer_documents=self.answer_documents,
            refused=question.refused,
            recalled=question.recalled,
            problem=problem,
            has_files=bool(self.documents.shown),
        )

    @property
    def document_tokens(self) -> int:
        """Most input tokens of the pages that are shown."""
        return most_tokens(self.documents.shown, self.limits) if self.limits is not None else 0

    @property
    def route(self) -> Route:
        """The workflow and the model, as they are counted."""
        return Route(workflow=self.question.workflow, model=self.model)

    @property
    def about(self) -> str:
        """A name for this workflow, prompt version and model. An error in one such request may concern all of them."""
        return "\0".join((self.question.workflow, self.prompt.version, self.model))

    def asked(self, *, number: int, told: str) -> Asked:
        """Return the entry for the ledger. `told`: the text that is really sent this time; the question stays the
        same.
        """
        stated, files = ["stated"] if self.states_form else [], self.documents.key
        about = "\0".join((self.prompt.version, self.model, self.told, *stated, *files))
        return Asked(
            workflow=self.question.workflow,
            account=self.account,
            model=self.model,
            prompt_version=self.prompt.version,
            input_hash=sha256("\0".join((self.told, *files)).encode()).hexdigest(),
            told=without_recalled(told, self.question.recalled),
            cache_key=sha256(about.encode()).hexdigest(),
            number=number,
        )


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
        pages: Callable[[str], PageLimits | None] = lambda _: None,
        traffic: Traffic | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`default_model`: for prompts that name none. `prices`: left out, the vendor's. `sleep`: waits some seconds.

        `states_form`: put the form of the answer into the prompt, for a server that holds no answer to it. `pages`:
        gives the pages that a model can be shown; left out, each is told the text of documents only. `traffic`: counts
        the requests.
        """
        self.default_model = default_model
        self._vendor = vendor
        self._prices = prices or Prices(listed=vendor.prices)
        self._states_form = states_form
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
        limits, too_large = self._pages(model), list[int]()
        while True:
            try:
                given = given_within(question.documents, limits, too_large=too_large)
            except NotGiven as why:
                self._traffic.count(Route(workflow=question.workflow, model=model), Outcome.DOCUMENT)
                return [_not_given(model, why)], GivenDocuments()
            data = question.data
            if given.in_text and question.data_with is not None:
                data = question.data_with(given.in_text)
            with_answers = question.answer_documents
            asking = _Asking(
                question=question,
                prompt=prompt,
                account=account,
                model=model,
                data=data,
                answer_documents=with_answers(given.in_text) if with_answers is not None else (),
                documents=given,
                limits=limits,
                states_form=self._states_form,
            )
            try:
                return self._ask(replace(asking, told=asking.turn())), given
            except TooLarge as found:
                too_large.append(found.number)

    def _ask(self, asking: _Asking) -> Sequence[Attempt]:
        """Return all requests for a question to one model, in order; or an answer that was given before."""
        given = self._given(asking)
        if given is not None:
            return [given]
        made: list[Attempt] = []

        def attempt() -> Attempt:
            made.append(self._attempt(asking, _request(asking, made), number=len(made) + 1))
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

    def _given(self, asking: _Asking) -> Attempt | None:
        asked = asking.asked(number=1, told=asking.told)
        found = self._ledger.given(asked)
        if found is None:
            return None
        try:
            filled = _filled(found.said, asking)
        except Unreadable:
            return None  # the output's form is the same, but the author's own rules for it have changed
        self._ledger.give_again(asked, found)
        self._traffic.count(asking.route, Outcome.GIVEN_AGAIN)
        return _once_more(found, filled, model=asking.model)

    def _attempt(self, asking: _Asking, request: Request, *, number: int) -> Attempt:
        worst = worst_case(request, self._prices)
        try:
            self._breakers.refuse(request.model)
            shown, limits = asking.documents.shown, asking.limits
            with self._concurrency.slot(request.model, size=memory_of(shown)):
                if limits is not None and shown:
                    request = replace(request, files=files_of(shown, limits))
                reservation = self._ledger.reserve(asking.asked(number=number, told=request.user), worst)
                return self._send(asking, request, reservation)
        except CircuitOpen as left:
            unsent = _circuit_open(request, left)
        except NotGiven as why:
            unsent = _not_given(request.model, why)
        except Busy as busy:
            unsent = _unsent(request, Outcome.NOT_ASKED, str(busy))
        except OverBudget as over:
            unsent = _unsent(request, Outcome.UNAFFORDABLE, str(over))
        self._traffic.count(asking.route, unsent.verdict.outcome)
        return unsent

    def _send(self, asking: _Asking, request: Request, reservation: Reservation) -> Attempt:
        # Before the time is measured: otherwise the first request of a process would take seconds longer.
        self._vendor.prepare()
        started = time.perf_counter()
        replies: list[Reply] = []

        def make() -> Attempt:
            replies.append(self._vendor.send(request))
            attempt = self._read(replies[0], request, asking, worst=reservation.worst)
            return replace(attempt, verdict=self._invalid.judged(asking.about, attempt.verdict))

        try:
            attempt = self._breakers.through(request.model, make)
        except CircuitOpen as left:
            attempt = _circuit_open(request, left)
        reply = replies[0] if replies else None
        known = reply is None or reply.usage is not None or not attempt.verdict.may_cost
        seconds = time.perf_counter() - started
        self._ledger.settle(
            reservation,
            attempt,
            said=None if reply is None else _kept(self._vendor.masked(reply.text), whole=attempt.filled is not None),
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

    def _read(self, reply: Reply, request: Request, asking: _Asking, *, worst: Decimal) -> Attempt:
        verdict, filled = reply.verdict, None
        if verdict.outcome is Outcome.ANSWERED:
            try:
                # Read first, masked later: masking a secret that is part of a field's name would change the answer.
                filled = _masked(_filled(reply.text, asking), self._vendor.masked)
            except Unreadable as error:
                why = f"The model's answer cannot be read: {self._vendor.masked(str(error))}."
                verdict = Verdict(outcome=Outcome.GARBAGE, why=why)
        usage = reply.usage or Usage()
        unknown = reply.usage is None and verdict.may_cost
        return Attempt(
            verdict=verdict,
            model=reply.answered_by or request.model,
            filled=filled,
            raw=None if filled else _kept(self._vendor.masked(reply.text)),
            usage=usage,
            cost=worst if unknown else self._prices.of(request.model, usage),
        )


def models_of(prompt: Prompt, default_model: str) -> tuple[str, ...]:
    """Return the models that a prompt may be put to, the first choice first."""
    first = prompt.model or default_model
    other = prompt.fallback_model
    return (first,) if other is None or other == first else (first, other)


def _request(asking: _Asking, made: Sequence[Attempt]) -> Request:
    """Return the next request after these attempts."""
    cut_off = sum(attempt.verdict.outcome is Outcome.TRUNCATED for attempt in made)
    request = request_for(
        asking.prompt,
        model=asking.model,
        user=asking.told,
        document_tokens=asking.document_tokens,
        form=None if asking.prompt.form else form(asking.question.output),
        states_form=asking.states_form,
    )
    request = replace(request, max_tokens=request.max_tokens * 2**cut_off)
    if made and made[-1].verdict.outcome is Outcome.GARBAGE:
        # It may quote the answer, whose values were put back.
        return replace(request, user=asking.turn(problem=asking.question.hide(made[-1].verdict.why or "")))
    return request


def _filled(said: str, asking: _Asking) -> Filled:
    """Return the envelope in a reply. Raise `Unreadable`."""
    question, in_words = asking.question, asking.prompt.confidence == "words"
    return read(said, question.output, in_words=in_words, put_back=question.put_back)


def _is_enough(made: Sequence[Attempt]) -> bool:
    how = [attempt.verdict.follows.again for attempt in made]
    return (
        how.count(Again.AFTER_BACKOFF) >= TRIES
        or sum(attempt.verdict.may_cost and attempt.verdict.outcome is Outcome.TRANSIENT for attempt in made) >= UNHEARD
        or how.count(Again.A_FEW_TIMES) > GARBAGE_RETRIES
        or how.count(Again.WITH_MORE_TOKENS) > MORE_TOKENS
    )


def _masked(filled: Filled, mask: Callable[[str], str]) -> Filled:
    """Return the answer with a mask over each of its texts. The names of its fields stay."""
    return replace(
        filled,
        values={name: with_texts(value, mask) for name, value in filled.values.items()},
        confidence={name: with_texts(value, mask) for name, value in filled.confidence.items()},
        alternatives={
            name: tuple(replace(other, value=mask(other.value)) for other in others)
            for name, others in filled.alternatives.items()
        },
        evidence={name: mask(quote) for name, quote in filled.evidence.items()},
        reasons=tuple(map(mask, filled.reasons)),
    )


def _circuit_open(request: Request, left: CircuitOpen) -> Attempt:
    return _unsent(request, Outcome.NOT_ASKED, f"{request.model} is not asked for a while: {left}")


def _not_given(model: str, why: NotGiven) -> Attempt:
    return Attempt(verdict=Verdict(outcome=Outcome.DOCUMENT, why=str(why)), model=model)


def _unsent(request: Request, outcome: Outcome, why: str) -> Attempt:
    return Attempt(verdict=Verdict(outcome=outcome, why=why), model=request.model)


def _once_more(given: Given, filled: Filled, *, model: str) -> Attempt:
    return Attempt(
        verdict=Verdict(outcome=Outcome.GIVEN_AGAIN),
        model=given.answered_by or model,
        filled=filled,
        cached_from=given.request,
    )


def _kept(text: str, *, whole: bool = False) -> str | None:
    """Return the part of a reply that a database can keep: no NUL, no half characters; cut where it is no answer."""
    if not text:
        return None
    short = text if whole else text[:_LONGEST_RAW]
    return short.replace("\0", "\ufffd").encode(errors="replace").decode()


def _wait(state: RetryCallState) -> float:
    """Return the seconds before the next attempt: at least the backoff, and as long as the provider asks, up to a
    limit.
    """
    last = state.outcome.result() if state.outcome else None
    if not isinstance(last, Attempt) or last.verdict.follows.again is Again.WITH_MORE_TOKENS:
        return 0.0
    backoff, asked = _backoff(state), last.verdict.retry_after
    return backoff if asked is None else max(backoff, min(asked, LONGEST_RETRY_AFTER))
