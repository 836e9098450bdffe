"""My automation: a message goes to a queue. Change the decision, the forms and `send`; the rest is Countersign's."""

from typing import Literal

from countersign import Autonomy, Review, Run, Workflow, step
from pydantic import BaseModel, Field


class Message(BaseModel):
    """A message as it comes in. Each is a case."""

    id: int
    text: str = Field(min_length=1, max_length=20_000)


class Answer(BaseModel):
    """The decision: the form that people see, and what is delivered."""

    queue: Literal["billing", "delivery", "other"]


routing = Workflow(
    name="my-automation",
    decision="Which queue does this message go to?",
    owner="U0OWNER",  # your Slack user id
    backup="U0BACKUP",  # who stands in for you
    told=["whoever answers the message, by its queue"],
    input=Message,
    output=Answer,
    key=lambda message: f"my-automation-{message.id}",  # same key: the same case
    may={"route": "choose a queue"},
    prompt="routing.md",
    review=Review(),  # post_to="C0CHANNEL", reviewers="S0GROUP"
    autonomy=Autonomy.floor(0.9),  # left out, everything goes to a person
)


@routing.never("sort a lawyer's letter alone")
def is_legal(message: Message, answer: Answer) -> bool:
    """Look at the message, and not at what the model made of it."""
    return "lawyer" in message.text.lower()


@step(tries=3, does="route")
def send(message: int, queue: str, key: str) -> str:
    """Tell your system here; told again with the same key, it has to do nothing."""
    return f"message {message} is in {queue}"


@routing.deliver(idempotent=True, does="route")
def deliver(answer: Answer, run: Run[Message]) -> str:
    """Deliver what was decided; what is returned is the receipt on the card."""
    return send(run.input.id, answer.queue, run.key)
