"""`certificate`, `let`, `withdraw`: how far a workflow goes by its evidence, at the command line."""

import pytest

from tests.integration.bot.cli.test_charters import SOURCE
from tests.integration.bot.commandline import CommandLine
from tests.slack.earned import begun, judged

pytestmark = pytest.mark.slow


@pytest.fixture
def things(empty: CommandLine) -> CommandLine:
    """The command line with a workflow of somebody's own that earns its autonomy."""
    (empty.folder / "things.py").write_text(SOURCE.replace("Autonomy.floor(0.9)", "Autonomy.earned()"))
    empty.settings.update(COUNTERSIGN_WORKFLOWS="things.py", COUNTERSIGN_BACKUPS="things=U0JONAS")
    return empty


def test_more_goes_alone_by_a_word_and_is_taken_back_by_one(things: CommandLine) -> None:
    assert "no version of it is deployed" in things.done("certificate", "things").out
    assert things("let", "things", "--yes").error() == "no version of things is deployed, so nothing of it goes alone"
    with things.opened() as app:
        workflow = app.context.registry.get("things")
        epoch = begun(app.context, workflow)
        assert "People decide, or look at, 200 more cases." in things.done("certificate", "things").out
        judged(app.context, epoch)

    said = things.done("certificate", "things").out
    assert "The evidence permits 62% alone." in said
    assert "at most 5% are wrong, at every moment, with 90% certainty" in said
    assert "twelve promises" in said
    assert "Its owner allows it: countersign let things" in said
    assert "things: a person decides every case, 280 looked at; the evidence permits more" in things.done("status").out
    assert "What that rests on: countersign certificate things" in things.done("charter", "things").out
    assert "Its evidence: 280 looked at." in things.done("charter", "things").out

    assert "is not signed" in things("let", "things", "--yes").error()
    things.done("charter", "things", "--sign")
    assert "things would go alone without a volume test" in things("let", "things", "--yes").error()
    things.done("charter", "things", "--sign", "--exception", "we look at all of it")
    assert "signed already" in things("charter", "things", "--sign", "--exception", "and again").error()
    asked = things("let", "things", input="n\n")
    assert asked.code == 1
    assert "things: let 62% go alone?" in asked.out
    assert "Allowed: things, 62% alone" in things.done("let", "things", input="y\n").out
    view = things.done("certificate", "things", "--json").json()
    assert (view["now"]["reach"]["level"], view["now"]["reach"]["share"]) == ("guarded", 0.62)
    assert view["numbers"]["labels"] == 280
    assert view["ledger"]["most_wrong"] is None
    assert "does not permit more" in things("let", "things", "--yes").error()

    assert "say why" in things("withdraw", "things", "--reason", " ").error()
    things.done("withdraw", "things", "--reason", "The rules changed.", "--to", "shadow")
    view = things.done("certificate", "things", "--json").json()
    assert view["now"]["reach"] == {"level": "shadow", "floor": None, "share": None, "place": None}
    assert view["now"]["looked_at"] == 280
    things.done("withdraw", "things", "--reason", "We sell other things.", "--to", "shadow", "--anew")
    now = things.done("certificate", "things", "--json").json()["now"]
    assert (now["number"], now["looked_at"]) == (2, 0)


def test_a_workflow_that_earns_nothing_has_no_certificate(empty: CommandLine) -> None:
    (empty.folder / "things.py").write_text(SOURCE)
    empty.settings.update(COUNTERSIGN_WORKFLOWS="things.py")
    said = empty("certificate", "things").error()
    assert said == "things does not earn its autonomy, so it has no certificate: see its charter"
