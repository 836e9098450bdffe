"""Answers of the source that handed a case in, with the documents that it handed in before."""

from collections.abc import Sequence

from workflows.documents.document import Document
from workflows.engine.context import Context
from workflows.engine.documents.keeping import uploaded_by
from workflows.engine.errors import InvalidInput
from workflows.engine.review.source import questions
from workflows.engine.review.source.questions import Replied
from workflows.engine.sources.programs.keys import Caller
from workflows.engine.sources.told.outcomes import outcome_of

MOST_DOCUMENTS = 10
"""Most documents of one answer."""


def reply(
    context: Context,
    caller: Caller,
    case: int,
    text: str,
    *,
    number: int | None = None,
    references: Sequence[str] = (),
) -> Replied:
    """Answer a question about a case of this source. Raise `Unknown` for any other one, and as `questions.reply`.

    `number`: of the question; None: the newest one that has no answer. `references`: the documents, as they were named
    when they were handed in. Raise `InvalidInput`, naming each that is none of this source's.
    """
    outcome_of(context, caller.source, case)
    arrived, documents, wrong = uploaded_by(context, caller.source), list[Document](), dict[str, str]()
    for place, one in enumerate(references):
        try:
            documents.append(arrived(one))
        except ValueError as error:
            wrong[f"{questions.DOCUMENTS}.{place}"] = str(error)
    if wrong:
        raise InvalidInput("; ".join(wrong.values()), errors=wrong)
    return questions.reply(context, case, text, by=caller.actor, number=number, documents=documents)
