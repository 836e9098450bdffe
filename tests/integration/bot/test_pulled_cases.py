"""A pulled test fails as its case did, by the fingerprint of its cause, and is green once the code is mended.

Nothing of a person is in it.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import pytest
from countersign import Personal
from countersign.testing import Testbed
from pydantic import Field, JsonValue

from bot.cli.screens.pulled_test import named, pulled_test
from store import schema
from store.db.database import Database
from tests.integration.bot.claims import Claim, Verdict, claims, letters, mended
from tests.world import Tell, World
from workflows.engine.declare.calls.author_threads import Ended
from workflows.engine.errors import Drifted, Refused
from workflows.engine.read.pulled.pulled_cases import pulled
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.source import questions
from workflows.engine.review.wrong import corrections
from workflows.model.port import Answer, ModelUnavailable
from workflows.model.scripted import ScriptedModel, says

pytestmark = pytest.mark.slow

PERSON: dict[str, JsonValue] = {
    "customer": "Marion Berger",
    "email": "marion.b@firm.de",
    "born": "1975-03-09",
    "phone": 4917055512345,
}
SURE = says({"verdict": "refund", "reply": "Dear Marion Berger"}, confidence=0.99)
UNSURE = says({"verdict": "refund", "reply": "Dear Marion Berger"}, confidence=0.4)


Make = Callable[[Tell], World]


@pytest.fixture
def make(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Make]:
    """Makes a Countersign with both automations."""
    with ExitStack() as made:

        def one(tell: Tell) -> World:
            database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'cases.sqlite')}")
            made.callback(database.close)
            world = World(database=database, model=ScriptedModel(tell))
            world.registry.add(claims)
            world.registry.add(letters)
            return world

        yield one


def approved(world: World, case: int) -> None:
    review = world.review(case)
    reviews.approve(world.context, review.id, review.version, by="U0ANA")


def edited(world: World, case: int) -> None:
    review = world.review(case)
    output = Verdict(verdict="refund", reply='unpaid, says "Marion"')
    reviews.edit(world.context, review.id, review.version, output, by="U0ANA")


def rejected(world: World, case: int) -> None:
    review, follows = world.review(case), Follows.CLOSE
    reviews.reject(world.context, review.id, review.version, by="U0ANA", reason="Marion called", follows=follows)


def answered(world: World, case: int) -> None:
    """A person asked the customer, who answered."""
    review = world.review(case)
    reviews.ask(world.context, review.id, review.version, question="Is it you, Marion?", by="U0ANA")
    world.work()
    questions.reply(world.context, case, "Yes, Marion Berger (marion.b@firm.de)", by="U0ANA")


def corrected(world: World, case: int) -> None:
    """It was delivered, wrongly."""
    corrections.correct(world.context, case, Verdict(verdict="refund", reply="unpaid"), by="U0BO")
    approved(world, case)


def revised(world: World, case: int) -> None:
    world.submit(claims, **PERSON, id=7, text="receipt, once more")
    world.work()
    approved(world, case)


def nothing(world: World, case: int) -> None: ...


def failed(world: World, text: str, *, workflow: Any = claims, then: Callable[[World, int], None] = nothing) -> int:
    """A case with this text, worked on until it fails."""
    email: dict[str, JsonValue] = {"email": f"{text}@firm.de"} if text in ("shut", "busy") else {}
    person = PERSON | email
    case = world.submit(workflow, **person, id=7, text=text).case
    world.work()
    then(world, case)
    world.work()
    return case


FAILURES: dict[str, tuple[str, Answer, Any, Callable[[World, int], None], str]] = {
    "an optional value": ("optional", SURE, claims, nothing, "KeyError"),
    "a step": ("shut", SURE, claims, nothing, "ShopClosed"),
    "another system": ("busy", SURE, claims, nothing, "TryAgain"),
    "the scope": ("scope", SURE, claims, nothing, "LookupError"),
    "no proposal": ("nothing", SURE, claims, nothing, "TypeError"),
    "after the model": ("after", SURE, claims, nothing, "ValueError"),
    "the delivery's code": ("receipt", SURE, claims, nothing, "IndexError"),
    "a revision's delivery": ("fine", UNSURE, claims, revised, "IndexError"),
    "the source answered": ("fine", UNSURE, claims, answered, "ValueError"),
    "a correction's delivery": ("fine", SURE, claims, corrected, "NotDone"),
    "a delivery's step": ("fine", UNSURE, claims, edited, "NotDone"),
    "in doubt": ("fine", says({"verdict": "refund", "reply": "unsure"}, confidence=1.0), letters, nothing, "Outcome"),
    "an approved one": ("receipt", UNSURE, claims, approved, "IndexError"),
    "a rejection": ("fine", UNSURE, claims, rejected, "NotDone"),
    "a never": ("never", SURE, claims, nothing, "KeyError"),
    "a check": ("check", SURE, claims, nothing, "IndexError"),
}


class Seen:
    """The causes that test beds counted before they ended."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.causes: list[str] = []
        leave = Testbed.__exit__

        def left(bed: Testbed[Any, Any], *error: Any) -> None:
            self.causes += causes_in(bed.context.database)
            leave(bed, *error)

        patch.setattr(Testbed, "__exit__", left)


def causes_in(database: Database) -> list[str]:
    with database.read() as session:
        return [cause.fingerprint for cause in session.query(schema.Cause)]


def run(text: str, name: str) -> None:
    """Run a pulled test as pytest would."""
    names: dict[str, Any] = {"__file__": str(Path(__file__)), "__name__": "test_pulled"}
    exec(compile(text, "test_pulled.py", "exec"), names)
    names[name]()


@pytest.mark.parametrize("what", [*FAILURES])
def test_a_pulled_test_fails_as_its_case_did_and_is_green_once_the_code_is_mended(
    make: Make, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    text, turn, workflow, then, error = FAILURES[what]
    world = make(lambda _: turn)
    case = failed(world, text, workflow=workflow, then=then)
    view = pulled(world.context, case)
    test = pulled_test(view, workflow, folder=None).text
    for word in ("Marion", "Berger", "marion.b", "firm.de", "1975", "4917055512345", "U0ANA"):
        assert word.lower() not in test.lower()
    assert "RECORD" in test or what == "the scope"
    seen = Seen(monkeypatch)
    with pytest.raises(Exception, match=r".+") as raised:
        run(test, named(view))
    assert type(raised.value).__name__.startswith(error), raised.value
    assert seen.causes == causes_in(world.database)
    with mended():
        run(test, named(view))


def test_what_did_not_fail_is_refused_with_what_to_do_instead(make: Make) -> None:
    world = make(lambda _: SURE)
    delivered = failed(world, "fine")
    with pytest.raises(Refused, match=r"did not fail: it is delivered.*`countersign example 1` makes"):
        pulled(world.context, delivered)


def test_what_waits_as_it_is_meant_to_is_refused(make: Make) -> None:
    world = make(lambda _: UNSURE)
    with pytest.raises(Refused, match="it waits for a person, as it is meant to"):
        pulled(world.context, failed(world, "fine"))


def test_an_answer_that_breaks_the_contract_is_pulled_and_wants_a_proposal(make: Make) -> None:
    world = make(lambda _: says({"verdict": "voucher"}, confidence=0.9))
    view = pulled(world.context, failed(world, "fine"))
    test = pulled_test(view, claims, folder=None).text
    assert (view.error, view.where) == ("NoProposal", "propose")
    with pytest.raises(AssertionError, match="the model's answer does not fit the form: verdict: has to be"):
        run(test, named(view))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "output", Wider)
        run(test, named(view))


class Wider(Verdict):
    """The form once its author has mended it."""

    verdict: str  # type: ignore[assignment]  # that is the mend


def test_a_model_that_gave_no_answer_is_nothing_to_mend_in_code(make: Make) -> None:
    def down(_: object) -> Any:
        raise ModelUnavailable("the provider is down")

    world = make(down)
    with pytest.raises(Refused, match="it did not fail"):
        pulled(world.context, failed(world, "fine"))


class Gone(Ended):
    """The process ends here."""


def ending(_: object) -> Answer:
    raise Gone


def test_a_parked_case_is_parked_by_its_journal_until_the_code_repeats_itself(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make(ending)
    monkeypatch.setattr("tests.integration.bot.claims.CALLS", count())
    case = world.submit(claims, **PERSON, id=7, text="it drifts").case
    with pytest.raises(Gone):
        world.work()
    world.restart()
    world.work()
    assert world.state(case) == "parked"
    view = pulled(world.context, case)
    test = pulled_test(view, claims, folder=None).text
    assert "with Testbed(claims, SAYS, record=RECORD, in_order=True) as bed:" in test
    assert "Marion" not in test
    seen = Seen(monkeypatch)
    with pytest.raises(Drifted, match=r"customer_of .* is called with another input than the one in the journal"):
        run(test, named(view))
    assert seen.causes == causes_in(world.database)
    with mended():
        run(test, named(view))


def test_a_case_that_ended_its_workers_is_refused(make: Make) -> None:
    world = make(ending)
    case = world.submit(claims, **PERSON, id=7, text="fine").case
    for _ in range(20):
        if world.state(case) == "failed":
            break
        with suppress(Gone):
            world.work()
        world.restart()
    with pytest.raises(Refused, match="a test of it would end the test run; nothing was written"):
        pulled(world.context, case)


def test_the_run_that_failed_last_is_pulled_also_when_the_case_went_on(make: Make) -> None:
    world = make(lambda _: SURE)
    case = failed(world, "optional")
    with mended():
        world.submit(claims, **PERSON, id=7, text="optional, and more")
        world.work()
    assert world.state(case) == "delivered"
    view = pulled(world.context, case)
    assert (view.error, view.is_newest, view.input["text"]) == ("KeyError", False, "optional")


def test_unmasked_it_is_as_it_was(make: Make) -> None:
    world = make(lambda _: SURE)
    view = pulled(world.context, failed(world, "optional"), masked=False)
    assert view.input == {**PERSON, "id": 7, "text": "optional"}
    with pytest.raises(KeyError):
        run(pulled_test(view, claims, folder=None).text, named(view))


def test_a_form_that_takes_no_stand_in_has_nothing_written(make: Make) -> None:
    world = make(lambda _: SURE)
    case = failed(world, "optional")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "input", Strict)
        with pytest.raises(Refused, match="takes no stand-in for a personal value, or a secret: customer: "):
            pulled(world.context, case)
        assert pulled(world.context, case, masked=False).key == "claim-Marion Berger-7"


class Strict(Claim):
    """A form that takes the very person only."""

    customer: Annotated[str, Personal, Field(pattern="^Marion")]
