"""The answers that the source of a case gave to people's questions, as a run of the case begins with them."""

from sqlalchemy.orm import Session

from store.cases import contents
from store.cases.review import questions
from store.states import QuestionState
from workflows.engine.case.heard import answer_of_json, answers_to_json
from workflows.engine.case.lookup import kept_json
from workflows.model.port import SourceAnswer


def keep_answers(session: Session, case: int, *, team: int) -> int | None:
    """Keep the answers of a case so far as one content, and return its id; None where there are none."""
    answers = []
    for one in questions.of_case(session, case, team=team):
        if one.state is QuestionState.ANSWERED:
            text, documents = answer_of_json(kept_json(session, one.answer_id, team=team))
            question = kept_json(session, one.text_id, team=team)
            answers.append(SourceAnswer(question=question, answer=text, documents=documents))
    if not answers:
        return None
    return contents.keep(session, team=team, case=case, kind="answers", body=answers_to_json(answers))
