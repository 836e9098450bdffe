"""A model for one try of one input in batches: it answers what is known, and hands the rest out.

A try is made anew each time that a batch came back, and goes as far as the replies reach. So a workflow may ask several
questions, one after the other. What follows from a reply (asked again, with more tokens, a person) is said by the same
table as live; only what passes by itself is asked again once, since each time takes up to a day.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from workflows.model.asking.asking import Asking, asking_of, next_request, not_given, read_reply
from workflows.model.asking.attachments import GivenDocuments, NotGiven, PageLimits, TooLarge, files_of
from workflows.model.asking.request_attempts import Attempt, conclude
from workflows.model.asking.requests import Reply, Request, worst_case
from workflows.model.batches.port import Ended
from workflows.model.concurrency import Busy
from workflows.model.gateway import GARBAGE_RETRIES, MORE_TOKENS, models_of
from workflows.model.ledger import Asked
from workflows.model.outcomes import Again
from workflows.model.port import Answer, ModelUnavailable, Question
from workflows.model.prices import Prices

TRIES = 2
"""Times that a question is asked where its batch or the vendor failed."""
MOST_QUESTIONS = 30
"""Most questions of one input, attempts counted. A workflow that never asks the same twice would ask for ever."""


class Waits(ModelUnavailable):
    """The question waits for its batch."""


class KeptReply(BaseModel):
    """The outcome of a question, as it is kept with its input until that is tried."""

    model_config = ConfigDict(frozen=True)

    ended: Ended
    reply: Reply
    cost: Decimal
    """US dollars; what was reserved, where the vendor does not say."""


@dataclass(frozen=True, kw_only=True)
class HandedOut:
    """A question for the next batch."""

    question: str
    """Its name among those of the input: the same at each try."""
    asked: Asked
    request: Request
    worst: Decimal
    """US dollars that it may cost at most."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """Means with which a question in a batch is made."""

    default_model: str
    """For prompts that name none."""
    prices: Prices
    """Of questions in batches."""
    states_form: bool
    source: str
    """A text that tells the vendor's answers from those of models with the same names elsewhere."""
    pages: Callable[[str], PageLimits | None]
    """Gives the pages that a model can be shown."""
    masked: Callable[[str], str]
    """Hides the vendor's secrets."""


class KnownReplies:
    """A `Model` for one try."""

    def __init__(self, means: Means, replies: Mapping[str, KeptReply]) -> None:
        self.handed_out: list[HandedOut] = []
        """Questions whose replies are not known yet."""
        self.failed: Ended | None = None
        """The way in which a question ended that was not answered for good; None where each was."""
        self.too_many = False
        """True if the input asked more than it may."""
        self._means = means
        self._replies = replies
        self._equal: Counter[str] = Counter()
        """Hash of a question -> times that it was asked in this try."""

    def answer(self, question: Question) -> Answer:
        """Return the answer, if all replies that it takes are known. Raise `ModelUnavailable`, `Waits` among them."""
        prompt, account, means = question.prompt, question.account, self._means
        if prompt is None or not prompt.text.strip() or account is None:
            raise ModelUnavailable(f"The workflow {question.workflow} has no prompt, and this model needs one.")
        model = models_of(prompt, means.default_model)[0]
        too_large: list[int] = []
        given, made = GivenDocuments(), list[Attempt]()
        while not made:
            try:
                asking = asking_of(
                    question,
                    prompt,
                    account,
                    model,
                    limits=means.pages(model),
                    states_form=means.states_form,
                    source=means.source,
                    too_large=too_large,
                )
                made, given = self._made(asking), asking.documents
            except NotGiven as why:
                made = [not_given(model, why)]
            except TooLarge as found:
                too_large.append(found.number)
        return replace(
            conclude(made),
            prompt_version=prompt.version,
            shown=tuple(one.number for one in given.shown),
            doubts=given.doubts,
        )

    def _made(self, asking: Asking) -> list[Attempt]:
        """Return all attempts at a question. Raise `Waits`, or as `files_of`."""
        key = asking.asked(number=1, told=asking.told).cache_key
        self._equal[key] += 1
        made: list[Attempt] = []
        while True:
            number = len(made) + 1
            request = next_request(asking, made)
            name = f"{key}:{self._equal[key]}:{number}"
            kept = self._replies.get(name)
            if kept is None:
                self._hand_out(name, asking, request, number=number)
            assert kept is not None
            attempt = read_reply(
                kept.reply, request, asking, prices=self._means.prices, masked=self._means.masked, worst=kept.cost
            )
            made.append(replace(attempt, cost=kept.cost))
            if attempt.verdict.follows.again is None or _is_enough(made):
                if kept.ended is not Ended.ANSWERED:
                    self.failed = kept.ended
                return made

    def _hand_out(self, name: str, asking: Asking, request: Request, *, number: int) -> None:
        """Hand a question out. Raise `Waits`."""
        if len(self._replies) + len(self.handed_out) >= MOST_QUESTIONS:
            self.too_many = True
            raise ModelUnavailable(f"The input asked {MOST_QUESTIONS} questions, and has yet another.")
        worst = worst_case(request, self._means.prices)
        if asking.limits is not None and asking.documents.shown:
            try:
                request = replace(request, files=files_of(asking.documents.shown, asking.limits))
            except Busy as busy:
                raise ModelUnavailable(str(busy)) from busy
        asked = asking.asked(number=number, told=request.user)
        self.handed_out.append(HandedOut(question=name, asked=asked, request=request, worst=worst))
        raise Waits("The question waits for its batch.")


def _is_enough(made: Sequence[Attempt]) -> bool:
    how = [attempt.verdict.follows.again for attempt in made]
    return (
        how.count(Again.AFTER_BACKOFF) >= TRIES
        or how.count(Again.A_FEW_TIMES) > GARBAGE_RETRIES
        or how.count(Again.WITH_MORE_TOKENS) > MORE_TOKENS
    )
