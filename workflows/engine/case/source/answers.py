"""The answers that the source of a case gave to people's questions, as a run of the case begins with them."""

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents
from store.cases.review import questions
from store.states import QuestionState
from workflows.engine.case.lookup import kept_json
from workflows.engine.case.source.heard import Heard, answer_of_json, answers_to_json
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


def answers_body(session: Session, run: schema.Run) -> str | None:
    """Return the answers with which a run began, as they are kept; None where there are none, or they were removed."""
    return contents.body(session, run.answers_id, team=run.team_id) if run.answers_id is not None else None


def read_answers(body: str | None) -> tuple[SourceAnswer, ...]:
    """Return kept answers. They may bring documents, so it is read outside of any transaction."""
    return Heard.read(refused=None, answers=body).answers
