"""Declarations of what follows: each is checked before the first case."""

import pytest
from pydantic import BaseModel

from workflows import Run, Workflow
from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.charters.widening import widened
from workflows.engine.declare.incoming.follow_ups import circle_in
from workflows.engine.declare.registry import Registry
from workflows.engine.errors import BadDeclaration


class Page(BaseModel):
    """An input and an output."""

    url: str


def workflow(name: str) -> Workflow[Page, Page]:
    made: Workflow[Page, Page] = Workflow(
        name=name, decision="Is it fine?", owner="U1", input=Page, output=Page, key=lambda page: page.url
    )
    made.deliver(lambda page, run: page.url)
    return made


def follows(first: Workflow[Page, Page], second: Workflow[Page, Page] | str) -> None:
    """Declare that the second one follows."""

    def same(page: Page, run: Run[Page]) -> Page:
        return page

    if isinstance(second, str):
        first.then(second)(same)
    else:
        first.then(second)(same)


def known(*workflows: Workflow[Page, Page]) -> Registry:
    registry = Registry()
    for one in workflows:
        registry.add(one)
    return registry


def test_several_workflows_may_follow_one() -> None:
    first, second, third = workflow("a"), workflow("b"), workflow("c")
    follows(first, second)
    follows(first, "c")
    known(first, second, third).check_follow_ups()
    assert [one.workflow for one in first.follow_ups] == ["b", "c"]


def test_a_workflow_follows_neither_itself_nor_another_one_twice() -> None:
    first = workflow("a")
    with pytest.raises(BadDeclaration, match="cannot follow itself"):
        first.then("a")
    follows(first, "b")
    with pytest.raises(BadDeclaration, match="declared twice"):
        first.then(workflow("b"))


def test_what_follows_has_to_be_known() -> None:
    first = workflow("a")
    follows(first, "b")
    with pytest.raises(BadDeclaration, match="then b, which is not known"):
        known(first).check_follow_ups()


def test_what_follows_has_to_be_the_workflow_that_was_given() -> None:
    class Other(BaseModel):
        url: str

    first = workflow("a")
    follows(first, workflow("b"))
    other: Workflow[Other, Page] = Workflow(
        name="b", decision="?", owner="U1", input=Other, output=Page, key=lambda page: page.url
    )
    other.deliver(lambda page, run: page.url)
    registry = known(first)
    registry.add(other)
    with pytest.raises(BadDeclaration, match="another workflow of this name"):
        registry.check_follow_ups()


def test_a_circle_is_refused_by_its_names() -> None:
    first, second, third = workflow("a"), workflow("b"), workflow("c")
    follows(first, second)
    follows(second, third)
    follows(third, "b")
    with pytest.raises(BadDeclaration, match="b > c > b"):
        known(first, second, third).check_follow_ups()
    assert circle_in({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == ()


def test_a_further_workflow_that_follows_widens_the_terms_and_another_function_does_not() -> None:
    before, after = workflow("a"), workflow("a")
    follows(after, "b")
    old, new = (terms_of(one, prompt=None, answering=Answering(models=["m"])).parts for one in (before, after))
    assert "follow-ups" not in old
    assert widened(old, new) == ["follow-ups"]
    assert widened(new, old) == []
    assert widened(new, {**new, "follow-ups": {"b": "other"}}) == []
