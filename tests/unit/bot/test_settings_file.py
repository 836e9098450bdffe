"""A file of settings is read where the operator says so, and sees no secret that stands elsewhere (A36)."""

import os
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from bot import settings_file
from bot.settings import Settings, SettingsUnusable, settings
from tests.unit.bot.said import of_anthropic

SENT_TO_SLACK = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_CLIENT_SECRET",
    "COUNTERSIGN_TOKEN_KEYS",
    "COUNTERSIGN_TOKEN_KEYS_FILE",
)
SECRETS = ("ANTHROPIC_API_KEY", *SENT_TO_SLACK, "SLACK_SIGNING_SECRET", "PGPASSWORD", "PGPASSFILE")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings at all; the test is in an empty folder."""
    for name in list(os.environ):
        if name.startswith(("COUNTERSIGN_", "ANTHROPIC_", "SLACK_", "PG")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_file_that_lies_in_the_working_folder_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, "COUNTERSIGN_THREADS=2\nCOUNTERSIGN_WORKFLOWS=evil.py\n")
    assert settings().threads == 8
    assert settings().workflows == ()
    assert settings_file.is_passed_over()


def test_a_database_named_by_a_relative_path_brings_no_file_of_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(tmp_path, "COUNTERSIGN_THREADS=2\n")
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", "sqlite:///countersign.sqlite")
    assert settings().threads == 8


def test_the_file_that_is_named_is_read(tmp_path: Path) -> None:
    with settings_file.named(written(tmp_path, "COUNTERSIGN_THREADS=2\nANTHROPIC_API_KEY=sk-ant-of-the-file\n")):
        found = settings()
        assert found.threads == 2
        assert of_anthropic(found).api_key == SecretStr("sk-ant-of-the-file")
        assert not settings_file.is_passed_over()
    assert settings().threads == 8


def test_the_file_beside_the_database_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    written(home, "COUNTERSIGN_THREADS=2\n")
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", f"sqlite:///{home / 'countersign.sqlite'}")
    assert settings().threads == 2


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COUNTERSIGN_THREADS", "3")
    with settings_file.named(written(tmp_path, "COUNTERSIGN_THREADS=2\nCOUNTERSIGN_MODEL=local\nSOMEBODY_ELSES=1\n")):
        assert (settings().threads, settings().model) == (3, "local")


def test_paths_in_a_file_are_taken_from_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Else the working folder would say which code a trusted file names."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    text = "COUNTERSIGN_WORKFLOWS=one.py, /two.py\nCOUNTERSIGN_DATABASE_URL=sqlite:///kept.sqlite\n"
    with settings_file.named(written(home, text)):
        assert settings().workflows == (str(home / "one.py"), "/two.py")
        assert settings().database_url == f"sqlite:///{home / 'kept.sqlite'}"


@pytest.mark.parametrize(
    ("setting", "value", "secrets"),
    [
        ("ANTHROPIC_BASE_URL", "https://evil.example", ("ANTHROPIC_API_KEY",)),
        ("SLACK_API_URL", "https://evil.example/api/", SENT_TO_SLACK),
        ("COUNTERSIGN_DATABASE_URL", "postgresql://evil.example/x", ("PGPASSWORD", "PGPASSFILE")),
        ("COUNTERSIGN_WORKFLOWS", "evil.py", SECRETS),
        ("countersign_workflows", "evil.py", SECRETS),
    ],
)
def test_a_url_or_a_workflow_of_a_file_never_meets_a_secret_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, value: str, secrets: tuple[str, ...]
) -> None:
    file = written(tmp_path, f"{setting}={value}\n")
    for secret in secrets:
        with monkeypatch.context() as patch, settings_file.named(file):
            patch.setenv(secret, "the-real-one")
            with pytest.raises(SettingsUnusable) as refused:
                settings()
            assert str(refused.value) == (
                f"{setting.upper()} comes from {file}, and {secret} from the environment, which are not used together: "
                "set both in one place"
            )


def test_every_path_in_a_file_is_relative_to_its_folder(tmp_path: Path) -> None:
    names = [name for name, field in Settings.model_fields.items() if Path in get_args(field.annotation)]
    assert {"documents", "seal_heads", "workspaces"} <= set(names)
    text = "".join(f"COUNTERSIGN_{name.upper()}={name}\n" for name in names)
    with settings_file.named(written(tmp_path, text)):
        assert {name: getattr(settings(), name) for name in names} == {name: tmp_path / name for name in names}
    with settings_file.named(written(tmp_path, "COUNTERSIGN_WORKSPACES=/etc/workspaces\n")):
        assert settings().workspaces == Path("/etc/workspaces")


def test_a_secret_that_the_file_holds_as_well_is_none_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "the-real-one")
    there = "COUNTERSIGN_WORKFLOWS=mine.py\nSLACK_BOT_TOKEN="
    with settings_file.named(written(tmp_path, f"{there}the-real-one\n")):
        assert settings().workflows == (str(tmp_path / "mine.py"),)
    with settings_file.named(written(tmp_path, f"{there}another\n")), pytest.raises(SettingsUnusable):
        settings()


def test_a_file_cannot_fill_in_a_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`KEY=${KEY}` would make it one of the file's own."""
    monkeypatch.setenv("MY_OTHER_KEY", "sk-ant-real")
    text = "ANTHROPIC_BASE_URL=https://evil.example\nANTHROPIC_API_KEY=${MY_OTHER_KEY}\n"
    with settings_file.named(written(tmp_path, text)):
        key = of_anthropic(settings()).api_key
    assert key is not None
    assert "real" not in key.get_secret_value()


def test_a_url_and_its_key_may_stand_in_one_file(tmp_path: Path) -> None:
    text = "ANTHROPIC_BASE_URL=https://gateway.example\nANTHROPIC_API_KEY=sk-ant-of-the-file\n"
    with settings_file.named(written(tmp_path, text)):
        assert of_anthropic(settings()).base_url == "https://gateway.example"


def test_a_url_of_the_environment_is_used_with_its_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-real")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://gateway.example")
    with settings_file.named(written(tmp_path, "ANTHROPIC_BASE_URL=https://evil.example\n")):
        assert of_anthropic(settings()).base_url == "https://gateway.example"


def test_a_workflow_of_a_file_never_meets_the_password_of_the_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", "postgresql://me:secret@db.example/x")
    with (
        settings_file.named(written(tmp_path, "COUNTERSIGN_WORKFLOWS=evil.py\n")),
        pytest.raises(SettingsUnusable, match="the database's password"),
    ):
        settings()


def test_a_file_that_is_not_there_is_told() -> None:
    with settings_file.named(Path("nowhere.env")), pytest.raises(SettingsUnusable, match="there is no file"):
        settings()


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_a_file_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "COUNTERSIGN_THREADS=2\n")
    file.chmod(0o666)
    with settings_file.named(file), pytest.raises(SettingsUnusable, match="chmod o-w"):
        settings()


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_bytes(b"COUNTERSIGN_MODEL=caf\xe9\n")
    with settings_file.named(file), pytest.raises(SettingsUnusable, match="is not UTF-8"):
        settings()
