"""Settings come from the environment or a `.env` file, and a bad one is said in one line."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings at all, in a folder without a `.env`."""
    for name in list(os.environ):
        if name.startswith(("COUNTERSIGN_", "ANTHROPIC_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set() -> None:
    settings = Settings()
    assert settings.database_url == "sqlite:///countersign.sqlite"
    assert settings.model == "auto"
    assert settings.workflows == ()
    assert settings.threads == 8
    assert settings.anthropic_api_key is None


@pytest.mark.parametrize(
    ("value", "files"),
    [
        ("", ()),
        (" ", ()),
        (",", ()),
        ("a.py", ("a.py",)),
        ("a.py,b.py", ("a.py", "b.py")),
        (" a.py , /folder/b c.py ,, ", ("a.py", "/folder/b c.py")),
    ],
)
def test_files_of_workflows_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, value: str, files: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COUNTERSIGN_WORKFLOWS", value)
    assert Settings().workflows == files


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COUNTERSIGN_THREADS=2\nCOUNTERSIGN_MODEL=local\nSOMEBODY_ELSES=1\n")
    monkeypatch.setenv("COUNTERSIGN_THREADS", "3")
    settings = Settings()
    assert (settings.threads, settings.model) == (3, "local")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERSIGN_THREADS", "many"),
        ("COUNTERSIGN_THREADS", "0"),
        ("COUNTERSIGN_THREADS", "1e9"),
        ("COUNTERSIGN_MODEL", "gpt"),
        ("COUNTERSIGN_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert refused.value.error_count() == 1


def test_a_key_is_not_in_what_is_printed_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-planted")
    settings = Settings()
    assert settings.anthropic_api_key is not None
    assert "planted" not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_an_empty_key_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a variable is left where a secret is not set; the local model goes on then."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    assert Settings().anthropic_api_key is None


def test_settings_do_not_change_under_those_who_were_given_them() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.threads = 2  # type: ignore[misc]  # it is what is refused
