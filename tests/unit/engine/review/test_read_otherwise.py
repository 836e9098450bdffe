"""A person's own value is held against a second reading, as what was proposed was."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from handlers.texts.review.forms import doubted
from tests.unit.engine.documents.pages import Bill, Post, bills, paper
from workflows.engine.review.form.forms import entries
from workflows.engine.review.form.second_look import DoubtCode, EditDoubt, doubts_about

POST = Post(invoice=paper("Total 529.87 or 539.87"))


def doubts(before: Bill, now: Bill, *, error: Exception | None = None) -> list[EditDoubt]:
    workflow = bills()

    @workflow.second_reading("the data in the file")
    def data(post: Post) -> Mapping[str, object]:
        if error is not None:
            raise error
        return {"total": Decimal("539.87"), "number": "A-1"}

    return list(doubts_about(workflow, POST.model_dump_json(), "", now, before=entries(before)))


def test_a_value_that_still_differs_is_shown_once_with_the_other_one() -> None:
    (found,) = doubts(Bill(), Bill(total=Decimal("529.87")))
    assert (found.field, found.code) == ("total", DoubtCode.READ_OTHERWISE)
    assert doubted(found) == "The data in the file has 539.87"
    assert found.for_audit == "total: read_otherwise"


@pytest.mark.parametrize("total", ["539.87", "539.870"])
def test_a_value_that_is_changed_to_the_other_one_is_no_doubt(total: str) -> None:
    assert doubts(Bill(total=Decimal("529.87")), Bill(total=Decimal(total))) == []


def test_what_was_not_changed_and_what_cannot_be_compared_is_no_doubt() -> None:
    same = Bill(total=Decimal("529.87"))
    assert doubts(same, same.model_copy(update={"topic": "rent"})) == []
    assert doubts(Bill(), same, error=KeyError("x")) == []
