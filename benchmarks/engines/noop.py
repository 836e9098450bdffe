"""The work that every engine is given: four steps that do nothing, then the end."""

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Run, Workflow, step


class Item(BaseModel):
    """What comes in."""

    id: int


class Done(BaseModel):
    """What comes out."""

    total: int


def _key(item: Item) -> str:
    return f"item-{item.id}"


noop = Workflow(
    name="noop",
    decision="What is four more?",
    owner="U0BENCH",
    input=Item,
    output=Done,
    key=_key,
    autonomy=Autonomy.floor(0.5),
)


@step
def first(number: int) -> int:
    """Do nothing, in the place of something that touches the world."""
    return number + 1


@step
def second(number: int) -> int:
    """The same."""
    return number + 1


@step
def third(number: int) -> int:
    """The same."""
    return number + 1


@step
def fourth(number: int) -> int:
    """The same."""
    return number + 1


@noop.propose
def propose(item: Item, ask: Ask[Done]) -> Proposal[Done]:
    """Four steps, and a fixed confidence: it is delivered alone."""
    return Proposal(output=Done(total=fourth(third(second(first(item.id))))), confidence={"total": 0.9})


@noop.deliver(idempotent=True)
def deliver(done: Done, run: Run[Item]) -> str:
    """The effect, which is none."""
    return "done"
