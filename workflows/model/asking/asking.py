"""A question on its way to one model: its data as the model is told it, its requests, and the reading of replies.

It is the same whether a reply comes at once or within a day: the gateway asks live, `workflows.model.batches` in
batches.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

from pydantic import JsonValue

from workflows.model.asking.attachments import (
    GivenDocuments,
    NotGiven,
    PageLimits,
    given_within,
    most_tokens,
)
from workflows.model.asking.request_attempts import Attempt
from workflows.model.asking.requests import Reply, Request, request_for
from workflows.model.asking.user_turn import user_turn, without_recalled
from workflows.model.envelope import Filled, Unreadable, form, read, with_texts
from workflows.model.ledger import Asked
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Account, Prompt, Question, Usage
from workflows.model.prices import Prices
from workflows.model.traffic import Route

_LONGEST_RAW = 20_000
"""Characters of an unreadable reply that are kept."""


@dataclass(frozen=True, kw_only=True)
class Asking:
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
    source: str = ""
    """A text that tells the model from one with the same name elsewhere; empty: its name alone does."""
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
        source = [f"at {self.source}"] if self.source else []
        about = "\0".join((self.prompt.version, self.model, self.told, *stated, *source, *files))
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


def asking_of(
    question: Question,
    prompt: Prompt,
    account: Account,
    model: str,
    *,
    limits: PageLimits | None,
    states_form: bool,
    source: str = "",
    too_large: Sequence[int] = (),
) -> Asking:
    """Return a question as one model is asked it. Raise `NotGiven`.

    `limits`: the pages that the model can be shown. `source`: tells the model from one with the same name elsewhere.
    `too_large`: numbers of documents whose drawn pages were too large.
    """
    given = given_within(question.documents, limits, too_large=too_large)
    data = question.data
    if given.in_text and question.data_with is not None:
        data = question.data_with(given.in_text)
    with_answers = question.answer_documents
    asking = Asking(
        question=question,
        prompt=prompt,
        account=account,
        model=model,
        data=data,
        answer_documents=with_answers(given.in_text) if with_answers is not None else (),
        documents=given,
        limits=limits,
        states_form=states_form,
        source=source,
    )
    return replace(asking, told=asking.turn())


def next_request(asking: Asking, made: Sequence[Attempt]) -> Request:
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


def read_reply(
    reply: Reply, request: Request, asking: Asking, *, prices: Prices, masked: Callable[[str], str], worst: Decimal
) -> Attempt:
    """Return what came of a request. `masked`: hides the vendor's secrets. `worst`: US dollars that were reserved."""
    verdict, filled = reply.verdict, None
    if verdict.outcome is Outcome.ANSWERED:
        try:
            # Read first, masked later: masking a secret that is part of a field's name would change the answer.
            filled = _masked(filled_in(reply.text, asking), masked)
        except Unreadable as error:
            why = f"The model's answer cannot be read: {masked(str(error))}."
            verdict = Verdict(outcome=Outcome.GARBAGE, why=why)
    usage = reply.usage or Usage()
    unknown = reply.usage is None and verdict.may_cost
    return Attempt(
        verdict=verdict,
        model=reply.answered_by or request.model,
        filled=filled,
        raw=None if filled else kept_text(masked(reply.text)),
        usage=usage,
        cost=worst if unknown else prices.of(request.model, usage),
    )


def filled_in(said: str, asking: Asking) -> Filled:
    """Return the envelope in a reply. Raise `Unreadable`."""
    question, in_words = asking.question, asking.prompt.confidence == "words"
    return read(said, question.output, in_words=in_words, put_back=question.put_back)


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


def not_given(model: str, why: NotGiven) -> Attempt:
    """Return the end of a question with a document that cannot be given."""
    return Attempt(verdict=Verdict(outcome=Outcome.DOCUMENT, why=str(why)), model=model)


def kept_text(text: str, *, whole: bool = False) -> str | None:
    """Return the part of a reply that a database can keep: no NUL, no half characters; cut where it is no answer."""
    if not text:
        return None
    short = text if whole else text[:_LONGEST_RAW]
    return short.replace("\0", "\ufffd").encode(errors="replace").decode()
