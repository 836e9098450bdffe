"""The settings of one workspace among several: what its file may say, and what it may not."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings, SettingsUnusable
from bot.workspace_settings import settings_of
from workflows.model.vendors.anthropic.settings import AnthropicSettings

WORKSPACE = "T0123"


def of_process(folder: Path, **more: object) -> Settings:
    return (
        Settings(workspaces=folder)
        .but(timezone="UTC", engineers=("S0ALL",), **more)
        .with_vendors({"anthropic": AnthropicSettings(api_key=SecretStr("sk-process"))})
    )


def of_file(folder: Path, text: str, **more: object) -> Settings:
    (folder / f"{WORKSPACE}.env").write_text(text)
    return settings_of(of_process(folder, **more), WORKSPACE, is_oldest=False)


def key_of(settings: Settings) -> str:
    vendor = settings.vendors["anthropic"]
    assert isinstance(vendor, AnthropicSettings)
    assert vendor.api_key is not None
    return vendor.api_key.get_secret_value()


def test_a_file_goes_before_the_process_for_its_workspace_alone(tmp_path: Path) -> None:
    found = of_file(
        tmp_path,
        "COUNTERSIGN_TIMEZONE=Europe/Berlin\nCOUNTERSIGN_POST_TO=triage=C1\nANTHROPIC_API_KEY=sk-own\n"
        "COUNTERSIGN_WORKFLOWS=own.py\n",
    )
    assert (found.timezone, found.post_to, key_of(found)) == ("Europe/Berlin", {"triage": "C1"}, "sk-own")
    assert found.engineers == ("S0ALL",), "what the file does not say stays"
    assert found.workflows == (str(tmp_path / "own.py"),), "paths are relative to the folder of the file"
    other = settings_of(of_process(tmp_path), "T0OTHER", is_oldest=True)
    assert (other.timezone, other.post_to, key_of(other)) == ("UTC", {}, "sk-process")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("COUNTERSIGN_DATABASE_URL=sqlite:///x", "COUNTERSIGN_DATABASE_URL belongs to the whole process"),
        ("SLACK_BOT_TOKEN=xoxb-1", "SLACK_BOT_TOKEN belongs to the whole process"),
        ("COUNTERSIGN_API=0.0.0.0:1", "COUNTERSIGN_API belongs to the whole process"),
        ("COUNTERSIGN_POSTTO=triage=C1", "COUNTERSIGN_POSTTO is no setting"),
        ("COUNTERSIGN_TIMEZONE=Mars", "timezone: has to be a time zone"),
        ("ANTHROPIC_BASE_URL=https://elsewhere.example", "a key goes with its address"),
    ],
)
def test_what_a_file_may_not_say_is_refused_with_its_name(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(SettingsUnusable, match=told) as refused:
        of_file(tmp_path, line)
    assert f"{WORKSPACE}.env" in str(refused.value)


def test_a_refusal_says_what_was_perhaps_meant_and_not_every_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsUnusable) as refused:
        of_file(tmp_path, "COUNTERSIGN_ENGINERS=U1")
    _, _, may = str(refused.value).partition("a workspace may set ")
    assert may.startswith("COUNTERSIGN_ENGINEERS, ")
    assert may.endswith(" more")
    assert len(may) < 120
    with pytest.raises(SettingsUnusable, match=r"environment or file$"):
        of_file(tmp_path, "SLACK_BOT_TOKEN=xoxb-1")


def test_a_file_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    file = tmp_path / f"{WORKSPACE}.env"
    file.write_text("")
    file.chmod(0o666)
    with pytest.raises(SettingsUnusable, match="everybody on this machine may write"):
        settings_of(of_process(tmp_path), WORKSPACE, is_oldest=True)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsUnusable, match="there is no folder"):
        settings_of(of_process(tmp_path / "none"), WORKSPACE, is_oldest=True)


def test_each_workspace_publishes_its_heads_in_a_file_of_its_own(tmp_path: Path) -> None:
    heads = tmp_path / "heads.jsonl"
    oldest, other = (
        settings_of(of_process(tmp_path, seal_heads=heads), WORKSPACE, is_oldest=is_oldest).seal_heads
        for is_oldest in (True, False)
    )
    assert (oldest, other) == (heads, tmp_path / "heads-T0123.jsonl")
