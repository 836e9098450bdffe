"""A vendor of models is one folder: from the day it lies there it is asked, priced, checked, set and refused in words.

`tests/integration/bot/vendors/parrot` is such a folder, and nothing but its own file names it.
"""

from pathlib import Path

import pytest

from bot import settings_file
from bot.settings import SettingsUnusable, settings
from tests.integration.bot import vendors as folders_of_tests
from tests.integration.bot.cli.test_doctor import levels
from tests.integration.bot.commandline import CommandLine
from workflows.model import vendors as folders
from workflows.model.vendors.registry import vendors

pytestmark = pytest.mark.slow

AUTOMATION = """
from pydantic import BaseModel
from workflows import Run, Workflow

class Thing(BaseModel):
    text: str

asking = Workflow(
    name="asking", decision="What is it?", owner="U0MARIA", input=Thing, output=Thing, key=lambda thing: thing.text,
    prompt="ask.md",
)

@asking.deliver
def deliver(thing: Thing, run: Run[Thing]) -> str:
    return "done"
"""


@pytest.fixture
def aviary(empty: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The parrot's folder beside the other vendors', seed, and an automation that asks."""
    monkeypatch.setattr(folders, "__path__", [*folders.__path__, str(Path(str(folders_of_tests.__file__)).parent)])
    (empty.folder / "asking.py").write_text(AUTOMATION)
    (empty.folder / "prompts").mkdir()
    (empty.folder / "prompts" / "ask.md").write_text("What is it?")
    empty.settings.update(
        COUNTERSIGN_WORKFLOWS="asking.py",
        COUNTERSIGN_MODEL="parrot",
        # The prompts of the library name a model of another vendor's.
        COUNTERSIGN_MODEL_PRICES="claude-haiku-5-5=0/0",
        PARROT_SEED="sunflower-seeds",
    )
    return empty


def test_it_is_asked_as_it_is_set_at_the_price_of_its_own_list(aviary: CommandLine) -> None:
    aviary.done("submit", '{"text": "a bird"}', "--workflow", "asking", COUNTERSIGN_PARROT_SAYS="hello")
    (run,) = aviary.case(1)["runs"]
    assert (run["proposal"]["output"], run["proposal"]["model"]) == ({"text": "hello"}, "parrot-1")
    assert run["asked"][0]["cost"] == "0.001500000"


def test_doctor_makes_its_check(aviary: CommandLine) -> None:
    found = levels(aviary.done("doctor"))
    assert found["model parrot-1 at the garden, priced by the seed merchant spring, for asking"] == "ok"
    said = aviary("doctor", PARROT_CAGE="the attic")
    assert said.code == 1
    assert "it does not speak there" in said.out
    assert "open the window" in said.out


def test_without_its_key_a_person_gets_the_case_and_doctor_names_the_key(aviary: CommandLine) -> None:
    said = aviary("doctor", PARROT_SEED="")
    assert levels(said)["COUNTERSIGN_MODEL is parrot, but there is no key"] == "bad"
    assert "set PARROT_SEED, or COUNTERSIGN_MODEL=local" in said.out
    aviary("submit", '{"text": "a bird"}', "--workflow", "asking", PARROT_SEED="")
    assert aviary.case(1)["runs"][0]["review"]["why"] == ["the parrot has no seed: set PARROT_SEED"]


def test_a_price_that_it_does_not_know_is_refused_at_the_start(aviary: CommandLine) -> None:
    (aviary.folder / "prompts" / "ask.md").write_text("---\nmodel: parrot-2\n---\nWhat is it?")
    refused = aviary("submit", '{"text": "a bird"}', "--workflow", "asking").error()
    assert refused.startswith("asking: no price is known for the model 'parrot-2'")


def test_a_setting_of_its_own_is_read_from_the_file_and_refused_by_its_name(
    aviary: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = aviary.folder / "settings.env"
    file.write_text("COUNTERSIGN_PARROT_SAYS=from the file\n")
    with settings_file.named(file):
        assert settings().vendors["parrot"].model_dump()["says"] == "from the file"
        monkeypatch.setenv("COUNTERSIGN_PARROT_SAYS", "x" * 21)
        with pytest.raises(SettingsUnusable, match=r"(?i)says"):
            settings()


def test_its_address_of_a_file_never_meets_its_key_from_elsewhere(
    aviary: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = aviary.folder / "settings.env"
    file.write_text("PARROT_CAGE=the attic\n")
    monkeypatch.setenv("PARROT_SEED", "sunflower-seeds")
    with (
        settings_file.named(file),
        pytest.raises(SettingsUnusable, match=r"PARROT_CAGE comes from .*, and PARROT_SEED"),
    ):
        settings()


def test_where_no_vendor_is_named_the_one_with_a_key_is_asked(aviary: CommandLine) -> None:
    aviary.settings["COUNTERSIGN_MODEL"] = "auto"
    aviary.done("submit", '{"text": "a bird"}', "--workflow", "asking")
    assert aviary.case(1)["runs"][0]["proposal"]["model"] == "parrot-1"


def test_a_name_that_is_no_vendors_is_refused_with_those_that_there_are(aviary: CommandLine) -> None:
    refused = aviary("doctor", COUNTERSIGN_MODEL="ostrich").error()
    assert refused.endswith(
        "model: has to be one of auto, local, anthropic, bedrock, openai_compatible, parrot, vertex"
    )
    assert list(vendors()) == ["anthropic", "bedrock", "openai_compatible", "parrot", "vertex"]
