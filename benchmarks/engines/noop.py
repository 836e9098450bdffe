"""The work for every engine: four steps that do nothing, then the end."""

from pydantic import BaseModel

from workflows import Ask, Autonomy, Proposal, Run, Workflow, step


class Item(BaseModel):
    """The input."""

    id: int


class Done(BaseModel):
    """The output."""

    total: int


def _key(item: Item) -> str:
    return f"item-{item.id}"


noop = Workflow(
    name="noop",
    decision="What is four more?",
    owner="U0BENCH",
    is_sample=True,
    input=Item,
    output=Done,
    key=_key,
    autonomy=Autonomy.floor(0.5),
)


@step
def first(number: int) -> int:
    """Stand in for a call to the world: nothing happens."""
    return number + 1


@step
def second(number: int) -> int:
    """Stand in for another call."""
    return number + 1


@step
def third(number: int) -> int:
    """Stand in for another call."""
    return number + 1


@step
def fourth(number: int) -> int:
    """Stand in for another call."""
    return number + 1


@noop.propose
def propose(item: Item, ask: Ask[Done]) -> Proposal[Done]:
    """Propose after four steps, with a fixed confidence that lets it go alone."""
    return Proposal(output=Done(total=fourth(third(second(first(item.id))))), confidence={"total": 0.9})


@noop.deliver(idempotent=True)
def deliver(done: Done, run: Run[Item]) -> str:
    """Stand in for an effect: nothing happens."""
    return "done"
