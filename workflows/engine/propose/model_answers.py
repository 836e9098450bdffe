"""The model's answers: the question to the model of a run, and the checks of its answer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Generic

from pydantic import JsonValue, TypeAdapter
from pydantic_core import to_jsonable_python

from workflows.documents.documents import Documents
from workflows.engine.case.source.heard import Heard, words_of
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.proposal import InputT, OutputT, Proposal
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.steps import ASK, Call, Recorder
from workflows.engine.declare.versions import Recall
from workflows.engine.declare.workflow import Workflow
from workflows.engine.documents.places import documents_of
from workflows.engine.errors import Misfit, NoProposal
from workflows.engine.propose.evidence.copies import held_against_recalled
from workflows.engine.propose.evidence.pages import page_evidence
from workflows.engine.propose.evidence.quotes import with_evidence
from workflows.engine.propose.placeholders import Placeholders, placeholders_of
from workflows.engine.propose.told_documents import ToldDocuments
from workflows.engine.text.canonical_json import (
    MAX_PROPOSAL,
    MAX_RESULT,
    canonical,
    content_hash,
    larger_than,
    printable,
    unstorable,
)
from workflows.model.asking.attachments import Attached, DocumentsAs, unread_doubts
from workflows.model.asking.user_turn import said
from workflows.model.port import (
    Account,
    Answer,
    Model,
    ModelError,
    ModelUnavailable,
    NoAnswer,
    Prompt,
    Question,
    Recalled,
    RecalledMark,
    SourceAnswer,
)

NOTHING_HEARD = Heard()
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


class Asker(Generic[InputT, OutputT]):
    """The `Ask` of one run."""

    def __init__(
        self,
        workflow: Workflow[InputT, OutputT],
        input: InputT,
        *,
        prompt: Prompt | None,
        recall: Recall | None = None,
        account: Account | None,
        recorder: Recorder,
        model: Callable[[], Model],
        heard: Heard = NOTHING_HEARD,
        documents: Documents | None = None,
        documents_as: DocumentsAs | None = None,
    ) -> None:
        """Prepare the question. `account`: the budget that pays. `model`: called only where no answer is recalled.

        `recall`: finds past decisions that are told with the case; the journal keeps with the answer which they were.
        `heard`: what people said of the case before. The model is told of it, and the journal keeps it as input.
        `documents`: where the files of documents are. `documents_as`: how they are given, if not as the workflow
        declares it.
        """
        self._workflow = workflow
        self._input = input
        self._prompt = prompt
        self._recall = recall
        self._account = account
        self._recorder = recorder
        self._model = model
        self._heard = heard
        self._documents = documents
        self._documents_as = documents_as or workflow.documents_as

    def __call__(self, **data: object) -> Proposal[OutputT]:
        """Ask the model, journaled. Raise `NoProposal` where nothing usable comes back."""
        answers = self._heard.answers
        brought = [one.documents for one in answers if one.documents]
        if larger_than([data, *brought] if brought else data, MAX_RESULT):
            raise NoProposal(f"the question to the model is too large, the limit is {MAX_RESULT:,} bytes")
        documents = ToldDocuments(data, way=self._documents_as, files=self._documents, answers=answers)
        plain = documents.plain()
        hidden = placeholders_of(self._workflow, self._input, data, self._heard)
        heard = _told(self._heard, hidden)
        told = {name: hidden.hide_in(value) for name, value in plain.items()}
        sent = _sent(documents, hidden)
        attached = documents.attached
        call = Call(
            name=ASK,
            arguments={"data": told, **_files_of(attached), **_said_before(heard, sent)},
            tries=1,
            retry_on=(),
            result=_ANSWER,
            invoke=lambda: self._answered(self._model(), told, documents, heard, hidden),
            cost=_cost,
        )
        try:
            answer = self._recorder.record(call)
        except ModelUnavailable as error:
            raise NoProposal(str(error), code=error.no_answer) from error
        except ModelError as error:
            raise NoProposal(str(error)) from error
        assert isinstance(answer, Answer)
        proposal = hidden.without_left_over(read_answer(hidden.answered(answer), self._workflow.output))
        unread = unread_doubts(attached, shown=answer.shown)
        proposal = replace(proposal, doubts=(*proposal.doubts, *answer.doubts, *unread))
        shown: list[JsonValue] = [plain, self._workflow.text_of(self._input), *documents.seen]
        shown += words_of(answers)
        if hidden.anything:
            # A quote has each value in the one form that was put back; the case may have it in several.
            shown += [hidden.put_back_in(hidden.hide_in(one)) for one in shown]
        pages = page_evidence(self._workflow, self._input, self._documents or Documents(), answers=answers)
        return with_evidence(proposal, shown=shown, needed=self._workflow.evidence, pages=pages)

    def _answered(
        self,
        model: Model,
        data: Mapping[str, JsonValue],
        documents: ToldDocuments,
        heard: Heard,
        hidden: Placeholders,
    ) -> Answer:
        """Ask the model. The answer says what was recalled, and which words it copies of that."""
        question = self._question(data, documents, heard, hidden)
        if self._recall is None:
            return keepable(model.answer(question))
        recalled = self._recalled(self._recall, question.text, hidden)
        answer = keepable(model.answer(replace(question, recalled=recalled)))
        own = [dict(question.data), question.text, *documents.seen, *words_of(heard.answers)]
        answer = held_against_recalled(answer, recalled, workflow=self._workflow, own=own)
        return replace(answer, recalled=tuple(map(_mark_of, recalled)))

    def _recalled(self, recall: Recall, text: str, hidden: Placeholders) -> list[Recalled]:
        rule = self._workflow.time_limits.rule
        key = author_threads.run(lambda: self._workflow.key(self._input), what="its key", seconds=rule)
        found = recall.nearest(text, case=self._account.case if self._account is not None else None, key=str(key))
        return [replace(one, data=hidden.hide(one.data)) for one in found]

    def _texts_sent(self, hidden: Placeholders) -> list[str]:
        """Return the texts of the documents of answers, without those that the case has itself."""
        sent = documents_of(self._input, self._heard.answers)[len(documents_of(self._input)) :]
        return [hidden.hide("\f".join(page.text for page in one.pages)) for one in sent]

    def _question(
        self, data: Mapping[str, JsonValue], documents: ToldDocuments, heard: Heard, hidden: Placeholders
    ) -> Question:
        rule = self._workflow.time_limits.rule
        text = author_threads.run(lambda: self._workflow.text_of(self._input), what="its text", seconds=rule)
        return Question(
            workflow=self._workflow.name,
            output=self._workflow.output,
            prompt=self._prompt,
            data=data,
            documents=documents.attached,
            data_with=lambda numbers: {
                name: hidden.hide_in(value) for name, value in documents.plain(in_text=numbers).items()
            },
            # A model that reads text only has to read the answers there.
            text="\n".join([hidden.hide(text), *(one.answer for one in heard.answers), *self._texts_sent(hidden)]),
            answers=heard.answers,
            answer_documents=partial(_sent, documents, hidden) if documents.answers_have_any else None,
            refused=heard.refused,
            account=self._account,
            templates={
                field: partial(_filled, template, self._input, rule)
                for field, template in self._workflow.templates.items()
            },
            hide=hidden.hide,
            put_back=hidden.put_back,
        )


def _mark_of(one: Recalled) -> RecalledMark:
    told = canonical({"case": one.data, "decided": dict(one.output)})
    return RecalledMark(example=one.example, case=one.case, similarity=one.similarity, sha256=content_hash(told))


def _files_of(attached: Sequence[Attached]) -> dict[str, object]:
    """Return the files of a question, as a part of the step's input: another file is another question."""
    named = [{"document": one.number, "sha256": one.sha256, "given": one.given} for one in attached]
    return {"documents": named} if named else {}


def _sent(documents: ToldDocuments, hidden: Placeholders, in_text: Collection[int] = ()) -> list[list[JsonValue]]:
    """Return the documents of each answer, as a model is told of them."""
    return [[hidden.hide_in(one) for one in ones] for ones in documents.of_answers(in_text=in_text)]


def _said_before(heard: Heard, sent: Sequence[Sequence[JsonValue]]) -> dict[str, object]:
    """Return what people said of the case, as a part of the step's input; nothing where they said nothing.

    `sent`: the documents of each answer, as they are told.
    """
    answers = [said(one, documents) for one, documents in zip(heard.answers, sent, strict=True)]
    parts = {"answers": answers, "refused": to_jsonable_python(heard.refused)}
    return {name: ones for name, ones in parts.items() if ones}


def _told(heard: Heard, hidden: Placeholders) -> Heard:
    """Return what people said of the case, as a model is told it. Documents of answers are told beside them."""
    if not heard.answers and not heard.refused:
        return heard
    hide = hidden.hide
    return Heard(
        answers=tuple(SourceAnswer(question=hide(one.question), answer=hide(one.answer)) for one in heard.answers),
        refused=tuple(
            replace(
                one,
                values={name: hidden.hide_in(value) for name, value in one.values.items()},
                reason=hide(one.reason),
            )
            for one in heard.refused
        ),
    )


def keepable(answer: Answer) -> Answer:
    """Return the answer, or one that says why it cannot be kept, for example characters that no database stores."""
    unfit = unstorable(
        {**(answer.values or {}), "the reasons": list(answer.reasons), "the evidence": {**answer.evidence}}
    )
    if unfit is None and larger_than([answer.values, answer.evidence, answer.reasons, answer.raw], MAX_PROPOSAL):
        unfit = f"it is too large, the limit is {MAX_PROPOSAL:,} bytes"
    if unfit is None:
        return answer
    return Answer(
        model=printable(answer.model),
        problem=f"the model's answer cannot be kept: {unfit}",
        no_answer=NoAnswer.GARBAGE,
        usage=answer.usage,
        cost=answer.cost,
        sample=answer.sample,
    )


def read_answer(answer: Answer, output: type[OutputT]) -> Proposal[OutputT]:
    """Return a proposal from a model's answer. Raise `NoProposal` where it does not fit the output."""
    if answer.values is None:
        code = answer.no_answer or "no_proposal"
        raise NoProposal(answer.problem or "the model gave no answer", code=code, said=answer.raw)
    try:
        values = read(output, canonical(answer.values))
    except Misfit as error:
        said = canonical(answer.values)
        message = f"the model's answer does not fit the form: {error}"
        raise NoProposal(message, code=NoAnswer.GARBAGE, said=said) from error
    return Proposal(
        output=values,
        # Anything but a number from 0 to 1 counts as not known.
        confidence={
            field: float(value)
            for field, value in answer.confidence.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
        },
        alternatives=answer.alternatives,
        evidence=answer.evidence,
        reasons=answer.reasons,
        unfamiliar=answer.unfamiliar,
        fallback=answer.fallback,
        sample=answer.sample,
        last=answer.last,
        recalled=answer.recalled,
        model=answer.model,
        prompt_version=answer.prompt_version,
    )


def _filled(
    template: Callable[[InputT, Mapping[str, str]], str], input: InputT, seconds: float, chosen: Mapping[str, str]
) -> str:
    return author_threads.run(lambda: template(input, chosen), what="its template", seconds=seconds)


def _cost(answer: Answer) -> Decimal:
    return answer.cost
