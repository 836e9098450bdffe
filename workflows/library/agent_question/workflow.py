"""Agent question: an agent does not know how to go on, and a person answers.

It delivers to nobody: the agent fetches the answer from Countersign.
"""

from datetime import timedelta
from typing import Annotated

from countersign import Ask, NoProposal, Proposal, Review, Run, Workflow
from pydantic import BaseModel, Field, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Question(BaseModel):
    """A question of an agent."""

    id: Line
    question: str = Field(min_length=1, max_length=2_000)
    context: str = Field(default="", max_length=20_000)
    options: list[Line] = Field(default=[], max_length=20)
    """Answers that it can use; empty: any."""


class Answer(BaseModel):
    """A person's answer."""

    answer: str = Field(min_length=1, max_length=5_000)


question = Workflow(
    name="agent-question",
    decision="What do we answer this agent?",
    owner="U0MARIA",
    backup="U0JONAS",
    told=("the agent, which fetches the answer",),
    no_nevers="a person writes each answer",
    is_sample=True,
    input=Question,
    output=Answer,
    key=lambda asked: asked.id,
    may={"route": "hand a person's answer to the agent that asked"},
    review=Review(
        answer_within=timedelta(hours=1),
        by_hand=timedelta(minutes=2),
        reject_reasons=("It has to find out itself", "Nobody knows", "Not for us"),
    ),
    text=lambda asked: "\n".join([asked.question, *(f"- {one}" for one in asked.options), asked.context]).strip(),
)


@question.propose
def propose(asked: Question, ask: Ask[Answer]) -> Proposal[Answer]:
    """Leave the answer to a person: no model answers in their place."""
    raise NoProposal("the agent asks a person, and sent no answer of its own")


@question.check("the answer is one of the options", fields=("answer",))
def is_an_option(asked: Question, answer: Answer) -> bool:
    """Tell whether the agent can use the answer. A person may answer otherwise all the same."""
    return not asked.options or answer.answer.strip() in asked.options


@question.deliver(idempotent=True, target="the agent", does="route")
def deliver(answer: Answer, run: Run[Question]) -> str:
    """Leave the answer for the agent, which fetches it."""
    return "handed to the source"
